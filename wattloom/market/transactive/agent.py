"""A home's agent: joins a session, decides in every iteration, answers proposals, and reads its bill.

Nothing about the home leaves it but what `wattloom.chaincode.transactive.messages` has room for: that it
takes part, one trade per slot (or partner and slot) and iteration, yes or no to its whole trade, and where
savings are split what it saves.
"""

import math
from dataclasses import dataclass

import numpy as np
import structlog

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.errors import (
    AlreadyJoined,
    AlreadySubmitted,
    ClosedProposal,
    ClosedRound,
    NotAwaited,
    WrongPhase,
)
from wattloom.chaincode.transactive.messages import (
    BillOf,
    Confirm,
    Join,
    SessionId,
    SessionView,
    SubmitDecision,
)
from wattloom.chaincode.transactive.records import Bill, Phase, Standing
from wattloom.chaincode.transactive.repair import own_wh
from wattloom.chaincode.transactive.terms import Form
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Schedule
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.keeping import plan_to_keep
from wattloom.market.transactive.terms import registered_limit_wh, rounding_bound
from wattloom.market.transactive.units import NANO, Array, from_nano, from_pico, from_wh, to_nano, to_nano_kwh
from wattloom.network.client import AsyncClient, Refused

log = structlog.get_logger(__name__)

OVERTAKEN = {
    refusal.code
    for refusal in (AlreadyJoined, AlreadySubmitted, ClosedProposal, ClosedRound, NotAwaited, WrongPhase)
}
"""Refusals that mean: the ledger has moved on; look again."""

