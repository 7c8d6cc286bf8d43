"""A home: its devices, its tariff, and the plan that comes out of solving its problem."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wattloom.market.homes import checks
from wattloom.market.homes.devices.part import Device, Setting
from wattloom.market.homes.errors import BadHome


@dataclass(frozen=True, slots=True, eq=False)
class Tariff:
    """What a home pays its utility: so much per kWh, and so much per kW of its highest draw.

    Source: the two-part tariff of paper 000, eq (3); feed-in as in paper 003, eq (11).

    Attributes
    ----------
    energy_price_per_kwh : $/kWh, one number or one per slot (time of use)
    peak_price_per_kw : $/kW of the highest draw in the horizon, >= 0
    feed_in_price_per_kwh : $/kWh paid for renewable energy fed in, >= 0; None: feeding in is not possible
    grid_limit_kw : the most that the home may draw from the grid
    """

    energy_price_per_kwh: npt.ArrayLike
    peak_price_per_kw: float
    feed_in_price_per_kwh: float | None = None
    grid_limit_kw: float = 14.0

    def __post_init__(self) -> None:
        prices = checks.series("energy_price_per_kwh", np.atleast_1d(self.energy_price_per_kwh), low=0.0)
        object.__setattr__(self, "energy_price_per_kwh", prices)
        checks.number("peak_price_per_kw", self.peak_price_per_kw, low=0.0)
        checks.positive("grid_limit_kw", self.grid_limit_kw)
        if self.feed_in_price_per_kwh is not None:
            checks.number("feed_in_price_per_kwh", self.feed_in_price_per_kwh, low=0.0)

    @property
    def feed_in_income_per_kwh(self) -> float:
        """The feed-in price, $/kWh, or nothing where feeding in is not possible."""
        return self.feed_in_price_per_kwh or 0.0

    def energy_prices(self, slots: int) -> checks.FloatArray:
        """Return the energy price of each slot, (T,), $/kWh."""
        return np.broadcast_to(np.asarray(self.energy_price_per_kwh, dtype=np.float64), (slots,))


@dataclass(frozen=True, slots=True, eq=False)
class Home:
    """A list of devices behind one meter, and a tariff.

    Attributes
    ----------
    home_id : pseudonymous name, unique in its community
    slots, slot_s : how many slots are planned together, and each one's seconds (3600, 1800 or 900)
    trade_limit_kwh : the most that the home may buy from or sell to its neighbours in a slot, |x[t]|
    """

    home_id: str
    slots: int
    slot_s: int
    tariff: Tariff
    devices: tuple[Device, ...]
    trade_limit_kwh: float = 10.0

    def __post_init__(self) -> None:
        if self.slots < 1:
            raise BadHome(field="slots", problem=f"is {self.slots}", remedy="plan at least one slot")
        if self.slot_s not in (900, 1800, 3600):
            raise BadHome(field="slot_s", problem=f"is {self.slot_s}", remedy="use 3600, 1800 or 900 seconds")
        checks.positive("trade_limit_kwh", self.trade_limit_kwh)
        names = [device.name for device in self.devices]
        if len(set(names)) < len(names):
            raise BadHome(
                field="devices", problem=f"share names in {names}", remedy="name each device differently"
            )
        if np.size(self.tariff.energy_price_per_kwh) != 1:
            checks.length("energy_price_per_kwh", np.asarray(self.tariff.energy_price_per_kwh), self.slots)
        for device in self.devices:
            device.check(self.slots)

    @property
    def setting(self) -> Setting:
        """What the home's devices must know of it."""
        feed_in = self.tariff.feed_in_price_per_kwh is not None
        return Setting(slots=self.slots, slot_h=self.slot_s / 3600, feed_in=feed_in)


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A home's plan; energies (T,) in kWh per slot, money in $.

    Attributes
    ----------
    trade_kwh : x, net purchase from neighbours; positive buys
    grid_kwh : g, draw from the grid
    fed_in_kwh : f, renewable energy sold to the utility
    cost : C^O of paper 000, eq (9), without payments for trades:
        energy_cost + peak_cost - feed_in_income + device_cost
    device_cost : discomfort and wear
    devices : each device's own series by device and name, such as devices["hvac"]["indoor_c"]
    """

    home_id: str
    trade_kwh: checks.FloatArray
    grid_kwh: checks.FloatArray
    fed_in_kwh: checks.FloatArray
    peak_kw: float
    cost: float
    energy_cost: float
    peak_cost: float
    feed_in_income: float
    device_cost: float
    devices: Mapping[str, Mapping[str, checks.FloatArray]]
