"""A folder of data becomes a community: which files, which homes, which day."""

from collections.abc import Sequence
from datetime import date
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np

from wattloom.market.data.dressing import Dresser
from wattloom.market.data.equipment import Equipment
from wattloom.market.data.errors import DataError
from wattloom.market.data.read import MeasuredDay, MeasuredHome, MeasuredWeather, read_homes, read_weather
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Home

PAIRS = (("week_nsw_2012-11-05_homes_hourly", "week_nsw_2012-11-05_exogenous_hourly"), ("homes", "weather"))
"""Files of homes and of weather that belong together, without their suffix, in order of preference."""
SUFFIXES = (".csv", ".csv.gz")
HOUR_S = 3600


def find_pair(folder: Path) -> tuple[Path, Path]:
    """Return the files of homes and weather in a folder.

    Raises
    ------
    DataError : the folder is missing, or holds neither pair completely
    """
    if not folder.is_dir():
        raise DataError(
            file=folder, problem="is not a folder", remedy="name the folder that holds the CSV files"
        )
    for names in PAIRS:
        found = [next((p for s in SUFFIXES if (p := folder / (name + s)).is_file()), None) for name in names]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1]
    remedy = "put homes.csv and weather.csv there (.csv.gz is accepted), see docs/data-formats.md"
    raise DataError(file=folder, problem="holds no pair of homes and weather files", remedy=remedy)


def read_community(folder: Path, *, homes: int = 10, day: date | None = None) -> Community:
    """Return a community of `homes` homes on one day of hourly slots (None: the first day in the file).

    The homes are taken in turn from those with generation that day and those without, each by home id, until
    there are enough; every fifth gets a turbine, and all of them a heat pump and a tariff (`equipment`).

    Raises
    ------
    DataError : no pair of files, too few homes, or anything that `read_homes` and `read_weather` refuse
    """
    homes_file, weather_file = find_pair(folder)
    measured = read_homes(homes_file, day=day)
    slots = measured.slots * measured.slot_s // HOUR_S
    weather = read_weather(weather_file, slot_start_s=measured.slot_start_s, slots=slots, slot_s=HOUR_S)
    return Community(
        name=f"{homes_file.name.split('.')[0]} {measured.day}",
        slots=slots,
        slot_s=HOUR_S,
        slot_start_s=measured.slot_start_s,
        homes=_dressed(choose(measured, homes), weather),
        synthetic=False,
        description=(
            f"Loads, sun and weather measured on {measured.day} ({homes_file.name}, {weather_file.name}); "
            "heat pumps, comfort, turbines and tariff are assumed values."
        ),
    )


def choose(measured: MeasuredDay, homes: int) -> Sequence[MeasuredHome]:
    """Return `homes` homes, with and without generation in turn, ordered by home id."""
    if not 2 <= homes <= len(measured.homes):
        problem, remedy = f"holds {len(measured.homes)} homes", f"ask for 2 to that many, not {homes}"
        raise DataError(file=measured.file, problem=problem, remedy=remedy)
    with_pv = [home for home in measured.homes if home.pv_kwh.any()]
    without = [home for home in measured.homes if not home.pv_kwh.any()]
    in_turn = (home for home in chain(*zip_longest(with_pv, without)) if home is not None)
    return sorted(list(in_turn)[:homes], key=lambda home: home.home_id)


def _dressed(homes: Sequence[MeasuredHome], weather: MeasuredWeather) -> tuple[Home, ...]:
    dresser = Dresser(
        Equipment(),
        [home.home_id for home in homes],
        slots=weather.temp_c.size,
        slot_s=HOUR_S,
        outdoor_c=weather.temp_c,
        wind_pu=weather.wind_pu,
    )
    return tuple(
        dresser.home(home.home_id, home.home_id, load_kwh=_hourly(home.load_kwh), pv_kwh=_hourly(home.pv_kwh))
        for home in homes
    )


def _hourly(energy_kwh: FloatArray) -> FloatArray:
    """Add up the parts of each hour of a day."""
    return np.asarray(energy_kwh.reshape(24, -1).sum(axis=1))
