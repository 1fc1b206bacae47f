# SPDX-License-Identifier: Apache-2.0
"""The schema lock of text sources: what each difference does, and where the lock is kept."""

import json
import os
import shutil
import signal
import sqlite3

import pytest

HEAD = "id,shop,amount\n"
FIRST = HEAD + "1,a,10.5\n2,b,20.5\n"


def yaml(options=""):
    return f"name: lock\nsources:\n  sales:\n    files: data/*.csv\n{options}"


def make(project, options="", first=FIRST, name="project"):
    return project({"leat.yaml": yaml(options), "data/a.csv": first}, name=name)


def add(folder, text, name="b.csv"):
    (folder / "data" / name).write_text(text)


def rows(referee, folder, sql="SELECT * FROM w.raw.sales ORDER BY ALL"):
    con = referee(folder / "warehouse")
    found = con.sql(sql).fetchall()
    con.close()
    return found


def columns(referee, folder):
    return [(c[0], c[1]) for c in rows(referee, folder, "DESCRIBE w.raw.sales")]


POLICIES = {
    "default": "",
    "fail": "    on_change: fail\n",
    "add_columns": "    on_change: add_columns\n",
    "reject": "    on_change: reject\n",
}
FILES = {
    "added": "id,shop,amount,note\n3,c,30.5,x\n4,d,40.5,y\n",
    "removed": "id,shop\n3,c\n4,d\n",
    "renamed": "id,shop,price\n3,c,30.5\n4,d,40.5\n",
    "widened": HEAD + "3,c,soon\n4,d,40.5\n",
    "narrowed": HEAD + "3,c,30.5\n4,d,40.5\n",
    "reordered": "shop,id,amount\nc,3,30.5\nd,4,40.5\n",
}
# Row of the table in docs/design/typing.md: what a new file with this difference does.
STOP, GOES_ON, ALL_REJECTED, ROW_REJECTED = "stop", "goes on", "all rows rejected", "row rejected"
DRIFT = {
    "added": (STOP, STOP, GOES_ON, ALL_REJECTED),
    "removed": (STOP, STOP, STOP, ALL_REJECTED),
    "renamed": (STOP, STOP, STOP, ALL_REJECTED),
    "widened": (STOP, STOP, STOP, ROW_REJECTED),
    "reordered": (GOES_ON, STOP, GOES_ON, GOES_ON),
}
CASES = [(kind, policy, DRIFT[kind][i]) for kind in DRIFT for i, policy in enumerate(POLICIES)]


@pytest.mark.parametrize("kind,policy,outcome", CASES, ids=[f"{k}-{p}" for k, p, _ in CASES])
def test_drift(leat, project, referee, kind, policy, outcome):
    folder = make(project, POLICIES[policy])
    leat.ok("run", "-C", folder)
    before = rows(referee, folder)
    add(folder, FILES[kind])
    result = leat("run", "-C", folder)
    count = rows(referee, folder, "SELECT count(*) FROM w.raw.sales")[0][0]
    if outcome == STOP:
        assert result.code == 1, result
        assert "leat accept sales" in result.err, result
        assert rows(referee, folder) == before
    else:
        assert result.code == 0, result
        assert count == {GOES_ON: 4, ALL_REJECTED: 2, ROW_REJECTED: 3}[outcome], result
    rejected = {ALL_REJECTED: 2, ROW_REJECTED: 1}.get(outcome)
    if rejected:
        assert f"{2 + 2} rows in, {4 - rejected} out, {rejected} rejected" in result.err, result
        assert rows(referee, folder, "SELECT count(*) FROM w.leat.rejects") == [(rejected,)]
    if kind == "reordered" and outcome == GOES_ON:
        assert (3, "c") in rows(referee, folder, "SELECT id, shop FROM w.raw.sales")


def test_stop_shows_the_diff(leat, project):
    folder = make(project)
    leat.ok("run", "-C", folder)
    add(folder, FILES["renamed"])
    result = leat("run", "-C", folder)
    assert "- amount DECIMAL" in result.err, result
    assert "+ price" in result.err and "b.csv" in result.err, result


def test_narrowed_is_told_and_changes_nothing(leat, project, referee):
    folder = make(project)
    leat.ok("run", "-C", folder)
    before = columns(referee, folder)
    add(folder, HEAD + "1,a,1\n", name="a.csv")
    result = leat.ok("run", "-C", folder)
    assert "amount" in result.err and "BIGINT" in result.err, result
    assert columns(referee, folder) == before
    (folder / "leat.yaml").write_text(yaml(POLICIES["fail"]))
    add(folder, HEAD + "1,a,2\n", name="a.csv")
    assert leat("run", "-C", folder).code == 1


