# SPDX-License-Identifier: Apache-2.0
"""Killed at each point of publishing, delivering and cleaning, the warehouse holds the old result or
the new one, and the next run brings it to where an undisturbed run would have been."""

import os
import signal
import time
from pathlib import Path

import pytest
from lake_helpers import Tool, attach, catalog, start

tool = Tool()


def first(out):
    return ["replace energy.t SELECT range::INTEGER AS a FROM range(5)",
            f"put {out} a.csv old-a", f"put {out} gone.csv gone", f"put {out} deep/down/x.csv x", "redo"]


def second(out):
    return ["replace energy.t SELECT range::INTEGER + 10 AS a FROM range(5)",
            "replace energy.u SELECT 1 AS x",
            "together", "replace energy.p SELECT 1 AS x", "replace energy.q SELECT 2 AS x", "end",
            "view energy.v SELECT a + 1 AS b FROM energy.t",
            f"put {out} a.csv new-a", f"put {out} sub/b.csv new-b", f"delete {out} gone.csv",
            f"delete {out} deep/down/x.csv", "redo",
            "clean 0 ours really"]


def state(folder, out):
    """What a user can see: rows of each table, and the files delivered."""
    con = attach(folder)
    tables = [r[0] for r in con.sql("SELECT table_name FROM information_schema.tables "
                                    "WHERE table_catalog = 'w' AND table_schema = 'energy'").fetchall()]
    rows = {t: sorted(con.sql(f"SELECT * FROM w.energy.{t}").fetchall()) for t in tables}
    con.close()
    files = {str(p.relative_to(out)): p.read_text() for p in out.rglob("*")
             if p.is_file() and ".leat" not in p.parts}
    return rows, files


def leftovers(folder, out):
    """Files that nothing names: data files of no snapshot, folders of runs, staging."""
    tables = catalog(folder)
    named = {Path(row[5]).name for row in tables["ducklake_data_file"]}
    named |= {Path(row[1]).name for row in tables["ducklake_files_scheduled_for_deletion"]}
    stray = [str(p) for p in (folder / "data").rglob("*.parquet") if p.name not in named]
    return stray + [str(p) for p in [*folder.glob("temp/*"), *out.glob(".leat")]]


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    """Every fault point an undisturbed second run passes, with how often, and where it ends."""
    root = tmp_path_factory.mktemp("undisturbed")
    folder, out, trace = root / "w", root / "out", root / "trace"
    out.mkdir()
    tool(folder, *first(out), run="one")
    tool(folder, *second(out), run="two", env={"LEAT_FAULT_TRACE": trace})
    if not trace.exists():
        pytest.skip("this build has no fault points (meson -Dfaults=true)")
    assert leftovers(folder, out) == []
    hits = {}
    for name in trace.read_text().split():
        hits[name] = hits.get(name, 0) + 1
    return hits, state(folder, out)


ALLOWED = {  # each thing is as before or as after, never anything else
    "t": ([(i,) for i in range(5)], [(i + 10,) for i in range(5)]),
    "u": ([(1,)],), "p": ([(1,)],), "q": ([(2,)],), "v": ([(i + 11,) for i in range(5)],)}
FILES = {"a.csv": ("old-a", "new-a"), "gone.csv": ("gone",), "sub/b.csv": ("new-b",),
         "deep/down/x.csv": ("x",)}


def check_between(folder, out):
    rows, files = state(folder, out)
    for name, got in rows.items():
        assert got in ALLOWED[name], (name, got)
    for name, got in files.items():
        assert got in FILES[name], (name, got)
    assert ("p" in rows) == ("q" in rows)


