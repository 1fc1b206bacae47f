# SPDX-License-Identifier: Apache-2.0
"""A grid does again what changed and nothing else: late, changed and deleted files, new series, killed runs."""

import os
import random
import shutil
import signal
import time
from collections import Counter

import pytest
from battery_pipeline import (DAY, files_of, grid_project, hashes, present, query, read_file, read_grid, write_samples)

HOUR = 3600
ACCOUNT = "SELECT * FROM grid.coverage ORDER BY folder, time, column_name"


def hour(h):
    return f"2024/06/05/{h:02}.parquet"


def samples(first, last, step=7, folders=("m", "n"), names=("x", "y", "state")):
    """Rows of `names` in `folders` between two hours of DAY; the same for the same arguments."""
    return [(t, folder, name, ("RUN" if t % 3 else "IDLE") if name == "state" else str(t % 1009 / 8))
            for folder in folders for name in names for t in range(DAY + first * HOUR, DAY + last * HOUR, step)]


def state(leat, folder):
    """All that a run makes: bytes of the files, and the account."""
    return hashes(folder / "out"), query(leat, folder, ACCOUNT)


@pytest.fixture
def grid(project):
    """grid({file: rows}) writes a project."""
    def make(files, name="project", **options):
        folder = project(grid_project(), name)
        for path, rows in files.items():
            write_samples(folder / "data" / path, rows, **options)
        return folder
    return make


def run(leat, folder, *args):
    return leat.ok("run", "-C", folder, *args)


def rewritten(before, folder):
    """Paths of the files that are new or were made anew since."""
    return {path for path, stamp in files_of(folder / "out").items() if before.get(path) != stamp}


# ---- order ----

def test_order_of_rows_and_files_changes_no_byte(grid, leat):
    rows = samples(0, 3, 11)
    rows += random.Random(1).sample(rows, 500)                    # duplicates
    rows += [(t, f, n, "2000" if n != "state" else "ZZZ") for t, f, n, _ in rows[:200]]  # conflicts
    results = []
    for seed in range(3):
        mixed = list(rows)
        if seed:
            random.Random(seed).shuffle(mixed)
        names = [f"{i}.parquet" for i in range(4)]
        random.Random(seed).shuffle(names)
        folder = grid({name: mixed[i::4] for i, name in enumerate(names)}, f"p{seed}", row_group_size=[None, 100, 977][seed])
        run(leat, folder)
        results.append(state(leat, folder))
    assert results[0] == results[1] == results[2]
    assert sum(row["conflicts"] for row in results[0][1]) == len({row[:3] for row in rows[-200:]})


def test_file_by_file_gives_the_same_bytes_as_all_at_once(grid, leat):
    files = {f"{i}.parquet": samples(0, 4, 13)[i::5] for i in range(5)}
    whole, parts = grid(files, "whole"), grid({}, "parts")
    run(leat, whole)
    for name in random.Random(3).sample(sorted(files), 5):
        shutil.copy(whole / "data" / name, (parts / "data").mkdir(exist_ok=True) or parts / "data" / name)
        run(leat, parts)
    assert state(leat, parts) == state(leat, whole)


# ---- only what is needed ----

def test_an_unchanged_rerun_does_nothing(grid, leat):
    folder = grid({"a.parquet": samples(0, 6)})
    run(leat, folder)
    before, snapshots = files_of(folder / "out"), files_of(folder / "warehouse/data")
    began = time.perf_counter()
    result = run(leat, folder)
    assert time.perf_counter() - began < 5  # milliseconds on a quiet machine
    assert "nothing to do" in result.err
    assert files_of(folder / "out") == before and files_of(folder / "warehouse/data") == snapshots


def test_a_late_file_rewrites_its_hours_and_what_is_carried_on(grid, leat):
    folder = grid({"a.parquet": samples(0, 8, 700)})
    run(leat, folder)
    before = files_of(folder / "out")
    # 03:30 reaches no other hour; 05:55 is carried into 06:00.
    write_samples(folder / "data/0-late.parquet", [(DAY + 3 * HOUR + 1800, "m", "x", "77")])
    run(leat, folder)
    assert rewritten(before, folder) == {f"m/{hour(3)}"}
    before = files_of(folder / "out")
    write_samples(folder / "data/0-later.parquet", [(DAY + 5 * HOUR + 3301, "m", "x", "78")])
    run(leat, folder)
    assert rewritten(before, folder) <= {f"m/{hour(5)}", f"m/{hour(6)}"} and f"m/{hour(5)}" in rewritten(before, folder)
    cells = read_file(folder / "out/m" / hour(5))
    assert cells["x"][660] == 78.0


