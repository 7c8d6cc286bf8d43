"""What trading would save at other values of what the papers do not publish."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.rationality import saving_percent
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.home import Home
from wattloom.market.papers.reproduction.findings import Sensitivity


def sensitivities(homes: Sequence[Home]) -> Iterator[Sensitivity]:
    """Yield what all save at the central optimum with one value changed for every home."""
    for what, change, factors in (
        ("peak price", with_peak_price, (3.0, 10.0)),
        ("renewable supply", with_renewables, (0.5, 2.0)),
    ):
        for factor in factors:
            yield Sensitivity(what=what, factor=factor, saving_percent=_saving(homes, change, factor))


def with_peak_price(home: Home, factor: float) -> Home:
    """Return the home with its peak price multiplied."""
    price = factor * home.tariff.peak_price_per_kw
    return replace(home, tariff=replace(home.tariff, peak_price_per_kw=price))


def with_renewables(home: Home, factor: float) -> Home:
    """Return the home with what its sun and wind yield multiplied."""
    devices = tuple(
        replace(device, available_kwh=factor * device.available_kwh)
        if isinstance(device, Renewable)
        else device
        for device in home.devices
    )
    return replace(home, devices=devices)


def _saving(homes: Sequence[Home], change: Callable[[Home, float], Home], factor: float) -> float:
    changed = [change(home, factor) for home in homes]
    alone = sum(plan.cost for plan in Fleet(changed).stand_alone())
    return saving_percent(alone, solve_central(changed).cost)
