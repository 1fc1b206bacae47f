# SPDX-License-Identifier: Apache-2.0
"""Plan, execute, record: what runs, what does not, what a failure leaves behind."""

import json
import os
import time

import pytest

BASE = {
    "leat.yaml": """
name: shop
timezone: Europe/Vilnius
params:
  output: {type: path, default: out/}
sources:
  sales:
    files: data/*.csv
""",
    "data/a.csv": "id,shop,sold,amount\n1,a,2024-01-01T10:00:00Z,1.25\n2,b,2024-01-02T10:00:00Z,2.50\n",
    "models/shop/daily.sql": """/*---
materialized: table
checks:
  - not_null: [amount]
outputs:
  - parquet: "${output}/{shop}.parquet"
---*/
SELECT shop, CAST(sold AS DATE) AS day, sum(amount) AS amount
FROM raw.sales
GROUP BY ALL ORDER BY ALL
""",
    "models/shop/total.sql": "SELECT sum(amount) AS amount FROM shop.daily\n",
    "models/shop/other.sql": "SELECT count(*) AS n FROM raw.sales\n",
}


def rows(leat, folder, sql, *more):
    return [json.loads(line) for line in
            leat.ok("query", sql, "-C", folder, "-o", "jsonl", *more).out.splitlines()]


def events(result):
    return [json.loads(line) for line in result.err.splitlines() if line.startswith("{")]


def ran(leat, folder, *args):
    """The nodes that a run (which must succeed) did."""
    result = leat.ok("run", "-C", folder, "--log-format", "json", *args)
    return sorted({e["node"] for e in events(result) if e["event"] == "node_done"})


@pytest.fixture
def shop(project, leat):
    folder = project(BASE)
    leat.ok("run", "-C", folder)
    return folder


def test_first_run_builds_all_and_second_nothing(leat, project):
    folder = project(BASE)
    assert ran(leat, folder) == ["output:shop.daily#1", "raw.sales", "shop.daily", "shop.other",
                                 "shop.total"]
    assert ran(leat, folder) == []
    assert rows(leat, folder, "SELECT amount::VARCHAR AS amount FROM shop.total") == [
        {"amount": "3.75"}]


def test_second_run_does_not_load_duckdb(leat, shop):
    log = shop / "trace"
    leat.ok("run", "-C", shop, env={"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": log})
    seen = "".join(p.read_text(errors="replace") for p in shop.glob("trace*"))
    assert "libc.so" in seen and "libduckdb" not in seen


def test_touching_sql_reruns_it_and_what_reads_it(leat, shop):
    model = shop / "models/shop/daily.sql"
    model.write_text(model.read_text().replace("sum(amount) AS", "sum(amount) + 1 AS"))
    explained = leat.ok("explain", "shop.daily", "-C", shop).out
    assert "models/shop/daily.sql line 8" in explained
    assert ran(leat, shop) == ["output:shop.daily#1", "shop.daily", "shop.total"]


def test_white_space_and_comments_rerun_nothing(leat, shop):
    model = shop / "models/shop/daily.sql"
    model.write_text(model.read_text().replace("FROM raw.sales", "-- a comment\n  FROM   raw.sales\n"))
    assert "would not run" in leat.ok("explain", "shop.daily", "-C", shop).out
    assert ran(leat, shop) == []


def test_changed_check_is_run_but_readers_are_not(leat, shop):
    model = shop / "models/shop/daily.sql"
    model.write_text(model.read_text().replace("[amount]", "[amount, day]"))
    assert "checks changed" in leat.ok("explain", "shop.daily", "-C", shop).out
    assert ran(leat, shop) == ["shop.daily"]
    assert ran(leat, shop) == []


def test_new_file_reruns_and_is_named(leat, shop):
    (shop / "data/b.csv").write_text("id,shop,sold,amount\n3,c,2024-01-03T10:00:00Z,4\n")
    assert "b.csv" in leat.ok("explain", "raw.sales", "-C", shop).out
    assert "raw.sales" in ran(leat, shop)
    assert rows(leat, shop, "SELECT count(*) AS n FROM raw.sales") == [{"n": 3}]


