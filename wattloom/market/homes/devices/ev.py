"""An electric vehicle: a battery that is away, and must be full enough when it leaves."""

from dataclasses import dataclass, replace

import cvxpy as cp
import numpy as np

from wattloom.market.homes import checks
from wattloom.market.homes.devices.part import TOLERANCE_KWH, Part, Series, Setting, before, spread
from wattloom.market.homes.devices.spans import check_order, check_within, ranges, refuse, slots_of
from wattloom.market.homes.devices.storage import fills, refuse_paid_waste


@dataclass(frozen=True, slots=True)
class Stay:
    """Slots first..end, half-open, that a vehicle spends at home; it comes and must leave with so much."""

    first: int
    end: int
    arrival_kwh: float
    needed_kwh: float


@dataclass(frozen=True, slots=True, eq=False)
class ElectricVehicle:
    """A vehicle that charges at home and, where it can discharge, also serves the home.

    In the slots of a stay, with charge c[t], discharge d[t] in kWh, level b[t] in kWh at the slot's end:

        b[t] = b[t-1] + eta_c c[t] - d[t] / eta_d,  from the level on arrival;  b >= needed at the stay's end
        min(low, arrival) <= b[t] <= E;   0 <= c <= P_c h;   0 <= d <= P_d h;   cost = wear sum (c + d)

    Away it is nothing to the home. Source: the storage of paper 003, eqs (6)-(9), for a part of the time.

    Attributes
    ----------
    stays : in order of time, apart from each other; what is needed at their end is hard
    capacity_kwh : E
    charge_kw, discharge_kw : P_c, above 0, and P_d; 0: it does not discharge
    charge_efficiency, discharge_efficiency : eta_c and eta_d, above 0, at most 1
    low_kwh : the level below which it does not discharge
    wear_per_kwh : $ per kWh charged and per kWh discharged, >= 0
    """

    stays: tuple[Stay, ...]
    capacity_kwh: float = 60.0
    charge_kw: float = 7.4
    discharge_kw: float = 0.0
    charge_efficiency: float = 0.92
    discharge_efficiency: float = 0.92
    low_kwh: float = 10.0
    wear_per_kwh: float = 0.01
    name: str = "ev"

    def __post_init__(self) -> None:
        with checks.naming(device=self.name):
            for field in ("capacity_kwh", "charge_kw"):
                checks.positive(field, getattr(self, field))
            for field in ("charge_efficiency", "discharge_efficiency"):
                checks.share(field, getattr(self, field))
            for field in ("discharge_kw", "wear_per_kwh"):
                checks.number(field, getattr(self, field), low=0.0)
            checks.number("low_kwh", self.low_kwh, low=0.0, high=self.capacity_kwh)
            check_order("stays", self.stays)
            for stay in self.stays:
                for field in ("arrival_kwh", "needed_kwh"):
                    checks.number(field, getattr(stay, field), low=0.0, high=self.capacity_kwh)

    def check(self, setting: Setting, /) -> None:
        """Raise `BadHome` unless stays lie within the slots and are long enough, and waste does not pay."""
        check_within("stay", self.stays, setting.slots)
        for stay in self.stays:
            if stay.needed_kwh > self._most_kwh(stay, setting) + TOLERANCE_KWH:
                problem = (
                    f"cannot fill from {stay.arrival_kwh:.6g} to {stay.needed_kwh:.6g} kWh "
                    f"at {self.charge_kw:.6g} kW"
                )
                refuse("stay", stay, problem, "need less, or raise charge_kw")
        if self.discharge_kw:
            refuse_paid_waste(setting, wear_per_kwh=self.wear_per_kwh, efficiencies=self._efficiencies)

    def state(self, setting: Setting, /) -> Part:
        """Return level, charge and discharge of every stay."""
        at = slots_of(self.stays)
        if not at.size:
            nothing = cp.Constant(np.zeros(setting.slots))
            return Part(nothing, series=dict.fromkeys(("charge_kwh", "discharge_kwh", "level_kwh"), nothing))
        charge, level = cp.Variable(at.size), cp.Variable(at.size)
        discharge = cp.Variable(at.size) if self.discharge_kw else cp.Constant(np.zeros(at.size))
        earlier = [
            before(level[within], stay.arrival_kwh)
            for within, stay in zip(ranges(self.stays), self.stays, strict=True)
        ]
        floors = [np.full(s.end - s.first, min(self.low_kwh, s.arrival_kwh)) for s in self.stays]
        last = [within.stop - 1 for within in ranges(self.stays)]
        needs = [min(stay.needed_kwh, self._most_kwh(stay, setting)) for stay in self.stays]
        constraints = [
            fills(level, cp.hstack(earlier), charge, discharge, efficiencies=self._efficiencies),
            level >= np.concatenate(floors),
            level <= self.capacity_kwh,
            level[last] >= np.array(needs),
            charge >= 0,
            charge <= self.charge_kw * setting.slot_h,
        ]
        if self.discharge_kw:
            constraints += [discharge >= 0, discharge <= self.discharge_kw * setting.slot_h]
        flows = {"charge_kwh": charge, "discharge_kwh": discharge, "level_kwh": level}
        return Part(
            net_demand_kwh=spread(charge - discharge, at, setting.slots),
            constraints=constraints,
            cost=self.wear_per_kwh * spread(charge + discharge, at, setting.slots),
            series={label: spread(flow, at, setting.slots) for label, flow in flows.items()},
        )

    def carried(self, steps: int, planned: Series, forecast: "ElectricVehicle", /) -> "ElectricVehicle":
        """Return the forecast's vehicle; a stay that has begun goes on from the planned level."""
        level_kwh = float(np.clip(planned["level_kwh"][steps - 1], 0.0, self.capacity_kwh))
        begun = (
            Stay(0, stay.end - steps, level_kwh, stay.needed_kwh)
            for stay in self.stays
            if stay.first < steps < stay.end
        )
        return replace(forecast, stays=(*begun, *forecast.stays))

    @property
    def _efficiencies(self) -> tuple[float, float]:
        return self.charge_efficiency, self.discharge_efficiency

    def _most_kwh(self, stay: Stay, setting: Setting) -> float:
        """Return the level after charging at full power all through a stay."""
        return stay.arrival_kwh + self.charge_efficiency * self.charge_kw * setting.slot_h * (
            stay.end - stay.first
        )
