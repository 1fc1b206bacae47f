# SPDX-License-Identifier: Apache-2.0
"""The text sources of pipelines/energy: bundled samples and the files that are really published, read independently."""

import csv
import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from energy_pipeline import PIPELINE, copy_pipeline, would_run

UTC = timezone.utc
SEMICOLON = 'delimiter ;, quote ", decimal ,, utf-8, header'
COMMA = 'delimiter ,, quote ", decimal ., utf-8, header'
MARK = ", byte order mark"
DIALECTS = {"raw.households": f"{COMMA}{MARK}: 2 files (2022-04.csv, 2022-10.csv); "
                              f"{SEMICOLON}{MARK}: 2 files (202201.csv, 202203.csv)",
            "raw.weather": COMMA, "raw.stations": COMMA, "raw.spot_prices": COMMA, "raw.solar_home": COMMA}
TYPES = {
    "households": {"GR_NAME": "VARCHAR", "PL_T": "TIMESTAMP WITH TIME ZONE", "P+": "DECIMAL(18,6)",
                   "OBJ_COUNT": "BIGINT"},
    "weather": {"obs_time_utc": "TIMESTAMP WITH TIME ZONE", "station_code": "VARCHAR",
                "air_temperature": "DECIMAL(4,1)", "feels_like_temperature": "DECIMAL(4,1)",
                "wind_speed": "DECIMAL(4,1)", "wind_gust": "DECIMAL(4,1)",
                "wind_direction": "BIGINT", "cloud_cover": "BIGINT", "sea_level_pressure": "DECIMAL(5,1)",
                "relative_humidity": "BIGINT", "precipitation": "DECIMAL(4,1)", "condition_code": "VARCHAR"},
    "stations": {"station_code": "VARCHAR", "Regionas": "VARCHAR", "latitude": "DECIMAL(9,6)",
                 "longitude": "DECIMAL(9,6)"},
    "spot_prices": {"time": "TIMESTAMP", "eur_per_mwh": "DECIMAL(9,3)"},
    "solar_home": {"column1": "TIMESTAMP", "GC": "DOUBLE", "GG": "DOUBLE"},
}


class Files:
    """The text files of one place, read with Python's csv module."""

    def __init__(self, folder, stations, prices, solar):
        self.households, self.weather = folder / "households", folder / "weather"
        self.stations, self.prices, self.solar = folder / stations, folder / prices, folder / solar

    def args(self):
        return ["--households", self.households, "--weather", self.weather, "--stations", self.stations,
                "--prices", self.prices, "--solar", self.solar]

    def read(self):
        """{source: sorted rows of Python values}."""
        return {"households": sorted(row for path in self.households.iterdir() for row in household_rows(path)),
                "weather": sorted((row for path in self.weather.iterdir() for row in weather_rows(path)), key=str),
                "stations": sorted((s, r, Decimal(a), Decimal(b)) for s, r, a, b in records(self.stations)),
                "spot_prices": sorted((datetime.fromisoformat(t), Decimal(p)) for t, p in records(self.prices)),
                "solar_home": sorted((datetime.fromisoformat(t), float(c), float(g))
                                     for t, c, g in records(self.solar))}


def records(path, delimiter=","):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.reader(f, delimiter=delimiter))[1:]


def household_rows(path):
    delimiter, mark = (";", ",") if ";" in path.open(encoding="utf-8").readline() else (",", ".")
    for region, clock, kwh, homes in records(path, delimiter):
        instant = (datetime.fromisoformat(clock) - timedelta(hours=2)).replace(tzinfo=UTC)
        yield region, instant, Decimal(kwh.replace(mark, ".")), int(homes)


def weather_rows(path):
    kinds = [str, str, Decimal, Decimal, Decimal, Decimal, int, int, Decimal, int, Decimal, str]
    for row in records(path):
        values = [kind(text) if text else None for kind, text in zip(kinds, row)]
        yield datetime.fromisoformat(values[0]).replace(tzinfo=UTC), *values[1:]


@pytest.fixture
def real(shared_data):
    files = Files(shared_data / "energy", "meteo_stotys_regionuose.csv", "spot_price_nordpool_2017-2018.csv",
                  "solar_home_2011-2012.csv")
    for path in (files.households, files.weather, files.stations, files.prices, files.solar):
        if not path.exists():
            pytest.skip(f"no {path}")
    return files


@pytest.fixture
def pipeline(tmp_path):
    return copy_pipeline(tmp_path / "energy")


def sources(leat, folder, *args):
    return {line["source"]: line for line in
            map(json.loads, leat.ok("ls", "--sources", "-C", folder, "-o", "jsonl", *args).out.splitlines())}


