"""The terms that a coordinator offers a community, and what rounding can cost a home under them."""

import numpy as np

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.terms import Billing, Form, RhoSchedule, Terms
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Home
from wattloom.market.transactive.units import NANO, WH_PER_KWH, Array, to_nano, to_pico

RHO_PER_HOME_PAIR = 0.1
"""$/kWh^2 that an exchange session iterates with; a pairwise one uses (N - 1) times as much."""

TOLERANCE = 1e-6
"""Both residuals, kWh and $."""

SAVING_LIMIT_NANO = 100 * NANO
"""The most that a home may declare to save by a session that is billed by bargaining: $100."""

ROUNDING_KWH = 2 / WH_PER_KWH
"""Rounding moves a slot's trade by less: to the whole watt-hour, and one more to balance the slot."""


def offered_terms(
    community: Community,
    *,
    slot_start_s: int,
    form: Form = Form.EXCHANGE,
    rho_schedule: RhoSchedule = RhoSchedule.CONSTANT,
    billing: Billing = Billing.CLEARING,
    max_iterations: int = 1_000,
    round_s: int = 60,
    start_price_per_kwh: Array | None = None,
) -> Terms:
    """Return terms under which no home is held back by the price cap or by its collateral.

    `slot_start_s` is when delivery begins. The first price is `start_price_per_kwh` (T,), found off the
    ledger, or the middle of the community's energy prices.
    """
    partners = len(community.homes) - 1
    rho = RHO_PER_HOME_PAIR * (partners if form is Form.PAIRWISE else 1)
    start_price = middle_price(community)
    start_prices = [start_price] if start_price_per_kwh is None else start_price_per_kwh.tolist()
    fixed = Int64Array([to_nano(start_price) // WH_PER_KWH]) if billing is Billing.FIXED else Int64Array(())
    return Terms(
        form=form,
        slot_start_s=slot_start_s,
        slot_s=community.slot_s,  # type: ignore[arg-type]  # 900, 1800 or 3600: `Community` has checked it
        slots=community.slots,
        rho_schedule=rho_schedule,
        rho_nano=to_nano(rho),
        relaxation_fifths=5 if rho_schedule is RhoSchedule.PAPER else 8,
        primal_tolerance_nano_kwh=to_nano(TOLERANCE),
        dual_tolerance_nano_per_kwh=to_nano(TOLERANCE),
        max_iterations=max_iterations,
        join_s=round_s,
        round_s=round_s,
        confirm_s=round_s,
        billing=billing,
        start_price_pico_per_kwh=Int64Array(map(to_pico, start_prices)),
        fixed_price_nano_per_wh=fixed,
        price_cap_nano_per_wh=max(_highest_price_nano_per_wh(home) for home in community.homes),
        repair_limit_wh=100,
        saving_limit_nano=SAVING_LIMIT_NANO if billing is Billing.BARGAINING else 0,
    )


def middle_price(community: Community) -> float:
    """Return half the mean of the homes' energy prices, $/kWh: between nothing and what the grid asks."""
    return float(np.mean([home.tariff.energy_prices(home.slots) for home in community.homes])) / 2


def registered_limit_wh(home: Home) -> int:
    """Return the trade limit under which a home is registered, whole watt-hours per slot."""
    return int(home.trade_limit_kwh * WH_PER_KWH)


def rounding_bound(home: Home, prices_per_kwh: Array) -> float:
    """Return the most, in $, that rounding can make a home pay above what it pays alone.

    At the clearing price a home's best trade costs no more than none. Rounding moves each slot's trade by
    less than `ROUNDING_KWH`. Another Wh is bought from the grid, at energy and peak price, or left unused,
    and a price of money differs from the dual price by at most half a nano per Wh on each Wh traded.
    """
    slot_h = home.slot_s / 3600
    energy = np.abs(home.grid_prices())
    per_slot = ROUNDING_KWH * (energy + np.abs(prices_per_kwh)).sum()
    peak = ROUNDING_KWH / slot_h * home.tariff.peak_price_per_kw
    price_rounding = home.slots * home.trade_limit_kwh * WH_PER_KWH / 2 / NANO
    return float(per_slot + peak + price_rounding)


def _highest_price_nano_per_wh(home: Home) -> int:
    """Return the most that a Wh can be worth to a home: energy and peak price of drawing it from the grid."""
    energy = float(np.max(home.grid_prices()))
    per_kwh = energy + home.tariff.peak_price_per_kw / (home.slot_s / 3600)
    return max(1, -(-to_nano(per_kwh) // WH_PER_KWH))
