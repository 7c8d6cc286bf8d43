"""Repair: any iteration's decisions become trades that balance exactly, and what that costs.

Every home's trade is moved by its even share of the imbalance, as in the ledger's first proposal, and the
home plans again with its trade fixed. A home that cannot keep its moved trade stays at what it decided, and
the others share the rest. The ledger then rounds to whole watt-hours, which is not done here.
"""

from dataclasses import dataclass

import numpy as np

from wattloom.market.coordination.fleet import Fleet
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.home import Schedule


class NobodyCanBalance(Exception):
    """No home can take its share of the imbalance."""


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """Trades (N, T) whose columns sum to zero, the plans that keep them, and who was not moved."""

    trade_kwh: FloatArray
    schedules: tuple[Schedule, ...]
    fixed: tuple[int, ...]

    @property
    def cost(self) -> float:
        """What the community's plans cost, $."""
        return sum(schedule.cost for schedule in self.schedules)


def repair(fleet: Fleet, trade_kwh: FloatArray) -> Repaired:
    """Return balanced trades made of decisions (N, T).

    Raises
    ------
    NobodyCanBalance : every home is held at its own decision, and these do not balance
    """
    movable = np.ones(len(fleet.homes), dtype=bool)
    while movable.any():
        moved = np.where(movable[:, None], trade_kwh - trade_kwh.sum(axis=0) / movable.sum(), trade_kwh)
        plans = fleet.keep(moved)
        stuck = np.array([plan is None for plan in plans])
        if not stuck.any():
            kept = tuple(plan for plan in plans if plan is not None)
            return Repaired(moved, kept, tuple(np.flatnonzero(~movable).tolist()))
        if not (stuck & movable).any():
            break
        movable &= ~stuck
    raise NobodyCanBalance


def surplus_lost(cost: float, *, alone: float, optimum: float) -> float:
    """Return the share of the surplus that a cost misses: 0 at the optimum, 1 where everybody is alone."""
    return (cost - optimum) / (alone - optimum)
