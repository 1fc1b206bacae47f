#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the look-alike data in ../data: five meters in Lithuania, the year 2023, one file a month, and text files.

    .deps/venv/bin/python pipelines/energy/sample/generate.py [FOLDER]

Each row is one meter and one local day with an array of 24 values in Wh, one per hour of the *clock*: on 26 March
slot 3 is null (there is no 03:00), on 29 October slot 3 holds the sum of both 03:00 hours. The same call always
gives the same values. The text files are those of generate_text.py.
"""

import calendar
import math
import random
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from generate_text import write_text_files

YEAR = 2023
SCHEMA = pa.schema([("client_id", pa.string()), ("date", pa.date32()), ("ext_dev_ref", pa.string()),
                    ("energy_consumption", pa.list_(pa.int64())), ("resolution", pa.string())])


def bump(hour, centre, width):
    """A bell of height 1 around `centre`, on the circle of 24 hours."""
    distance = abs(hour + 0.5 - centre)
    return math.exp(-(min(distance, 24 - distance) / width) ** 2)


def winter(day):
    """1 in the middle of January, 0 in the middle of July."""
    return (1 + math.cos((day.timetuple().tm_yday - 15) / 365.25 * math.tau)) / 2


def family(day, hour, weekend):
    morning = 350 * bump(hour, 9.5, 2.2) if weekend else 520 * bump(hour, 7.3, 1.3)
    noon = 380 * bump(hour, 13.5, 2.5) if weekend else 120 * bump(hour, 13, 2.5)
    return 160 + morning + noon + (780 + 330 * winter(day)) * bump(hour, 19.3, 2.1)


def flat(day, hour, weekend):
    return family(day, hour, weekend) * 0.42


def heat_pump(day, hour, weekend):
    return family(day, hour, weekend) + 2300 * winter(day) ** 1.5 * (0.7 + 0.5 * bump(hour, 4, 4))


def shop(day, hour, weekend):
    if day.weekday() == 6:
        return 410
    closes = 15 if weekend else 19
    return 410 + (1900 if 8 <= hour < closes else 0) + 300 * (1 - winter(day)) * bump(hour, 14, 4)


def cottage(day, hour, weekend):
    is_used = weekend and 4 <= day.month <= 10 or day.month == 7
    return 35 + (family(day, hour, weekend) * 0.6 if is_used else 0)


METERS = [("000417", "meter_01", family), ("000417", "meter_02", cottage), ("001093", "meter_03", flat),
          ("002250", "meter_04", heat_pump), ("170022", "meter_05", shop)]
# Whole days that never arrived, and hours that arrived without a value: {meter: {day: slots}}.
LOST_DAYS = {"meter_02": [date(YEAR, 2, 11), date(YEAR, 9, 4)] + [date(YEAR, 7, 10 + i) for i in range(7)]}
LOST_HOURS = {"meter_03": {date(YEAR, 11, 14): range(9, 15)},
              "meter_05": {date(YEAR, 3, 26): [2], date(YEAR, 5, 3): [0, 23], date(YEAR, 10, 29): [4]}}


def change_instant(month):
    """In the EU clocks change at 01:00 UTC on the last Sunday of March and of October."""
    last = date(YEAR, month, calendar.monthrange(YEAR, month)[1])
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    return datetime(YEAR, month, sunday.day, 1)


def local_hours():
    """(day, hour) of the clock in Vilnius for each true hour of the local year, in order."""
    summer_begins, summer_ends = change_instant(3), change_instant(10)
    instant = datetime(YEAR, 1, 1) - timedelta(hours=2)
    while True:
        local = instant + timedelta(hours=3 if summer_begins <= instant < summer_ends else 2)
        if local.year > YEAR:
            return
        yield local.date(), local.hour
        instant += timedelta(hours=1)


def rows_of(client, meter, shape):
    """Measures every true hour, then packs the hours into the slots of the clock, as the meter operator does."""
    noise = random.Random(meter)
    days = {}
    for day, hour in local_hours():
        weekend = day.weekday() >= 5
        value = round(shape(day, hour, weekend) * (0.8 + 0.4 * noise.random()))
        slots = days.setdefault(day, [None] * 24)
        slots[hour] = value + (slots[hour] or 0)
    for day, slots in days.items():
        for hour in LOST_HOURS.get(meter, {}).get(day, []):
            slots[hour] = None
        if day not in LOST_DAYS.get(meter, []):
            yield client, day, meter, slots, "60min"


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for meter in METERS for row in rows_of(*meter)]
    for month in range(1, 13):
        columns = zip(*(row for row in rows if row[1].month == month))
        table = pa.table([list(column) for column in columns], schema=SCHEMA)
        pq.write_table(table, folder / f"meters_{YEAR}-{month:02}.parquet", compression="zstd")
    write_text_files(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "data")
