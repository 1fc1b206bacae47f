# SPDX-License-Identifier: Apache-2.0
"""raw.<name>(time_from := …, time_to := …): the samples as SQL, from the files that are needed and no others."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from battery_pipeline import DAY, grid_project, query, write_samples

HOUR = 3600
MODEL = "/*---\nmaterialized: table\n---*/\nSELECT count(*) AS n, min(time) AS first, max(time) AS last FROM raw.samples{}\n"


def instant(seconds):
    """As a literal of SQL."""
    return f"make_timestamptz({seconds}::BIGINT * 1000000)"


def bounds(first=None, last=None):
    given = [("time_from", first), ("time_to", last)]
    return "(" + ", ".join(f"{name} := {instant(t)}" for name, t in given if t is not None) + ")"


def where(first=None, last=None):
    return f" WHERE time >= {instant(first or 0)} AND time < {instant(last or DAY * 10)}"


@pytest.fixture
def hours(leat, project):
    """A file for each of six hours, one (0.parquet) that reaches over all of them, and one without samples."""
    folder = project(grid_project())
    for h in range(6):
        write_samples(folder / f"data/h{h}.parquet",
                      [(DAY + h * HOUR + t, "m", name, str(t)) for name in "xy" for t in range(0, HOUR, 60)])
    write_samples(folder / "data/0.parquet", [(DAY + t, "n", "x", "1") for t in (100, 5 * HOUR + 100)])
    write_samples(folder / "data/none.parquet", [])
    leat.ok("run", "-C", folder)
    return folder


def overwrite(path, content):
    """In the same place and with the same times, so that only a read can tell."""
    stat = path.stat()
    with open(path, "r+b") as file:
        file.write(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def break_all_but(folder, kept):
    saved = {path: path.read_bytes() for path in (folder / "data").glob("*.parquet") if path.name not in kept}
    for path, content in saved.items():
        overwrite(path, b"X" * len(content))
    return saved


def all_rows(leat, folder, sql):
    return query(leat, folder, f"SELECT * FROM {sql} ORDER BY ALL")


@pytest.mark.parametrize("first, last", [
    (DAY + 2 * HOUR, DAY + 3 * HOUR), (DAY + HOUR + 30, DAY + 4 * HOUR + 90), (DAY + 2 * HOUR + 60, DAY + 2 * HOUR + 61),
    (None, DAY + HOUR), (DAY + 5 * HOUR, None), (None, None), (DAY - HOUR, DAY), (DAY + 9 * HOUR, DAY + 10 * HOUR),
    (DAY + 3 * HOUR, DAY + 2 * HOUR)])
def test_bounds_give_the_rows_of_where(leat, hours, first, last):
    assert all_rows(leat, hours, "raw.samples" + bounds(first, last)) == all_rows(leat, hours, "raw.samples" + where(first, last))


# The first file is where a scan learns the columns when nothing is to be read.
@pytest.mark.parametrize("first, last, kept", [
    (2 * HOUR, 3 * HOUR, {"0", "h2"}), (2 * HOUR + 3541, 4 * HOUR + 1, {"0", "h3", "h4"}), (5 * HOUR + 101, None, {"h5"}),
    (None, 1, {"h0"}), (None, HOUR, {"0", "h0"}), (5 * HOUR, 5 * HOUR + 1, {"0", "h5"})])
def test_only_the_files_needed_are_opened(leat, hours, first, last, kept):
    first, last = first and DAY + first, last and DAY + last
    expected = all_rows(leat, hours, "raw.samples" + where(first, last))
    # The macro itself is made from the columns of the first file.
    saved = break_all_but(hours, {f"{name}.parquet" for name in kept | {"0"}})
    assert len(saved) == 8 - len(kept | {"0"})
    assert all_rows(leat, hours, "raw.samples" + bounds(first, last)) == expected and expected
    failed = leat("query", "SELECT count(value) FROM raw.samples" + where(first, last), "-C", hours)
    assert failed.code != 0, "WHERE opens all files, or this test proves nothing"
    for path, content in saved.items():
        overwrite(path, content)
    leat.ok("query", "SELECT count(value) FROM raw.samples", "-C", hours)


def test_bounds_as_other_literals(leat, hours):
    def count(arguments):
        return query(leat, hours, f"SELECT count(*) AS n FROM raw.samples({arguments})")[0]["n"]
    assert count("time_from := TIMESTAMPTZ '2024-06-05 02:00:00+00', time_to := TIMESTAMPTZ '2024-06-05 05:00:00+02'") == 120
    assert count("time_from := '2024-06-05 02:00', time_to := '2024-06-05 03:00'") == 120
    assert count("time_to := DATE '2024-06-05'") == 0
    assert count("time_from := DATE '2024-06-05' + INTERVAL 5 HOURS") == 121
    assert count("") == count("time_from := NULL, time_to := NULL") == 6 * 120 + 2
    assert count("'2024-06-05 02:00', '2024-06-05 03:00'") == 120


def test_a_model_with_bounds(leat, hours):
    """It depends on the samples, runs when a file changes, and opens only what it needs."""
    path = hours / "models/grid/some.sql"
    path.write_text(MODEL.format(bounds(DAY + 2 * HOUR, DAY + 3 * HOUR)))
    assert "raw.samples" in leat.ok("explain", "grid.some", "-C", hours).out.split("reads\n")[1]
    leat.ok("validate", "-C", hours)
    leat.ok("run", "-C", hours)
    assert query(leat, hours, "FROM grid.some") == [
        {"n": 120, "first": "2024-06-05 02:00:00+00", "last": "2024-06-05 02:59:00+00"}]
    assert "nothing to do" in leat.ok("run", "-C", hours).err
    write_samples(hours / "data/late.parquet", [(DAY + 2 * HOUR + 1, "m", "x", "1")])
    leat.ok("run", "-C", hours)
    assert query(leat, hours, "SELECT n FROM grid.some") == [{"n": 121}]
    path.write_text(MODEL.format(bounds(DAY + 3 * HOUR, DAY + 4 * HOUR)))
    break_all_but(hours, {"0.parquet", "h3.parquet"})
    leat.ok("run", "-C", hours, "-s", "grid.some")
    assert query(leat, hours, "SELECT n FROM grid.some") == [{"n": 120}]


def test_a_model_without_bounds_runs_when_a_file_is_new(leat, hours):
    (hours / "models/grid/some.sql").write_text(MODEL.format(""))
    leat.ok("run", "-C", hours)
    write_samples(hours / "data/late.parquet", [(DAY + 1, "m", "x", "1")])  # no new series
    leat.ok("run", "-C", hours)
    assert query(leat, hours, "SELECT n FROM grid.some") == [{"n": 6 * 120 + 3}]


def test_bounds_of_partitions(leat, hours):
    """$start and $end: each partition opens its own files."""
    (hours / "models/grid/some.sql").write_text("""/*---
materialized: partitioned
partition: {by: time, every: hour, from: 2024-06-05, timezone: UTC}
---*/
SELECT time, series FROM raw.samples(time_from := $start, time_to := $end)
""")
    leat.ok("run", "-C", hours, "-s", "grid.some", "--start", "2024-06-05T00:00:00Z", "--end", "2024-06-05T06:00:00Z")
    counts = query(leat, hours, "SELECT hour(time AT TIME ZONE 'UTC') AS h, count(*) AS n FROM grid.some GROUP BY ALL ORDER BY h")
    assert counts == [{"h": h, "n": 120 + (h in (0, 5))} for h in range(6)]


def test_bounds_in_a_unit_test(leat, project):
    files = grid_project()
    files["models/grid/some.sql"] = (
        f"/*---\nmaterialized: table\n---*/\nSELECT value FROM raw.samples{bounds(DAY + 2 * HOUR, DAY + 3 * HOUR)}\n")
    files["tests/some.yaml"] = """- name: bounds are half-open
  model: grid.some
  given:
    raw.samples:
      - {time: "2024-06-05T01:59:59Z", series: 1, value: "1"}
      - {time: "2024-06-05T02:00:00Z", series: 1, value: "2"}
      - {time: "2024-06-05T03:00:00Z", series: 1, value: "3"}
  expect:
    - {value: "2"}
