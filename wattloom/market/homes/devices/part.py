"""What a device is to its home, and what it adds to the home's problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

import cvxpy as cp
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from wattloom.market.homes.checks import FloatArray

Series = Mapping[str, FloatArray]
"""A device's planned series, by name with unit, each (T,)."""

TOLERANCE_KWH = 1e-6
"""By how much the state that a plan leaves may miss what was promised: a tolerance, not a mistake."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a home tells its devices.

    Attributes
    ----------
    slots, slot_h : how many slots are planned, and the hours of one
    feed_in : whether renewables may be fed in
    least_price_per_kwh : $/kWh, the lowest energy price of the horizon, which may be negative
    """

    slots: int
    slot_h: float
    feed_in: bool
    least_price_per_kwh: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """What one device adds to the problem of its home; T is the number of slots.

    Attributes
    ----------
    net_demand_kwh : (T,), kWh per slot that the device takes out of the home's balance; supply is negative
    constraints : what the device's own variables must satisfy
    cost : (T,), $ per slot: discomfort or wear; energy is paid by the home
    income : (T,), $ per slot that a service of the device earns, or 0
    fed_in_kwh : (T,), kWh per slot sold to the utility at the feed-in price, if the device may sell
    series : what a schedule reports of this device, by name with unit, each (T,)
    """

    net_demand_kwh: cp.Expression
    constraints: Sequence[cp.Constraint] = ()
    cost: cp.Expression = field(default_factory=lambda: cp.Constant(0.0))
    income: cp.Expression = field(default_factory=lambda: cp.Constant(0.0))
    fed_in_kwh: cp.Expression | None = None
    series: Mapping[str, cp.Expression] = field(default_factory=dict)


class Device(Protocol):
    """A record of one device's data that can state its part of the home's problem."""

    @property
    def name(self) -> str:
        """What the device is called within its home: unique there."""

    def check(self, setting: Setting, /) -> None:
        """Raise `BadHome` unless the device can be planned in this setting: lengths, windows, prices."""

    def state(self, setting: Setting, /) -> Part:
        """Return fresh variables, constraints and cost of this device in cvxpy."""

    def carried(self, steps: int, planned: Series, forecast: Self, /) -> Self:
        """Return `forecast`, this device over the slots that begin `steps` later, in the state it is in then.

        `planned` is what a schedule says of this device, from its first slot on.
        """


def before(series: cp.Expression, start: float) -> cp.Expression:
    """Return the series one slot earlier, (T,): `start`, then all but its last value."""
    return cp.hstack([cp.Constant([start]), series[:-1]])


def spread(values: cp.Expression, at: npt.NDArray[np.intp], slots: int) -> cp.Expression:
    """Return `values` (k,) standing in the slots `at` (k,) of a series (T,) that is zero elsewhere."""
    standing = (np.ones(at.size), (at, np.arange(at.size)))
    return sp.csr_matrix(standing, shape=(slots, at.size)) @ values
