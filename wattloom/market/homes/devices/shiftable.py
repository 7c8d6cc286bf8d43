"""Shiftable appliances: so much energy within each window, preferably as usual."""

from dataclasses import dataclass, replace

import cvxpy as cp
import numpy as np

from wattloom.market.homes import checks
from wattloom.market.homes.devices.part import TOLERANCE_KWH, Part, Series, Setting, spread
from wattloom.market.homes.devices.spans import check_order, check_within, ranges, refuse, slots_of
from wattloom.market.homes.errors import BadHome


@dataclass(frozen=True, slots=True)
class Window:
    """Slots first..end, half-open, in which an appliance must get `energy_kwh`."""

    first: int
    end: int
    energy_kwh: float


@dataclass(frozen=True, slots=True, eq=False)
class Shiftable:
    """Washer, dryer, dishwasher: s[t] in kWh per slot, zero outside its windows.

        sum of s over each window = its energy;   0 <= s[t] <= P h
        cost = omega sum over windows (s - S_ref)^2

    Source: paper 003, eq (4) and C^S; paper 001, C^FL. Repairs: neither says s >= 0, nor that s is zero
    outside its window, nor what the appliance can draw.

    Attributes
    ----------
    windows : in order of time, apart from each other; their energy is hard
    power_kw : P, the most that the appliance draws
    preferred_kwh : S_ref (T,), the usual use, which counts within windows; None: any time in them is as good
    discomfort_per_kwh2 : omega, $ per kWh^2, >= 0
    """

    name: str
    windows: tuple[Window, ...]
    power_kw: float
    preferred_kwh: checks.FloatArray | None = None
    discomfort_per_kwh2: float = 0.0

    def __post_init__(self) -> None:
        with checks.naming(device=self.name):
            checks.positive("power_kw", self.power_kw)
            checks.number("discomfort_per_kwh2", self.discomfort_per_kwh2, low=0.0)
            check_order("windows", self.windows)
            for window in self.windows:
                checks.number("energy_kwh", window.energy_kwh, low=0.0)
            if self.preferred_kwh is not None:
                preferred = checks.series("preferred_kwh", self.preferred_kwh, low=0.0)
                object.__setattr__(self, "preferred_kwh", preferred)
            elif self.discomfort_per_kwh2:
                raise BadHome(
                    field="preferred_kwh",
                    problem="is missing",
                    remedy="give the usual use that discomfort_per_kwh2 is measured from",
                )

    def check(self, setting: Setting, /) -> None:
        """Raise `BadHome` unless the windows lie within the slots and are long enough for their energy."""
        check_within("window", self.windows, setting.slots)
        for window in self.windows:
            if window.energy_kwh > self._most_kwh(window, setting) + TOLERANCE_KWH:
                problem = f"cannot get {window.energy_kwh:.6g} kWh at {self.power_kw:.6g} kW"
                refuse("window", window, problem, "widen the window, or raise power_kw")
        if self.preferred_kwh is not None:
            checks.length("preferred_kwh", self.preferred_kwh, setting.slots)

    def state(self, setting: Setting, /) -> Part:
        """Return the use within the windows, each window's energy, and the discomfort of moving it."""
        windows = [window for window in self.windows if window.energy_kwh > TOLERANCE_KWH]
        if not windows:
            nothing = cp.Constant(np.zeros(setting.slots))
            return Part(net_demand_kwh=nothing, series={"used_kwh": nothing})
        at, cost = slots_of(windows), cp.Constant(0.0)
        use = cp.Variable(at.size)
        constraints = [use >= 0, use <= self.power_kw * setting.slot_h]
        for window, within in zip(windows, ranges(windows), strict=True):
            energy_kwh = min(window.energy_kwh, self._most_kwh(window, setting))
            constraints.append(cp.sum(use[within]) == energy_kwh)
        if self.preferred_kwh is not None and self.discomfort_per_kwh2:
            moved = cp.square(use - self.preferred_kwh[at])
            cost = self.discomfort_per_kwh2 * spread(moved, at, setting.slots)
        demand = spread(use, at, setting.slots)
        return Part(demand, constraints, cost, series={"used_kwh": demand})

    def carried(self, steps: int, planned: Series, forecast: "Shiftable", /) -> "Shiftable":
        """Return the forecast's appliance with what begun windows still owe, before its own windows."""
        used_kwh = planned["used_kwh"]
        owed = (
            Window(0, window.end - steps, max(0.0, window.energy_kwh - used_kwh[window.first : steps].sum()))
            for window in self.windows
            if window.first < steps < window.end
        )
        return replace(forecast, windows=(*owed, *forecast.windows))

    def _most_kwh(self, window: Window, setting: Setting) -> float:
        return self.power_kw * setting.slot_h * (window.end - window.first)