ENDED = {Phase.SETTLED, Phase.VOID}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session ended for a home: its bill, and the plan that it will keep; void sessions have no bill.

    `cost_before_rounding` is what the home's last decision, before the ledger balanced and rounded it to
    whole watt-hours, would cost to keep, $ without payments for trades.
    """

    bill: Bill | None
    plan: Schedule
    cost_before_rounding: float


class HomeAgent:
    """Acts for one home with its own key; everything it needs to go on after a crash is on the ledger.

    `start_kwh` (T,) is a trade found off the ledger, from which the home starts a session of exchange form.
    """

    def __init__(
        self,
        solver: HomeSolver,
        client: AsyncClient,
        *,
        party_id: str,
        session_id: str,
        start_kwh: Array | None = None,
    ) -> None:
        self._solver = solver
        self._client = client
        self._party_id = party_id
        self._session = SessionId(session_id=session_id)
        self._start_kwh = start_kwh
        self._alone = solver.stand_alone()

    async def run(self) -> Outcome:
        """Take part until the session has ended."""
        height = (await self._client.describe()).height
        view = await self._act()
        if view.progress.phase in ENDED:
            return await self._finish(view)
        async for event in self._client.events(height + 1, contract="transactive"):
            if event.name == "opened":
                continue
            view = await self._act()
            if view.progress.phase in ENDED:
                break
        return await self._finish(view)

    async def _act(self) -> SessionView:
        """Read the session and do what it awaits of this home; return it as it was read."""
        view = await self._client.evaluate("transactive:read_session", self._session, SessionView)
        try:
            if view.own is None and view.progress.phase is Phase.JOINING:
                await self._client.submit("transactive:join", self._joining())
            elif view.progress.phase is Phase.ITERATING and view.own is not None and not view.own.decided:
                await self._decide(view)
            elif view.progress.phase is Phase.CONFIRMING:
                await self._answer(view)
        except Refused as refusal:
            if refusal.code not in OVERTAKEN:
                raise
            log.info("overtaken", party_id=self._party_id, code=refusal.code)
        return view

    def _joining(self) -> Join:
        if self._start_kwh is None:
            return Join(session_id=self._session.session_id)
        limit_wh = registered_limit_wh(self._solver.home)
        start = to_nano_kwh(self._start_kwh, limit_wh=limit_wh)
        return Join(session_id=self._session.session_id, start_nano_kwh=start)

    async def _decide(self, view: SessionView) -> None:
        own = view.own
        assert own is not None  # noqa: S101 - for the type checker: the caller has looked
        decision = SubmitDecision(
            session_id=self._session.session_id,
            iteration=view.progress.iteration,
            trades_nano_kwh=to_nano_kwh(self._best_trade(view), limit_wh=own.limit_wh),
        )
        await self._client.submit("transactive:submit_decision", decision)

    def _best_trade(self, view: SessionView) -> Array:
        """Return the home's answer to the iteration's prices and anchors, (T,) or (N-1, T), kWh."""
        own, terms = view.own, view.session.terms
        assert own is not None  # noqa: S101
        rho = view.rho_nano / 1e9
        anchor = from_nano(own.anchor_nano_kwh)
        if terms.form is Form.EXCHANGE:
            return self._solver.solve_exchange(from_pico(view.mu_pico_per_kwh), anchor, rho)
        rows = (-1, terms.slots)
        return self._solver.solve_pairwise(
            from_pico(terms.start_prices()),
            anchor.reshape(rows),
            from_pico(own.multipliers_pico_per_kwh).reshape(rows),
            rho,
        )

    async def _answer(self, view: SessionView) -> None:
        own = view.own
        if own is None or own.proposed_wh is None or own.standing is not Standing.AWAITED:
            return
        accept = self._accepts(own.proposed_wh, view)
        answer = Confirm(
            session_id=self._session.session_id,
            proposal=view.progress.proposal,
            accept=accept,
            withdraw=not accept and not self._is_kept(self._whole_decision(view), view),
            saving_nano=self._declared_nano(own.proposed_wh, view) if accept else 0,
        )
        await self._client.submit("transactive:confirm", answer)

    def _accepts(self, proposed_wh: Int64Array, view: SessionView) -> bool:
        """Tell whether the home agrees to a proposed trade."""
        return self._is_kept(from_wh(proposed_wh), view)

    def _is_kept(self, trade_kwh: Array, view: SessionView) -> bool:
        """Tell whether the home can keep a trade and, but for rounding, is no worse off than alone."""
        bound = rounding_bound(self._solver.home, from_pico(view.mu_pico_per_kwh))
        return self._saving(trade_kwh, view) >= -bound

    def _saving(self, trade_kwh: Array, view: SessionView) -> float:
        """Return what a trade saves against being alone, $; minus infinity where the home cannot keep it.

        It is judged at the dual price: to a price fixed at opening the home has agreed by joining.
        """
        try:
            plan = self._plan(trade_kwh, view)
        except SolveFailed:
            return -math.inf
        return self._alone.cost - plan.cost - float(np.dot(trade_kwh, from_pico(view.mu_pico_per_kwh)))

    def _declared_nano(self, proposed_wh: Int64Array, view: SessionView) -> int:
        """Return what the home declares to save, within what the terms allow (0 but under `bargaining`)."""
        limit_nano = view.session.terms.saving_limit_nano
        if not limit_nano:
            return 0
        saving_nano = math.floor(self._saving(from_wh(proposed_wh), view) * NANO)
        return min(max(0, saving_nano), limit_nano)

    def _whole_decision(self, view: SessionView) -> Array:
        """Return the home's last decision in whole watt-hours, as the ledger would fix it, kWh."""
        return from_wh(own_wh(to_nano(trade)) for trade in self._decided_kwh(view).tolist())

    async def _finish(self, view: SessionView) -> Outcome:
        settled = view.progress.phase is Phase.SETTLED and view.own is not None
        if not settled:
            return Outcome(bill=None, plan=self._alone, cost_before_rounding=self._alone.cost)
        asked = BillOf(session_id=self._session.session_id, party_id=self._party_id)
        bill = await self._client.evaluate("transactive:read_bill", asked, Bill)
        return Outcome(
            bill=bill,
            plan=self._plan(from_wh(bill.trades_wh), view),
            cost_before_rounding=self._plan(self._decided_kwh(view), view).cost,
        )

    def _plan(self, trade_kwh: Array, view: SessionView) -> Schedule:
        return plan_to_keep(self._solver, trade_kwh, decided_kwh=self._decided_kwh(view))

    @staticmethod
    def _decided_kwh(view: SessionView) -> Array:
        """Return the home's last decision, (T,): net of all partners in pairwise form."""
        own, slots = view.own, view.session.terms.slots
        assert own is not None  # noqa: S101
        return np.asarray(from_nano(own.trades_nano_kwh).reshape(-1, slots).sum(axis=0))
