"""A home: its devices, its tariff, and the plan that comes out of solving its problem."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wattloom.market.homes import checks
from wattloom.market.homes.devices.part import Device, Series, Setting
from wattloom.market.homes.errors import BadHome


@dataclass(frozen=True, slots=True, eq=False)
class Tariff:
    """What a home pays its utility: so much per kWh, and so much per kW of its highest draw.

    Source: the two-part tariff of paper 000, eq (3); feed-in as in paper 003, eq (11).

    Attributes
    ----------
    energy_price_per_kwh : $/kWh, one number or one per slot (time of use); may be negative, if no device of
        the home would then be paid for wasting energy
    peak_price_per_kw : $/kW of the highest draw in the horizon, >= 0
    feed_in_price_per_kwh : $/kWh paid for renewable energy fed in, one number or one per slot, >= 0; None:
        feeding in is not possible
    grid_limit_kw : the most that the home may draw from the grid
    peak_so_far_kw : the highest draw of the billing period before the horizon: paid for already, so that a
        plan's cost counts the increase alone, and the costs of consecutive plans add up
    """

    energy_price_per_kwh: npt.ArrayLike
    peak_price_per_kw: float
    feed_in_price_per_kwh: npt.ArrayLike | None = None
    grid_limit_kw: float = 14.0
    peak_so_far_kw: float = 0.0

    def __post_init__(self) -> None:
        prices = checks.prices("energy_price_per_kwh", self.energy_price_per_kwh, low=-np.inf)
        object.__setattr__(self, "energy_price_per_kwh", prices)
        checks.number("peak_price_per_kw", self.peak_price_per_kw, low=0.0)
        checks.positive("grid_limit_kw", self.grid_limit_kw)
        checks.number("peak_so_far_kw", self.peak_so_far_kw, low=0.0, high=self.grid_limit_kw)
        if self.feed_in_price_per_kwh is not None:
            prices = checks.prices("feed_in_price_per_kwh", self.feed_in_price_per_kwh, low=0.0)
            object.__setattr__(self, "feed_in_price_per_kwh", prices)

    def check(self, slots: int) -> None:
        """Raise `BadHome` unless prices that change with time cover every slot."""
        checks.price_length("energy_price_per_kwh", self.energy_price_per_kwh, slots)
        if self.feed_in_price_per_kwh is not None:
            checks.price_length("feed_in_price_per_kwh", self.feed_in_price_per_kwh, slots)

    def energy_prices(self, slots: int) -> checks.FloatArray:
        """Return the energy price of each slot, (T,), $/kWh."""
        return checks.per_slot(self.energy_price_per_kwh, slots)

    def feed_in_prices(self, slots: int) -> checks.FloatArray:
        """Return the feed-in price of each slot, (T,), $/kWh: zero where feeding in is not possible."""
        return checks.per_slot(
            0.0 if self.feed_in_price_per_kwh is None else self.feed_in_price_per_kwh, slots
        )


@dataclass(frozen=True, slots=True, eq=False)
class DemandResponse:
    """An offer to be paid for drawing less from the grid than usual, in the slots of an event.

    r[t] in kWh, 0 <= r[t], r[t] + g[t] <= B[t] in every slot whose reward is above zero: a home that takes
    part does not draw more than its baseline B there. Source: paper 003, eq (12) and R^DR. Repair: its
    r <= g lets a home buy load that it never needed and be paid for not using it; B is data, fixed before
    the event.

    Attributes
    ----------
    reward_per_kwh : (T,), $/kWh, >= 0; above zero in the event's slots
    baseline_kwh : (T,), B, kWh per slot, >= 0, such as `baseline.baseline_kwh` gives
    """

    reward_per_kwh: checks.FloatArray
    baseline_kwh: checks.FloatArray

    def __post_init__(self) -> None:
        for field in ("reward_per_kwh", "baseline_kwh"):
            object.__setattr__(self, field, checks.series(field, getattr(self, field), low=0.0))

    def check(self, slots: int) -> None:
        """Raise `BadHome` unless there is one reward and one baseline per slot."""
        for field in ("reward_per_kwh", "baseline_kwh"):
            checks.length(field, getattr(self, field), slots)

    @property
    def event(self) -> npt.NDArray[np.intp]:
        """The event's slots, ascending."""
        return np.flatnonzero(self.reward_per_kwh)


