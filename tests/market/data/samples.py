"""Small data files for the tests, written as a careless user might have them."""

import gzip
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[4] / "shared" / "data"
WEEK_HOMES = SHARED / "week_nsw_2012-11-05_homes_hourly.csv.gz"

needs_shared_data = pytest.mark.skipif(
    not WEEK_HOMES.is_file(),
    reason="real measurements are not part of the product: none beside this checkout",
)


def hours(day="2012-11-05"):
    return [f"{day}T{hour:02d}:00:00" for hour in range(24)]


def homes_csv(*, ids=("ann", "bob"), load="0.5", pv="0.1", offset="+11:00"):
    rows = [f"{hour}{offset},{home_id},{load},{pv}" for home_id in ids for hour in hours()]
    return ["slot_start,home_id,load_kwh,pv_kwh", *rows]


def weather_csv(*, offset="+11:00"):
    rows = [f"{hour}{offset},{18 + number / 4},0.25" for number, hour in enumerate(hours())]
    return ["slot_start,temp_c,wind_pu", *rows]


def write(file, lines):
    text = "\n".join(lines) + "\n"
    file.write_bytes(gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode())
    return file


def write_pair(folder, **changes):
    write(folder / "homes.csv", homes_csv(**changes))
    write(folder / "weather.csv", weather_csv())
    return folder
