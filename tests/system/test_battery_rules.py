# SPDX-License-Identifier: Apache-2.0
"""The rules of a grid (docs/design/battery.md), each with rows made by hand."""

import os
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from battery_pipeline import DAY, carried, grid_project, hashes, present, query, read_file, read_grid, write_samples

H0, H1, H2 = (f"2024/06/05/{h:02}.parquet" for h in range(3))


@pytest.fixture
def grid(leat, project):
    """grid({file: rows}, …) makes the project, runs it and gives its folder."""
    def run(files, unit="s", fill="{method: previous, max_gap: 10m, flag: bitmask}", model=None, **options):
        folder = project(grid_project(unit, fill))
        if model:
            path = folder / "models/grid/coverage.sql"
            path.write_text(model(path.read_text()))
        for name, rows in files.items():
            write_samples(folder / "data" / name, rows, **options)
        leat.ok("run", "-C", folder)
        return folder
    return run


def account(leat, folder, where="true"):
    return query(leat, folder, "SELECT folder, column_name, hour(time AT TIME ZONE 'UTC') AS h, samples, used, duplicates, "
                 "conflicts, measured, carried, missing, min, max, mean FROM grid.coverage "
                 f"WHERE {where} ORDER BY folder, column_name, h")


# ---- buckets ----

def test_buckets_are_half_open(grid):
    out = grid({"a.parquet": [(DAY, "m", "x", "1"), (DAY + 4, "m", "x", "2"), (DAY + 5, "m", "x", "10"),
                              (DAY + 3599, "m", "x", "20"), (DAY + 3600, "m", "x", "40")]}) / "out"
    files = read_grid(out)
    assert list(files) == [f"m/{H0}", f"m/{H1}"]
    for hour, cells in enumerate(files.values()):
        assert [int(t.timestamp()) for t in cells["time"]] == [DAY + 3600 * hour + 5 * b for b in range(720)]
    first, second = files.values()
    assert (first["x"][0], first["x"][1], first["x"][719]) == (1.5, 10.0, 20.0)
    assert second["x"][0] == 40.0 and carried(second)["x"][0] == 1
    assert 719 not in carried(first)["x"] and 0 not in carried(first)["x"]


def test_times_before_1970(grid):
    files = read_grid(grid({"a.parquet": [(-1, "m", "x", "1"), (-5, "m", "x", "3"), (-6, "m", "x", "5"), (0, "m", "x", "7")]})
                      / "out")
    old, new = files["m/1969/12/31/23.parquet"], files["m/1970/01/01/00.parquet"]
    assert (old["x"][719], old["x"][718], new["x"][0]) == (2.0, 5.0, 7.0)


def test_a_full_hour_has_720_rows_always(grid):
    cells = read_file(grid({"a.parquet": [(DAY + 1800, "m", "x", "1")]}) / "out/m" / H0)
    assert len(cells["time"]) == 720 and all(len(v) == 720 for v in cells.values())


def test_mean_for_numbers_and_last_for_text(grid):
    cells = read_file(grid({"a.parquet": [
        (DAY + 3, "m", "state", "RUN"), (DAY + 1, "m", "state", "IDLE"), (DAY + 2, "m", "state", "STOP"),
        (DAY + 3, "m", "x", "4"), (DAY + 1, "m", "x", "1"), (DAY + 2, "m", "x", "1")]}) / "out/m" / H0)
    assert cells["state"][0] == "RUN" and cells["x"][0] == 2.0
    assert cells["state"][120] == "RUN" and cells["state"][121] is None


def test_methods_of_columns(grid):
    names = ["first", "last", "min", "max", "sum", "count", "mean"]
    values = [(0, "3"), (1, "1"), (2, "9"), (4, "5")]
    out = grid({"a.parquet": [(DAY + t, "m", name, v) for name in names for t, v in reversed(values)]},
               model=lambda sql: sql.replace("name AS column_name", "name AS column_name, name AS method")) / "out"
    cells = read_file(out / "m" / H0)
    assert {name: cells[name][0] for name in names} == {
        "first": 3, "last": 5, "min": 1, "max": 9, "sum": 18, "count": 4, "mean": 4.5}


# ---- filling ----

