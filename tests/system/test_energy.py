# SPDX-License-Identifier: Apache-2.0
"""pipelines/energy on a real year of one meter: every value is 100, so each mistake shows."""

import csv

import pytest
from energy_pipeline import copy_pipeline, files_of, would_run

INPUT = "../../../shared/data/energy/meter_daily_arrays.parquet"
MODELS = {f"energy.{name}" for name in
          ("readings_hourly", "calendar", "daily", "completeness", "monthly", "load_profile")}
OUTPUTS = {"output:energy.readings_hourly#1", "output:energy.daily#1"}


@pytest.fixture
def pipeline(leat, shared_data, tmp_path):
    """A clone's pipeline beside the real data, after one run, just as a user starts it."""
    data = shared_data / "energy/meter_daily_arrays.parquet"
    if not data.exists():
        pytest.skip(f"no {data}")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/data").symlink_to(shared_data)
    folder = copy_pipeline(tmp_path / "main/pipelines/energy")
    leat.cwd = tmp_path / "main"
    leat.ok("run", "-C", "pipelines/energy", "--input", INPUT)
    return folder


def plan(leat):
    return would_run(leat, "pipelines/energy", "--input", INPUT)


def explain(leat, node):
    return leat.ok("explain", node, "-C", "pipelines/energy", "--input", INPUT).out


def test_every_hour_is_true(pipeline, referee):
    hours = referee(pipeline / "warehouse")
    assert hours.sql("""
        SELECT count(*), count(DISTINCT (ext_dev_ref, start_time)), count(value), sum(value), min(value), max(value),
               count(DISTINCT local_start::DATE), min(start_time) = TIMESTAMPTZ '2021-12-31 22:00:00+00',
               max(start_time) = TIMESTAMPTZ '2022-12-31 21:00:00+00', bool_and(end_time = start_time + INTERVAL 1 HOUR),
               bool_and(local_start = timezone('Europe/Vilnius', start_time))
        FROM w.energy.readings_hourly""").fetchall() == [
            (8760, 8760, 8760, 876_000, 100, 100, 365, True, True, True, True)]
    assert hours.sql("""
        SELECT quality, count(*), sum(value) FROM w.energy.readings_hourly GROUP BY quality ORDER BY quality
        """).fetchall() == [("measured", 8758, 875_800), ("split", 2, 200)]


def test_days_have_their_true_length(pipeline, referee):
    w = referee(pipeline / "warehouse")
    assert w.sql("""
        SELECT day::VARCHAR, count(*) FROM (SELECT local_start::DATE AS day FROM w.energy.readings_hourly)
        GROUP BY day HAVING count(*) <> 24 ORDER BY day""").fetchall() == [("2022-03-27", 23), ("2022-10-30", 25)]
    assert w.sql("SELECT count(*), sum(hours), sum(hours_expected), sum(value) FROM w.energy.daily").fetchall() == [
        (365, 8760, 8760, 876_000)]
    assert w.sql("SELECT count(*), sum(days), sum(value) FROM w.energy.monthly").fetchall() == [(12, 365, 876_000)]
    assert w.sql("SELECT count(*), sum(hours), min(mean_value), max(p95_value) FROM w.energy.load_profile"
                 ).fetchall() == [(168, 8760, 100, 100)]
    assert w.sql("SELECT DISTINCT status FROM w.energy.completeness").fetchall() == [("complete",)]
    assert w.sql("SELECT sum(hours), count(*) FILTER (is_summer_time) FROM w.energy.calendar").fetchall() == [
        (8760, 217)]


def test_outputs_hold_the_same(pipeline, referee):
    out = pipeline / "output"
    names = sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file())
    assert names == ["daily.csv"] + [f"ext_device_1/2022-{m:02}.parquet" for m in range(1, 13)]
    con = referee(pipeline / "warehouse")
    for month, hours in (("01", 744), ("03", 743), ("10", 745)):
        got = con.sql(f"""
            SELECT count(*), sum(value), bool_and(month(local_start) = {int(month)})
            FROM read_parquet('{out}/ext_device_1/2022-{month}.parquet')""").fetchall()
        assert got == [(hours, 100 * hours, True)]
    with open(out / "daily.csv", newline="") as f:
        rows = list(csv.DictReader(f))
    assert len(rows) == 365 and sum(int(r["value"]) for r in rows) == 876_000
    assert {r["day"]: r["hours"] for r in rows if r["hours"] != "24"} == {"2022-03-27": "23", "2022-10-30": "25"}


def test_second_run_does_nothing(leat, pipeline):
    assert plan(leat) == {}
    before = files_of(pipeline / "output"), files_of(pipeline / "warehouse/data")
    again = leat.ok("run", "-C", "pipelines/energy", "--input", INPUT)
    assert "nothing to do" in again.err
    assert before == (files_of(pipeline / "output"), files_of(pipeline / "warehouse/data"))
    assert "It would not run" in explain(leat, "energy.daily")


def test_white_space_and_comments_rerun_nothing(leat, pipeline):
    for path in (pipeline / "models/energy").glob("*.sql"):
        front, sql = path.read_text().split("---*/")
        sql = sql.replace("FROM ", "FROM /* a comment */  ").replace(",\n", ",\n\n") + "\n-- another\n"
        path.write_text(f"{front}---*/{sql}")
    assert plan(leat) == {}
    assert "It would not run" in explain(leat, "energy.readings_hourly")


def test_a_changed_model_reruns_it_and_its_readers(leat, pipeline):
    path = pipeline / "models/energy/daily.sql"
    text = path.read_text()
    path.write_text(text.replace("min(r.value) AS lowest_value", "min(r.value) + 0 AS lowest_value"))
    line = 1 + path.read_text()[:path.read_text().index("min(r.value) + 0")].count("\n")

    assert set(plan(leat)) == {"energy.daily", "energy.completeness", "energy.monthly", "output:energy.daily#1"}
    why = explain(leat, "energy.daily")
    assert "It would run" in why and "models/energy/daily.sql" in why and f"line {line}" in why
    assert "energy.daily" in explain(leat, "energy.monthly").split("reads")[0].split("\n", 1)[1]
    assert "It would not run" in explain(leat, "energy.load_profile")

    leat.ok("run", "-C", "pipelines/energy", "--input", INPUT)
    assert plan(leat) == {}


def test_another_input_reruns_all(leat, pipeline):
    """From the file to the folder of the sample."""
    assert set(would_run(leat, "pipelines/energy")) >= MODELS | OUTPUTS
