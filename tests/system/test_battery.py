# SPDX-License-Identifier: Apache-2.0
"""pipelines/battery against an independent computation in DuckDB SQL (tests/battery_reference.py), cell by cell.

The bundled sample always, and one real day where ../shared/data is there. LEAT_TEST_BATTERY=all takes all five real
days in one run of the pipeline (minutes), LEAT_TEST_BATTERY=2024/07/02 another one.
"""

import os
import random
import shutil
import subprocess
import sys
from datetime import datetime, timezone

import battery_reference as reference
import harness
import pytest
from battery_pipeline import PIPELINE, copy_pipeline, files_of, hashes, parquet_rows, query

DAYS = ["2024/06/05", "2024/06/20", "2024/07/01", "2024/07/02", "2024/07/03"]
CHOSEN = os.environ.get("LEAT_TEST_BATTERY", "2024/06/05")
REAL = DAYS if CHOSEN == "all" else CHOSEN.split()


@pytest.fixture
def sample(leat, tmp_path):
    folder = copy_pipeline(tmp_path / "battery")
    leat.ok("run", "-C", folder)
    return folder


def compare_cells(con, output, day="*/*/*"):
    """Every cell of every file; the number of cells."""
    assert reference.file_differences(con, output, day) == []
    cells = 0
    for folder in reference.folders(con):
        assert reference.schema_differences(con, output, folder, day) == []
        if list(output.glob(f"{folder}/{day}/*.parquet")):
            found = reference.cell_differences(con, output, folder, day)
            # Both sum the values of a bucket in the order of time, so they agree to the last bit.
            assert (found["wrong"], found["inexact"]) == (0, 0), (folder, found)
            cells += found["cells"]
    return cells


def account(referee, folder, first="1970-01-01", last="9999-01-01"):
    return referee(folder / "warehouse").sql(
        f"FROM w.battery.coverage WHERE time >= '{first}' AND time < '{last}'").to_arrow_table()


# ---- the bundled sample ----

def test_sample_agrees_with_sql(sample, referee):
    con = reference.computed(sorted((sample / "data").rglob("*.parquet")))
    assert compare_cells(con, sample / "output") == con.sql("SELECT count(*) FROM cell").fetchone()[0] > 100_000
    assert reference.account_differences(con, account(referee, sample)) == []


def test_sample_is_accounted_for(sample, leat):
    rows = parquet_rows(sorted((sample / "data").rglob("*.parquet")))
    got, = query(leat, sample, "SELECT sum(samples)::BIGINT AS samples, sum(used)::BIGINT AS used, "
                 "sum(duplicates)::BIGINT AS duplicates FROM battery.coverage")
    assert "no records are rejected" in leat.ok("rejects", "-C", sample).err
    assert got["samples"] == rows == got["used"] + got["duplicates"]
    day, = query(leat, sample, "SELECT sum(samples)::BIGINT AS samples, sum(used)::BIGINT AS used FROM battery.daily")
    assert (day["samples"], day["used"]) == (got["samples"], got["used"])
    series, = query(leat, sample, "SELECT sum(samples)::BIGINT AS samples FROM raw.telemetry_series")
    assert series["samples"] == got["samples"]


def test_sample_again_does_nothing(sample, leat):
    before = files_of(sample / "output")
    assert "nothing to do" in leat.ok("run", "-C", sample).err
    assert files_of(sample / "output") == before


def test_sample_has_what_it_is_for():
    """Repeats, overlaps and disorder, or the tests on it would prove little; and it is small."""
    files = sorted((PIPELINE / "data").rglob("*.parquet"))
    assert sum(p.stat().st_size for p in files) <= 300_000
    con = reference.duckdb.connect()
    listed = ", ".join(f"'{f}'" for f in files)
    con.execute("CREATE TABLE r AS SELECT timestamp AS t, payload_type, tags, value, filename AS f, file_row_number AS n "
                f"FROM read_parquet([{listed}], filename = true, file_row_number = true)")
    assert con.sql("SELECT count(*) > 2 * count(DISTINCT hash(t, payload_type, tags)) FROM r").fetchone()[0]
    assert con.sql("SELECT count_if(t < before) > 100 FROM (SELECT t, lag(t) OVER (PARTITION BY f ORDER BY n) AS before "
                   "FROM r)").fetchone()[0]
    assert con.sql("SELECT count(*) > 100 FROM (SELECT t, payload_type, tags FROM r GROUP BY ALL "
                   "HAVING count(DISTINCT f) > 1)").fetchone()[0]
    assert con.sql("SELECT count(DISTINCT payload_type) FROM r").fetchone()[0] >= 12


