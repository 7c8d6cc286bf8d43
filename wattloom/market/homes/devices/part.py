"""What a device is to its home, and what it adds to the home's problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cvxpy as cp


@dataclass(frozen=True, slots=True)
class Setting:
    """What a home tells its devices: slots, the hours of one, and whether renewables may be fed in."""

    slots: int
    slot_h: float
    feed_in: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What one device adds to the problem of its home; T is the number of slots.

    Attributes
    ----------
    net_demand_kwh : (T,), kWh per slot that the device takes out of the home's balance; supply is negative
    constraints : what the device's own variables must satisfy
    cost : $, scalar: discomfort or wear; energy is paid by the home
    fed_in_kwh : (T,), kWh per slot sold to the utility at the feed-in price, if the device may sell
    series : what a schedule reports of this device, by name with unit, each (T,)
    """

    net_demand_kwh: cp.Expression
    constraints: Sequence[cp.Constraint] = ()
    cost: cp.Expression = field(default_factory=lambda: cp.Constant(0.0))
    fed_in_kwh: cp.Expression | None = None
    series: Mapping[str, cp.Expression] = field(default_factory=dict)


class Device(Protocol):
    """A record of one device's data that can state its part of the home's problem."""

    @property
    def name(self) -> str:
        """What the device is called within its home: unique there."""

    def check(self, slots: int) -> None:
        """Raise `BadHome` unless every series of the device has one number per slot."""

    def state(self, setting: Setting, /) -> Part:
        """Return fresh variables, constraints and cost of this device in cvxpy."""
