"""What a session came to, as numbers."""

from dataclasses import dataclass

import numpy as np

from wattloom.market.coordination.rationality import saving_percent
from wattloom.market.coordination.repair import surplus_lost
from wattloom.market.papers.reproduction.findings import Planned, Run
from wattloom.market.papers.reproduction.rounds import Rounds
from wattloom.market.papers.reproduction.sessions import Session
from wattloom.market.papers.reproduction.ways import EVERY_DUAL, rho_in_words
from wattloom.market.transactive.units import Array

MEGA = 1_000_000

THRESHOLDS = ("0.1", "1e-2", "1e-3", "1e-6")
"""kWh of primal residual; the first and the last are the two that paper 000 names."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The community's cost with everybody alone, and at the central optimum, $."""

    alone: float
    optimum: float

    def lost_percent(self, cost: float) -> float:
        """Return what a cost misses of what can be saved, percent."""
        return 100 * surplus_lost(cost, alone=self.alone, optimum=self.optimum)


def run_of(
    session: Session,
    scale: Scale,
    *,
    missed_at_count_percent: float | None = None,
    rounds: Rounds | None = None,
) -> Run:
    """Return a session's numbers; what is missed at the paper's count is found elsewhere, see `Run`."""
    terms = session.terms
    primal_only = terms.dual_tolerance_nano_per_kwh == EVERY_DUAL
    return Run(
        form=terms.form.value,
        rho=rho_in_words(terms),
        relaxation=terms.relaxation_fifths / 5,
        criterion="primal residual" if primal_only else "primal and dual residual",
        iterations=session.iterations,
        converged=session.converged,
        reached={threshold: _first_within(session.primal_kwh, float(threshold)) for threshold in THRESHOLDS},
        primal_kwh=session.primal_kwh.tolist(),
        dual_per_kwh=session.dual_per_kwh.tolist(),
        settled=session.settled,
        cost=session.cost,
        saving_percent=saving_percent(scale.alone, session.cost),
        surplus_lost_percent=scale.lost_percent(session.cost),
        missed_at_count_percent=missed_at_count_percent,
        planned=_planned(session, rounds),
        iteration_s=session.iterating_s / session.iterations,
        seconds=session.seconds,
        blocks=session.ledger.height,
        transactions=session.ledger.transactions,
    )


def _planned(session: Session, rounds: Rounds | None) -> Planned | None:
    found = session.found
    if found is None or rounds is None:
        return None
    return Planned(
        homes=found.homes,
        rounds=found.rounds,
        exchanges=found.exchanges,
        imbalance_kwh=rounds.imbalance_kwh,
        seconds=session.planning_s,
        megabytes=(found.bytes_received + found.bytes_sent) / MEGA,
    )


def _first_within(primal_kwh: Array, threshold: float) -> int | None:
    """Return the first iteration, from 1, whose residual is within a threshold."""
    within = np.flatnonzero(primal_kwh <= threshold)
    return int(within[0]) + 1 if within.size else None
