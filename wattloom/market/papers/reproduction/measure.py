"""One paper on one community: alone, together, as printed and as we do it, with the ledger in the loop."""

from collections.abc import Callable

import numpy as np

from wattloom.chaincode.transactive.messages import SessionView
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.rationality import saving_percent
from wattloom.market.day.run import Tell
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.community import Community
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.papers.config import Configuration
from wattloom.market.papers.reproduction import plans, ways
from wattloom.market.papers.reproduction.criterion import accepted_by_the_criterion
from wattloom.market.papers.reproduction.findings import Findings
from wattloom.market.papers.reproduction.gains import gains
from wattloom.market.papers.reproduction.runs import Scale, run_of
from wattloom.market.papers.reproduction.sensitivity import sensitivities
from wattloom.market.papers.reproduction.sessions import hold
from wattloom.market.papers.reproduction.ways import Most


def measure(configuration: Configuration, community: Community, *, most: Most, tell: Tell) -> Findings:
    """Hold both sessions and return what was found.

    Parameters
    ----------
    most : iterations that each session may take; one that needs more is repaired there
    tell : is given each step in words

    Raises
    ------
    SolveFailed, LedgerRejected, ClientError : a home has no plan; a ledger or its gateway fails
    """
    tell("every home plans alone, and one solver plans for all")
    fleet, solvers = Fleet(community.homes), [HomeSolver(home) for home in community.homes]
    alone, central = fleet.stand_alone(), solve_central(community.homes)
    scale = Scale(alone=sum(plan.cost for plan in alone), optimum=central.cost)
    printed_terms = ways.as_printed(configuration, community, most=most.printed)
    our_terms = ways.as_we_do(configuration, community, most=most.ours)
    printed, ours = (
        hold(community, solvers, terms, tell=tell, progress=_told(tell, how))
        for terms, how in ((printed_terms, "as printed"), (our_terms, "as we do it"))
    )
    tell("what the saving depends on")
    reports_saving = configuration.as_printed.reported.cost_reduction is not None
    price = configuration.trading_price_per_kwh
    net_kwh = np.array([plan.trade_kwh.sum() for plan in ours.plans])
    return Findings(
        model=configuration.name,
        name=community.name,
        description=community.description,
        synthetic=community.synthetic,
        slots=community.slots,
        slot_s=community.slot_s,
        fixed_price_per_kwh=price,
        alone=scale.alone,
        central=scale.optimum,
        best_saving_percent=saving_percent(scale.alone, scale.optimum),
        printed=run_of(printed, scale),
        ours=run_of(ours, scale),
        criterion=accepted_by_the_criterion(fleet, printed_terms, scale),
        sensitivities=list(sensitivities(community.homes)) if reports_saving else [],
        gains=gains(community, alone, printed, ours, price_per_kwh=price),
        users=plans.users(community.homes, alone, ours.plans),
        seller=int(net_kwh.argmin()),
        buyer=int(net_kwh.argmax()),
        series=plans.series(community.homes, alone, ours.plans),
    )


def _told(tell: Tell, how: str) -> Callable[[SessionView], None]:
    def progress(view: SessionView) -> None:
        at = view.progress
        tell(f"homes trade {how}: {at.phase.value}, iteration {at.iteration}")

    return progress