def test_a_late_sample_is_carried_into_the_next_hour(grid, leat):
    folder = grid({"a.parquet": [(DAY, "m", "x", "1"), (DAY + HOUR + 1800, "m", "y", "1"), (DAY + 3 * HOUR, "m", "y", "1")]})
    run(leat, folder)
    before = files_of(folder / "out")
    assert present(read_file(folder / "out/m" / hour(1)), "x") == {}
    write_samples(folder / "data/late.parquet", [(DAY + HOUR - 20, "m", "x", "5")])
    run(leat, folder)
    assert present(read_file(folder / "out/m" / hour(1)), "x") == {b: 5.0 for b in range(0, 117)}
    assert rewritten(before, folder) == {f"m/{hour(0)}", f"m/{hour(1)}"}


def test_a_changed_file_rewrites_its_hours(grid, leat):
    folder = grid({"a.parquet": samples(0, 2), "b.parquet": samples(2, 4), "c.parquet": samples(4, 6)})
    run(leat, folder)
    before = files_of(folder / "out")
    write_samples(folder / "data/b.parquet", [(t, f, n, "500" if n != "state" else v) for t, f, n, v in samples(2, 4)])
    run(leat, folder)
    again = rewritten(before, folder)
    assert again == {f"{f}/{hour(h)}" for f in "mn" for h in (2, 3, 4)} - {
        f"{f}/{hour(4)}" for f in "mn"} or again == {f"{f}/{hour(h)}" for f in "mn" for h in (2, 3, 4)}
    fresh = grid({}, "fresh")
    shutil.copytree(folder / "data", fresh / "data")
    run(leat, fresh)
    assert state(leat, fresh) == state(leat, folder)


def test_a_deleted_file_rewrites_its_hours(grid, leat):
    both = samples(0, 6, 50)
    folder = grid({"a.parquet": both, "b.parquet": [(DAY + 2 * HOUR + 60, "m", "x", "4000")]})
    run(leat, folder)
    before = files_of(folder / "out")
    (folder / "data/b.parquet").unlink()
    run(leat, folder)
    assert rewritten(before, folder) == {f"m/{hour(2)}"}
    assert sum(row["samples"] for row in query(leat, folder, ACCOUNT)) == len(both)
    assert max(v for v in read_file(folder / "out/m" / hour(2))["x"] if v is not None) < 4000


def test_a_deleted_file_takes_its_hours_along_with_prune(grid, leat):
    folder = grid({"a.parquet": samples(0, 3), "b.parquet": samples(3, 6)})
    run(leat, folder)
    before = files_of(folder / "out")
    (folder / "data/b.parquet").unlink()
    result = leat("run", "-C", folder)
    assert result.code == 1 and "--prune" in result.err
    assert files_of(folder / "out") == before, "nothing is removed unasked"
    run(leat, folder, "--prune")
    assert set(files_of(folder / "out")) == {f"{f}/{hour(h)}" for f in "mn" for h in range(3)}
    fresh = grid({"a.parquet": samples(0, 3)}, "fresh")
    run(leat, fresh)
    assert state(leat, fresh) == state(leat, folder)
    assert "nothing to do" in run(leat, folder).err


def test_a_folder_that_the_model_leaves_out_goes_with_prune(grid, leat):
    folder = grid({"a.parquet": samples(0, 3)})
    run(leat, folder)
    model = folder / "models/grid/coverage.sql"
    model.write_text(model.read_text() + "WHERE folder <> 'n'\n")
    result = leat("run", "-C", folder)
    assert result.code == 1 and "--prune" in result.err
    run(leat, folder, "--prune")
    assert set(files_of(folder / "out")) == {f"m/{hour(h)}" for h in range(3)}
    assert {row["folder"] for row in query(leat, folder, ACCOUNT)} == {"m"}


def test_a_file_of_somebody_else_is_not_replaced(grid, leat):
    folder = grid({"a.parquet": samples(0, 3)})
    other = folder / "out/m" / hour(1)
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    result = leat("run", "-C", folder)
    assert result.code == 1 and "--adopt" in result.err
    assert other.read_text() == "mine" and set(files_of(folder / "out")) == {f"m/{hour(1)}"}
    run(leat, folder, "--adopt")
    assert len(read_grid(folder / "out")) == 6