@dataclass(frozen=True, slots=True, eq=False)
class Home:
    """A list of devices behind one meter, a tariff, and services to the utility.

    Attributes
    ----------
    home_id : pseudonymous name, unique in its community
    slots, slot_s : how many slots are planned together, and each one's seconds (3600, 1800 or 900)
    trade_limit_kwh : the most that the home may buy from or sell to its neighbours in a slot, |x[t]|
    demand_response : the event that the home takes part in, if any
    """

    home_id: str
    slots: int
    slot_s: int
    tariff: Tariff
    devices: tuple[Device, ...]
    trade_limit_kwh: float = 10.0
    demand_response: DemandResponse | None = None

    def __post_init__(self) -> None:
        with checks.naming(home=self.home_id):
            if self.slots < 1:
                raise BadHome(field="slots", problem=f"is {self.slots}", remedy="plan at least one slot")
            if self.slot_s not in (900, 1800, 3600):
                raise BadHome(
                    field="slot_s", problem=f"is {self.slot_s}", remedy="use 3600, 1800 or 900 seconds"
                )
            checks.positive("trade_limit_kwh", self.trade_limit_kwh)
            self._check_names()
            self.tariff.check(self.slots)
            if self.demand_response is not None:
                self.demand_response.check(self.slots)
            for device in self.devices:
                with checks.naming(device=device.name):
                    device.check(self.setting)

    @property
    def setting(self) -> Setting:
        """What the home's devices must know of it."""
        return Setting(
            slots=self.slots,
            slot_h=self.slot_s / 3600,
            feed_in=self.tariff.feed_in_price_per_kwh is not None,
            least_price_per_kwh=float(np.min(self.tariff.energy_price_per_kwh)),
        )

    def grid_prices(self) -> checks.FloatArray:
        """Return what a kWh from the grid costs, the peak apart, (T,), $/kWh: a reward forgone is a cost."""
        prices = self.tariff.energy_prices(self.slots)
        return prices if self.demand_response is None else prices + self.demand_response.reward_per_kwh

    def _check_names(self) -> None:
        names = [device.name for device in self.devices]
        if len(set(names)) < len(names):
            raise BadHome(
                field="devices", problem=f"share names in {names}", remedy="name each device differently"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A home's plan; energies (T,) in kWh per slot, money in $.

    Attributes
    ----------
    trade_kwh : x, net purchase from neighbours; positive buys
    grid_kwh : g, draw from the grid
    fed_in_kwh : f, renewable energy sold to the utility
    reduced_kwh : r, what the demand response event pays for
    peak_kw : the highest draw of this plan
    cost : C^O of paper 000, eq (9), without payments for trades:
        energy_cost + peak_cost - feed_in_income + device_cost - service_income
    peak_cost : for as much as the peak rises above the one so far
    device_cost : discomfort and wear
    service_income : from demand response and reserve together
    slot_costs : (T,), what each slot adds to the cost; the peak, which belongs to none, is not among them
    service_incomes : (T,) each, of "demand_response" and of every device that earns
    net_demand_kwh : (T,) each, by device; they sum to grid_kwh + trade_kwh
    devices : each device's own series by device and name, such as devices["hvac"]["indoor_c"]
    """

    home_id: str
    trade_kwh: checks.FloatArray
    grid_kwh: checks.FloatArray
    fed_in_kwh: checks.FloatArray
    reduced_kwh: checks.FloatArray
    peak_kw: float
    cost: float
    energy_cost: float
    peak_cost: float
    feed_in_income: float
    device_cost: float
    service_income: float
    slot_costs: checks.FloatArray
    service_incomes: Series
    net_demand_kwh: Series
    devices: Mapping[str, Series]