def test_carried_for_max_gap_and_no_longer(grid):
    cells = read_file(grid({"a.parquet": [(DAY + 104, "m", "x", "7"), (DAY + 3000, "m", "x", "8")]}) / "out/m" / H0)
    values = present(cells, "x")
    # The bucket at 100 s is measured, and those up to 100 + 600 s carry its value.
    assert values == {**{b: 7.0 for b in range(20, 141)}, **{b: 8.0 for b in range(600, 720)}}
    assert carried(cells)["x"] == [*range(21, 141), *range(601, 720)]


def test_carried_across_the_border_of_an_hour(grid):
    out = grid({"a.parquet": [(DAY + 3570, "m", "x", "7"), (DAY + 3600 + 1800, "m", "y", "1")]}) / "out/m"
    first, second = read_file(out / H0), read_file(out / H1)
    assert present(first, "x") == {b: 7.0 for b in range(714, 720)}
    assert present(second, "x") == {b: 7.0 for b in range(0, 115)} and carried(second)["x"] == list(range(115))
    assert second["x"][114] == 7.0 and second["x"][115] is None  # 3570 + 600 = 4170 = 3600 + 114 * 5


def test_no_file_for_an_hour_that_is_only_carried_into(grid):
    out = grid({"a.parquet": [(DAY + 3599, "m", "x", "7"), (DAY + 3600, "n", "x", "1")]}) / "out"
    assert list(read_grid(out)) == [f"m/{H0}", f"n/{H1}"]


def test_nothing_is_carried_back(grid):
    cells = read_file(grid({"a.parquet": [(DAY + 50, "m", "x", "7")]}) / "out/m" / H0)
    assert cells["x"][:10] == [None] * 10 and cells["carried"][:10] == [0] * 10 and cells["x"][10] == 7.0


def test_a_gap_longer_than_an_hour_is_null(grid):
    out = grid({"a.parquet": [(DAY + 3599, "m", "x", "7"), (DAY + 7200 + 600, "m", "x", "9")]}) / "out/m"
    assert sorted(p.name for p in out.rglob("*.parquet")) == ["00.parquet", "02.parquet"]
    assert present(read_file(out / H2), "x") == {b: 9.0 for b in range(120, 241)}


def test_max_gap_longer_than_an_hour(grid):
    out = grid({"a.parquet": [(DAY + 10, "m", "x", "7"), (DAY + 7200, "m", "y", "9")]},
               fill="{method: previous, max_gap: 2h, flag: bitmask}") / "out/m"
    assert present(read_file(out / H2), "x") == {0: 7.0, 1: 7.0, 2: 7.0}


def test_bitmask_follows_the_columns(grid):
    cells = read_file(grid({"a.parquet": [(DAY, "m", "a2", "1"), (DAY, "m", "a10", "2"), (DAY + 5, "m", "a10", "3"),
                                          (DAY + 5, "m", "b", "IDLE")]}) / "out/m" / H0)
    assert list(cells) == ["time", "a2", "a10", "b", "carried"]
    assert cells["carried"][:3] == [0b000, 0b001, 0b111]


def test_flag_column(grid):
    cells = read_file(grid({"a.parquet": [(DAY, "m", "x", "1"), (DAY + 5, "m", "y", "2")]},
                           fill="{method: previous, max_gap: 5s, flag: column}") / "out/m" / H0)
    assert list(cells) == ["time", "x", "x_carried", "y", "y_carried"]
    assert cells["x_carried"][:3] == [False, True, False] and cells["y_carried"][:3] == [False, False, True]


def test_flag_none(grid):
    cells = read_file(grid({"a.parquet": [(DAY, "m", "x", "1")]},
                           fill="{method: previous, max_gap: 5s, flag: none}") / "out/m" / H0)
    assert list(cells) == ["time", "x"] and cells["x"][:3] == [1.0, 1.0, None]


def test_no_fill(grid):
    out = grid({"a.parquet": [(DAY, "m", "x", "1")]}, model=lambda sql: sql.replace(
        "  fill: {method: previous, max_gap: 10m, flag: bitmask}\n", "")) / "out/m"
    assert present(read_file(out / H0), "x") == {0: 1.0}


# ---- duplicates ----

