"""What the papers' stop criterion accepts: a primal residual can be small because nothing moves."""

from msgspec.structs import replace

from wattloom.chaincode.transactive.terms import RhoSchedule, Terms
from wattloom.market.coordination import admm
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.repair import repair
from wattloom.market.papers.reproduction.findings import Criterion
from wattloom.market.papers.reproduction.runs import Scale
from wattloom.market.transactive.units import NANO

LARGE_RHO = 10_000
"""$/kWh^2: ten times what a session on the ledger takes."""

MOST = 10


def accepted_by_the_criterion(fleet: Fleet, printed: Terms, scale: Scale) -> Criterion:
    """Run the printed algorithm in process with a large constant rho until its own criterion is met."""
    terms = replace(
        printed, rho_schedule=RhoSchedule.CONSTANT, rho_nano=LARGE_RHO * NANO, max_iterations=MOST
    )
    run = admm.run(fleet, terms, primal_only=True)
    cost = repair(fleet, run.last.trade_kwh).cost
    return Criterion(
        rho=float(LARGE_RHO),
        iterations=len(run.iterates),
        converged=run.converged,
        primal_kwh=run.last.primal_kwh,
        dual_per_kwh=run.last.dual,
        surplus_lost_percent=scale.lost_percent(cost),
    )