def test_failed_check_leaves_everything_as_it_was(leat, shop):
    before = rows(leat, shop, "FROM shop.daily ORDER BY ALL")
    delivered = (shop / "out/a.parquet").read_bytes()
    (shop / "data/b.csv").write_text("id,shop,sold,amount\n3,a,2024-01-03T10:00:00Z,\n")
    result = leat("run", "-C", shop)
    assert result.code == 1 and "not_null" in result.err, result
    assert "models/shop/daily.sql:4" in result.err
    assert rows(leat, shop, "FROM shop.daily ORDER BY ALL") == before
    assert (shop / "out/a.parquet").read_bytes() == delivered
    failures = rows(leat, shop, "SELECT node, severity FROM leat.failures")
    assert failures == [{"node": "shop.daily", "severity": "error"}]
    assert rows(leat, shop, "SELECT amount::VARCHAR AS amount FROM shop.total") == [
        {"amount": "3.75"}]
    (shop / "data/b.csv").unlink()
    assert "shop.daily" not in ran(leat, shop)  # back to the inputs it has already read


def test_retry_runs_what_failed(leat, shop):
    (shop / "data/b.csv").write_text("id,shop,sold,amount\n3,a,2024-01-03T10:00:00Z,\n")
    assert leat("run", "-C", shop).code == 1
    (shop / "data/b.csv").write_text("id,shop,sold,amount\n3,a,2024-01-03T10:00:00Z,9\n")
    leat.ok("run", "-s", "source:sales", "-C", shop)
    leat.ok("run", "-C", shop)
    history = leat.ok("history", "-C", shop).out
    assert "failed" in history and "done" in history
    assert rows(leat, shop, "SELECT state FROM leat.runs ORDER BY started_at LIMIT 1") == [
        {"state": "done"}]


def test_warning_is_told_and_published(leat, project):
    files = dict(BASE)
    files["models/shop/total.sql"] = """/*---
checks:
  - sql: SELECT * FROM this WHERE amount > 1
    severity: warn
---*/
SELECT sum(amount) AS amount FROM shop.daily
"""
    folder = project(files)
    result = leat.ok("run", "-C", folder)
    assert "warn" in result.err
    assert rows(leat, folder, "SELECT severity FROM leat.failures") == [{"severity": "warn"}]
    assert rows(leat, folder, "SELECT count(*) AS n FROM shop.total") == [{"n": 1}]


def test_fail_fast_starts_nothing_new(leat, project):
    files = dict(BASE)
    files["models/shop/other.sql"] = "SELECT error('no') AS n FROM raw.sales\n"
    folder = project(files)
    result = leat("run", "-C", folder, "--fail-fast", "--threads", "1")
    assert result.code == 1, result
    assert "no" in result.err


def test_full_refresh_does_not_drag_unselected_readers(leat, shop):
    assert ran(leat, shop, "--full-refresh", "-s", "shop.other") == ["shop.other"]
    assert ran(leat, shop) == []


def test_dry_run_changes_nothing(leat, project):
    folder = project(BASE)
    result = leat.ok("run", "-C", folder, "--dry-run")
    assert "never" in result.out and not (folder / "out").exists()


# ---- outputs ----

def test_files_hold_the_model_columns_only(leat, shop):
    import duckdb

    got = duckdb.sql(f"SELECT * FROM read_parquet('{shop}/out/a.parquet')")
    assert got.columns == ["shop", "day", "amount"] and len(got.fetchall()) == 1


def test_what_was_published_is_listed(leat, shop):
    got = rows(leat, shop, "SELECT path, size_bytes AS s, row_count AS n, length(hash) AS h "
                           "FROM leat.outputs ORDER BY path")
    assert [(os.path.basename(g["path"]), g["n"], g["h"]) for g in got] == [
        ("a.parquet", 1, 32), ("b.parquet", 1, 32)]
    assert got[0]["s"] == (shop / "out/a.parquet").stat().st_size


def test_missing_file_is_delivered_again(leat, shop):
    (shop / "out/a.parquet").unlink()
    assert ran(leat, shop) == ["output:shop.daily#1"]
    assert (shop / "out/a.parquet").exists()


def test_foreign_file_stops_its_node_only(leat, project):
    folder = project(BASE | {"out/a.parquet": "mine"})
    result = leat("run", "-C", folder)
    assert result.code == 1 and "--adopt" in result.err, result
    assert (folder / "out/a.parquet").read_text() == "mine"
    assert not (folder / "out/b.parquet").exists()
    assert rows(leat, folder, "SELECT count(*) AS n FROM shop.daily") == [{"n": 2}]
    leat.ok("run", "-C", folder, "--adopt")
    assert (folder / "out/a.parquet").read_bytes()[:4] == b"PAR1"