def kill_everywhere(points, tmp_path, names):
    hits, end = points
    missing = [n for n in names if n not in hits]
    assert not missing, missing
    for name in names:
        for n in sorted({1, (hits[name] + 1) // 2, hits[name]}):
            root = tmp_path / f"{name}-{n}"
            folder, out = root / "w", root / "out"
            out.mkdir(parents=True)
            tool(folder, *first(out), run="one")
            tool.try_(folder, *second(out), run="two", env={"LEAT_FAULT": f"{name}:{n}"})
            check_between(folder, out)
            tool(folder, "redo", run="three")
            assert leftovers(folder, out) == [], (name, n)
            tool(folder, *second(out), run="four")
            assert state(folder, out) == end, (name, n)
            assert leftovers(folder, out) == [], (name, n)


@pytest.mark.parametrize("group", ["open", "publish", "redo", "clean"])
def test_killed_at_each_point(points, tmp_path, group):
    names = sorted(n for n in points[0] if n.startswith(group + "."))
    assert names
    kill_everywhere(points, tmp_path, names)


def test_points_are_all_known(points):
    assert set(points[0]) >= {
        "open.after_lock", "open.after_fence", "publish.before_data_sync", "publish.after_data_sync",
        "publish.begin", "publish.after_begin", "publish.after_change", "publish.before_commit",
        "publish.after_commit", "redo.begin", "redo.before_rename", "redo.after_rename",
        "redo.before_delete", "redo.after_delete", "redo.before_folder_sync", "redo.after_folder_sync",
        "redo.before_finish", "redo.after_finish", "clean.before_commit", "clean.after_commit",
        "clean.before_remove"}


@pytest.mark.parametrize("point", ["recover.before_remove", "recover.before_temp",
                                   "redo.after_rename", "redo.before_finish"])
def test_recovery_killed_too(points, tmp_path, point):
    folder, out = tmp_path / "w", tmp_path / "out"
    out.mkdir()
    tool(folder, *first(out), run="one")
    script = second(out)
    tool.try_(folder, *script, run="two", env={"LEAT_FAULT": "publish.before_commit:1"})
    tool.try_(folder, *script[:-2], run="three", env={"LEAT_FAULT": point})
    tool.try_(folder, *script[:-2], run="four", env={"LEAT_FAULT": point})
    tool(folder, *script, run="five")
    assert state(folder, out) == points[1]
    assert leftovers(folder, out) == []


def wait_stopped(process):
    for _ in range(600):
        text = Path(f"/proc/{process.pid}/stat").read_text()
        if text.rsplit(")", 1)[1].split()[0] == "T":
            return
        time.sleep(0.05)
    raise AssertionError("was not stopped")


@pytest.mark.parametrize("point", ["publish.begin", "redo.begin", "redo.before_rename",
                                   "redo.before_folder_sync"])
def test_stopped_run_that_wakes_cannot_write(points, tmp_path, point):
    """It lost the lock (here its file was replaced); the fencing number keeps it out."""
    folder, out = tmp_path / "w", tmp_path / "out"
    out.mkdir()
    tool(folder, *first(out), run="one")
    process = start(folder, "sleeper", {"LEAT_FAULT": f"{point}:stop"})
    process.stdin.write(f"put {out} a.csv sleeper\nreplace energy.s SELECT 1 AS x\nredo\n"
                        "replace energy.late SELECT 1 AS x\n")
    process.stdin.flush()
    try:
        wait_stopped(process)
        (folder / "lock").unlink()
        tool(folder, *second(out)[:-1], run="two")
        before = state(folder, out)
        os.kill(process.pid, signal.SIGCONT)
        text, _ = process.communicate("", timeout=60)
    finally:
        process.kill()
    assert "another run took over" in text, text
    assert state(folder, out) == before
    assert before[1]["a.csv"] in ("new-a", "sleeper")


def test_two_writers(tmp_path):
    folder = tmp_path / "w"
    process = start(folder, "holder")
    assert process.stdout.readline() == "open\n"
    lines = tool.try_(folder, "replace a.t SELECT 1 AS x", run="second")
    assert f"is being written by process {process.pid} on " in lines[0], lines
    assert "Wait for it to end" in lines[0]
    process.kill()
    process.communicate()
    tool(folder, "replace a.t SELECT 1 AS x", run="third")


def test_readers_are_never_blocked(tmp_path):
    folder = tmp_path / "w"
    tool(folder, "replace a.t SELECT 1 AS x")
    process = start(folder, "holder")
    assert process.stdout.readline() == "open\n"
    process.stdin.write("replace a.t SELECT 2 AS x\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith("published")
    assert tool(folder, "read a.t", "read a.t 1", run="-") == ["x INTEGER", "2", "x INTEGER", "1"]
    process.communicate("")


def test_foreign_file_in_the_way(tmp_path):
    folder, out = tmp_path / "w", tmp_path / "out"
    out.mkdir()
    (out / "a.csv").write_text("not ours")
    lines = tool.try_(folder, f"put {out} a.csv new", f"put {out} b.csv new", "redo", run="one")
    assert any("in the way" in line and "--adopt" in line for line in lines), lines
    assert (out / "a.csv").read_text() == "not ours"
    assert (out / "b.csv").read_text() == "new"
    (out / "a.csv").unlink()
    assert tool(folder, "redo", run="two") == ["redo 0"]
    assert (out / "a.csv").read_text() == "new"


def test_changed_file_is_neither_replaced_nor_deleted(tmp_path):
    folder, out = tmp_path / "w", tmp_path / "out"
    out.mkdir()
    tool(folder, f"put {out} a.csv one", f"put {out} b.csv one", "redo", run="one")
    for name in ("a.csv", "b.csv"):
        (out / name).write_text("mine now")
    lines = tool.try_(folder, f"put {out} a.csv two", "redo", f"delete {out} b.csv", "redo", run="two")
    assert sum("--adopt" in line for line in lines) == 2, lines
    assert [(out / n).read_text() for n in ("a.csv", "b.csv")] == ["mine now"] * 2


def test_staged_file_lost(tmp_path):
    """Both are gone: the node is forgotten, so that it is delivered again."""
    folder, out = tmp_path / "w", tmp_path / "out"
    out.mkdir()
    tool(folder, f"put {out} a.csv one", f"put {out} b.csv one", run="one")
    (out / ".leat/one/a.csv.part").unlink()
    lines = tool(folder, "redo", "ledger", run="two")
    assert lines == ["redo 0", f"delivered {out}/b.csv"]


def test_output_folder_gone(tmp_path):
    folder, out, other = tmp_path / "w", tmp_path / "out", tmp_path / "other"
    out.mkdir(), other.mkdir()
    tool(folder, f"put {out} a.csv one", f"put {other} b.csv one", run="one")
    out.rename(tmp_path / "away")
    lines = tool.try_(folder, "redo", "ledger", run="two")
    assert "is not there" in lines[0] and lines[1] == "redo 1", lines
    assert f"delivered {other}/b.csv" in lines
    (tmp_path / "away").rename(out)
    assert tool(folder, "redo", run="three") == ["redo 0"]
    assert (out / "a.csv").read_text() == "one"
    assert not (out / ".leat").exists()


def test_foreign_files_survive_recovery(tmp_path):
    folder = tmp_path / "w"
    tool(folder, "replace a.t SELECT 1 AS x", run="one")
    stranger = folder / "data/a/t/ducklake-stranger.parquet"
    stranger.write_bytes(b"about to be committed")
    stray = folder / "data/a/t/leat-dead-0.parquet"
    stray.write_bytes(b"left by a dead run")
    (folder / "temp/dead").mkdir(parents=True)
    tool(folder, "tables", run="two")
    assert stranger.exists() and not stray.exists()
    assert tool(folder, "clean 0 ours really", run="three") and stranger.exists()
    assert tool(folder, f"clean {int((time.time() - 3600) * 1e6)} foreign really", run="four")
    assert stranger.exists(), "too young"
    tool(folder, "clean 0 foreign really", run="five")
    assert not stranger.exists()
    assert tool(folder, "read a.t", run="-") == ["x INTEGER", "1"]


def test_clean(tmp_path):
    folder = tmp_path / "w"
    tool(folder, *[f"replace a.t SELECT {i} AS x" for i in range(5)], "replace a.u SELECT 1 AS x",
         "view a.v SELECT 1 AS x", "replace a.t SELECT 'new' AS y", run="one")
    assert tool(folder, "clean 1 ours really") == ["cleaned 0 snapshots 0 files"]
    assert tool(folder, "clean 0 ours dry") == ["cleaned 8 snapshots 5 files"]
    assert tool(folder, "clean 0 ours really") == ["cleaned 8 snapshots 5 files"]
    assert len(list(folder.glob("data/a/*/*"))) == 2
    assert tool(folder, "read a.t", "read a.u", run="-") == ["y VARCHAR", "new", "x INTEGER", "1"]
    out = tool.try_(folder, "read a.t 3", run="-")
    assert "no snapshot 3" in out[0], out
    con = attach(folder)
    assert con.sql("SELECT y FROM w.a.t").fetchall() == [("new",)]
    assert con.sql("SELECT sum(x) FROM w.a.u").fetchall() == [(1,)]
    tool(folder, "append a.u SELECT 2 AS x", run="two")


def test_clean_of_what_the_extension_wrote(tmp_path):
    folder = tmp_path / "w"
    tool(folder, "replace a.t SELECT range::INTEGER AS x FROM range(10)", run="one")
    con = attach(folder, writes=True)
    for sql in ("DELETE FROM w.a.t WHERE x < 3", "DELETE FROM w.a.t WHERE x < 5",
                "CREATE TABLE w.a.gone AS SELECT 1 AS x", "DROP TABLE w.a.gone"):
        con.sql(sql)
    con.close()
    tool(folder, "clean 0 ours really", run="two")
    assert len(tool(folder, "read a.t", run="-")) == 6
    assert len(list(folder.glob("data/a/t/*"))) == 2
    assert not (folder / "data/a/gone").exists()
    assert attach(folder).sql("SELECT sum(x) FROM w.a.t").fetchall() == [(35,)]


def test_discarded_when_not_published(tmp_path):
    """A conflict leaves no file behind, in the run that had it."""
    folder = tmp_path / "w"
    tool(folder, "replace a.t SELECT 1 AS x", run="one")
    lines = tool.try_(folder, "base 0", "replace a.t SELECT 2 AS x", run="two")
    assert lines[0].startswith("error 11"), lines
    assert len(list(folder.glob("data/a/t/*"))) == 1
    assert not list(folder.glob("temp/*"))


def test_together_or_not_at_all(tmp_path):
    folder = tmp_path / "w"
    tool(folder, "replace a.t SELECT 1 AS x", "replace a.u SELECT 1 AS x", run="one")
    lines = tool.try_(folder, "base 1", "together", "replace a.new SELECT 2 AS x",
                      "replace a.u SELECT 2 AS x", "replace a.t SELECT 2 AS x", "end", run="two")
    assert len(lines) == 3 and all(line.startswith("error 11") for line in lines), lines
    assert "a.u" in lines[1] and "because \"a.u\"" in lines[0]
    assert tool(folder, "tables", run="-")[0] == "snapshot 2"


def test_each_alone(tmp_path):
    folder = tmp_path / "w"
    tool(folder, "replace a.t SELECT 1 AS x", "replace a.u SELECT 1 AS x", run="one")
    lines = tool.try_(folder, "base 1", "replace a.u SELECT 2 AS x", "replace a.t SELECT 2 AS x",
                      run="two")
    assert lines[0].startswith("error 11") and lines[1] == "published 3", lines
