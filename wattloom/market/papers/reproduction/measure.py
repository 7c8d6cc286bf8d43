"""One paper on one community: alone, together, as printed and as we do it, with the ledger in the loop."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wattloom.chaincode.transactive.messages import SessionView
from wattloom.chaincode.transactive.terms import Terms
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.rationality import saving_percent
from wattloom.market.coordination.second_order.running import run_in_process
from wattloom.market.day.run import Tell
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.community import Community
from wattloom.market.homes.home import Schedule
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.papers.config import Configuration
from wattloom.market.papers.reproduction import plans, ways
from wattloom.market.papers.reproduction.findings import Findings, Run
from wattloom.market.papers.reproduction.gains import gains
from wattloom.market.papers.reproduction.in_process import accepted_by_the_criterion, missed_when_stopped
from wattloom.market.papers.reproduction.rounds import Rounds
from wattloom.market.papers.reproduction.runs import Scale, run_of
from wattloom.market.papers.reproduction.sensitivity import sensitivities
from wattloom.market.papers.reproduction.sessions import Session, hold
from wattloom.market.papers.reproduction.ways import Most


def measure(configuration: Configuration, community: Community, *, most: Most, tell: Tell) -> Findings:
    """Hold all three sessions and return what was found.

    Parameters
    ----------
    most : iterations that each session may take; one that needs more is repaired there
    tell : is given each step in words

    Raises
    ------
    SolveFailed, LedgerRejected, ClientError : a home has no plan; a ledger or its gateway fails
    """
    tell("every home plans alone, and one solver plans for all")
    study = _Study.begin(configuration, community)
    printed_terms = ways.as_printed(configuration, community, most=most.printed)
    our_terms = ways.as_we_do(configuration, community, most=most.ours)
    printed = study.hold(printed_terms, how="as printed", tell=tell)
    ours = study.hold(our_terms, how="as we do it", tell=tell)
    second_order = study.plan_and_hold(our_terms, tell=tell)
    tell("what else is asked")
    return study.findings(printed, ours, second_order)


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A session, and the numbers of it."""

    session: Session
    run: Run


@dataclass(frozen=True, slots=True, eq=False)
class _Study:
    """What the sessions are judged by."""

    configuration: Configuration
    community: Community
    fleet: Fleet
    solvers: list[HomeSolver]
    alone: list[Schedule]
    scale: Scale

    @classmethod
    def begin(cls, configuration: Configuration, community: Community) -> "_Study":
        fleet = Fleet(community.homes)
        alone = fleet.stand_alone()
        cost_alone = sum(plan.cost for plan in alone)
        scale = Scale(alone=cost_alone, optimum=solve_central(community.homes).cost)
        solvers = [HomeSolver(home) for home in community.homes]
        _compile(solvers)
        return cls(configuration, community, fleet, solvers, alone, scale)

    def hold(self, terms: Terms, *, how: str, tell: Tell) -> _Held:
        """Hold a session on the ledger, and in process stop it after the paper's count of iterations."""
        session = hold(self.community, self.solvers, terms, tell=tell, progress=_told(tell, how))
        count = self.configuration.as_printed.reported.iterations
        missed = (
            None if count is None else missed_when_stopped(self.fleet, terms, self.scale, iterations=count)
        )
        return _Held(session, run_of(session, self.scale, missed_at_count_percent=missed))

    def plan_and_hold(self, terms: Terms, *, tell: Tell) -> _Held:
        """Let the homes plan in second-order rounds, and hold a session that begins from there."""
        tell("homes plan in second-order rounds")
        rounds = Rounds(self.community.slots)
        session = hold(
            self.community,
            self.solvers,
            terms,
            off_ledger=rounds.off_ledger(),
            tell=tell,
            progress=_told(tell, "from what they planned"),
        )
        return _Held(session, run_of(session, self.scale, rounds=rounds))

    def findings(self, printed: _Held, ours: _Held, second_order: _Held) -> Findings:
        community, price = self.community, self.configuration.trading_price_per_kwh
        together = ours.session.plans
        net_kwh = np.array([plan.trade_kwh.sum() for plan in together])
        reports_saving = self.configuration.as_printed.reported.cost_reduction is not None
        return Findings(
            model=self.configuration.name,
            name=community.name,
            description=community.description,
            synthetic=community.synthetic,
            slots=community.slots,
            slot_s=community.slot_s,
            fixed_price_per_kwh=price,
            alone=self.scale.alone,
            central=self.scale.optimum,
            best_saving_percent=saving_percent(self.scale.alone, self.scale.optimum),
            printed=printed.run,
            ours=ours.run,
            second_order=second_order.run,
            criterion=accepted_by_the_criterion(self.fleet, printed.session.terms, self.scale),
            sensitivities=list(sensitivities(community.homes)) if reports_saving else [],
            gains=gains(
                community,
                self.alone,
                printed.session,
                ours.session,
                second_order.session,
                price_per_kwh=price,
            ),
            users=plans.users(community.homes, self.alone, together),
            seller=int(net_kwh.argmin()),
            buyer=int(net_kwh.argmax()),
            series=plans.series(community.homes, self.alone, together),
        )


def _compile(solvers: list[HomeSolver]) -> None:
    """Have the numerics compiled before sessions, which have deadlines: the first call ever takes seconds."""
    nothing = np.zeros(solvers[0].home.slots)
    solvers[0].solve_exchange(nothing, nothing, 1.0)
    run_in_process([solver.home for solver in solvers[:2]])


def _told(tell: Tell, how: str) -> Callable[[SessionView], None]:
    def progress(view: SessionView) -> None:
        at = view.progress
        tell(f"homes trade {how}: {at.phase.value}, iteration {at.iteration}")

    return progress
