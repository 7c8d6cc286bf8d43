"""What homes are given beyond their measured series: devices, comfort, tariff and services.

Measured data say what a home used and generated, and nothing of its heat pump, battery or prices. An
`Equipment` record does: each value is one number for all homes, or a range [low, high] that every home draws
its own number from. Its defaults dress the homes of the demo:

| value | here | reason |
|---|---|---|
| energy price, peak price | 0.20 $/kWh, 1.0 $/kW | the papers' two parts; of the order of 2012 |
| feed-in price | 0.08 $/kWh | about what was paid after the gross feed-in schemes |
| grid limit, trade limit | 14 kW, 10 kW | a single-phase 63 A connection; below it |
| C, R | 3.3 kWh/K, 1.35 K/kW, each 0.85..1.15 of it | paper 000, spread over unlike houses |
| T_ref, band | 22..25 C, 3 K either way | paper 000 has one preference per user |
| beta | 0.03..0.10 $/(K^2 h) | one kelvin for an hour is worth about half a kWh |
| heat pump | 2.5..3.5 kWh of heat per kWh, 2.5..4 kW | common split units |
| turbine | 1.0..2.0 kW, every fifth home | a few homes with wind, as in paper 000 |
| photovoltaics | 1.5..4 kW, six homes of ten | generated communities only: data say who owns them |
| battery | 6..14 kWh, 2..4 kW, 0.95 each way, 10..90 % | common wall batteries |
| wear | 0.01 $/kWh moved | small, but above zero: a battery never charges and discharges at once |
| start | T_ref, half full | nothing is known |

Measured loads may hold some air conditioning already. On mild days it is little, and it is counted twice.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from wattloom.market.data import draws
from wattloom.market.homes.checks import FloatArray

Spread = float | tuple[float, float]
"""One number for all homes, or the range that each home draws its own from."""

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Price = Annotated[float, Meta(ge=0.0)]
Positive = Annotated[float, Meta(gt=0.0)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of an equipment record; a range in it must go from low to high."""

    def __post_init__(self) -> None:
        for field in self.__struct_fields__:
            value = getattr(self, field)
            if isinstance(value, tuple) and len(value) == 2 and not isinstance(value[0], msgspec.Struct):
                low, high = value
                if not low <= high:
                    raise ValueError(f"{field} is [{low}, {high}]; write the lower end first")


class PriceWindow(Section, frozen=True, kw_only=True):
    """A price in some hours of every day, by the clock of the data; `end_hour` itself is outside."""

    first_hour: Annotated[int, Meta(ge=0, le=23)] = 0
    end_hour: Annotated[int, Meta(ge=1, le=24)] = 24
    price: Price

    def __post_init__(self) -> None:
        if self.first_hour >= self.end_hour:
            remedy = "end after the first hour, and write a window over midnight as two"
            raise ValueError(f"the window {self.first_hour}..{self.end_hour} is empty; {remedy}")


class TariffTerms(Section, frozen=True, kw_only=True):
    """What every home pays its utility: `home.Tariff` before its prices are laid over slots.

    Attributes
    ----------
    energy_price_per_kwh : $/kWh, one number, or windows that cover the day once (time of use)
    peak_price_per_kw : $/kW of the highest draw in the horizon
    feed_in_price_per_kwh : $/kWh; None: nothing can be fed in
    """

    energy_price_per_kwh: Price | tuple[PriceWindow, ...] = 0.20
    peak_price_per_kw: Price = 1.0
    feed_in_price_per_kwh: Price | None = 0.08
    grid_limit_kw: Positive = 14.0

    def __post_init__(self) -> None:
        windows = self.energy_price_per_kwh
        if isinstance(windows, tuple) and hours_of(windows) != list(range(24)):
            raise ValueError("energy_price_per_kwh must price each hour of the day once; mend its windows")


class HeatPumps(Section, frozen=True, kw_only=True):
    """Heat pumps, rooms and comfort, as `devices.hvac.Hvac` has them; the room starts at `reference_c`."""

    share: Share = 1.0
    discretisation: Literal["exact", "euler"] = "exact"
    capacity_kwh_per_k: Spread = (0.85 * 3.3, 1.15 * 3.3)
    resistance_k_per_kw: Spread = (0.85 * 1.35, 1.15 * 1.35)
    reference_c: Spread = (22.0, 25.0)
    band_k: Positive = 3.0
    cop_heating: Spread = (2.5, 3.5)
    cop_cooling: Spread = (2.5, 3.5)
    power_kw: Spread = (2.5, 4.0)
    discomfort_per_k2_h: Spread = (0.03, 0.10)


