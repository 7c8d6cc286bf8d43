"""Must-run load: what a home uses whatever it costs."""

from dataclasses import dataclass

import cvxpy as cp

from wattloom.market.homes import checks
from wattloom.market.homes.devices.part import Part, Series, Setting


@dataclass(frozen=True, slots=True, eq=False)
class MustRun:
    """Inflexible load P_IL of paper 000, eq (8): refrigerator, lights, cooking.

    Attributes
    ----------
    load_kwh : (T,), kWh per slot, >= 0
    """

    load_kwh: checks.FloatArray
    name: str = "must_run"

    def __post_init__(self) -> None:
        with checks.naming(device=self.name):
            object.__setattr__(self, "load_kwh", checks.series("load_kwh", self.load_kwh, low=0.0))

    def check(self, setting: Setting, /) -> None:
        """Raise `BadHome` unless there is one load per slot."""
        checks.length("load_kwh", self.load_kwh, setting.slots)

    def state(self, _setting: Setting, /) -> Part:
        """Return a constant demand: nothing to decide."""
        load = cp.Constant(self.load_kwh)
        return Part(net_demand_kwh=load, series={"load_kwh": load})

    def carried(self, _steps: int, _planned: Series, forecast: "MustRun", /) -> "MustRun":
        """Return the forecast: a load has no state."""
        return forecast