def test_file_changed_by_somebody_is_not_overwritten(leat, shop):
    (shop / "out/a.parquet").write_text("theirs")
    (shop / "data/b.csv").write_text("id,shop,sold,amount\n3,a,2024-01-03T10:00:00Z,4\n")
    result = leat("run", "-C", shop)
    assert result.code == 1 and "somebody else" in result.err
    assert (shop / "out/a.parquet").read_text() == "theirs"


def test_removing_much_needs_prune(leat, shop):
    (shop / "data/a.csv").write_text("id,shop,sold,amount\n1,a,2024-01-01T10:00:00Z,1.25\n")
    result = leat("run", "-C", shop)
    assert result.code == 1 and "--prune" in result.err, result
    assert (shop / "out/b.parquet").exists()
    leat.ok("run", "-C", shop, "--prune")
    assert not (shop / "out/b.parquet").exists() and (shop / "out/a.parquet").exists()


def test_changed_root_leaves_the_old_one(leat, shop):
    leat.ok("run", "-C", shop, "--output", "new/")
    assert (shop / "out/a.parquet").exists() and (shop / "new/a.parquet").exists()


# ---- kinds of models ----

def test_partitioned_runs_only_what_changed(leat, project):
    folder = project({
        "leat.yaml": "name: p\ntimezone: Europe/Vilnius\nsources:\n  s:\n    files: data/*.csv\n",
        "data/a.csv": "sold,x\n2024-03-30T12:00:00Z,1\n2024-03-31T12:00:00Z,2\n",
        "models/m/parts.sql": """/*---
materialized: partitioned
partition: {by: sold, every: day, from: 2024-03-30}
---*/
SELECT sold, x FROM raw.s WHERE sold >= $start AND sold < $end
"""})
    leat.ok("run", "-C", folder, "--end", "2024-04-02")
    assert rows(leat, folder, "SELECT sum(x)::BIGINT AS x FROM m.parts") == [{"x": 3}]
    assert ran(leat, folder, "--end", "2024-04-02") == []
    assert ran(leat, folder, "--start", "2024-04-02", "--end", "2024-04-03") == ["m.parts"]
    parts = rows(leat, folder,
                 "SELECT partition FROM leat.run_nodes WHERE node = 'm.parts' ORDER BY ALL")
    # the day of the clock change begins at 22:00Z and the next at 21:00Z
    assert [p["partition"] for p in parts] == [
        "2024-03-29T22:00:00Z", "2024-03-30T22:00:00Z", "2024-03-31T21:00:00Z",
        "2024-04-01T21:00:00Z"]


DAYS = ("SELECT TIMESTAMPTZ '2024-10-15 00:00:00+00' + INTERVAL 1 DAY * range AS t, {v} AS v "
        "FROM range(20)")
KINDS = {
    "table": "SELECT t, v FROM ({days})",
    "view": "/*---\nmaterialized: view\n---*/\nSELECT t, v FROM ({days})",
    "incremental": "/*---\nmaterialized: incremental\nkey: [t]\ncursor: t\n---*/\n"
                   "SELECT t, v FROM ({days}) WHERE $last IS NULL OR t > $last",
    "month": "/*---\nmaterialized: partitioned\npartition: {{by: t, every: month, from: 2024-10-01}}\n"
             "---*/\nSELECT t, v FROM ({days}) WHERE t >= $start AND t < $end",
    "day": "/*---\nmaterialized: partitioned\npartition: {{by: t, every: day, from: 2024-10-01}}\n"
           "---*/\nSELECT t, v FROM ({days}) WHERE t >= $start AND t < $end",
}


@pytest.mark.parametrize("kinds", [
    ("table", "month", "table", "month"), ("incremental", "month", "incremental"),
    ("day", "month", "day"), ("month", "view", "month"), ("view", "table", "incremental", "view")])
def test_changing_how_rows_are_kept(leat, project, kinds):
    folder = project({"leat.yaml": "name: p\n", "models/a/m.sql": "SELECT 1 AS x\n"})
    for i, kind in enumerate(kinds):
        v = 1 if kind == kinds[0] else i + 1  # back to the very same text as before
        days = DAYS.format(v=v)
        (folder / "models/a/m.sql").write_text(KINDS[kind].format(days=days) + "\n")
        for more in ([], ["--full-refresh"], []):
            leat.ok("run", "-C", folder, "--end", "2024-12-01", *more)
            got = rows(leat, folder, "SELECT count(*) AS n, sum(v)::BIGINT AS v FROM a.m")
            assert got == [{"n": 20, "v": 20 * v}], (kinds[:i + 1], more)