"""
    folder = project(files)
    write_samples(folder / "data/a.parquet", [(DAY, "m", "x", "1")])
    leat.ok("run", "-C", folder, "-s", "+raw.samples")
    leat.ok("unit-test", "-C", folder)


def test_only_samples_take_bounds(leat, hours):
    path = hours / "models/grid/some.sql"
    path.write_text("/*---\nmaterialized: table\n---*/\nFROM raw.samples_series(time_from := DATE '2024-06-05')\n")
    assert "samples_series" in leat("validate", "-C", hours).err
    path.write_text("/*---\nmaterialized: table\n---*/\nFROM raw.samplez(time_from := DATE '2024-06-05')\n")
    result = leat("validate", "-C", hours)
    assert result.code != 0 and "raw.samplez" in result.err and "raw.samples" in result.err
    path.unlink()


def test_labels_may_be_named_as_the_bounds(leat, project):
    files = grid_project()
    files["leat.yaml"] = files["leat.yaml"].replace("labels: [folder, name]", "labels: [time_from, time_to]")
    files["models/grid/coverage.sql"] = files["models/grid/coverage.sql"].replace(
        "series, folder, name AS", "series, time_from AS folder, time_to AS")
    folder = project(files)
    import pyarrow as pa
    import pyarrow.parquet as pq
    (folder / "data").mkdir()
    pq.write_table(pa.table({"t": [DAY, DAY + HOUR], "time_from": ["m", "m"], "time_to": ["x", "y"], "v": ["1", "2"]}),
                   folder / "data/a.parquet")
    leat.ok("run", "-C", folder)
    assert [row["value"] for row in query(leat, folder, f"FROM raw.samples{bounds(DAY + 1, None)}")] == ["2"]


def test_rejects_are_no_samples(leat, project):
    folder = project(grid_project())
    write_samples(folder / "data/a.parquet", [(DAY, "m", "x", "1"), (None, "m", "x", "2"), (10**17, "m", "x", "3"),
                                              (DAY + 1, "m", "x", None)])
    leat.ok("run", "-C", folder)
    assert [row["value"] for row in query(leat, folder, "FROM raw.samples")] == ["1"]
    assert [row["value"] for row in query(leat, folder, f"FROM raw.samples{bounds(DAY, DAY + 9)}")] == ["1"]


# ---- explain ----

def test_explain_says_that_a_scan_is_full(leat, hours):
    out = leat.ok("explain", "raw.samples", "-C", hours).out
    assert "8 files" in out and "raw.samples(time_from :=" in out
    path = hours / "models/grid/some.sql"
    path.write_text(MODEL.format(where(DAY, DAY + HOUR)))
    out = leat.ok("explain", "grid.some", "-C", hours).out
    assert "8 files" in out and "raw.samples(time_from :=" in out
    path.write_text(MODEL.format(bounds(DAY, DAY + HOUR)))
    assert "8 files" not in leat.ok("explain", "grid.some", "-C", hours).out
    path.write_text(MODEL.format("()"))
    assert "8 files" in leat.ok("explain", "grid.some", "-C", hours).out
    assert "8 files" not in leat.ok("explain", "grid.coverage", "-C", hours).out


@pytest.mark.parametrize("time, value, label, extra", [
    ("time", "value", "k", None), ("t", "time", "k", None), ("t", "v", "time", None), ("t", "v", "k", "time")])
def test_columns_named_as_those_of_the_view(leat, project, time, value, label, extra):
    folder = project({
        "leat.yaml": f"name: t\nsources: {{s: {{files: data/*.parquet, series: {{time: {time}, unit: s, value: {value}, labels: [{label}]}}}}}}\n",
        "models/m/late.sql": "SELECT count(*) AS n FROM raw.s(time_from := '2024-06-05 02:00')\n"})
    columns = {time: pa.array([DAY + 3600 * i for i in range(4)], pa.int64()), value: list("1234"), label: ["a"] * 4}
    if extra:
        columns[extra] = pa.array([DAY * 1000000] * 4, pa.timestamp("us", tz="UTC"))
    (folder / "data").mkdir()
    pq.write_table(pa.table(columns), folder / "data/a.parquet")
    leat.ok("run", "-C", folder)
    assert query(leat, folder, "FROM m.late") == [{"n": 2}]
    assert query(leat, folder, "SELECT count(*) AS n FROM raw.s WHERE time < '2024-06-05 02:00'") == [{"n": 2}]
    assert query(leat, folder, "SELECT value FROM raw.s(time_to := '2024-06-05 01:00')") == [{"value": "1"}]


def test_a_node_without_bounds_is_not_called(leat, hours):
    path = hours / "models/grid/some.sql"
    path.write_text("/*---\nmaterialized: table\n---*/\nFROM raw.samples_series()\n")
    result = leat("validate", "-C", hours)
    assert result.code != 0 and "raw.samples_series is called like a function" in result.err
    path.unlink()
