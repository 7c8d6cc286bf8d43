"""The types of users: hourly mean days of load and of a 5 kW roof, measured in November 2012 or generated.

Source: the CE-SDT paper, 4.1: fifteen users' loads and three roofs of New South Wales, their hourly averages
over November 2012; every user of the simulation draws one of each. Eq. (1) gives a roof's power by its area,
efficiency and radiation; here it is a measured yield per kW of rating, which is the product of the three.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wattloom.market.data import clock, draws
from wattloom.market.data.errors import DataError, NotMeasured
from wattloom.market.data.folder import SUFFIXES
from wattloom.market.data.measured import merged
from wattloom.market.data.read import MeasuredDays, read_homes
from wattloom.market.data.synthetic import LOAD_KWH, SUN_KWH

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LOAD_TYPES, PV_TYPES = 15, 3
PV_KW = 5.0
HOURS = 24
HOUR_S = 3600
LOCAL_S = clock.AEDT_S
"""The study's clock: daylight time of New South Wales, which the whole of November has."""

NOVEMBER, DAYS = date(2012, 11, 1), 30
FILES = ("homes", "ausgrid_8homes_fy2012_13_hourly", "sgsc_nov2012_load_halfhour")
"""Files of homes that may hold November 2012, without their suffix; each that does gives its homes."""


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Types of users by hour of the day.

    Attributes
    ----------
    load_wh : (15, 24), what a home uses in each hour, Wh
    pv_wh : (3, 24), what a roof of 5 kW yields in each hour, Wh
    source : where they are from, in words
    """

    load_wh: Ints
    pv_wh: Ints
    source: str


def profiles(folder: Path | None, *, seed: int) -> Profiles:
    """Return types drawn from a folder's homes (None: generated); the same seed draws the same ones.

    Raises
    ------
    NotMeasured : no file holds November 2012, or too few homes or roofs
    DataError : a file is faulty
    """
    return _generated(seed) if folder is None else _measured(folder, seed)


def _generated(seed: int) -> Profiles:
    """Types as `synthetic_community` makes homes, without noise: one shape, other sizes, hours and skies."""
    loads = [
        np.roll(LOAD_KWH, round(draws.uniform(-2.5, 2.5, seed, "load", number, "shift")))
        * draws.uniform(0.6, 1.4, seed, "load", number, "size")
        for number in range(LOAD_TYPES)
    ]
    roofs = [
        PV_KW * SUN_KWH * draws.uniform(0.9, 1.1, seed, "roof", number, "yield") for number in range(PV_TYPES)
    ]
    source = f"SYNTHETIC, seed {seed}: variations of the mean November day of one Ausgrid customer"
    return Profiles(_whole_wh(loads), _whole_wh(roofs), source)


def _measured(folder: Path, seed: int) -> Profiles:
    months = list(_months(folder))
    loads, roofs = dict[str, Floats](), dict[str, Floats]()
    for month in months:
        for home in month.homes:
            loads[home.home_id] = _mean_day(home.load_kwh, month)
            if home.pv_kw and home.pv_kwh.any():
                roofs[home.home_id] = PV_KW / home.pv_kw * _mean_day(home.pv_kwh, month)
    names = ", ".join(month.file.name for month in months)
    return Profiles(
        _whole_wh(_drawn(loads, LOAD_TYPES, folder, "homes", seed)),
        _whole_wh(_drawn(roofs, PV_TYPES, folder, "roofs of known rating", seed)),
        f"measured in November 2012 ({names}): {len(loads)} homes and {len(roofs)} roofs to draw from",
    )


def _months(folder: Path) -> Iterator[MeasuredDays]:
    """Yield November 2012 of every file that holds it, in hours."""
    if not folder.is_dir():
        remedy = "name the folder that holds the CSV files"
        raise DataError(file=folder, problem="is not a folder", remedy=remedy)
    found = [
        folder / (name + suffix)
        for name in FILES
        for suffix in SUFFIXES
        if (folder / (name + suffix)).is_file()
    ]
    reasons = []
    for file in found:
        try:
            yield merged(read_homes(file, day=NOVEMBER, days=DAYS, leave_out_gaps=True), slot_s=HOUR_S)
        except NotMeasured as reason:
            reasons.append(reason)
    if len(reasons) == len(found):
        problem = "; ".join(f"{each.file.name} {each.problem}" for each in reasons)
        problem = problem or f"holds none of {', '.join(FILES)}"
        remedy = "give homes of the whole of November 2012, see docs/data-formats.md"
        raise NotMeasured(file=folder, problem=problem, remedy=remedy)


def _mean_day(energy_kwh: Floats, month: MeasuredDays) -> Floats:
    """Return the mean energy of each local hour of the day, (24,), kWh."""
    first = (month.slot_start_s + LOCAL_S) // HOUR_S % HOURS
    return np.asarray(np.roll(energy_kwh.reshape(-1, HOURS).mean(axis=0), first))


def _drawn(known: dict[str, Floats], count: int, folder: Path, what: str, seed: int) -> Sequence[Floats]:
    if len(known) < count:
        problem = f"holds {len(known)} {what} in November 2012"
        raise NotMeasured(file=folder, problem=problem, remedy=f"give at least {count}")
    ranked = sorted(known, key=lambda home_id: draws.uniform(0.0, 1.0, seed, what, home_id))
    return [known[home_id] for home_id in sorted(ranked[:count])]


def _whole_wh(days_kwh: Sequence[Floats]) -> Ints:
    return np.rint(1000 * np.array(days_kwh)).astype(np.int64)