def test_partitions_that_left_leave_the_table(leat, project):
    import duckdb

    folder = project({
        "leat.yaml": "name: p\nsources:\n  p:\n    files: data/*.parquet\n    time: t\n",
        "models/a/m.sql": """/*---
materialized: partitioned
partition: {by: t, every: day, from: 2024-01-01}
reads: {raw.p: same}
---*/
SELECT t FROM raw.p WHERE t >= $start AND t < $end
"""})
    (folder / "data").mkdir()
    for day in (1, 2, 3):
        duckdb.sql(f"COPY (SELECT TIMESTAMPTZ '2024-01-0{day} 10:00:00+00' AS t) "
                   f"TO '{folder}/data/{day}.parquet'")
    count = "SELECT count(*) AS n FROM a.m"
    leat.ok("run", "-C", folder)
    assert rows(leat, folder, count) == [{"n": 3}]
    (folder / "data/3.parquet").unlink()
    leat.ok("run", "-C", folder)
    assert rows(leat, folder, count) == [{"n": 2}]
    assert ran(leat, folder) == []
    (folder / "data/1.parquet").unlink()
    assert "a.m" in ran(leat, folder)
    assert rows(leat, folder, count) == [{"n": 1}]


def test_two_outputs_cannot_write_one_file(leat, project):
    model = "/*---\noutputs:\n  - csv: {path}\n---*/\nSELECT 'same' AS k, {v} AS v\n"
    folder = project({"leat.yaml": "name: p\n",
                      "models/a/one.sql": model.format(path='"out/{k}.csv"', v=1),
                      "models/a/two.sql": model.format(path="out/same.csv", v=2)})
    for more in ([], ["--adopt"]):
        result = leat("run", "-C", folder, "--threads", "1", *more)
        assert result.code == 1 and "already delivered by" in result.err, result
    (folder / "models/a/one.sql").unlink()
    leat.ok("run", "-C", folder)
    assert (folder / "out/same.csv").read_text() == "k,v\nsame,2\n"


def test_rows_outside_their_partition_fail(leat, project):
    folder = project({
        "leat.yaml": "name: p\nsources:\n  s:\n    files: data/*.csv\n",
        "data/a.csv": "sold,x\n2024-03-30T12:00:00Z,1\n",
        "models/m/parts.sql": """/*---
materialized: partitioned
partition: {by: sold, every: day, from: 2024-03-30}
---*/
SELECT sold + INTERVAL 1 DAY AS sold, x FROM raw.s WHERE sold >= $start AND sold < $end
"""})
    result = leat("run", "-C", folder, "--end", "2024-04-01")
    assert result.code == 1 and "outside" in result.err and "$start" in result.err


def test_incremental_merges_by_key(leat, project):
    folder = project({
        "leat.yaml": "name: p\nsources:\n  s:\n    files: data/*.csv\n",
        "data/a.csv": "id,sold,v\n" + "".join(f"{i},2024-01-01T00:00:{i:02}Z,old\n" for i in range(10)),
        "models/m/latest.sql": """/*---
materialized: incremental
key: [id]
cursor: sold
---*/
SELECT id, sold, v FROM raw.s WHERE $last IS NULL OR sold > $last
QUALIFY row_number() OVER (PARTITION BY id ORDER BY sold DESC) = 1
"""})
    leat.ok("run", "-C", folder)
    (folder / "data/b.csv").write_text("id,sold,v\n3,2024-01-02T00:00:00Z,new\n77,2024-01-02T00:00:01Z,new\n")
    leat.ok("run", "-C", folder)
    got = rows(leat, folder, "SELECT id, v FROM m.latest ORDER BY id")
    assert got == [{"id": i, "v": "new" if i in (3, 77) else "old"} for i in [*range(10), 77]]
    (folder / "data/c.csv").write_text("id,sold,v\n5,2024-01-03T00:00:00Z,x\n5,2024-01-03T00:00:00Z,y\n")
    model = folder / "models/m/latest.sql"
    model.write_text(model.read_text().replace("QUALIFY", "-- QUALIFY"))
    result = leat("run", "-C", folder)
    assert result.code == 1 and "same key" in result.err, result


