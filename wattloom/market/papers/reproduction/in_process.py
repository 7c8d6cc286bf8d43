"""What is found without a ledger: the contract's own integer rule, run in process."""

from msgspec.structs import replace

from wattloom.chaincode.transactive.terms import RhoSchedule, Terms
from wattloom.market.coordination import admm
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.repair import NobodyCanBalance, repair
from wattloom.market.papers.reproduction.findings import Criterion
from wattloom.market.papers.reproduction.runs import Scale
from wattloom.market.transactive.units import NANO

LARGE_RHO = 10_000
"""$/kWh^2: ten times what a session on the ledger takes."""

MOST = 10


def accepted_by_the_criterion(fleet: Fleet, printed: Terms, scale: Scale) -> Criterion:
    """Run the printed algorithm with a large constant rho until its own criterion is met.

    The primal residual can be small because nothing moves.
    """
    terms = replace(
        printed, rho_schedule=RhoSchedule.CONSTANT, rho_nano=LARGE_RHO * NANO, max_iterations=MOST
    )
    run = admm.run(fleet, terms, primal_only=True)
    return Criterion(
        rho=float(LARGE_RHO),
        iterations=len(run.iterates),
        converged=run.converged,
        primal_kwh=run.last.primal_kwh,
        dual_per_kwh=run.last.dual,
        surplus_lost_percent=scale.lost_percent(repair(fleet, run.last.trade_kwh).cost),
    )


def missed_when_stopped(fleet: Fleet, terms: Terms, scale: Scale, *, iterations: int) -> float | None:
    """Return what is missed of what can be saved, percent, after so many iterations and a repair.

    None where the homes could not keep any repaired trade.
    """
    run = admm.run(fleet, replace(terms, max_iterations=iterations))
    try:
        return scale.lost_percent(repair(fleet, run.last.trade_kwh).cost)
    except NobodyCanBalance:
        return None
