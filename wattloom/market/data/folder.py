"""A folder of data becomes a community: which files, which homes, which days."""

from collections.abc import Sequence
from datetime import date
from itertools import chain, zip_longest
from pathlib import Path

from msgspec.structs import replace

from wattloom.market.data.equipment import Equipment
from wattloom.market.data.errors import DataError, NotMeasured
from wattloom.market.data.measured import community_of, merged
from wattloom.market.data.read import MeasuredDays, MeasuredHome, MeasuredWeather, read_homes, read_weather
from wattloom.market.homes.community import Community

PAIRS = (
    ("week_nsw_2012-11-05_homes_hourly", "week_nsw_2012-11-05_exogenous_hourly"),
    ("homes", "weather"),
    ("week_fontana_2016-09-06_homes_hourly", "week_fontana_2016-09-06_exogenous_hourly"),
    ("ausgrid_8homes_fy2012_13_hourly", "sydney_nov2012_weather_demand_halfhour"),
    ("sgsc_nov2012_load_halfhour", "sydney_nov2012_weather_demand_halfhour"),
)
"""Files of homes and of weather that belong together, without their suffix, in order of preference."""
SUFFIXES = (".csv", ".csv.gz")
HOUR_S = 3600


def find_pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Return the files of homes and weather in a folder, in order of preference.

    Raises
    ------
    DataError : the folder is missing, or holds no pair completely
    """
    if not folder.is_dir():
        raise DataError(
            file=folder, problem="is not a folder", remedy="name the folder that holds the CSV files"
        )
    found = [tuple(_file(folder, name) for name in names) for names in PAIRS]
    if whole := [(homes, weather) for homes, weather in found if homes is not None and weather is not None]:
        return whole
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
    files = find_pairs(folder)[0]
    measured, weather = read_pair(files, homes=homes, day=day, days=1, slot_s=HOUR_S, weather_needed=True)
    chosen = _in_turn(measured.homes)[:homes]
    equipment = replace(Equipment(), pv=None)  # the data say who owns a roof
    ordered = sorted(chosen, key=lambda home: home.home_id)
    return community_of(measured, weather, ordered, equipment, name=measured.file.name.split(".")[0])


def read_first_that_fits(
    folder: Path, *, homes: int, day: date | None, days: int, slot_s: int, weather_needed: bool
) -> tuple[MeasuredDays, MeasuredWeather | None]:
    """Return homes and weather from the first pair of files that holds what is asked for.

    Raises
    ------
    NotMeasured : none does; the sentence has each file's reason
    DataError : no pair of files, or one that holds what is asked for is faulty there
    """
    reasons: list[NotMeasured] = []
    for files in find_pairs(folder):
        try:
            return read_pair(
                files, homes=homes, day=day, days=days, slot_s=slot_s, weather_needed=weather_needed
            )
        except NotMeasured as reason:
            reasons.append(reason)
    if len(reasons) == 1:
        raise reasons[0]
    problem = "; ".join(f"{reason.file.name} {reason.problem}" for reason in reasons)
    raise NotMeasured(file=folder, problem=problem, remedy="ask for what one of them holds") from reasons[0]


def read_pair(
    files: tuple[Path, Path],
    *,
    homes: int,
    day: date | None,
    days: int,
    slot_s: int,
    weather_needed: bool,
) -> tuple[MeasuredDays, MeasuredWeather | None]:
    """Return the homes, at least `homes`, and weather of a pair of files on some days, in slots of `slot_s`.

    Weather that is not needed may be missing on those days; it is None then.

    Raises
    ------
    NotMeasured : not these days, not so many homes, or no slots this fine
    DataError : anything else that `read_homes` and `read_weather` refuse
    """
    measured = merged(read_homes(files[0], day=day, days=days), slot_s=slot_s)
    if not 2 <= homes <= len(measured.homes):
        problem, remedy = f"holds {len(measured.homes)} homes", f"ask for 2 to that many, not {homes}"
        raise NotMeasured(file=measured.file, problem=problem, remedy=remedy)
    try:
        slots = {"slot_start_s": measured.slot_start_s, "slots": measured.slots, "slot_s": slot_s}
        return measured, read_weather(files[1], **slots)
    except NotMeasured:
        if weather_needed:
            raise
        return measured, None


def _file(folder: Path, name: str) -> Path | None:
    return next((path for suffix in SUFFIXES if (path := folder / (name + suffix)).is_file()), None)


def _in_turn(homes: Sequence[MeasuredHome]) -> list[MeasuredHome]:
    """Return the homes, those with and those without generation in turn."""
    with_pv = [home for home in homes if home.pv_kwh.any()]
    without = [home for home in homes if not home.pv_kwh.any()]
    return [home for home in chain(*zip_longest(with_pv, without)) if home is not None]
