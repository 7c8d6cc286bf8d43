"""One community's day under three ways to live together, each home's cost and what the grid sees."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from wattloom.market.auction.counterfactual import Cleared, clear_day
from wattloom.market.auction.trades import grid_draw_kwh
from wattloom.market.coordination import admm
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.rationality import Report, Settled, WayGain, report, settle_clearing
from wattloom.market.coordination.repair import Repaired, repair
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.community import Community
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.papers.reproduction.plans import total
from wattloom.market.transactive.terms import offered_terms
from wattloom.market.transactive.units import WH_PER_KWH

Tell = Callable[[str], None]

GRID_ONLY, AUCTION, ADMM = "grid only", "auction", "ADMM"
MOST_ITERATIONS = 1_000


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What one way to live together came to.

    Attributes
    ----------
    gains : everybody's cost, beside grid only
    grid_kwh : (T,), what all homes draw from the grid
    used_kwh : what all homes use, losses of storage included
    traded_kwh : between neighbours
    effort : what finding the trades took, in words
    """

    name: str
    gains: WayGain
    grid_kwh: list[float]
    used_kwh: float
    traded_kwh: float
    effort: str

    @property
    def self_sufficiency(self) -> float:
        """Which share of what is used the community supplies itself."""
        return 1.0 - sum(self.grid_kwh) / self.used_kwh

    def peak_kw(self, slot_s: int) -> float:
        """Return the largest draw of all homes together."""
        return max(self.grid_kwh) * 3600 / slot_s


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One community and day under every way."""

    community: str
    description: str
    synthetic: bool
    slot_s: int
    seed: int
    ways: list[Way]


def compare(community: Community, *, seed: int, tell: Tell) -> Comparison:
    """Let the community's homes plan alone, trade by auction what those plans leave, and coordinate by ADMM.

    Raises
    ------
    CannotAuction : the homes' tariffs leave no price that is good for all
    SolveFailed : some home has no feasible plan
    NobodyCanBalance : what ADMM came to cannot be made to balance
    """
    fleet = Fleet(community.homes)
    tell("every home plans alone")
    alone = fleet.stand_alone()
    tell("homes trade by auction")
    cleared = clear_day(community, alone, seed=seed)
    tell("homes coordinate by ADMM")
    terms = offered_terms(community, slot_start_s=community.slot_start_s, max_iterations=MOST_ITERATIONS)
    run = admm.run(fleet, terms)
    together = repair(fleet, run.last.trade_kwh)
    costs = np.array([plan.cost for plan in alone])
    operating = np.array([plan.cost for plan in together.schedules])
    gains = report(
        [home.home_id for home in community.homes],
        costs,
        {
            GRID_ONLY: Settled(costs, np.zeros_like(costs)),
            AUCTION: cleared.settled(),
            ADMM: settle_clearing(operating, together.trade_kwh, run.last.price_per_kwh),
        },
    )
    iterations = f"{len(run.iterates)} iterations" + ("" if run.converged else ", not converged")
    return Comparison(
        community=community.name,
        description=community.description,
        synthetic=community.synthetic,
        slot_s=community.slot_s,
        seed=seed,
        ways=[
            _grid_only(community.homes, alone, gains),
            _by_auction(community.homes, alone, cleared, gains),
            _by_admm(community.homes, together, gains, iterations),
        ],
    )


def _grid_only(homes: Sequence[Home], plans: Sequence[Schedule], gains: Report) -> Way:
    return Way(
        name=GRID_ONLY,
        gains=gains.way(GRID_ONLY),
        grid_kwh=_sum([plan.grid_kwh for plan in plans]).tolist(),
        used_kwh=_used_kwh(homes, plans),
        traded_kwh=0.0,
        effort="none",
    )


def _by_auction(homes: Sequence[Home], plans: Sequence[Schedule], cleared: Cleared, gains: Report) -> Way:
    """Homes keep the plans that they made alone; neighbours' energy takes the place of the grid's."""
    trades = [each.agent.trades for each in cleared.traders]
    drawn = [grid_draw_kwh(plan, own) for plan, own in zip(plans, trades, strict=True)]
    traded_kwh = sum(float(np.maximum(own.neighbours_wh, 0).sum()) for own in trades) / WH_PER_KWH
    grid_kwh = _sum(drawn)
    return Way(
        name=AUCTION,
        gains=gains.way(AUCTION),
        grid_kwh=grid_kwh.tolist(),
        used_kwh=_used_kwh(homes, plans),
        traded_kwh=traded_kwh,
        effort=f"{homes[0].slots} books",
    )


def _by_admm(homes: Sequence[Home], together: Repaired, gains: Report, effort: str) -> Way:
    return Way(
        name=ADMM,
        gains=gains.way(ADMM),
        grid_kwh=_sum([plan.grid_kwh for plan in together.schedules]).tolist(),
        used_kwh=_used_kwh(homes, together.schedules),
        traded_kwh=float(np.maximum(together.trade_kwh, 0).sum()),
        effort=effort,
    )


def _used_kwh(homes: Sequence[Home], plans: Sequence[Schedule]) -> float:
    """Return what all homes use: what the grid supplies, and what they take of their own generation."""
    generated = [total(home, plan, Renewable, "used_kwh") for home, plan in zip(homes, plans, strict=True)]
    return float(_sum(generated).sum() + _sum([plan.grid_kwh for plan in plans]).sum())


def _sum(rows: Sequence[FloatArray]) -> FloatArray:
    return np.asarray(np.sum(rows, axis=0))