class Turbines(Section, frozen=True, kw_only=True):
    """Wind turbines: their rating times the measured or modelled share of it."""

    share: Share = 0.2
    rating_kw: Spread = (1.0, 2.0)


class Photovoltaics(Section, frozen=True, kw_only=True):
    """Roofs whose rating is drawn; their yield per kW is measured or generated."""

    share: Share = 0.6
    rating_kw: Spread = (1.5, 4.0)


class Batteries(Section, frozen=True, kw_only=True):
    """Batteries as `devices.battery.Battery` has them; shares are of the capacity."""

    share: Share = 1.0
    capacity_kwh: Spread = (6.0, 14.0)
    power_kw: Spread = (2.0, 4.0)
    charge_efficiency: Spread = 0.95
    discharge_efficiency: Spread = 0.95
    low_share: Share = 0.1
    high_share: Share = 0.9
    start_share: Share = 0.5
    wear_per_kwh: Spread = 0.01


class FlexibleLoads(Section, frozen=True, kw_only=True):
    """The part of a home's load that can be shifted within a window of each day.

    Attributes
    ----------
    load_share : of the load in the window; the rest must run. When it was used is the preferred time
    first_hour, hours : where the window begins and how long it is, whole hours within one day
    power_kw : appliance limit; at least what the preferred use takes
    discomfort_per_kw2_h : $ per kW^2 away from the preferred use and hour: per kWh^2 with hourly slots
    """

    share: Share = 1.0
    load_share: Spread
    first_hour: Spread = 0.0
    hours: Spread = 24.0
    power_kw: Spread = (1.0, 3.0)
    discomfort_per_kw2_h: Spread = 0.1


class Equipment(Section, frozen=True, kw_only=True):
    """What a community's homes are given; a device that is None is owned by nobody.

    Attributes
    ----------
    trade_limit_kw : the most that a home may trade with its neighbours on average in a slot
    reserve : $ for each kWh held ready during an hour, in the hours of this service; none: no service
    demand_response : $ for each kWh drawn less than the baseline, in event hours; none: no events
    """

    tariff: TariffTerms = TariffTerms()
    trade_limit_kw: Positive = 10.0
    heat_pump: HeatPumps | None = HeatPumps()
    pv: Photovoltaics | None = Photovoltaics()
    turbine: Turbines | None = Turbines()
    battery: Batteries | None = None
    flexible: FlexibleLoads | None = None
    reserve: tuple[PriceWindow, ...] = ()
    demand_response: tuple[PriceWindow, ...] = ()

    def __post_init__(self) -> None:
        for field in ("reserve", "demand_response"):
            hours = hours_of(getattr(self, field))
            if len(set(hours)) < len(hours):
                raise ValueError(f"{field} prices an hour twice; let its windows not overlap")
        if self.reserve and self.battery is None:
            raise ValueError("reserve is paid for, but battery is missing; give homes one, or no reserve")


def hours_of(windows: Sequence[PriceWindow]) -> list[int]:
    """Return the hours of the day in any of the windows, sorted, one that stands in two twice."""
    return sorted(hour for window in windows for hour in range(window.first_hour, window.end_hour))


def prices_by_slot(windows: Sequence[PriceWindow], *, slots: int, slot_s: int) -> FloatArray:
    """Return each slot's price, (T,), zero outside the windows; the first slot begins at midnight."""
    by_hour = np.zeros(24)
    for window in windows:
        by_hour[window.first_hour : window.end_hour] = window.price
    return np.asarray(by_hour[np.arange(slots) * slot_s // 3600 % 24])


def drawn(spread: Spread, *name: object) -> float:
    """Return the number, or the one that this name draws from the range."""
    return draws.uniform(*spread, *name) if isinstance(spread, tuple) else spread


def owners(kind: str, share: float, characters: Sequence[str]) -> frozenset[str]:
    """Return this share of the characters, rounded up, in the order of a number drawn from each."""
    ranked = sorted(characters, key=lambda character: draws.uniform(0.0, 1.0, character, kind))
    return frozenset(ranked[: int(np.ceil(share * len(ranked)))])
