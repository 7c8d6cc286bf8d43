"""Who gains: each home's cost under the fixed price and under the clearing price, beside its cost alone."""

from collections.abc import Sequence

from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.papers.reproduction.findings import Billed, User
from wattloom.market.papers.reproduction.plans import bought_kwh, outside_comfort_kh
from wattloom.market.papers.reproduction.sessions import Session
from wattloom.market.transactive.terms import rounding_bound

SMALLEST_COST = 1e-9
"""$; below that a cost is none."""


def users(
    community: Community, alone: Sequence[Schedule], printed: Session, ours: Session, *, price_per_kwh: float
) -> list[User]:
    """Return every home's costs; `price_per_kwh` is the fixed price."""
    return [
        _user(home, before, index, printed, ours, price_per_kwh)
        for index, (home, before) in enumerate(zip(community.homes, alone, strict=True))
    ]


def saving_percent(alone: float, together: float) -> float:
    """Return what is saved of the cost alone, percent of its size; nothing where that costs nothing."""
    return 100 * (alone - together) / abs(alone) if abs(alone) > SMALLEST_COST else 0.0


def _user(
    home: Home, alone: Schedule, index: int, printed: Session, ours: Session, price_per_kwh: float
) -> User:
    rounding = rounding_bound(home, ours.prices_per_kwh)
    plan = ours.plans[index]

    def billed(cost: float) -> Billed:
        saved = saving_percent(alone.cost, cost)
        return Billed(cost=cost, saving_percent=saved, loses=cost > alone.cost + rounding)

    return User(
        home=home.home_id,
        alone=alone.cost,
        printed=billed(printed.costs[index]),
        fixed=billed(plan.cost + price_per_kwh * float(plan.trade_kwh.sum())),
        clearing=billed(ours.costs[index]),
        bought_kwh=bought_kwh(plan.trade_kwh),
        sold_kwh=bought_kwh(-plan.trade_kwh),
        peak_alone_kw=alone.peak_kw,
        peak_trading_kw=plan.peak_kw,
        outside_comfort_kh=outside_comfort_kh(home, plan),
    )