def test_duplicates_within_a_file_count_once(grid, leat):
    folder = grid({"a.parquet": [(DAY, "m", "x", "1")] * 3 + [(DAY + 1, "m", "x", "4")]})
    assert read_file(folder / "out/m" / H0)["x"][0] == 2.5
    row, = account(leat, folder)
    assert (row["samples"], row["used"], row["duplicates"], row["conflicts"]) == (4, 2, 2, 0)
    assert (row["min"], row["max"], row["mean"]) == (1, 4, 2.5)
    assert (row["measured"], row["carried"], row["missing"]) == (1, 120, 599)


def test_duplicates_between_files_count_once(grid, leat):
    rows = [(DAY, "m", "x", "1"), (DAY + 1, "m", "x", "4")]
    folder = grid({"a.parquet": rows, "b.parquet": rows, "c.parquet": [(DAY + 1, "m", "x", "4.0")]})
    assert read_file(folder / "out/m" / H0)["x"][0] == 2.5
    row, = account(leat, folder)
    assert (row["samples"], row["used"], row["duplicates"], row["conflicts"]) == (5, 2, 3, 0)


@pytest.mark.parametrize("turn", [1, -1])
def test_of_different_values_the_greater_is_used_and_counted(grid, leat, turn):
    rows = [(DAY, "m", "x", "9"), (DAY, "m", "x", "10"), (DAY, "m", "x", "9"), (DAY, "m", "s", "IDLE"), (DAY, "m", "s", "RUN"),
            (DAY + 1, "m", "x", "-3"), (DAY + 1, "m", "x", "-20"), (DAY + 5, "m", "x", "1")]
    folder = grid({"a.parquet": rows[::turn][:3], "b.parquet": rows[::turn][3:]})
    cells = read_file(folder / "out/m" / H0)
    assert cells["x"][0] == 3.5 and cells["s"][0] == "RUN" and cells["x"][1] == 1.0
    s, x = account(leat, folder)
    assert (x["samples"], x["used"], x["duplicates"], x["conflicts"]) == (6, 3, 3, 2)
    assert (s["samples"], s["used"], s["duplicates"], s["conflicts"]) == (2, 1, 1, 1)
    assert (x["min"], x["max"]) == (-3, 10) and s["min"] is None


# ---- kinds of files ----

@pytest.mark.parametrize("unit, time, ticks", [
    ("s", pa.int64(), 1), ("ms", pa.int64(), 1000), ("us", pa.int64(), 1_000_000),
    ("ms", pa.timestamp("ms"), 1000), ("us", pa.timestamp("us"), 1_000_000),
    ("ms", pa.timestamp("ms", tz="UTC"), 1000), ("us", pa.timestamp("us", tz="UTC"), 1_000_000)])
def test_units_of_time(grid, leat, unit, time, ticks):
    part = ticks // 2  # half a second, where the clock has it
    rows = [(DAY * ticks, "m", "x", "1"), (DAY * ticks + part, "m", "x", "2" if part else "1"),
            (DAY * ticks + 5 * ticks - 1, "m", "x", "6"), (DAY * ticks + 5 * ticks, "m", "x", "8")]
    folder = grid({"a.parquet": rows}, unit=unit, time=time)
    cells = read_file(folder / "out/m" / H0)
    assert cells["x"][:2] == [3.0 if part else 3.5, 8.0]
    row, = account(leat, folder)
    assert (row["samples"], row["used"], row["duplicates"]) == ((4, 4, 0) if part else (4, 3, 1))
    seen, = query(leat, folder, "SELECT epoch_us(first_seen) AS a, epoch_us(last_seen) AS b, samples FROM raw.samples_series")
    assert (seen["a"], seen["b"], seen["samples"]) == (DAY * 10**6, DAY * 10**6 + 5 * 10**6, 4)


@pytest.mark.parametrize("value, given, expected", [
    (pa.float64(), [1.5, 2.5, 1e300], [2.0, 1e300]), (pa.float32(), [1.5, 2.5, 0.1], [2.0, 0.10000000149011612]),
    (pa.int64(), [1, 2, -7], [1.5, -7.0]), (pa.int32(), [1, 2, -7], [1.5, -7.0]),
    (pa.string(), ["1.5", "2.5", "53.95000076293945"], [2.0, 53.95000076293945]),
    (pa.large_string(), ["1.5", "+2.5", "-1e-7"], [2.0, -1e-7])])
@pytest.mark.parametrize("use_dictionary", [True, False])
def test_types_of_values(grid, value, given, expected, use_dictionary):
    rows = [(DAY + t, "m", "x", v) for t, v in zip((0, 1, 5), given)]
    assert read_file(grid({"a.parquet": rows}, value=value, use_dictionary=use_dictionary) / "out/m" / H0)["x"][:2] == expected