def check_landed(leat, w, pipeline, given):
    """Everything is there, as an independent reader has it, with the types that leat.yaml says."""
    listed = sources(leat, pipeline)
    for source, rows in given.items():
        columns = {c[0]: c[1] for c in w.sql(f"DESCRIBE w.raw.{source}").fetchall()}
        assert columns == TYPES[source]
        landed = w.sql(f"FROM w.raw.{source}").fetchall()
        assert sorted(landed, key=str if source == "weather" else None) == rows, source
        assert (listed[f"raw.{source}"]["rows"], listed[f"raw.{source}"]["rejects"]) == (len(rows), 0)
    assert "no records are rejected" in leat.ok("rejects", "-C", pipeline).err


def check_models(w, given):
    """The models, worked out again in Python."""
    made = w.sql("SELECT region, start_time, homes, kwh, kwh_per_home FROM w.households.hourly").fetchall()
    assert sorted(made) == [(r.removesuffix(" Vartotojai"), t, n, k, pytest.approx(float(k) / n))
                            for r, t, k, n in given["households"]]
    station = {s: r for s, r, _, _ in given["stations"]}
    degrees = {(station[row[1]], row[0]): row[2] for row in given["weather"]}
    prices = dict(w.sql("SELECT start_time, eur_per_mwh FROM w.market.prices").fetchall())
    expected = {(r, t): (degrees[r, t], prices.get(t)) for r, t, *_ in made if (r, t) in degrees}
    joined = w.sql("SELECT region, start_time, air_temperature, eur_per_mwh "
                   "FROM w.households.weather_hourly").fetchall()
    assert {(r, t): (c, p) for r, t, c, p in joined} == expected and len(joined) == len(expected)
    used, taken, given_back = (sum(f(c, g) for _, c, g in given["solar_home"]) / 2 for f in (
        lambda c, g: c, lambda c, g: max(c - g, 0), lambda c, g: max(g - c, 0)))
    for table in ("half_hours", "daily"):
        sums = f"SELECT sum(consumption_kwh), sum(import_kwh), sum(export_kwh) FROM w.solar.{table}"
        assert w.sql(sums).fetchall() == [(pytest.approx(used), pytest.approx(taken), pytest.approx(given_back))]


def test_bundled_samples(leat, referee, pipeline):
    leat.ok("run", "-C", pipeline)
    given = Files(pipeline / "data", "stations.csv", "spot_prices.csv", "solar_home.csv").read()
    assert {source: len(rows) for source, rows in given.items()} == {
        "households": 576, "weather": 400, "stations": 3, "spot_prices": 384, "solar_home": 384}
    w = referee(pipeline / "warehouse")
    check_landed(leat, w, pipeline, given)
    check_models(w, given)
    assert w.sql("SELECT count(*), count(*) FILTER (air_temperature IS NOT NULL) FROM w.households.weather_hourly"
                 ).fetchall() == [(384, 384)]


def test_bundled_samples_keep_all_dialects(leat, pipeline):
    data = PIPELINE / "data"
    households = {p.name: p.read_bytes() for p in (data / "households").iterdir()}
    assert all(text.startswith(b"\xef\xbb\xbfGR_NAME") for text in households.values())
    assert {name: (b";" in text, b"\r" in text) for name, text in households.items()} == {
        "202201.csv": (True, False), "202203.csv": (True, False),
        "2022-04.csv": (False, False), "2022-10.csv": (False, False)}
    prices = (data / "spot_prices.csv").read_bytes()
    assert prices.count(b"\r\n") == prices.count(b"\n") == 385
    assert (data / "solar_home.csv").read_bytes().startswith(b",GC,GG\n")
    leat.ok("run", "-s", "raw.*", "-C", pipeline)
    found = sources(leat, pipeline)
    assert {name: found[name]["dialect"] for name in DIALECTS} == DIALECTS


def test_committed_lock_is_that_of_the_samples(leat, pipeline):
    lock = (pipeline / "schema.lock.yaml").read_bytes()
    (pipeline / "schema.lock.yaml").unlink()
    leat.ok("run", "-C", pipeline)
    assert (pipeline / "schema.lock.yaml").read_bytes() == lock


def test_clocks_of_the_change_days(leat, referee, pipeline):
    """The bundled samples have all change days of their clocks."""
    leat.ok("run", "-C", pipeline)
    w = referee(pipeline / "warehouse")
    assert w.sql("""
        SELECT strftime(local_start, '%m-%d %H'), count(*) FROM w.households.hourly
        WHERE region = 'Kauno' AND strftime(local_start, '%m-%d %H') IN ('03-27 02', '03-27 03', '03-27 04', '10-30 03')
        GROUP BY ALL ORDER BY ALL""").fetchall() == [("03-27 02", 1), ("03-27 04", 1), ("10-30 03", 2)]
    assert w.sql("SELECT quality, count(*) FROM w.market.prices GROUP BY ALL ORDER BY ALL").fetchall() == [
        ("given", 380), ("shared", 4)]
    assert w.sql("SELECT half_hours, half_hours_expected, count(*) FROM w.solar.daily GROUP BY ALL ORDER BY ALL"
                 ).fetchall() == [(46, 46, 1), (48, 48, 6), (50, 50, 1)]