def test_query_at_an_older_snapshot(leat, shop):
    first = rows(leat, shop, "SELECT max(snapshot_id) AS s FROM leat.runs")[0]["s"]
    (shop / "data/b.csv").write_text("id,shop,sold,amount\n3,c,2024-01-03T10:00:00Z,4\n")
    leat.ok("run", "-C", shop)
    count = "SELECT count(*) AS n FROM shop.daily"
    assert rows(leat, shop, count) == [{"n": 3}]
    assert rows(leat, shop, count, "--at", str(first)) == [{"n": 2}]


def test_referee_reads_what_we_publish(leat, shop, referee):
    con = referee(shop / "warehouse")
    assert con.sql("SELECT sum(amount) FROM w.shop.daily").fetchall()[0][0] == __import__(
        "decimal").Decimal("3.75")


def test_sum_of_bigint_stays_exact(leat, project, referee):
    folder = project({"leat.yaml": "name: p\n", "models/m/big.sql":
                      "SELECT sum(x) AS s FROM (VALUES (9007199254740992), (1)) t(x)\n"})
    leat.ok("run", "-C", folder)
    got = rows(leat, folder, "SELECT s::VARCHAR AS s FROM m.big")
    assert got == [{"s": "9007199254740993"}]
    assert str(referee(folder / "warehouse").sql("SELECT s FROM w.m.big").fetchall()[0][0]) == (
        "9007199254740993")


# ---- stopping ----

def test_interrupt_stops_cleanly(leat, project):
    folder = project({"leat.yaml": "name: p\n", "models/m/slow.sql":
                      "SELECT count(*) AS n FROM range(40000000000) t(i) WHERE i % 7 = 3\n",
                      "models/m/after.sql": "SELECT n FROM m.slow\n"})
    process = leat.start("run", "-C", folder)
    time.sleep(1.5)
    process.send_signal(2)
    time.sleep(0.3)
    process.send_signal(2)
    out, err = process.communicate(timeout=20)
    assert process.returncode in (1, 130), (process.returncode, err)
    nodes = rows(leat, folder, "SELECT node, state FROM leat.run_nodes ORDER BY node")
    assert {n["state"] for n in nodes} <= {"cancelled", "failed"}, nodes
    assert not any(p.name.endswith(".parquet") for p in (folder / "warehouse").rglob("*"))


def test_interrupt_stops_between_partitions(leat, project):
    import duckdb

    folder = project({
        "leat.yaml": "name: p\nsources:\n  p:\n    files: data/*.parquet\n    time: t\n",
        "models/m/hours.sql": """/*---
materialized: partitioned
partition: {by: t, every: hour, from: 2008-01-01}
---*/
SELECT t FROM raw.p WHERE t >= $start AND t < $end
"""})
    (folder / "data").mkdir()
    duckdb.sql(f"COPY (SELECT TIMESTAMPTZ '2010-01-01 10:00:00+00' AS t) TO '{folder}/data/a.parquet'")
    process = leat.start("run", "-C", folder, "--log-format", "json")
    for line in process.stderr:  # 17,555 hours
        if '"node_started"' in line and "m.hours" in line:
            break
    process.send_signal(2)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "of 17555 partitions" in err, (process.returncode, err)
    assert not list((folder / "warehouse/data").rglob("*.parquet"))


def test_publish_together_is_all_or_nothing(leat, project):
    files = dict(BASE)
    files["models/shop/total.sql"] = """/*---
tags: [report]
columns:
  amount: {checks: [{max: 100}]}
---*/
SELECT sum(amount) AS amount FROM shop.daily
"""
    files["models/shop/other.sql"] = "/*---\ntags: [report]\n---*/\nSELECT count(*) AS n FROM raw.sales\n"
    files["leat.yaml"] = BASE["leat.yaml"] + "models:\n  - {tag: report, publish: together}\n"
    folder = project(files)
    leat.ok("run", "-C", folder)
    (folder / "data/b.csv").write_text("id,shop,sold,amount\n3,c,2024-01-03T10:00:00Z,400\n")
    result = leat("run", "-C", folder)
    assert result.code == 1 and "another node of the group" in result.err, result
    assert rows(leat, folder, "SELECT n FROM shop.other") == [{"n": 2}]
    assert rows(leat, folder, "SELECT count(*) AS n FROM shop.daily") == [{"n": 3}]


def test_read_only_warehouse_is_read(leat, shop):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    for path in [shop / "warehouse", *(shop / "warehouse").rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert rows(leat, shop, "SELECT count(*) AS n FROM shop.daily") == [{"n": 2}]