def test_a_missing_output_file_is_made_again(grid, leat):
    folder = grid({"a.parquet": samples(0, 3)})
    run(leat, folder)
    wanted = state(leat, folder)
    (folder / "out/m" / hour(1)).unlink()
    run(leat, folder)
    assert state(leat, folder) == wanted


def test_start_and_end(grid, leat):
    folder = grid({"a.parquet": samples(0, 6, 100)})
    run(leat, folder, "--start", "2024-06-05T02:00:00Z", "--end", "2024-06-05T04:00:00Z")
    assert set(files_of(folder / "out")) == {f"{f}/{hour(h)}" for f in "mn" for h in (2, 3)}
    run(leat, folder)
    fresh = grid({"a.parquet": samples(0, 6, 100)}, "fresh")
    run(leat, fresh)
    assert state(leat, fresh) == state(leat, folder)


# ---- new series ----

def test_a_new_series_rewrites_the_earlier_files_of_its_folder(grid, leat):
    folder = grid({"a.parquet": samples(0, 4)})
    run(leat, folder)
    before = files_of(folder / "out")
    write_samples(folder / "data/b.parquet", [(DAY + 4 * HOUR, "m", "a", "1")])
    run(leat, folder)
    assert rewritten(before, folder) == {f"m/{hour(h)}" for h in range(5)}
    for path, cells in read_grid(folder / "out").items():
        assert list(cells) == ["time", *(["a"] if path[0] == "m" else []), "state", "x", "y", "carried"]
    fresh = grid({}, "fresh")
    shutil.copytree(folder / "data", fresh / "data")
    run(leat, fresh)
    assert state(leat, fresh)[0] == state(leat, folder)[0]


def test_explain_says_that_a_new_series_rewrites(grid, leat):
    folder = grid({"a.parquet": samples(0, 4)})
    run(leat, folder)
    write_samples(folder / "data/b.parquet", [(DAY + 4 * HOUR, "m", "a", "1")])
    why = leat.ok("explain", "grid.coverage", "-C", folder).out
    assert "would run" in why and "new series" in why


def test_a_new_series_and_a_part_of_the_time(grid, leat):
    """Files of one folder never have different columns, also when only a part of the time is asked for."""
    folder = grid({"a.parquet": samples(0, 4)})
    run(leat, folder)
    write_samples(folder / "data/b.parquet", [(DAY + 4 * HOUR, "m", "a", "1")])
    run(leat, folder, "--start", "2024-06-05T04:00:00Z", "--end", "2024-06-05T05:00:00Z")
    columns = {tuple(cells) for path, cells in read_grid(folder / "out").items() if path.startswith("m/")}
    assert len(columns) == 1, columns


def test_a_series_keeps_its_number(grid, leat):
    folder = grid({"b.parquet": [(DAY, "m", "m", "1"), (DAY, "m", "z", "1")]})
    run(leat, folder)
    sql = "SELECT name, series, samples FROM raw.samples_series ORDER BY name"
    first = {row["name"]: row["series"] for row in query(leat, folder, sql)}
    write_samples(folder / "data/a.parquet", [(DAY, "m", "a", "1"), (DAY + 1, "m", "z", "1")])
    run(leat, folder)
    rows = query(leat, folder, sql)
    assert {row["name"]: row["series"] for row in rows if row["name"] in first} == first
    assert {row["name"]: row["samples"] for row in rows} == {"a": 1, "m": 1, "z": 2}
    assert len({row["series"] for row in rows}) == 3


def test_the_samples_as_sql(grid, leat):
    rows = samples(0, 2, 60) + [(DAY, "m", "x", "1")] * 2
    folder = grid({"a.parquet": rows[::2], "b.parquet": rows[1::2]})
    run(leat, folder)
    got = query(leat, folder, "SELECT s.folder, s.name, epoch(time)::BIGINT AS t, value FROM raw.samples "
                "JOIN raw.samples_series s USING (series)")
    assert Counter((r["t"], r["folder"], r["name"], r["value"]) for r in got) == Counter(rows)


# ---- kill -9 ----

