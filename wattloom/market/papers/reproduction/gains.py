"""Who gains: each home's cost under every way of settling, beside its cost alone."""

from collections.abc import Sequence

import numpy as np

from wattloom.market.coordination import rationality
from wattloom.market.coordination.rationality import Settled
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Schedule
from wattloom.market.papers.reproduction.sessions import Session
from wattloom.market.transactive.terms import rounding_bound
from wattloom.market.transactive.units import Array

PRINTED, FIXED, CLEARING, BARGAINING, PLANNED = (
    "as printed",
    "fixed price",
    "clearing price",
    "bargaining",
    "second order",
)
"""The printed session as billed; ours at the printed price, as billed, with even savings; ours if planned."""


def gains(
    community: Community,
    alone: Sequence[Schedule],
    printed: Session,
    ours: Session,
    planned: Session,
    *,
    price_per_kwh: float,
) -> rationality.Report:
    """Return every home's costs; `price_per_kwh` is the paper's fixed price.

    A home loses where it pays more than alone by more than rounding to whole watt-hours can cost it.
    """
    trade_kwh = np.array([plan.trade_kwh for plan in ours.plans])
    alone_costs, our_costs = _costs(alone), _costs(ours.plans)
    return rationality.report(
        [home.home_id for home in community.homes],
        alone_costs,
        {
            PRINTED: Settled(_costs(printed.plans), printed.bills),
            FIXED: rationality.settle_fixed(our_costs, trade_kwh, price_per_kwh),
            CLEARING: Settled(our_costs, ours.bills),
            BARGAINING: rationality.settle_bargaining(our_costs, alone_costs),
            PLANNED: Settled(_costs(planned.plans), planned.bills),
        },
        allowed=[rounding_bound(home, ours.prices_per_kwh) for home in community.homes],
    )


def _costs(plans: Sequence[Schedule]) -> Array:
    return np.array([plan.cost for plan in plans])