def test_generator_gives_the_committed_sample(tmp_path):
    subprocess.run([sys.executable, PIPELINE / "generate", tmp_path / "data"], check=True, capture_output=True)
    con = reference.duckdb.connect()
    rows = [con.sql(f"FROM read_parquet('{folder}/**/*.parquet', filename = true) SELECT * EXCLUDE (filename), "
                    "parse_filename(filename) ORDER BY ALL").fetchall() for folder in (tmp_path / "data", PIPELINE / "data")]
    assert rows[0] == rows[1]


def test_names_of_the_input_files_change_no_byte(sample, leat, tmp_path):
    other = copy_pipeline(tmp_path / "other")
    files = sorted((other / "data").rglob("*.parquet"))
    random.Random(1).shuffle(files)
    for i, path in enumerate(files):
        path.rename(other / f"data/{i:03}.parquet")
    leat.ok("run", "-C", other)
    assert hashes(other / "output") == hashes(sample / "output")


def test_a_day_at_a_time_gives_the_same_bytes(sample, leat, tmp_path):
    other = copy_pipeline(tmp_path / "other")
    shutil.rmtree(other / "data")
    days = sorted({p.parent.relative_to(sample / "data") for p in (sample / "data").rglob("*.parquet")})
    for day in reversed(days):
        shutil.copytree(sample / "data" / day, other / "data" / day)
        leat.ok("run", "-C", other)
    assert hashes(other / "output") == hashes(sample / "output")
    sql = "FROM battery.coverage ORDER BY folder, time, column_name"
    drop = "SELECT * EXCLUDE (series) "  # a number of first sight, so another one here
    assert query(leat, other, drop + sql) == query(leat, sample, drop + sql)


def test_answers_of_the_readme(leat, sample, request):
    bless = request.config.getoption("--bless") or os.environ.get("BLESS")
    harness.check_answers(leat, sample, PIPELINE / "README.md", bless)


def test_models_pass_their_unit_tests(leat, tmp_path):
    folder = copy_pipeline(tmp_path / "battery")
    leat.ok("unit-test", "-C", folder)
    assert not (folder / "output").exists()


# ---- real days ----

def test_real_days_agree_with_sql(leat_release, shared_data, tmp_path, referee):
    """All files, cells and counts; rows are all accounted for; memory; and a second run does nothing."""
    folder = copy_pipeline(tmp_path / "battery")
    for day in REAL:
        if not (shared_data / "battery" / day).is_dir():
            pytest.skip(f"no real day at {shared_data / 'battery' / day}")
        shutil.copytree(shared_data / "battery" / day, tmp_path / "input" / day)
    run = ("run", "-C", folder, "--input", tmp_path / "input")
    result = leat_release.ok(*run, timeout=600, peak=True)
    assert result.peak_bytes <= 160e6
    before = files_of(folder / "output")
    assert "nothing to do" in leat_release.ok(*run).err and files_of(folder / "output") == before
    files = sorted(path for day in REAL for path in (tmp_path / "input" / day).glob("*.parquet"))
    counted = referee(folder / "warehouse").sql("SELECT sum(samples), sum(used + duplicates) FROM w.battery.coverage").fetchone()
    assert counted == (parquet_rows(files),) * 2
    made = 0
    for day in REAL:
        start = int(datetime.strptime(day, "%Y/%m/%d").replace(tzinfo=timezone.utc).timestamp())
        con = reference.computed(files, start, start + 86400)
        compare_cells(con, folder / "output", day)
        date = day.replace("/", "-")
        ours = account(referee, folder, date, f"{date} 23:59:59")
        assert reference.account_differences(con, ours) == []
        made += con.sql("SELECT count(*) FROM (SELECT DISTINCT folder, time FROM account)").fetchone()[0]
        con.close()
    assert len(before) == made