def test_accept_publishes_table_and_lock(leat, project, referee):
    folder = make(project)
    leat.ok("run", "-C", folder)
    add(folder, FILES["widened"])
    assert leat("run", "-C", folder).code == 1
    dry = leat.ok("accept", "sales", "--dry-run", "-C", folder)
    assert "+ amount VARCHAR" in dry.out and "- amount DECIMAL" in dry.out, dry
    assert "amount: DECIMAL" in (folder / "schema.lock.yaml").read_text()
    result = leat.ok("accept", "sales", "-C", folder)
    assert "+ amount VARCHAR" in result.err, result
    assert dict(columns(referee, folder))["amount"] == "VARCHAR"
    assert "amount: VARCHAR" in (folder / "schema.lock.yaml").read_text()
    assert "nothing to do" in leat.ok("run", "-C", folder).err


def test_readers_run_after_accept_although_no_file_changed(leat, project, referee):
    folder = make(project, first=HEAD + "1,a,x\n2,b,y\n")
    (folder / "models/shop").mkdir(parents=True)
    (folder / "models/shop/m.sql").write_text("SELECT amount FROM raw.sales")
    leat.ok("run", "-C", folder)
    add(folder, HEAD + "1,a,1\n2,b,2\n", name="a.csv")
    leat.ok("run", "-C", folder)
    assert rows(referee, folder, "SELECT * FROM w.shop.m ORDER BY 1") == [("1",), ("2",)]
    leat.ok("accept", "sales", "-C", folder)
    leat.ok("run", "-C", folder)
    assert rows(referee, folder, "SELECT * FROM w.shop.m ORDER BY 1") == [(1,), (2,)]
    leat.ok("accept", "sales", "-C", folder)  # the same again
    assert "nothing to do" in leat.ok("run", "-C", folder).err


def test_accept_is_possible_while_models_wait_for_it(leat, project, referee):
    folder = make(project)
    leat.ok("run", "-C", folder)
    (folder / "models/shop").mkdir(parents=True)
    (folder / "models/shop/m.sql").write_text("SELECT price FROM raw.sales")
    (folder / "data/a.csv").write_text("id,shop,price\n1,a,1.5\n")
    assert leat("run", "-C", folder).code != 0
    leat.ok("accept", "sales", "-C", folder)
    leat.ok("run", "-C", folder)
    assert rows(referee, folder, "SELECT count(*) FROM w.shop.m") == [(1,)]


def test_policy_alone_rereads_nothing(leat, project):
    folder = make(project)
    leat.ok("run", "-C", folder)
    for options in (POLICIES["fail"], POLICIES["reject"], "    on_reject: keep\n",
                    "    on_reject: keep\n    max_rejects: 5\n"):
        (folder / "leat.yaml").write_text(yaml(options))
        assert "nothing to do" in leat.ok("run", "-C", folder).err


def test_other_options_still_obey_the_lock(leat, project, referee):
    folder = make(project, first=HEAD + "1,a,NA\n2,b,2.5\n")
    leat.ok("run", "-C", folder)
    assert dict(columns(referee, folder))["amount"] == "VARCHAR"
    (folder / "leat.yaml").write_text(yaml("    nulls: [NA]\n"))
    leat.ok("run", "-C", folder)
    assert dict(columns(referee, folder))["amount"] == "VARCHAR"
    assert rows(referee, folder, "SELECT amount FROM w.raw.sales ORDER BY id") == [(None,), ("2.5",)]


def test_declared_types_win_over_the_lock(leat, project, referee):
    folder = make(project)
    leat.ok("run", "-C", folder)
    (folder / "leat.yaml").write_text(yaml("    columns: {amount: {type: double}}\n"))
    leat.ok("run", "-C", folder)
    assert dict(columns(referee, folder))["amount"] == "DOUBLE"
    assert "amount: DOUBLE" in (folder / "schema.lock.yaml").read_text()


# ---- schema.lock.yaml ----

def test_file_seeds_a_fresh_clone(leat, project, referee):
    folder = make(project, first=HEAD + "1,a,x\n2,b,y\n")
    leat.ok("run", "-C", folder)
    lock = (folder / "schema.lock.yaml").read_text()
    clone = project({"leat.yaml": yaml(), "data/a.csv": HEAD + "1,a,1\n",
                     "schema.lock.yaml": lock}, name="clone")
    assert "schema.lock.yaml" in leat.ok("ls", "--sources", "-C", clone).out
    leat.ok("run", "-C", clone)
    assert dict(columns(referee, clone))["amount"] == "VARCHAR"
    other = project({"leat.yaml": yaml(), "data/a.csv": "id,shop\n1,a\n",
                     "schema.lock.yaml": lock}, name="other")
    result = leat("run", "-C", other)
    assert result.code == 1 and "leat accept sales" in result.err, result


