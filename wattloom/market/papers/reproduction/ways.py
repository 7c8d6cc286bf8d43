"""The two ways of trading that are set beside each other: as the paper prints it, and as we do it."""

from typing import NamedTuple

from msgspec.structs import replace

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.terms import Billing, RhoSchedule, Terms
from wattloom.market.day.run import tomorrow_s
from wattloom.market.homes.community import Community
from wattloom.market.papers.config import Admm, Configuration
from wattloom.market.transactive.terms import offered_terms
from wattloom.market.transactive.units import NANO, WH_PER_KWH, to_nano

EVERY_DUAL = 10**15
"""A dual tolerance that every iteration meets, nano: the papers look at the primal residual alone."""


class Most(NamedTuple):
    """How many iterations each way is given."""

    printed: int
    ours: int


def as_printed(configuration: Configuration, community: Community, *, most: int) -> Terms:
    """Return the terms of the paper's algorithm, billed at its fixed price; `most` bounds the iterations."""
    terms = _terms(configuration.as_printed.admm, community, most=most)
    price = to_nano(configuration.trading_price_per_kwh)
    return replace(terms, billing=Billing.FIXED, fixed_price_nano_per_wh=Int64Array([price // WH_PER_KWH]))


def as_we_do(configuration: Configuration, community: Community, *, most: int) -> Terms:
    """Return the terms that the product offers, billed at the clearing price."""
    return _terms(configuration.admm, community, most=most)


def rho_in_words(terms: Terms) -> str:
    """Return the step sizes of a session, $/kWh^2."""
    rho = f"{terms.rho_nano / NANO:g}"
    return f"{rho}/k" if terms.rho_schedule is RhoSchedule.PAPER else rho


def _terms(admm: Admm, community: Community, *, most: int) -> Terms:
    dual = EVERY_DUAL if admm.dual_tolerance is None else to_nano(admm.dual_tolerance)
    offered = offered_terms(community, slot_start_s=tomorrow_s(), form=admm.form, max_iterations=most)
    return replace(
        offered,
        rho_schedule=admm.rho_schedule,
        rho_nano=to_nano(admm.rho),
        relaxation_fifths=round(5 * admm.relaxation),
        primal_tolerance_nano_kwh=to_nano(admm.tolerance),
        dual_tolerance_nano_per_kwh=dual,
    )
