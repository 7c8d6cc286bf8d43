"""A community to measure on: its homes ready to answer, and what it costs alone and at best."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.repair import surplus_lost
from wattloom.market.homes.community import Community
from wattloom.market.papers.communities import random_community
from wattloom.market.scale.central import CentralProgram
from wattloom.market.scale.measured import Central

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One community; `set_up_s` is what stating its homes and extracting their matrices took."""

    model: str
    community: Community
    fleet: Fleet
    central: Central
    set_up_s: float

    def lost(self, cost: float) -> float:
        """Return the share of the surplus that a cost of the community misses."""
        return surplus_lost(cost, alone=self.central.alone, optimum=self.central.cost)


def prepare(model: str, *, homes: int, slots: int, seed: int, tell: Tell) -> Case:
    """Return a generated community, solved centrally and alone.

    Raises
    ------
    ConfigurationError : no such model
    SolveFailed : some home has no feasible plan
    """
    tell("homes are drawn and stated")
    community = random_community(model, homes=homes, slots=slots, seed=seed)
    started = time.perf_counter()
    fleet = Fleet(community.homes)
    set_up_s = time.perf_counter() - started
    tell("every home plans alone")
    alone = sum(plan.cost for plan in fleet.stand_alone())
    tell("one solver plans for all")
    best = CentralProgram(community.homes).solve()
    central = Central(cost=best.cost, alone=alone, seconds=best.seconds)
    return Case(model, community, fleet, central, set_up_s)