def test_seeds_of_other_sources_stay(leat, project):
    two = yaml() + "  more:\n    files: more/*.csv\n"
    folder = project({"leat.yaml": two, "data/a.csv": FIRST, "more/a.csv": "x\n1\n"})
    leat.ok("run", "-C", folder)
    lock = (folder / "schema.lock.yaml").read_text()
    clone = project({"leat.yaml": two, "data/a.csv": FIRST, "more/a.csv": "x\n1\n",
                     "schema.lock.yaml": lock}, name="clone")
    leat.ok("run", "raw.sales", "-C", clone)
    assert (clone / "schema.lock.yaml").read_text() == lock


def test_edit_by_hand_is_told_and_kept(leat, project, referee):
    folder = make(project)
    leat.ok("run", "-C", folder)
    file = folder / "schema.lock.yaml"
    good = file.read_text()
    edited = good.replace("id: BIGINT", "id: VARCHAR")
    file.write_text(edited)
    add(folder, HEAD + "3,c,30.5\n")
    result = leat.ok("run", "-C", folder)
    assert "leat accept raw.sales" in result.err and "which counts" in result.err, result
    assert file.read_text() == edited
    assert dict(columns(referee, folder))["id"] == "BIGINT"
    file.unlink()
    leat.ok("run", "-C", folder)
    assert file.read_text() == good
    file.write_text(edited)
    leat.ok("accept", "sales", "-C", folder)
    assert file.read_text() == good


def test_broken_file_stops_only_who_needs_it(leat, project):
    folder = make(project)
    leat.ok("run", "-C", folder)
    broken = "<<<<<<< HEAD\nraw.sales:\n"
    (folder / "schema.lock.yaml").write_text(broken)
    result = leat.ok("run", "-C", folder)
    assert "schema.lock.yaml" in result.err, result
    assert (folder / "schema.lock.yaml").read_text() == broken
    clone = project({"leat.yaml": yaml(), "data/a.csv": FIRST, "schema.lock.yaml": broken},
                    name="clone")
    result = leat("run", "-C", clone)
    assert result.code == 1 and "schema.lock.yaml" in result.err, result


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_unwritable_folder_only_warns(leat, project):
    folder = make(project)
    (folder / "warehouse").mkdir()
    folder.chmod(0o555)
    try:
        result = leat.ok("run", "-C", folder)
    finally:
        folder.chmod(0o755)
    assert "warning" in result.err and "schema.lock.yaml" in result.err, result


def test_what_cannot_be_written_only_warns(leat, project):
    folder = make(project)
    (folder / "schema.lock.yaml").symlink_to("/no/such/folder/schema.lock.yaml")
    result = leat.ok("run", "-C", folder)
    assert "warning" in result.err and "schema.lock.yaml" in result.err, result


def test_file_is_sorted_and_stable(leat, project):
    folder = project({
        "leat.yaml": "sources:\n  b: {files: b.csv}\n  a: {files: a.csv}\n",
        "a.csv": '"weird: name",yes,null,"a,b"\n1,2,3,x\n', "b.csv": "x;y\n1;2,5\n"})
    leat.ok("run", "-C", folder)
    text = (folder / "schema.lock.yaml").read_text()
    assert text.index("raw.a:") < text.index("raw.b:")
    assert '    "weird: name": BIGINT\n' in text and '    "yes": BIGINT\n' in text
    shutil.rmtree(folder / "warehouse")
    leat.ok("run", "-C", folder)
    assert (folder / "schema.lock.yaml").read_text() == text


# ---- kill -9 ----

POINTS = ("stage.before_sync", "run.before_publish", "publish.before_commit",
          "publish.after_commit", "run.after_publish", "lock.before_write", "lock.after_write")


@pytest.mark.parametrize("point", POINTS)
def test_lock_survives_death(leat_faults, project, referee, point):
    """Old table and old lock, or both new; the file follows at the latest with the next run."""
    folder = make(project)
    leat_faults.ok("run", "-C", folder)
    before = (folder / "schema.lock.yaml").read_text()
    add(folder, FILES["widened"])
    result = leat_faults("accept", "sales", "-C", folder, env={"LEAT_FAULT": point})
    assert result.code == 128 + signal.SIGKILL, result
    with sqlite3.connect(f"file:{folder}/warehouse/catalog.sqlite?mode=ro", uri=True) as db:
        lock = json.loads(db.execute("SELECT json FROM leat_locks").fetchone()[0])
    types = {c["name"]: c["type"] for c in lock["columns"]}
    assert types["amount"] == dict(columns(referee, folder))["amount"]
    text = (folder / "schema.lock.yaml").read_text()
    assert text == before or "amount: VARCHAR" in text
    if types["amount"] == "VARCHAR":
        leat_faults.ok("run", "-C", folder)
    else:
        leat_faults.ok("accept", "sales", "-C", folder)
    assert "amount: VARCHAR" in (folder / "schema.lock.yaml").read_text()
    assert rows(referee, folder, "SELECT count(*) FROM w.raw.sales") == [(4,)]
