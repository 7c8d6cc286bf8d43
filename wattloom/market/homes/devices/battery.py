"""A battery at home: what it stores, what that wears off, and what it holds in reserve for the grid."""

from dataclasses import dataclass, replace

import cvxpy as cp
import numpy as np
import numpy.typing as npt

from wattloom.market.homes import checks
from wattloom.market.homes.devices.part import TOLERANCE_KWH, Part, Series, Setting, before, spread
from wattloom.market.homes.devices.storage import fills, refuse_paid_waste
from wattloom.market.homes.errors import BadHome


@dataclass(frozen=True, slots=True, eq=False)
class Battery:
    """A battery that charges from whatever the home has and discharges into the home.

    With charge c[t], discharge d[t] in kWh per slot, level b[t] in kWh at the slot's end, capacity E,
    power P, h the slot's hours, and reserve e[t] in kWh in the slots whose reserve price is above zero:

        b[t] = b[t-1] + eta_c c[t] - d[t] / eta_d;   lo E <= b[t] <= hi E;   b[T] >= end
        0 <= c, d <= P h;   0 <= e <= eta_d (b - lo E);   e + d <= P h
        cost = wear sum (c + d);   income = sum price[t] e[t]

    Source: paper 003, eqs (6)-(9) and C^B; reserve as in paper 001, R^AS. Repairs: 001 leaves e without any
    bound, and its reward with it: here e can be delivered on top of the plan, slot by slot, from what the
    battery then holds and at the power it then has left. Neither paper says where the level ends: an empty
    battery at the end would be energy for nothing. Where prices are negative, see `refuse_paid_waste`.

    Attributes
    ----------
    capacity_kwh, power_kw : E, and P, the most it charges with and the most it discharges with
    charge_efficiency, discharge_efficiency : eta_c and eta_d, above 0, at most 1
    low_share, high_share : lo and hi, the shares of E between which the level is kept
    start_share : b[0] / E, the level before the first slot
    wear_per_kwh : $ per kWh charged and per kWh discharged, >= 0
    reserve_price_per_kwh : $ per kWh held ready in a slot, one number or one per slot, >= 0; None: no reserve
    end_share : the least that b[T] / E must be; None: the start's
    """

    capacity_kwh: float
    power_kw: float
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    low_share: float = 0.1
    high_share: float = 0.9
    start_share: float = 0.5
    wear_per_kwh: float = 0.01
    reserve_price_per_kwh: npt.ArrayLike | None = None
    end_share: float | None = None
    name: str = "battery"

    def __post_init__(self) -> None:
        with checks.naming(device=self.name):
            for field in ("capacity_kwh", "power_kw"):
                checks.positive(field, getattr(self, field))
            for field in ("charge_efficiency", "discharge_efficiency"):
                checks.share(field, getattr(self, field))
            checks.number("wear_per_kwh", self.wear_per_kwh, low=0.0)
            checks.number("low_share", self.low_share, low=0.0, high=1.0)
            checks.number("high_share", self.high_share, low=self.low_share, high=1.0)
            for field in ("start_share", "end_share"):
                if getattr(self, field) is not None:
                    checks.number(field, getattr(self, field), low=self.low_share, high=self.high_share)
            if self.reserve_price_per_kwh is not None:
                prices = checks.prices("reserve_price_per_kwh", self.reserve_price_per_kwh, low=0.0)
                object.__setattr__(self, "reserve_price_per_kwh", prices)

    @property
    def efficiencies(self) -> tuple[float, float]:
        """Charging's and discharging's."""
        return self.charge_efficiency, self.discharge_efficiency

    @property
    def target_share(self) -> float:
        """The least share of the capacity that the battery ends with."""
        return self.start_share if self.end_share is None else self.end_share

    def check(self, setting: Setting, /) -> None:
        """Raise `BadHome` unless prices cover the slots, waste does not pay, and the end can be reached."""
        if self.reserve_price_per_kwh is not None:
            checks.price_length("reserve_price_per_kwh", self.reserve_price_per_kwh, setting.slots)
        refuse_paid_waste(setting, wear_per_kwh=self.wear_per_kwh, efficiencies=self.efficiencies)
        end_kwh, most_kwh = self.target_share * self.capacity_kwh, self._most_kwh(setting)
        if end_kwh > most_kwh + TOLERANCE_KWH:
            raise BadHome(
                field="end_share",
                problem=f"asks for {end_kwh:.6g} kWh, and the level can reach {most_kwh:.6g} kWh by then",
                remedy="lower it, or raise power_kw",
                slot=setting.slots - 1,
            )

    def state(self, setting: Setting, /) -> Part:
        """Return the level's dynamics, its bounds, wear and, where it is paid for, reserve."""
        charge, discharge, level = (cp.Variable(setting.slots) for _ in range(3))
        most_kwh = self.power_kw * setting.slot_h
        start_kwh = self.start_share * self.capacity_kwh
        end_kwh = min(self.target_share * self.capacity_kwh, self._most_kwh(setting))
        constraints = [
            fills(level, before(level, start_kwh), charge, discharge, efficiencies=self.efficiencies),
            level >= self.low_share * self.capacity_kwh,
            level <= self.high_share * self.capacity_kwh,
            level[-1] >= end_kwh,
            *(bound for flow in (charge, discharge) for bound in (flow >= 0, flow <= most_kwh)),
        ]
        cost = self.wear_per_kwh * (charge + discharge)
        series = {"charge_kwh": charge, "discharge_kwh": discharge, "level_kwh": level}
        if self.reserve_price_per_kwh is None:
            return Part(charge - discharge, constraints, cost, series=series)
        prices = checks.per_slot(self.reserve_price_per_kwh, setting.slots)
        ready, deliverable = self._reserve(np.flatnonzero(prices), level, discharge, most_kwh)
        return Part(
            net_demand_kwh=charge - discharge,
            constraints=[*constraints, *deliverable],
            cost=cost,
            income=cp.multiply(prices, ready),
            series=series | {"reserve_kwh": ready},
        )

    def carried(self, steps: int, planned: Series, forecast: "Battery", /) -> "Battery":
        """Return the forecast's battery, begun at the planned level and with this one's end."""
        share = planned["level_kwh"][steps - 1] / self.capacity_kwh
        start = float(np.clip(share, forecast.low_share, forecast.high_share))
        return replace(forecast, start_share=start, end_share=self.target_share)

    def _reserve(
        self, paid: npt.NDArray[np.intp], level: cp.Variable, discharge: cp.Variable, most_kwh: float
    ) -> tuple[cp.Expression, list[cp.Constraint]]:
        """Return e, (T,), with variables in the slots `paid` alone, and what makes it deliverable there."""
        if not paid.size:
            return cp.Constant(np.zeros(level.size)), []
        ready, low_kwh = cp.Variable(paid.size), self.low_share * self.capacity_kwh
        deliverable = [
            ready >= 0,
            ready <= self.discharge_efficiency * (level[paid] - low_kwh),
            ready + discharge[paid] <= most_kwh,
        ]
        return spread(ready, paid, level.size), deliverable

    def _most_kwh(self, setting: Setting) -> float:
        """Return the level after charging at full power in every slot."""
        stored_kwh = self.charge_efficiency * self.power_kw * setting.slot_h * setting.slots
        return self.start_share * self.capacity_kwh + stored_kwh