def second_input(folder):
    """What comes after the first run: a late file, a new series, a changed file and a deleted one."""
    write_samples(folder / "data/late.parquet", [(DAY + HOUR + 9, "n", "x", "1234"), (DAY + 5 * HOUR, "m", "new", "1")])
    write_samples(folder / "data/b.parquet", samples(2, 3, 9))
    (folder / "data/c.parquet").unlink()


FIRST = {"a.parquet": samples(0, 2), "b.parquet": samples(2, 4), "c.parquet": samples(3, 4, 8)}


def whole_files(folder, *states):
    """Each file there is has the bytes that one of the states gives it."""
    for path, digest in hashes(folder / "out").items():
        if ".leat" not in path:
            assert digest in [s[0].get(path) for s in states], f"{path} is no whole file"


def copy(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)  # keeps mtimes: a delivered file with another one is somebody else's
    return target


@pytest.mark.parametrize("is_second", [False, True])
def test_dies_at_each_point(grid, leat_faults, tmp_path, is_second):
    leat = leat_faults
    folder = grid(FIRST)
    old = ({}, [])
    if is_second:
        run(leat, folder)
        old = state(leat, folder)
        second_input(folder)
    start = copy(folder, tmp_path / "start")
    trace = tmp_path / "trace"
    leat.ok("run", "-C", folder, "--prune", env={"LEAT_FAULT_TRACE": trace})
    points = Counter(trace.read_text().split())
    assert {"stage.checked", "publish.before_commit", "redo.before_rename", "redo.before_folder_sync"} <= set(points), points
    wanted = state(leat, folder)
    for name, count in points.items():
        for hit in sorted({1, (count + 1) // 2, count}):
            copy(start, folder)
            result = leat("run", "-C", folder, "--prune", env={"LEAT_FAULT": f"{name}:{hit}"})
            assert result.code == 128 + signal.SIGKILL, f"{name}:{hit}: {result}"
            whole_files(folder, old, wanted)
            leat.ok("run", "-C", folder, "--prune")
            assert state(leat, folder) == wanted, f"after {name}:{hit}"
            assert not [p for p in folder.rglob("*.part")], f"after {name}:{hit}"


def test_dies_at_random_moments(grid, leat, tmp_path):
    rows = samples(0, 24, 5, folders=[f"m{i}" for i in range(6)])
    folder = grid({f"{i}.parquet": rows[i::6] for i in range(6)})
    start = copy(folder, tmp_path / "start")
    began = time.perf_counter()
    run(leat, folder)
    lasted = time.perf_counter() - began
    wanted = state(leat, folder)
    random.seed(os.environ.get("LEAT_TEST_SEED", "battery"))
    for _ in range(int(os.environ.get("LEAT_TEST_KILLS", "8"))):
        copy(start, folder)
        for _ in range(3):  # the same run, killed again and again
            process = leat.start("run", "-C", folder)
            time.sleep(random.uniform(0, lasted))
            process.kill()
            process.communicate()
            whole_files(folder, wanted)
        run(leat, folder)
        assert state(leat, folder) == wanted
        assert not list(folder.rglob("*.part"))


def test_dies_between_batches(grid, leat_faults, tmp_path):
    """Files are published 4,096 or a few more at a time: what a killed run has published is not made again."""
    leat = leat_faults
    folder = grid({"a.parquet": [(DAY + h * HOUR, f"m{m}", "x", str(h + m)) for h in range(42) for m in range(100)]})
    start, trace = copy(folder, tmp_path / "start"), tmp_path / "trace"
    leat.ok("run", "-C", folder, env={"LEAT_FAULT_TRACE": trace})
    points = Counter(trace.read_text().split())
    assert points["grid.before_publish"] == points["grid.after_publish"] == 1
    wanted = state(leat, folder)
    assert len(wanted[0]) == 4200
    for point in ("grid.before_publish:1", "grid.after_publish:1", "redo.before_rename:2000", "redo.after_rename:4150"):
        copy(start, folder)
        result = leat("run", "-C", folder, env={"LEAT_FAULT": point})
        assert result.code == 128 + signal.SIGKILL, f"{point}: {result}"
        whole_files(folder, wanted)
        published = {p: s for p, s in files_of(folder / "out").items() if ".leat" not in p}
        leat.ok("run", "-C", folder)
        again = rewritten(published, folder)
        assert not again & set(published), f"{point}: made again: {sorted(again & set(published))[:3]}"
        assert state(leat, folder) == wanted, f"after {point}"
        assert not list(folder.rglob("*.part"))
