# SPDX-License-Identifier: Apache-2.0
"""kill -9 at each step of publishing: the old state or the new one, and the next run finishes."""

import os
import shutil
import signal
from collections import Counter

import duckdb
import pytest

PROJECT = {
    "leat.yaml": """
name: crash
timezone: Europe/Vilnius
params:
  output: {type: path, default: out/}
sources:
  sales:
    files: data/*.csv
""",
    "data/a.csv": "id,shop,sold,amount\n" + "".join(
        f"{i},s{i % 3},2024-01-0{1 + i % 4}T10:00:00Z,{i}.25\n" for i in range(60)),
    "models/shop/daily.sql": """/*---
materialized: table
checks:
  - not_null: [day]
outputs:
  - parquet: "${output}/{shop}/{day:%Y/%m/%d}.parquet"
  - csv: "${output}/daily.csv"
---*/
SELECT shop, CAST(sold AS DATE) AS day, sum(amount) AS amount FROM raw.sales GROUP BY ALL ORDER BY ALL
""",
    "models/shop/latest.sql": """/*---
materialized: incremental
key: [id]
cursor: sold
---*/
SELECT id, shop, sold, amount FROM raw.sales WHERE $last IS NULL OR sold >= $last
""",
    "models/shop/parts.sql": """/*---
materialized: partitioned
partition: {by: sold, every: day, from: 2024-01-01}
---*/
SELECT id, sold, amount FROM raw.sales WHERE sold >= $start AND sold < $end
""",
    "models/shop/total.sql": """/*---
materialized: view
---*/
SELECT sum(amount) AS amount FROM shop.daily
""",
}
SECOND = "id,shop,sold,amount\n" + "".join(
    f"{i},s{i % 4},2024-01-0{1 + i % 5}T11:00:00Z,{i}.5\n" for i in range(50, 90))
RUN = ("run", "--end", "2024-01-09", "--prune")
TABLES = ("raw.sales", "shop.daily", "shop.latest", "shop.parts")


