# SPDX-License-Identifier: Apache-2.0
"""pipelines/energy on its bundled sample: the README's answers, the unit tests of its models, the generator.

    .deps/venv/bin/pytest tests/system/test_energy_readme.py --bless    # writes the answers into the README
"""

import os
import subprocess
import sys

import duckdb
import harness
import pytest
from energy_pipeline import PIPELINE, copy_pipeline, files_of, would_run



@pytest.fixture
def sample(leat, tmp_path):
    folder = copy_pipeline(tmp_path / "energy")
    leat.ok("run", "-C", folder)
    return folder


def test_answers(leat, sample, request):
    bless = request.config.getoption("--bless") or os.environ.get("BLESS")
    harness.check_answers(leat, sample, PIPELINE / "README.md", bless)


def test_models_pass_their_unit_tests(leat, tmp_path):
    folder = copy_pipeline(tmp_path / "energy")
    leat.ok("unit-test", "-C", folder)
    assert not (folder / "warehouse/data").exists(), "unit tests must not touch the warehouse"


def test_a_wrong_model_fails_its_unit_test(leat, tmp_path):
    folder = copy_pipeline(tmp_path / "energy")
    path = folder / "models/energy/daily.sql"
    path.write_text(path.read_text().replace("count(*) AS hours,", "CAST(24 AS BIGINT) AS hours,"))
    result = leat("unit-test", "-C", folder)
    assert result.code == 1 and "spring day has 23 hours" in result.out + result.err


def test_energy_is_conserved(sample, referee):
    w = referee(sample / "warehouse")
    given = w.sql(f"SELECT ext_dev_ref, sum(list_sum(energy_consumption)) FROM '{sample}/data/*.parquet' "
                  "GROUP BY 1 ORDER BY 1").fetchall()
    for table in ("readings_hourly", "daily", "monthly"):
        assert w.sql(f"SELECT ext_dev_ref, sum(value) FROM w.energy.{table} GROUP BY 1 ORDER BY 1").fetchall() == given


def test_warns_of_holes_and_publishes(leat, tmp_path, referee):
    folder = copy_pipeline(tmp_path / "energy")
    result = leat.ok("run", "-C", folder)
    assert "no_day_absent" in result.err and "not_null(value)" in result.err
    assert referee(folder / "warehouse").sql(
        "SELECT status, count(*) FROM w.energy.completeness GROUP BY 1 ORDER BY 1").fetchall() == [
            ("absent", 9), ("complete", 1812), ("partial", 4)]


def test_a_doubled_day_is_not_published(leat, sample):
    con = duckdb.connect()
    con.sql(f"COPY (FROM '{sample}/data/meters_2023-05.parquet' LIMIT 1) TO '{sample}/data/again.parquet'")
    before = leat.ok("query", "-C", sample, "SELECT count(*), sum(value) FROM energy.readings_hourly").out
    result = leat("run", "-C", sample)
    assert result.code == 1 and "unique(ext_dev_ref, date)" in result.err
    assert leat.ok("query", "-C", sample, "SELECT count(*), sum(value) FROM energy.readings_hourly").out == before


def test_a_param_reruns_what_uses_it(leat, sample):
    plan = would_run(leat, sample, "--unit", "kWh")
    assert "energy.readings_hourly" in plan and "energy.monthly" in plan
    assert "raw.readings" not in plan and "energy.calendar" not in plan
    before = files_of(sample / "output")
    result = leat("run", "-C", sample, "--unit", "pints")
    assert result.code == 1 and "accepted_values(unit)" in result.err
    assert files_of(sample / "output") == before and would_run(leat, sample) == {}


def test_generator_gives_the_committed_sample(tmp_path):
    pytest.importorskip("pyarrow")
    subprocess.run([sys.executable, PIPELINE / "sample/generate.py", tmp_path], check=True)
    rows = "SELECT * FROM '{}/*.parquet' ORDER BY ext_dev_ref, date"
    con = duckdb.connect()
    assert con.sql(rows.format(tmp_path)).fetchall() == con.sql(rows.format(PIPELINE / "data")).fetchall()

    def texts(folder):
        return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.csv")}
    assert texts(tmp_path) == texts(PIPELINE / "data")
    assert all(len(text) < 20_000 for text in texts(tmp_path).values())
    assert sum(p.stat().st_size for p in (PIPELINE / "data").rglob("*")) < 300_000
