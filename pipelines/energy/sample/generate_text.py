# SPDX-License-Identifier: Apache-2.0
"""Makes the look-alike text files in ../data: households, weather, stations, prices and a solar home.

Each file is written as its model in the real world is: other delimiters and decimal marks from month to month, byte
order marks, clocks that stand still in summer, hours that never were. Called by generate.py.
"""

import math
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

UTC, VILNIUS, OSLO, SYDNEY = map(ZoneInfo, ("UTC", "Europe/Vilnius", "Europe/Oslo", "Australia/Sydney"))
HOUR, HALF_HOUR, DAY = timedelta(hours=1), timedelta(minutes=30), timedelta(days=1)

# A Sunday and a Monday of each month; on two of the Sundays clocks change.
# File name, first day, delimiter, decimal mark.
MONTHS = [("202201.csv", datetime(2022, 1, 16), ";", ","), ("202203.csv", datetime(2022, 3, 27), ";", ","),
          ("2022-04.csv", datetime(2022, 4, 10), ",", "."), ("2022-10.csv", datetime(2022, 10, 30), ",", ".")]
# Region: homes in January, homes more in each later month, kW of heating per home and degree below 12 °C.
REGIONS = {"Kauno": (530, 90, 0.012), "Vilniaus miesto": (3900, 140, 0.007), "Šiaulių": (790, -25, 0.009)}
STATIONS = [("kauno-ams", "Kauno", "54.900000", "23.800000", -0.4),
            ("siauliu-ams", "Šiaulių", "55.900000", "23.300000", -1.1),
            ("vilniaus-ams", "Vilniaus", "54.600000", "25.100000", 0)]


def bell(hour, centre, width):
    distance = abs(hour - centre)
    return math.exp(-(min(distance, 24 - distance) / width) ** 2)


def steps(first, last, step):
    while first < last:
        yield first
        first += step


def temperature(instant, station_offset):
    """°C at an instant (UTC, without zone): the season, the time of day and a few days of weather."""
    days = (instant - datetime(2022, 1, 1)) / DAY
    season = -math.cos((instant.timetuple().tm_yday - 20) / 365.25 * math.tau)
    of_day = math.sin((instant.hour - 7) / 24 * math.tau)
    return 7 + 11 * season + 3 * of_day + 2.5 * math.sin(days * math.tau / 5) + station_offset


def local(instant, zone):
    """What the clock of a zone shows at an instant in UTC."""
    return instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def kwh_per_home(instant, heating):
    clock = local(instant, VILNIUS)
    people = 0.16 + 0.12 * bell(clock.hour, 8, 2) + 0.3 * bell(clock.hour, 20, 2.5)
    return people + heating * max(0, 12 - temperature(instant, 0))


def households(folder):
    """The clock of these files is EET all year: two hours before UTC, also in summer."""
    folder.mkdir(exist_ok=True)
    noise = random.Random("households")
    for month, (name, first, delimiter, mark) in enumerate(MONTHS):
        lines = [delimiter.join(["GR_NAME", "PL_T", "P+", "OBJ_COUNT"])]
        for region, (homes, more, heating) in REGIONS.items():
            count = homes + month * more
            for clock in steps(first, first + 2 * DAY, HOUR):
                kwh = count * kwh_per_home(clock - 2 * HOUR, heating) * (0.95 + 0.1 * noise.random())
                # Real figures have four digits, less where they end in zeros, and at times six.
                text = str(round(kwh, 6 if noise.random() < 0.02 else 4)).replace(".", mark)
                lines.append(delimiter.join([f"{region} Vartotojai", str(clock), text, str(count)]))
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8-sig", newline="")


