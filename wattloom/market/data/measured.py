"""Measured homes and weather become a community: slots of the length asked for, and equipment beside."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wattloom.market.data.dressing import Dresser
from wattloom.market.data.equipment import Equipment
from wattloom.market.data.errors import NotMeasured
from wattloom.market.data.read import MeasuredDays, MeasuredHome, MeasuredWeather
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.community import Community


def merged(measured: MeasuredDays, *, slot_s: int) -> MeasuredDays:
    """Return the same days in slots of `slot_s`, adding up what each is made of.

    Raises
    ------
    NotMeasured : the slots asked for are finer than the measured ones
    """
    if slot_s < measured.slot_s:
        problem = f"was measured in slots of {measured.slot_s} s, not of {slot_s} s"
        remedy = f"ask for slots of {measured.slot_s} s or longer: what happened within one is unknown"
        raise NotMeasured(file=measured.file, problem=problem, remedy=remedy)
    slots = measured.slots * measured.slot_s // slot_s

    def added(energy_kwh: FloatArray) -> FloatArray:
        return np.asarray(energy_kwh.reshape(slots, -1).sum(axis=1))

    homes = tuple(
        replace(home, load_kwh=added(home.load_kwh), pv_kwh=added(home.pv_kwh)) for home in measured.homes
    )
    return replace(measured, slots=slots, slot_s=slot_s, homes=homes)


def yield_per_kw(homes: Sequence[MeasuredHome]) -> FloatArray | None:
    """Return the mean yield of the roofs whose rating is known, (T,), kWh per kW; None without any."""
    yields = [home.pv_kwh / home.pv_kw for home in homes if home.pv_kw and home.pv_kwh.any()]
    return np.mean(yields, axis=0) if yields else None


def community_of(
    measured: MeasuredDays,
    weather: MeasuredWeather | None,
    homes: Sequence[MeasuredHome],
    equipment: Equipment,
    *,
    name: str,
) -> Community:
    """Return a community of some of the measured homes, ordered by id.

    A home without generation of its own gets the roof that the equipment gives it: a drawn rating times the
    measured yield of the roofs in the file. Without weather nobody has a turbine.
    """
    dresser = Dresser(
        equipment,
        [home.home_id for home in homes],
        slots=measured.slots,
        slot_s=measured.slot_s,
        outdoor_c=weather.temp_c if weather else None,
        wind_pu=weather.wind_pu if weather else None,
    )
    sun = yield_per_kw(measured.homes)

    def pv_kwh(home: MeasuredHome) -> FloatArray:
        if sun is None or home.pv_kwh.any():
            return home.pv_kwh
        return dresser.pv_kwh(home.home_id, sun)

    return Community(
        name=f"{name} {measured.day}",
        slots=measured.slots,
        slot_s=measured.slot_s,
        slot_start_s=measured.slot_start_s,
        homes=tuple(
            dresser.home(home.home_id, home.home_id, load_kwh=home.load_kwh, pv_kwh=pv_kwh(home))
            for home in homes
        ),
        synthetic=False,
        description=_description(measured, weather, equipment),
    )


def _description(measured: MeasuredDays, weather: MeasuredWeather | None, equipment: Equipment) -> str:
    files = ", ".join(source.file.name for source in (measured, weather) if source is not None)
    since = f"{measured.days} days from {measured.day}" if measured.days > 1 else str(measured.day)
    assumed = [
        words
        for section, words in (
            ("heat_pump", "heat pumps and comfort"),
            ("pv", "roofs of homes that have none in the data"),
            ("turbine", "turbines"),
            ("battery", "batteries"),
            ("flexible", "which loads can move"),
        )
        if getattr(equipment, section) is not None
    ]
    values = ", ".join([*assumed, "tariff"])
    return f"Loads, sun and weather measured on {since} ({files}); {values} are assumed values."