@pytest.mark.parametrize("options", [
    {"row_group_size": 100}, {"row_group_size": 7, "use_dictionary": False}, {"data_page_version": "2.0"},
    {"data_page_size": 64, "compression": "zstd"}, {"compression": "gzip"}, {"compression": "none"},
    {"write_statistics": False}, {"use_dictionary": False, "column_encoding": {"t": "DELTA_BINARY_PACKED"}}])
def test_layouts_of_files(grid, leat, options):
    rows = [(DAY + (i * 37) % 5000, f"m{i % 3}", f"x{i % 5}", str(i % 11)) for i in range(2000)]
    folder = grid({"a.parquet": rows}, **options)
    got = query(leat, folder, "SELECT sum(samples)::BIGINT AS samples, sum(used)::BIGINT AS used, "
                "sum(mean * used) AS total FROM grid.coverage")[0]
    distinct = {}
    for t, folder_name, name, v in rows:
        key = (t, folder_name, name)
        distinct[key] = max(distinct.get(key, float(v)), float(v))
    assert (got["samples"], got["used"]) == (2000, len(distinct))
    assert got["total"] == pytest.approx(sum(distinct.values()))


@pytest.mark.parametrize("compression", ["brotli", "lz4"])
def test_what_only_the_engine_reads_gives_the_same_bytes(leat, project, compression):
    """Also beside files that leat reads itself."""
    rows = [(DAY + (i * 37) % 5000, f"m{i % 3}", f"x{i % 5}", "RUN" if i % 5 == 0 else str(i % 11 / 8)) for i in range(2000)]
    made = []
    for kind in ("snappy", compression):
        folder = project(grid_project(), kind)
        write_samples(folder / "data/a.parquet", rows[:1000], compression=kind)
        write_samples(folder / "data/b.parquet", rows[1000:])
        leat.ok("run", "-C", folder)
        made.append((hashes(folder / "out"), account(leat, folder), query(leat, folder, "FROM raw.samples ORDER BY ALL")))
    assert made[0] == made[1] and len(made[0][0]) == 6
    assert "nothing to do" in leat.ok("run", "-C", folder).err
    assert not list((folder / "warehouse").rglob("series-*.parquet")), "what was written anew is removed"


def test_a_failed_source_skips_what_reads_it(leat, project):
    """And gives no hints that would not help."""
    files = grid_project()
    files["models/grid/gaps.sql"] = "/*---\nmaterialized: table\n---*/\nSELECT * FROM grid.coverage WHERE missing > 0\n"
    folder = project(files)
    (folder / "data").mkdir()
    result = leat("run", "-C", folder)
    assert result.code == 1 and "no file matches" in result.err
    assert re.search(r"raw.samples_series +FAILED", result.err)
    for name in ("raw.samples", "grid.coverage", "grid.gaps"):
        assert re.search(rf"{name} +skipped", result.err), result.err
    assert "never built" not in result.err and "never read" not in result.err
    write_samples(folder / "data/a.parquet", [(DAY, "m", "x", "1")])
    leat.ok("run", "-C", folder)


def test_an_empty_file_is_no_trouble(grid):
    assert list(read_grid(grid({"a.parquet": [(DAY, "m", "x", "1")], "b.parquet": []}) / "out")) == [f"m/{H0}"]


def test_rows_that_are_no_samples_are_rejected(grid, leat):
    folder = grid({"a.parquet": [(DAY, "m", "x", "1"), (None, "m", "x", "2"), (DAY + 1, "m", "x", None), (DAY + 2, "m", "x", "nan"),
                                 (DAY + 3, "m", "x", "inf"), (DAY + 4, "m", "x", "3"), (10**17, "m", "x", "4"), (DAY, "m", "x", "1")]})
    counts = query(leat, folder, "SELECT sum(samples)::BIGINT AS samples, sum(used)::BIGINT AS used, "
                   "sum(duplicates)::BIGINT AS duplicates FROM grid.coverage")[0]
    rejects = query(leat, folder, "SELECT * FROM leat.rejects ORDER BY record")
    assert counts == {"samples": 3, "used": 2, "duplicates": 1}
    assert len(rejects) == 5 and counts["used"] + counts["duplicates"] + len(rejects) == 8
    assert {r["column_name"] for r in rejects} == {"t", "v"} and all(r["file"].endswith("a.parquet") for r in rejects)
    assert read_file(folder / "out/m" / H0)["x"][0] == 2.0