def test_prices_of_the_same_year_are_joined(leat, referee, pipeline):
    """Prices of the consumption's own hours stand beside it; those of other years never do."""
    path = pipeline / "data/spot_prices.csv"
    with open(path, "a", newline="") as f:
        f.write("2022-01-16 10:00:00,123.45\r\n")
    leat.ok("run", "-C", pipeline)
    assert referee(pipeline / "warehouse").sql(
        "SELECT region, start_time, eur_per_mwh FROM w.households.weather_hourly "
        "WHERE eur_per_mwh IS NOT NULL ORDER BY ALL"
    ).fetchall() == [(r, datetime(2022, 1, 16, 9, tzinfo=UTC), Decimal("123.450")) for r in ("Kauno", "Šiaulių")]


def test_real_files_are_all_there(leat, referee, pipeline, real):
    leat.ok("run", "-C", pipeline)
    lock = (pipeline / "schema.lock.yaml").read_bytes()
    leat.ok("run", "-C", pipeline, *real.args())
    assert would_run(leat, pipeline, *real.args()) == {}
    assert (pipeline / "schema.lock.yaml").read_bytes() == lock, "sample and real files have one lock"
    w = referee(pipeline / "warehouse")
    given = real.read()
    check_landed(leat, w, pipeline, given)
    check_models(w, given)


@pytest.fixture
def landed(leat, referee, pipeline, real):
    leat.ok("run", "-C", pipeline, *real.args())
    return referee(pipeline / "warehouse")


def test_facts_of_households(landed):
    assert landed.sql("""
        SELECT month(PL_T + INTERVAL 2 HOUR) AS month, count(*), sum("P+"), sum(OBJ_COUNT), count(DISTINCT GR_NAME)
        FROM w.raw.households GROUP BY month ORDER BY month""").fetchall() == [
            (1, 35712, Decimal("2873341.830710"), 6132209, 48), (3, 35712, Decimal("2441896.038150"), 6258159, 48),
            (4, 34560, Decimal("2132950.787610"), 6221717, 48), (10, 35712, Decimal("1642558.961603"), 5621588, 48)]
    # The clock is EET all year: by it the hour of the steepest rise on weekdays moves with the change, by that of
    # Vilnius it stays.
    assert landed.sql("""
        WITH hours AS (
            SELECT start_time, local_start, sum(kwh) / sum(homes) AS kwh FROM w.households.hourly GROUP BY ALL
        ), rises AS (
            SELECT local_start, start_time, kwh - lag(kwh) OVER (ORDER BY start_time) AS rise FROM hours
        ), means AS (
            SELECT month(local_start) AS month,
                   local_start BETWEEN '2022-03-28' AND '2022-10-30' AS summer_time,
                   hour(start_time + INTERVAL 2 HOUR) AS eet, hour(local_start) AS vilnius, avg(rise) AS rise
            FROM rises WHERE isodow(local_start) <= 5 AND hour(local_start) BETWEEN 4 AND 10 GROUP BY ALL
        )
        SELECT month, summer_time, arg_max(eet, rise), arg_max(vilnius, rise) FROM means
        WHERE month <> 3 OR NOT summer_time GROUP BY ALL ORDER BY ALL""").fetchall() == [
            (1, False, 7, 7), (3, False, 6, 6), (4, True, 5, 6), (10, False, 7, 7), (10, True, 6, 7)]
    assert landed.sql("SELECT count(*), count(DISTINCT station_code), count(air_temperature) "
                      "FROM w.households.weather_hourly").fetchall() == [(4 * 2952 - 8, 4, 4 * 2952 - 8)]


def test_facts_of_weather_and_prices(landed):
    assert landed.sql("SELECT station_code, count(*) FROM w.raw.weather GROUP BY ALL ORDER BY ALL").fetchall() == [
        (f"{name}-ams", 8760) for name in ("kauno", "klaipedos", "panevezio", "siauliu")]
    assert landed.sql("SELECT count(*) FROM w.raw.stations").fetchall() == [(18,)]
    assert landed.sql("SELECT count(*), round(avg(eur_per_mwh), 3) FROM w.raw.spot_prices").fetchall() == [
        (17472, 36.514)]
    # The price of an hour that never was lies between its neighbours: that is how the clock is known.
    assert landed.sql("""
        SELECT time FROM (
            SELECT time, eur_per_mwh AS p, lag(p) OVER (ORDER BY time) + lead(p) OVER (ORDER BY time) AS around
            FROM w.raw.spot_prices)
        WHERE timezone('Europe/Oslo', timezone('Europe/Oslo', time)) <> time AND 2 * p = around ORDER BY time
        """).fetchall() == [(datetime(2017, 3, 26, 2),), (datetime(2018, 3, 25, 2),)]
    assert landed.sql("SELECT quality, count(*) FROM w.market.prices GROUP BY ALL ORDER BY ALL").fetchall() == [
        ("given", 17468), ("shared", 4)]
    assert landed.sql("SELECT count(eur_per_mwh) FROM w.households.weather_hourly").fetchall() == [(0,)]
    assert landed.sql("SELECT DISTINCT consumption_years, price_years FROM w.households.hour_profile").fetchall() == [
        ("2022", "2017, 2018")]


