"""Rolling horizon: plan ahead, keep the first slots of the plan, carry every state on, plan again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import Home, Schedule


@dataclass(frozen=True, slots=True, eq=False)
class WarmStart:
    """Where a coordination may begin: prices (T,), $/kWh, and every home's trades (N, T), kWh."""

    price_per_kwh: FloatArray
    trade_kwh: FloatArray


class Plan(Protocol):
    """What a coordination agrees on, such as a `CentralOptimum`."""

    @property
    def price_per_kwh(self) -> FloatArray:
        """The price of every slot, (T,), $/kWh."""

    @property
    def trade_kwh(self) -> FloatArray:
        """Every home's net purchase, (N, T), kWh per slot."""

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """One plan per home."""


Forecast = Callable[[int], Sequence[Home]]
"""The homes as data say they are over the T slots that begin with a given slot, states aside."""

Coordinate = Callable[[Sequence[Home], WarmStart | None], Plan]
"""Plan these homes together, beginning where the last plan ended; the first has nothing to begin with."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One turn of a rolling horizon.

    Attributes
    ----------
    first_slot : the slot, counted from the beginning, with which this turn's horizon begins
    homes, plan : what was planned, and how; only its first `steps` slots are kept
    """

    first_slot: int
    steps: int
    homes: tuple[Home, ...]
    plan: Plan

    def costs(self) -> FloatArray:
        """Return what the kept slots cost each home, (N,), $: theirs, and the rise of the peak in them.

        Over the turns these add up to the cost of the whole period.
        """
        return np.array(list(map(self._cost, self.homes, self.plan.schedules)))

    def _cost(self, home: Home, schedule: Schedule) -> float:
        rise_kw = peak_after(home, schedule, self.steps) - home.tariff.peak_so_far_kw
        return float(schedule.slot_costs[: self.steps].sum()) + home.tariff.peak_price_per_kw * rise_kw


def roll(forecast: Forecast, coordinate: Coordinate, *, steps: int, turns: int) -> Iterator[Step]:
    """Yield one step after the other: each keeps `steps` slots of its plan and hands the states on.

    Raises
    ------
    BadHome : a forecast does not continue the homes before it
    SolveFailed : a horizon has no plan
    """
    homes, warm = tuple(forecast(0)), None
    for turn in range(turns):
        plan = coordinate(homes, warm)
        yield Step(turn * steps, steps, homes, plan)
        if turn + 1 < turns:
            later = forecast((turn + 1) * steps)
            homes = tuple(
                carried(home, schedule, steps, next_home)
                for home, schedule, next_home in zip(homes, plan.schedules, later, strict=True)
            )
            warm = warm_start(plan, steps)


def carried(home: Home, schedule: Schedule, steps: int, forecast: Home) -> Home:
    """Return `forecast`, the home over the slots that begin `steps` later, in the state that it is then in.

    Carried are indoor temperatures, levels, what begun windows and stays still need, and the peak so far.

    Raises
    ------
    BadHome : the forecast is of another home, has other devices, or cannot be planned from this state
    """
    names = [device.name for device in home.devices]
    if (forecast.home_id, [device.name for device in forecast.devices]) != (home.home_id, names):
        raise BadHome(
            field="forecast",
            problem=f"is of home {forecast.home_id} with other devices",
            remedy=f"give home {home.home_id} with {names}",
            home=home.home_id,
        )
    peak_kw = peak_after(home, schedule, steps)
    return replace(
        forecast,
        tariff=replace(forecast.tariff, peak_so_far_kw=min(peak_kw, forecast.tariff.grid_limit_kw)),
        devices=tuple(
            device.carried(steps, schedule.devices[device.name], later)
            for device, later in zip(home.devices, forecast.devices, strict=True)
        ),
    )


def peak_after(home: Home, schedule: Schedule, steps: int) -> float:
    """Return the highest draw of the billing period, in kW, once the plan's first slots are over."""
    return max(home.tariff.peak_so_far_kw, float(schedule.grid_kwh[:steps].max()) / home.setting.slot_h)


def warm_start(plan: Plan, steps: int) -> WarmStart:
    """Return the plan's prices and trades `steps` later.

    The slots that come in at the end begin as those that went out at the front: of a horizon of whole days,
    the same hours of another day.
    """
    return WarmStart(np.roll(plan.price_per_kwh, -steps), np.roll(plan.trade_kwh, -steps, axis=-1))