@pytest.mark.parametrize("value", ["", "1e999", "-Infinity", "+inf", "NaN"])
def test_values_that_are_nearly_numbers_are_rejected(grid, leat, value):
    folder = grid({"a.parquet": [(DAY, "m", "x", "1"), (DAY + 1, "m", "x", value), (DAY + 2, "m", "x", "3")]})
    assert read_file(folder / "out/m" / H0)["x"][0] == 2.0
    assert [row["record"] for row in query(leat, folder, "SELECT record FROM leat.rejects")] == [2]


def test_a_state_with_a_zero_byte_is_rejected(grid, leat):
    folder = grid({"a.parquet": [(DAY, "m", "x", "RUN"), (DAY + 1, "m", "x", "RUN\0A")]})
    assert read_file(folder / "out/m" / H0)["x"][0] == "RUN"
    assert [row["record"] for row in query(leat, folder, "SELECT record FROM leat.rejects")] == [2]


def test_a_label_with_a_zero_byte_is_an_error(leat, project):
    folder = project(grid_project())
    write_samples(folder / "data/a.parquet", [(DAY, "m", "x", "1"), (DAY, "m\0n", "x", "2")])
    result = leat("run", "-C", folder)
    assert result.code == 1 and 'a label of "folder" has a zero byte' in result.err and "a.parquet:2" in result.err


def test_equal_labels_of_files_with_other_layouts_are_one_series(grid, leat):
    rows = [(DAY, "m", "x", "1"), (DAY + 1, "n", "y", "2")]
    folder = grid({"a.parquet": rows})
    required = pa.schema([pa.field("t", pa.int64(), False), pa.field("folder", pa.string(), False),
                          pa.field("name", pa.string(), False), pa.field("v", pa.string(), False)])
    columns = [[DAY + 2, DAY + 3, DAY + 4], ["n", "m", "m"], ["y", "x", "z"], ["4", "3", "5"]]
    pq.write_table(pa.table(columns, schema=required), folder / "data/b.parquet", use_dictionary=False)
    leat.ok("run", "-C", folder)
    assert query(leat, folder, "SELECT folder, name, samples FROM raw.samples_series ORDER BY ALL") == [
        {"folder": "m", "name": "x", "samples": 2}, {"folder": "m", "name": "z", "samples": 1},
        {"folder": "n", "name": "y", "samples": 2}]


def test_null_labels_are_no_labels(grid):
    out = grid({"a.parquet": [(DAY, "m", "x", "1"), (DAY, None, "x", "2")]},
               model=lambda sql: sql.replace("series, folder,", "series, coalesce(folder, 'none') AS folder,")) / "out"
    assert {path: cells["x"][0] for path, cells in read_grid(out).items()} == {f"m/{H0}": 1.0, f"none/{H0}": 2.0}


# ---- what the SELECT may say ----

def test_a_series_may_be_left_out(grid, leat):
    folder = grid({"a.parquet": [(DAY, "m", "x", "1"), (DAY, "m", "y", "2")]},
                  model=lambda sql: sql + "WHERE name <> 'y'\n")
    assert list(read_file(folder / "out/m" / H0)) == ["time", "x", "carried"]
    assert [row["column_name"] for row in account(leat, folder)] == ["x"]


def test_two_series_of_one_column_are_an_error(leat, project):
    folder = project(grid_project())
    write_samples(folder / "data/a.parquet", [(DAY, "m", "x", "1"), (DAY, "m", "y", "2")])
    path = folder / "models/grid/coverage.sql"
    path.write_text(path.read_text().replace("name AS column_name", "'same' AS column_name"))
    result = leat("run", "-C", folder)
    assert result.code == 1 and 'two series are column "same"' in result.err and "coverage.sql" in result.err
    assert not list((folder / "out").rglob("*.parquet"))