def test_facts_of_the_solar_home(landed):
    assert landed.sql("SELECT count(*), round(sum(GC), 3), round(sum(GG), 3) FROM w.raw.solar_home"
                      ).fetchall() == [(17568, 11876.738, 2592.808)]
    assert landed.sql("SELECT count(*), round(sum(consumption_kwh)), round(sum(generation_kwh)) FROM w.solar.half_hours"
                      ).fetchall() == [(17568, 5938, 1296)]
    assert landed.sql("SELECT half_hours, half_hours_expected, count(*), min(day) FROM w.solar.daily "
                      "GROUP BY ALL ORDER BY 1").fetchall() == [
        (46, 46, 1, date(2011, 10, 2)), (48, 48, 364, date(2011, 7, 1)), (50, 50, 1, date(2012, 4, 1))]
    noon = dict(landed.sql("""
        SELECT month(local_start), sum(generation_kwh * (hour(local_start) + minute(local_start) / 60 + 0.25))
                                   / sum(generation_kwh)
        FROM w.solar.half_hours GROUP BY ALL""").fetchall())
    assert all(12.2 < noon[month] < 12.5 for month in range(4, 10))
    assert all(13.1 <= noon[month] < 13.7 for month in (10, 11, 12, 1, 2, 3))


def test_dialect_of_each_real_file(leat, project, real):
    """Nothing is declared, and each file is a source of its own."""
    folder, yaml, expected = real.households.parent, "name: files\nsources:\n", {}
    for path in sorted(folder.rglob("*.csv")):
        name = "f_" + path.stem.replace("-", "_")
        yaml += f"  {name}:\n    files: {path}\n"
        expected["raw." + name] = SEMICOLON if path.name in ("202201.csv", "202203.csv") else COMMA
        expected["raw." + name] += MARK if path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
    p = project({"leat.yaml": yaml})
    leat.ok("run", "-C", p)
    found = sources(leat, p)
    assert {name: source["dialect"] for name, source in found.items()} == expected and len(expected) == 11
    assert all(source["rejects"] == 0 for source in found.values())



def test_wrong_or_torn_clocks_are_rejected(leat, project, referee, real):
    """With a zone declared, the times that its clock skipped or showed twice are set aside, each with its place: so
    a file of EET that is said to be Vilnius time is found out."""
    zones = {"households": (real.households, "PL_T", "Europe/Vilnius"), "prices": (real.prices, "time", "Europe/Oslo"),
             "solar": (real.solar, "column1", "Australia/Sydney")}
    p = project({"leat.yaml": "name: zones\nsources:\n" + "".join(
        f"  {name}: {{files: {files}, format: csv, on_reject: keep, "
        f"columns: {{{column}: {{type: timestamptz, timezone: {zone}}}}}}}\n"
        for name, (files, column, zone) in zones.items())})
    leat.ok("run", "-C", p)
    w = referee(p / "warehouse")
    assert w.sql("SELECT source, text, count(*) FROM w.leat.rejects GROUP BY ALL ORDER BY ALL").fetchall() == [
        ("raw.households", "2022-03-27 03:00:00", 48), ("raw.households", "2022-10-30 03:00:00", 48),
        ("raw.prices", "2017-03-26 02:00:00", 1), ("raw.prices", "2017-10-29 02:00:00", 1),
        ("raw.prices", "2018-03-25 02:00:00", 1), ("raw.prices", "2018-10-28 02:00:00", 1),
        ("raw.solar", "2011-10-02 02:00:00", 1), ("raw.solar", "2011-10-02 02:30:00", 1),
        ("raw.solar", "2012-04-01 02:00:00", 1), ("raw.solar", "2012-04-01 02:30:00", 1)]
    rows = [w.sql(f"SELECT count(*) FROM w.raw.{name}").fetchone()[0] for name in zones]
    assert rows == [141_696 - 96, 17_472 - 4, 17_568 - 4]
    # Each reject is the line that it says.
    for file, line, raw in w.sql("SELECT file, line, raw FROM w.leat.rejects").fetchall():
        assert (p / file).read_text(encoding="utf-8-sig").split("\n")[line - 1] == raw.rstrip("\r")
    w.close()
