"""A trading session spoken of in short, over members and their clients."""

import time
from collections.abc import Sequence

from msgspec.structs import replace

from tests.conformance.town import Member, Town, together
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.messages import (
    Confirm,
    Join,
    OpenSession,
    Receipt,
    SessionId,
    SessionView,
    SubmitDecision,
)
from wattloom.chaincode.transactive.records import Progress
from wattloom.chaincode.transactive.rounding import NANO_KWH_PER_WH
from wattloom.chaincode.transactive.terms import Terms

TOMORROW_S = (int(time.time()) // 86_400 + 2) * 86_400
LONG_S = 3_600

USUAL = Terms(
    slot_start_s=TOMORROW_S,
    slots=1,
    rho_nano=10**8,
    primal_tolerance_nano_kwh=1_000,
    dual_tolerance_nano_per_kwh=1_000,
    max_iterations=2,
    join_s=LONG_S,
    round_s=LONG_S,
    confirm_s=LONG_S,
    price_cap_nano_per_wh=1_000_000,
    repair_limit_wh=1_000,
)
"""One slot the day after tomorrow, two iterations, and deadlines that no test waits for."""


class Trading:
    """One session of a town's homes."""

    def __init__(
        self, town: Town, homes: Sequence[Member], *, name: str = "session", **changes: object
    ) -> None:
        self.town, self.homes = town, homes
        self.coordinator = town.member(f"{name}-desk", "coordinator")
        self.session_id = town.name(name)
        self.terms = replace(USUAL, **changes)

    @property
    def meant(self) -> SessionId:
        return SessionId(session_id=self.session_id)

    def request(self) -> OpenSession:
        invited = [home.party_id for home in self.homes]
        return OpenSession(session_id=self.session_id, homes=invited, terms=self.terms)

    def open(self) -> int:
        """Open the session and return the height."""
        return self.coordinator.submit("transactive:open_session", self.request(), Receipt).height

    def join(self, *homes: Member) -> None:
        together(lambda home=home: home.submit("transactive:join", self.meant, Receipt) for home in homes)

    def begin(self) -> int:
        """Open a session that everybody joins, and return the height of its opening."""
        height = self.open()
        self.join(*self.homes)
        return height

    def join_from(self, home: Member, *start_wh: int) -> Progress:
        """Join with starting trades."""
        start = Int64Array(wh * NANO_KWH_PER_WH for wh in start_wh)
        request = Join(session_id=self.session_id, start_nano_kwh=start)
        return home.submit("transactive:join", request, Receipt).result.progress

    def decision(self, trades_wh: Sequence[int], *, iteration: int = 1) -> SubmitDecision:
        trades = Int64Array(wh * NANO_KWH_PER_WH for wh in trades_wh)
        return SubmitDecision(session_id=self.session_id, iteration=iteration, trades_nano_kwh=trades)

    def decide(self, home: Member, *trades_wh: int, iteration: int = 1) -> Progress:
        request = self.decision(trades_wh, iteration=iteration)
        return home.submit("transactive:submit_decision", request, Receipt).result.progress

    def answer(self, home: Member, *, proposal: int = 1, accept: bool = True, **said: object) -> Progress:
        request = Confirm(session_id=self.session_id, proposal=proposal, accept=accept, **said)
        return home.submit("transactive:confirm", request, Receipt).result.progress

    def view(self, who: Member | None = None) -> SessionView:
        return (who or self.coordinator).query("transactive:read_session", self.meant, SessionView)
