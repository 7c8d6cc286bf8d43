"""Plans turned into rows of numbers: every home's series, its costs, its energies."""

from collections.abc import Iterator, Sequence

import numpy as np

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.devices.hvac import Hvac
from wattloom.market.homes.devices.part import Device
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.devices.shiftable import Shiftable
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.papers.reproduction.findings import Row, Series, User

DIGITS = 6
"""Of a kWh that a series is told in: a thousandth of a watt-hour."""


def series(homes: Sequence[Home], alone: Sequence[Schedule], together: Sequence[Schedule]) -> Series:
    """Return what the plans alone and together draw, use, store and trade, one row per home."""
    pairs = list(zip(homes, together, strict=True))
    return Series(
        grid_alone=[_row(plan.grid_kwh) for plan in alone],
        grid=[_row(plan.grid_kwh) for plan in together],
        renewable=[_row(total(home, plan, Renewable, "used_kwh")) for home, plan in pairs],
        fed_in=[_row(plan.fed_in_kwh) for plan in together],
        hvac=[_row(total(home, plan, Hvac, "heating_kwh", "cooling_kwh")) for home, plan in pairs],
        shiftable=[_row(total(home, plan, Shiftable, "used_kwh")) for home, plan in pairs],
        reduced=[_row(plan.reduced_kwh) for plan in together],
        trade=[_row(plan.trade_kwh) for plan in together],
    )


def users(homes: Sequence[Home], alone: Sequence[Schedule], together: Sequence[Schedule]) -> list[User]:
    """Return every home's energies and peaks."""
    return [
        User(
            home=home.home_id,
            bought_kwh=bought_kwh(plan.trade_kwh),
            sold_kwh=bought_kwh(-plan.trade_kwh),
            peak_alone_kw=before.peak_kw,
            peak_trading_kw=plan.peak_kw,
            outside_comfort_kh=outside_comfort_kh(home, plan),
        )
        for home, before, plan in zip(homes, alone, together, strict=True)
    ]


def total(home: Home, plan: Schedule, kind: type[Device], *labels: str) -> FloatArray:
    """Return the sum of these series over a home's devices of one kind, (T,); zero without any."""
    rows = [
        row for device in home.devices if isinstance(device, kind) for row in _named(plan, device, labels)
    ]
    return np.asarray(np.sum([np.zeros(home.slots), *rows], axis=0))


def outside_comfort_kh(home: Home, plan: Schedule) -> float:
    """Return by how many kelvins, and for how many hours, rooms are outside their comfort bands: K h."""
    hours = home.slot_s / 3600
    return sum(
        float(np.maximum(indoor_c - unit.high_c, 0).sum() + np.maximum(unit.low_c - indoor_c, 0).sum())
        * hours
        for unit in home.devices
        if isinstance(unit, Hvac)
        for indoor_c in _named(plan, unit, ["indoor_c"])
    )


def bought_kwh(trade_kwh: FloatArray) -> float:
    """Return what a trade buys, over all slots; of its negative, what it sells."""
    return float(np.maximum(trade_kwh, 0).sum())


def _named(plan: Schedule, device: Device, labels: Sequence[str]) -> Iterator[FloatArray]:
    """Yield those of the series that the device has; some, such as a reserve, only some devices have."""
    of_device = plan.devices[device.name]
    return (of_device[label] for label in labels if label in of_device)


def _row(values: FloatArray) -> Row:
    return [round(float(value), DIGITS) + 0.0 for value in values]