def weather(folder):
    folder.mkdir(exist_ok=True)
    header = ("obs_time_utc,station_code,air_temperature,feels_like_temperature,wind_speed,wind_gust,wind_direction,"
              "cloud_cover,sea_level_pressure,relative_humidity,precipitation,condition_code")
    for station, _, _, _, offset in STATIONS[:2]:
        noise = random.Random(station)
        lines = [header]
        for _, first, _, _ in MONTHS:
            for at in steps(first - 2 * HOUR, first + 2 * DAY, HOUR):
                degrees, wind = temperature(at, offset) + noise.uniform(-0.5, 0.5), noise.uniform(0.5, 6)
                cloud = noise.choice(["", "0", "25", "50", "75", "100", "100"])
                rain = 0.0 if noise.random() < 0.8 else noise.uniform(0.1, 2)
                lines.append(f"{at},{station},{degrees:z.1f},{degrees - wind / 3:z.1f},{wind:.1f},{wind * 1.8:.1f},"
                             f"{noise.randrange(360)},{cloud},{noise.uniform(990, 1030):.1f},"
                             f"{noise.randrange(60, 100)},{rain:.1f},"
                             + ("light-rain" if rain else noise.choice(["clear", "cloudy", "fog"])))
        (folder / f"{station}_2022.csv").write_text("\n".join(lines) + "\n", newline="")


def stations(path):
    lines = ["station_code,Regionas,latitude,longitude"] + [",".join(s[:4]) for s in STATIONS]
    path.write_text("\n".join(lines), encoding="utf-8", newline="")


def prices(path):
    """By the clock in Oslo, always 24 a day: the hour that never was lies between its neighbours, and of the doubled
    hour there is one value."""
    noise = random.Random("prices")
    lines = ["time,eur_per_mwh"]
    days = [(2017, 1, 16), (2017, 3, 26), (2017, 4, 10), (2017, 10, 29),
            (2018, 1, 15), (2018, 3, 25), (2018, 4, 9), (2018, 10, 28)]
    for first in (datetime(*day) for day in days):
        values = [round(24 + 9 * bell(hour % 24, 8, 2) + 12 * bell(hour % 24, 18, 3) + noise.uniform(0, 6), 2)
                  for hour in range(48)]
        if first.month == 3:
            values[2] = round((values[1] + values[3]) / 2, 3)
        lines += [f"{first + hour * HOUR},{value}" for hour, value in enumerate(values)]
    path.write_text("\r\n".join(lines) + "\r\n", newline="")


def solar_power(clock, noise):
    """(consumption, generation) in kW at a time of standard solar noon 12:00."""
    summer = (1 + math.cos((clock.timetuple().tm_yday - 355) / 365.25 * math.tau)) / 2
    hour = clock.hour + clock.minute / 60 + 0.25
    day_length = 9.9 + 4.5 * summer
    height = math.cos((hour - 12) / day_length * math.pi) if abs(hour - 12) < day_length / 2 else 0
    used = 0.18 + 0.25 * bell(hour, 7.5, 1.5) + 0.8 * bell(hour, 19, 2.5)
    # Two circuits of three digits each, added as doubles: hence 0.45399999999999996.
    parts = round(used * noise.uniform(0.4, 0.8), 3), round(used * noise.uniform(0.2, 0.4), 3)
    return sum(parts), round(height * (0.5 + 0.5 * summer) * noise.uniform(0.6, 1.1), 3)


def solar_home(path):
    """Measured every true half-hour, then put into the slots of the clock in Sydney: nothing in the hour that never
    was, the sum of both in the one that comes twice."""
    noise = random.Random("solar")
    slots = {}
    for first in (datetime(2011, 7, 1), datetime(2011, 10, 1), datetime(2012, 1, 14), datetime(2012, 3, 31)):
        slots.update((clock, (0.0, 0.0)) for clock in steps(first, first + 2 * DAY, HALF_HOUR))
        for instant in steps(first - DAY, first + 3 * DAY, HALF_HOUR):
            clock = local(instant, SYDNEY)
            if first <= clock < first + 2 * DAY:
                slots[clock] = tuple(a + b for a, b in zip(slots[clock], solar_power(instant + 10 * HOUR, noise)))
    lines = [",GC,GG"] + [f"{clock},{used},{made}" for clock, (used, made) in slots.items()]
    path.write_text("\n".join(lines) + "\n", newline="")


def write_text_files(folder):
    households(folder / "households")
    weather(folder / "weather")
    stations(folder / "stations.csv")
    prices(folder / "spot_prices.csv")
    solar_home(folder / "solar_home.csv")
