"""What measured data does not say of a home: its heat pump, its comfort, its tariff, its turbine.

The papers publish almost none of these values. Those below are starter values, chosen once for all homes or
drawn per home, from its id, within the stated range:

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
| start | T_ref | nothing is known |

Measured loads may hold some air conditioning already. On mild days it is little, and it is counted twice.
"""

import math
from collections.abc import Sequence

from wattloom.market.data import draws
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.devices.hvac import Hvac
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.part import Device
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.home import Home, Tariff

TARIFF = Tariff(
    energy_price_per_kwh=0.20, peak_price_per_kw=1.0, feed_in_price_per_kwh=0.08, grid_limit_kw=14.0
)
TRADE_LIMIT_KW = 10.0
TURBINES_PER_HOME = 0.2


def dress(
    home_id: str,
    *,
    character: str,
    slot_s: int,
    load_kwh: FloatArray,
    pv_kwh: FloatArray,
    outdoor_c: FloatArray,
    wind_pu: FloatArray | None,
) -> Home:
    """Return the home that these series, (T,) each, and values drawn from its character describe.

    `character` is the name that the values are drawn from: for a measured home its id. `wind_pu` is the
    output of a turbine as a share of its rating, for a home that has one.
    """
    devices: list[Device] = [MustRun(load_kwh), heat_pump(character, outdoor_c)]
    if pv_kwh.any():
        devices.append(Renewable("pv", pv_kwh))
    if wind_pu is not None:
        rating_kw = draws.uniform(1.0, 2.0, character, "turbine_kw")
        devices.append(Renewable("wind", rating_kw * wind_pu * slot_s / 3600))
    limit_kwh = TRADE_LIMIT_KW * slot_s / 3600
    return Home(home_id, load_kwh.size, slot_s, TARIFF, tuple(devices), trade_limit_kwh=limit_kwh)


def heat_pump(character: str, outdoor_c: FloatArray) -> Hvac:
    """Return the home's heat pump and comfort, drawn from its character."""
    reference_c = draws.uniform(22.0, 25.0, character, "reference_c")
    return Hvac(
        outdoor_c=outdoor_c,
        reference_c=reference_c,
        low_c=reference_c - 3.0,
        high_c=reference_c + 3.0,
        start_c=reference_c,
        capacity_kwh_per_k=3.3 * draws.uniform(0.85, 1.15, character, "capacity"),
        resistance_k_per_kw=1.35 * draws.uniform(0.85, 1.15, character, "resistance"),
        cop_heating=draws.uniform(2.5, 3.5, character, "cop_heating"),
        cop_cooling=draws.uniform(2.5, 3.5, character, "cop_cooling"),
        power_kw=draws.uniform(2.5, 4.0, character, "power_kw"),
        discomfort_per_k2_h=draws.uniform(0.03, 0.10, character, "discomfort"),
    )


def turbine_owners(characters: Sequence[str]) -> frozenset[str]:
    """Return every fifth home, rounded up, in the order of a number drawn from its character."""
    drawn = sorted(characters, key=lambda character: draws.uniform(0.0, 1.0, character, "turbine"))
    return frozenset(drawn[: math.ceil(TURBINES_PER_HOME * len(drawn))])
