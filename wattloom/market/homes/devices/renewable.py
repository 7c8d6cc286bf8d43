"""Renewable supply: sun or wind, free to use, to spill, or to sell to the utility."""

from dataclasses import dataclass

import cvxpy as cp

from wattloom.market.homes import checks
from wattloom.market.homes.devices.part import Part, Series, Setting


@dataclass(frozen=True, slots=True, eq=False)
class Renewable:
    """One photovoltaic system or wind turbine with a known yield R[t].

    re[t] + f[t] <= R[t],  re, f >= 0:  re covers the home and its neighbours, f is fed in, the rest is spilt.
    Source: paper 000, eq (1); feed-in from renewables alone as in paper 003, eq (11), both under one yield.

    Attributes
    ----------
    name : such as "pv" or "wind"
    available_kwh : (T,), kWh per slot, >= 0
    """

    name: str
    available_kwh: checks.FloatArray

    def __post_init__(self) -> None:
        with checks.naming(device=self.name):
            available = checks.series("available_kwh", self.available_kwh, low=0.0)
            object.__setattr__(self, "available_kwh", available)

    def check(self, setting: Setting, /) -> None:
        """Raise `BadHome` unless there is one yield per slot."""
        checks.length("available_kwh", self.available_kwh, setting.slots)

    def state(self, setting: Setting, /) -> Part:
        """Return what is used and, where the tariff has a feed-in price, what is fed in."""
        used = cp.Variable(setting.slots)
        if not setting.feed_in:
            bounds = [used >= 0, used <= self.available_kwh]
            return Part(net_demand_kwh=-used, constraints=bounds, series={"used_kwh": used})
        fed_in = cp.Variable(setting.slots)
        return Part(
            net_demand_kwh=-used,
            constraints=[used >= 0, fed_in >= 0, used + fed_in <= self.available_kwh],
            fed_in_kwh=fed_in,
            series={"used_kwh": used, "fed_in_kwh": fed_in},
        )

    def carried(self, _steps: int, _planned: Series, forecast: "Renewable", /) -> "Renewable":
        """Return the forecast: sun and wind have no state."""
        return forecast