@pytest.mark.parametrize("name", ["time", "carried", "TIME"])
def test_a_column_named_as_one_of_the_grid_is_an_error(leat, project, name):
    folder = project(grid_project())
    write_samples(folder / "data/a.parquet", [(DAY, "m", name, "1"), (DAY, "m", "x", "1")])
    result = leat("run", "-C", folder)
    assert result.code == 1 and f'"{name}"' in result.err
    assert not list((folder / "out").rglob("*.parquet"))


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc", "x\ny", "Größe 1", "a b"])
def test_keys_never_leave_the_folder(leat, project, name):
    folder = project(grid_project())
    write_samples(folder / "data/a.parquet", [(DAY, name, "x", "1")])
    result = leat("run", "-C", folder)
    made = [p.relative_to(folder / "out") for p in (folder / "out").rglob("*.parquet")]
    assert result.code in (0, 1) and len(made) == (result.code == 0)
    assert all(len(p.parts) == 5 for p in made)


def test_more_columns_than_the_bitmask_has_bits(leat, project):
    for flag, code in (("bitmask", 1), ("column", 0), ("none", 0)):
        folder = project(grid_project(fill=f"{{method: previous, max_gap: 5s, flag: {flag}}}"), flag)
        write_samples(folder / "data/a.parquet", [(DAY, "m", f"x{i}", "1") for i in range(64)])
        result = leat("run", "-C", folder)
        assert result.code == code, result
        assert code == 0 or ("64 columns" in result.err and "flag: column" in result.err)


def test_two_grids_of_the_same_samples(leat, project):
    files = grid_project()
    files["models/grid/minutes.sql"] = files["models/grid/coverage.sql"].replace("every: 5s", "every: 1min").replace(
        "${output}/", "${output}/minutes/")
    folder = project(files)
    write_samples(folder / "data/a.parquet", [(DAY + t, "m", "x", str(t)) for t in range(0, 120, 10)])
    leat.ok("run", "-C", folder)
    cells = read_file(folder / "out/minutes/m" / H0)
    assert cells["x"][:3] == [25.0, 85.0, 85.0] and len(cells["time"]) == 60
    assert read_file(folder / "out/m" / H0)["x"][:3] == [0.0, 0.0, 10.0]


def test_every_must_divide_an_hour(leat, project):
    folder = project(grid_project())
    path = folder / "models/grid/coverage.sql"
    path.write_text(path.read_text().replace("every: 5s", "every: 7s"))
    result = leat("validate", "-C", folder)
    assert result.code != 0 and "divide an hour" in result.err + result.out


def test_a_failing_check_publishes_nothing(leat, project):
    folder = project(grid_project())
    write_samples(folder / "data/a.parquet", [(DAY, "m", "x", "1")])
    path = folder / "models/grid/coverage.sql"
    path.write_text(path.read_text().replace("WHERE samples <> used", "WHERE samples = used"))
    result = leat("run", "-C", folder)
    assert result.code == 1 and "samples in = samples used" in result.err
    assert not list((folder / "out").rglob("*.parquet"))


# ---- a series is of numbers or of text ----

def test_number_then_text_in_a_file_names_file_and_row(leat, project):
    folder = project(grid_project())
    write_samples(folder / "data/a.parquet", [(DAY, "m", "y", "1"), (DAY, "m", "x", "1"), (DAY + 1, "m", "x", "RUN")])
    result = leat("run", "-C", folder)
    assert result.code == 1 and re.search(r"number at \S*/data/a.parquet:2 and a text here", result.err)
    assert "data/a.parquet:3\n" in result.err
    assert not list((folder / "out").rglob("*.parquet"))


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize("before, after", [("1", "RUN"), ("RUN", "1")])
def test_a_series_that_changes_later_names_both_places(grid, leat, before, after, is_old):
    """Also when the first one was read in an earlier run, and is not read again."""
    folder = grid({"a.parquet": [(DAY, "m", "y", "1"), (DAY, "m", "x", before)]})
    if is_old:
        os.utime(folder / "data/a.parquet", (DAY, DAY))
        leat.ok("run", "-C", folder)
    write_samples(folder / "data/b.parquet", [(DAY, "m", "z", "5"), (DAY + 3600, "m", "x", after)])
    result = leat("run", "-C", folder)
    kinds = ("number", "text") if before == "1" else ("text", "number")
    assert result.code == 1 and "series folder=m, name=x" in result.err
    assert re.search(rf"{kinds[0]} at \S*/data/a.parquet:2 and a {kinds[1]} here", result.err)
    assert "data/b.parquet:2\n" in result.err
    assert list(read_grid(folder / "out")) == [f"m/{H0}"]
    (folder / "data/b.parquet").unlink()
    leat.ok("run", "-C", folder)


