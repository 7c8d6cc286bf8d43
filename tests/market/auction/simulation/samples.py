"""Small runs and small folders of data for the tests of the study."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from wattloom.market.auction.simulation.prices import prices
from wattloom.market.auction.simulation.profiles import profiles
from wattloom.market.auction.simulation.run import run
from wattloom.market.auction.simulation.setup import Setup

PROFILES, PRICES = profiles(None, seed=1), prices(None)
SMALL = Setup(users=6, days=1)
NOVEMBER_S = int(datetime(2012, 10, 31, 13, tzinfo=UTC).timestamp())
"""1 November 2012, 0:00 in Sydney."""


def outcome(ledger=None, **changes):
    """Run a small setting with some changes; how long it took is left out."""
    found = run(replace(SMALL, **changes), PROFILES, PRICES, ledger=ledger)
    return replace(found, seconds=0.0)


def write_homes(folder, *, homes=15, roofs=3, days=30):
    """Write homes of November 2012 whose load is their number in each hour, at noon three times as much."""
    lines = ["slot_start,home_id,load_kwh,pv_kwh,pv_capacity_kw"]
    for number in range(1, homes + 1):
        for hour in range(24 * days):
            start = datetime(2012, 11, 1, tzinfo=UTC) + timedelta(hours=hour)
            load = number / 10 * (3 if start.hour == 12 else 1)
            pv = 0.4 if number <= roofs and start.hour == 12 else 0.0
            lines.append(f"{start:%Y-%m-%dT%H:%M}+11:00,h{number:02d},{load},{pv},1.0")
    (folder / "homes.csv").write_text("\n".join(lines) + "\n")
    return folder


TARIFF_HEADER = "tariff_id,direction,rate,unit,start,end,days"


def write_tariffs(folder, *rows):
    (folder / "tariffs.csv").write_text("\n".join([TARIFF_HEADER, *rows]) + "\n")
    return folder
