"""Heating, ventilation and air conditioning: one room's temperature, its comfort and its energy."""

from dataclasses import dataclass, replace
from typing import Literal

import cvxpy as cp
import numpy as np

from wattloom.market.homes import checks
from wattloom.market.homes.devices.part import Part, Series, Setting, before
from wattloom.market.homes.errors import BadHome


@dataclass(frozen=True, slots=True, eq=False)
class Hvac:
    """A heat pump that keeps a room near its preferred temperature.

    With heat[t], cool[t] in kWh per slot, h the slot's hours, and D[t] = T_in[t] - T_ref at the slot's end:

        T_in[t] = a T_in[t-1] + (1 - a) (T_out[t] + R (COP_heat heat[t] - COP_cool cool[t]) / h)
        0 <= heat, cool;  heat + cool <= P h;  T_lo - low[t] <= T_in[t] <= T_hi + high[t];  low, high >= 0
        cost = beta h sum D^2 + penalty h sum (low + high)

    Source: paper 000, eqs (4)-(6). Repairs: a = exp(-h / RC), the exact solution, in place of eq (4)'s Euler
    step 1 - h / RC, which "euler" selects; the unit's power is bounded on both sides; heating and cooling are
    two variables where eq (4) has the sign of eta; the comfort band of eq (6) is soft, because a hard one has
    no solution on a night that the unit cannot follow.

    Attributes
    ----------
    outdoor_c : (T,), mean outdoor temperature of each slot
    reference_c, low_c, high_c : preferred temperature T_ref, comfort band T_lo..T_hi
    start_c : indoor temperature before the first slot
    capacity_kwh_per_k, resistance_k_per_kw : C and R of paper 000, which uses 3.3 and 1.35
    cop_heating, cop_cooling : heat moved per unit of electricity
    power_kw : the most that the unit draws
    discomfort_per_k2_h : beta, $ per kelvin squared and hour
    penalty_per_k_h : $ per kelvin outside the band and hour
    mode : what the unit can do; below a price of zero one that can do both would earn by doing both at once
    """

    outdoor_c: checks.FloatArray
    reference_c: float
    low_c: float
    high_c: float
    start_c: float
    capacity_kwh_per_k: float = 3.3
    resistance_k_per_kw: float = 1.35
    cop_heating: float = 3.0
    cop_cooling: float = 3.0
    power_kw: float = 3.0
    discomfort_per_k2_h: float = 0.05
    penalty_per_k_h: float = 1.0
    discretisation: Literal["exact", "euler"] = "exact"
    mode: Literal["both", "heating", "cooling"] = "both"
    name: str = "hvac"

    def __post_init__(self) -> None:
        with checks.naming(device=self.name):
            object.__setattr__(self, "outdoor_c", checks.series("outdoor_c", self.outdoor_c, low=-90.0))
            for field in (
                "capacity_kwh_per_k",
                "resistance_k_per_kw",
                "cop_heating",
                "cop_cooling",
                "penalty_per_k_h",
            ):
                checks.positive(field, getattr(self, field))
            for field in ("power_kw", "discomfort_per_k2_h"):
                checks.number(field, getattr(self, field), low=0.0)
            checks.choice("discretisation", self.discretisation, ("exact", "euler"))
            checks.choice("mode", self.mode, ("both", "heating", "cooling"))
            checks.number("start_c", self.start_c, low=-90.0, high=90.0)
            if not -90.0 <= self.low_c <= self.reference_c <= self.high_c <= 90.0:
                band = f"is {self.low_c}..{self.high_c} around {self.reference_c}"
                raise BadHome(
                    field="comfort band", problem=band, remedy="order it as low_c <= reference_c <= high_c"
                )

    def check(self, setting: Setting, /) -> None:
        """Raise `BadHome` unless there is one outdoor temperature per slot, and waste does not pay."""
        checks.length("outdoor_c", self.outdoor_c, setting.slots)
        if self.mode == "both" and setting.least_price_per_kwh < 0:
            raise BadHome(
                field="mode",
                problem=f"is 'both' while energy costs as little as {setting.least_price_per_kwh} $/kWh, "
                "so that heating against cooling would pay",
                remedy="choose 'heating' or 'cooling', or raise the price",
            )

    def decay(self, slot_h: float) -> float:
        """Return a, the share of the indoor-outdoor difference left after a slot of `slot_h` hours."""
        share = slot_h / (self.capacity_kwh_per_k * self.resistance_k_per_kw)
        return 1.0 - share if self.discretisation == "euler" else float(np.exp(-share))

    def state(self, setting: Setting, /) -> Part:
        """Return the room's dynamics in its deviation D from T_ref, soft comfort and discomfort cost."""
        h, a = setting.slot_h, self.decay(setting.slot_h)
        heat, cool = self._flow("heating", setting.slots), self._flow("cooling", setting.slots)
        deviation, low, high = (cp.Variable(setting.slots) for _ in range(3))
        start_k = self.start_c - self.reference_c
        lift_k = self.resistance_k_per_kw / h * (self.cop_heating * heat - self.cop_cooling * cool)
        return Part(
            net_demand_kwh=heat + cool,
            constraints=[
                deviation
                == a * before(deviation, start_k) + (1.0 - a) * (self.outdoor_c - self.reference_c + lift_k),
                *(bounded >= 0 for bounded in (heat, cool, low, high) if bounded.variables()),
                heat + cool <= self.power_kw * h,
                deviation - high <= self.high_c - self.reference_c,
                deviation + low >= self.low_c - self.reference_c,
            ],
            cost=self.discomfort_per_k2_h * h * cp.square(deviation)
            + self.penalty_per_k_h * h * (low + high),
            series={"heating_kwh": heat, "cooling_kwh": cool, "indoor_c": deviation + self.reference_c},
        )

    def carried(self, steps: int, planned: Series, forecast: "Hvac", /) -> "Hvac":
        """Return the forecast's room, as warm as the plan has made it."""
        return replace(forecast, start_c=float(planned["indoor_c"][steps - 1]))

    def _flow(self, does: str, slots: int) -> cp.Expression:
        """Return the energy of heating or of cooling, (T,): nothing where the unit cannot do it."""
        return cp.Variable(slots) if self.mode in ("both", does) else cp.Constant(np.zeros(slots))