def test_of_many_changes_the_first_is_told(leat, project):
    """The first in the order of the files, whatever the threads do."""
    folder = project(grid_project())
    for i in range(12):
        write_samples(folder / f"data/{i:02}.parquet", [
            (DAY + t, "m", f"s{s}", "RUN" if s and i > 2 and i % s == 0 else "1")
            for t in range(0, 2000 if i % 3 else 20) for s in range(8)])
    found = {re.search(r"the series .* here\n.*", leat("run", "-C", folder, "--threads", n).err)[0] for n in (1, 2, 2, 4, 8)}
    assert len(found) == 1, found
    assert re.search(r"name=s1 has a number at \S*/00.parquet:2 and a text here\n.*/03.parquet:2$", found.pop())


def test_labels_after_the_dictionary_ended(leat, project):
    """Codes of one byte, then values without codes: rows of both must not be taken for each other."""
    folder = project({"leat.yaml": "name: t\nsources: {s: {files: data/*.parquet, series: {time: t, unit: s, value: v, labels: [tags]}}}\n"})
    labels = [[["v000", f"v{i:03}"]] for i in range(256)] + [[["v000", "v000"]], [["w", "q"]]] * 2
    table = pa.table({"t": pa.array(range(len(labels)), pa.int64()), "v": ["1"] * len(labels),
                      "tags": pa.array(labels, pa.list_(pa.list_(pa.string())))})
    (folder / "data").mkdir()
    pq.write_table(table, folder / "data/a.parquet", dictionary_pagesize_limit=2048, write_batch_size=1)
    leat.ok("run", "-C", folder)
    assert query(leat, folder, "SELECT labels::VARCHAR AS l, samples FROM raw.s_series WHERE samples > 1 ORDER BY 1") == [
        {"l": '{"v000":"v000"}', "samples": 3}, {"l": '{"w":"q"}', "samples": 2}]


def test_more_rows_than_a_batch_has(leat, project):
    """10 folders of 300 columns, 40 hours: 120,000 rows of the account, and a batch ends at 100,000."""
    files = grid_project(fill="{method: previous, max_gap: 10m, flag: none}")
    path = "models/grid/coverage.sql"
    files[path] = files[path].replace("every: 5s", "every: 10m")
    folder = project(files)
    rows = [(DAY, f"d{k}", f"c{c}", "1") for k in range(10) for c in range(300)]
    rows += [(DAY + 3600 * h, f"d{k}", "c0", "2") for h in range(1, 40) for k in range(10)]
    write_samples(folder / "data/a.parquet", rows)
    result = leat.ok("run", "-C", folder)
    assert "400 files published" in result.err and len(list((folder / "out").rglob("*.parquet"))) == 400
    assert query(leat, folder, "SELECT count(*) AS n, sum(samples)::BIGINT AS s FROM grid.coverage") == [{"n": 120000, "s": 3390}]
    assert "published" not in leat.ok("run", "-C", folder).err


def test_readers_see_all_of_the_account(leat, project):
    """Also of batches before the last one, and of hours that did not run this time."""
    files = grid_project(fill="{method: previous, max_gap: 10m, flag: none}")
    path = "models/grid/coverage.sql"
    files[path] = files[path].replace("every: 5s", "every: 10m")
    files["models/grid/hours.sql"] = "SELECT count(*) AS n, count(DISTINCT time) AS hours FROM grid.coverage\n"
    folder = project(files)
    rows = [(DAY, f"d{k}", f"c{c}", "1") for k in range(10) for c in range(300)]
    rows += [(DAY + 3600 * h, f"d{k}", "c0", "2") for h in range(1, 40) for k in range(10)]
    write_samples(folder / "data/a.parquet", rows)
    leat.ok("run", "-C", folder)
    assert query(leat, folder, "FROM grid.hours") == [{"n": 120000, "hours": 40}]
    write_samples(folder / "data/b.parquet", [(DAY + 3600 * 60, "d0", "c0", "1")])
    leat.ok("run", "-C", folder)
    assert query(leat, folder, "FROM grid.hours") == [{"n": 120300, "hours": 41}]
    assert query(leat, folder, "SELECT count(*) AS n FROM grid.coverage") == [{"n": 120300}]