def tables(referee, folder):
    """Every table's rows as the official extension reads them; None where there is no table."""
    state = {}
    try:
        con = referee(folder / "warehouse")
    except duckdb.Error as e:  # not even a catalog yet
        assert "does not exist" in str(e) or "unable to open" in str(e)
        return dict.fromkeys(TABLES)
    there = {f"{s}.{t}" for s, t in con.sql(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_catalog = 'w'").fetchall()}
    for name in TABLES:
        rows = con.sql(f"SELECT * FROM w.{name}").fetchall() if name in there else None
        state[name] = sorted(map(repr, rows)) if rows is not None else None
    con.close()
    return state


def outputs(folder):
    """Every delivered file's rows."""
    found = {}
    for path in sorted((folder / "out").rglob("*")):
        if not path.is_file() or ".leat" in path.parts:
            continue
        reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
        rows = duckdb.sql(f"SELECT * FROM {reader}('{path}')").fetchall()
        found[str(path.relative_to(folder))] = sorted(map(repr, rows))
    return found


def leftovers(folder, referee):
    """What a finished run must not leave: staged outputs, temp folders, data files of no snapshot."""
    con = referee(folder / "warehouse")
    known = {row[0] for row in con.sql(
        "SELECT path FROM __ducklake_metadata_w.ducklake_data_file").fetchall()}
    con.close()
    wrong = [p for p in (folder / "warehouse/data").rglob("*.parquet") if p.name not in known]
    wrong += [p for p in folder.rglob("*.part")]
    wrong += [p for p in (folder / "warehouse/temp").glob("*")]
    return wrong


def trace(leat, folder, tmp_path, choose):
    """The points that a run of this folder hits, and at which of its n hits to die."""
    file = tmp_path / "trace"
    leat.ok(*RUN, "-C", folder, env={"LEAT_FAULT_TRACE": file})
    counts = Counter(file.read_text().split())
    file.unlink()
    return [(name, hit) for name, n in counts.items()
            for hit in sorted(set(choose(n)))]


def copy(source, target):
    """All of it, with its times: a delivered file with another mtime is somebody else's."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)  # copystat keeps mtime_ns
    return target


def die_everywhere(leat, referee, folder, tmp_path, before, choose):
    """Dies at each point in turn, always from the same start; compares with an undisturbed run."""
    start = copy(folder, tmp_path / "start")
    points = trace(leat, folder, tmp_path, choose)
    wanted, delivered = tables(referee, folder), outputs(folder)
    assert leftovers(folder, referee) == []
    assert len({name for name, _ in points}) >= 10, points
    for name, hit in points:
        copy(start, folder)
        result = leat(*RUN, "-C", folder, env={"LEAT_FAULT": f"{name}:{hit}"})
        assert result.code == 128 + signal.SIGKILL, f"{name}:{hit}: {result}"
        for table, rows in tables(referee, folder).items():
            assert rows in (before[table], wanted[table]), f"{name}:{hit}: {table} is half-done"
        leat.ok(*RUN, "-C", folder)
        assert tables(referee, folder) == wanted, f"after {name}:{hit}"
        assert outputs(folder) == delivered, f"after {name}:{hit}"
        assert leftovers(folder, referee) == [], f"after {name}:{hit}"


def test_first_run_dies_anywhere(leat_faults, project, referee, tmp_path):
    folder = project(PROJECT)
    die_everywhere(leat_faults, referee, folder, tmp_path, dict.fromkeys(TABLES),
                   lambda n: [(n + 1) // 2])


def test_second_run_dies_anywhere(leat_faults, project, referee, tmp_path):
    folder = project(PROJECT)
    leat_faults.ok(*RUN, "-C", folder)
    before = tables(referee, folder)
    (folder / "data/b.csv").write_text(SECOND)
    (folder / "data/a.csv").write_text("id,shop,sold,amount\n1,s1,2024-01-02T10:00:00Z,7.75\n")
    die_everywhere(leat_faults, referee, folder, tmp_path, before, lambda n: [1, n])


def test_two_runs_at_once(leat_faults, project):
    folder = project(PROJECT)
    first = leat_faults.start(*RUN, "-C", folder, env={"LEAT_FAULT": "run.before_publish:stop"})
    try:
        os.waitpid(first.pid, os.WUNTRACED)
        second = leat_faults(*RUN, "-C", folder)
        assert second.code == 1 or second.code == 2, second
        assert str(first.pid) in second.err, second
    finally:
        first.send_signal(signal.SIGCONT)
        assert first.wait(60) == 0, first.communicate()


def test_sleeper_cannot_publish(leat_faults, project, referee):
    """A run stopped before its commit loses its lock; it wakes after another run took over."""
    folder = project(PROJECT)
    first = leat_faults.start(*RUN, "-C", folder, env={"LEAT_FAULT": "run.before_publish:stop"})
    try:
        os.waitpid(first.pid, os.WUNTRACED)
        (folder / "warehouse/lock").unlink()  # as a careless hand does
        leat_faults.ok(*RUN, "-C", folder)
        wanted = tables(referee, folder)
    finally:
        first.send_signal(signal.SIGCONT)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 1, (out, err)
    assert "took over" in err or "another" in err, err
    assert tables(referee, folder) == wanted
    leat_faults.ok(*RUN, "-C", folder)
    assert leftovers(folder, referee) == []


@pytest.mark.parametrize("moment", range(6))
def test_kill_at_random(leat_faults, project, referee, tmp_path, moment):
    """Death at a moment that no fault point names."""
    folder = project(PROJECT)
    process = leat_faults.start(*RUN, "-C", folder)
    try:
        process.wait(0.05 + 0.08 * moment)
    except Exception:
        process.kill()
    process.communicate()
    leat_faults.ok(*RUN, "-C", folder)
    assert leftovers(folder, referee) == []
    calm = project(PROJECT, name="calm")
    leat_faults.ok(*RUN, "-C", calm)
    assert tables(referee, folder) == tables(referee, calm)
    assert outputs(folder) == outputs(calm)

