"""A ledger with homes, money and sessions, spoken to in short."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.accounts.records import Account, Amount, Party
from wattloom.chaincode.api import Caller, Int64Array, Page
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.contract import Kind
from wattloom.chaincode.api.execution import Status, apply
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.registry.records import Home
from wattloom.chaincode.testing import MemoryLedger, caller
from wattloom.chaincode.transactive.contract import transactive
from wattloom.chaincode.transactive.messages import (
    BillOf,
    Confirm,
    Join,
    OpenSession,
    PageOf,
    Receipt,
    SessionId,
    SessionView,
    SubmitDecision,
)
from wattloom.chaincode.transactive.records import Bill, Phase, Residual, Seat, Trade
from wattloom.chaincode.transactive.terms import Terms

COORDINATOR = caller("north.desk", "coordinator")
AUDITOR = caller("north.audit", "auditor")
REGISTRAR = caller("north.office", "registrar")
BANK = caller("north.bank", "settlement-agent")
START_S = 1_700_000_000
DAY = "day-1"
RICH_NANO = 10**15


def terms(**changes: object) -> Terms:
    """Return the terms of one slot tomorrow, in exchange form, with room for everything."""
    usual = Terms(
        slot_start_s=START_S + 86_400,
        slots=1,
        rho_nano=10**8,
        primal_tolerance_nano_kwh=1_000,
        dual_tolerance_nano_per_kwh=1_000,
        max_iterations=200,
        join_s=60,
        round_s=30,
        confirm_s=45,
        price_cap_nano_per_wh=1_000_000,
        repair_limit_wh=1_000,
    )
    return replace(usual, **changes)


class Community(MemoryLedger):
    """Homes `north.h00`, `north.h01`, ... with an account each, and one session `day-1` at a time."""

    def __init__(self, homes: int, *, limit_wh: int = 10_000, money_nano: int = RICH_NANO) -> None:
        super().__init__([accounts, registry, transactive], time_s=START_S)
        self.homes = [caller(f"north.h{index:02d}", "home") for index in range(homes)]
        self.money_nano = money_nano
        for home in self.homes:
            self.submit(REGISTRAR, "registry:register_home", Home(party_id=home.party_id, limit_wh=limit_wh))
            self.submit(home, "accounts:open", Party(party_id=home.party_id))
            if money_nano:
                self.submit(BANK, "accounts:mint", Amount(party_id=home.party_id, amount_nano=money_nano))

    def open(self, agreed: Terms, *, homes: Sequence[Caller] | None = None) -> Receipt:
        invited = [home.party_id for home in (self.homes if homes is None else homes)]
        request = OpenSession(session_id=DAY, homes=invited, terms=agreed)
        return self.call(COORDINATOR, "transactive:open_session", request, Receipt)

    def join(self, *homes: Caller) -> None:
        for home in homes:
            self.submit(home, "transactive:join", Join(session_id=DAY))

    def join_from(self, home: Caller, start_nano_kwh: Iterable[int]) -> Receipt:
        request = Join(session_id=DAY, start_nano_kwh=Int64Array(start_nano_kwh))
        return self.call(home, "transactive:join", request, Receipt)

    def begin(self, agreed: Terms) -> None:
        """Open a session that everybody joins."""
        self.open(agreed)
        self.join(*self.homes)

    def decide(
        self, home: Caller, trades_nano_kwh: Iterable[int], *, iteration: int | None = None
    ) -> Receipt:
        request = SubmitDecision(
            session_id=DAY,
            iteration=self.view().progress.iteration if iteration is None else iteration,
            trades_nano_kwh=Int64Array(trades_nano_kwh),
        )
        return self.call(home, "transactive:submit_decision", request, Receipt)

    def confirm(
        self,
        home: Caller,
        *,
        accept: bool = True,
        proposal: int | None = None,
        withdraw: bool = False,
        saving_nano: int = 0,
    ) -> Receipt:
        request = Confirm(
            session_id=DAY,
            proposal=self.view().progress.proposal if proposal is None else proposal,
            accept=accept,
            withdraw=withdraw,
            saving_nano=saving_nano,
        )
        return self.call(home, "transactive:confirm", request, Receipt)

    def confirm_all(self) -> None:
        for home in self.homes:
            self.confirm(home)

    def submit_bytes(self, who: Caller, function: str, arguments: bytes) -> None:
        """Submit arguments as they come over the wire, malformed or not."""
        ctx = self._context(who, self._next_block())
        apply(self.contracts, ctx, function, arguments, kind=Kind.TRANSACTION)

    def pass_deadline(self) -> None:
        """Move time just past the open step's deadline, so that its timer runs."""
        self.advance_to(self.view().progress.deadline_s + 1)

    def view(self, who: Caller = COORDINATOR) -> SessionView:
        return self.evaluate(who, "transactive:read_session", SessionId(session_id=DAY), SessionView)

    def own(self, home: Caller):
        own = self.view(home).own
        assert own is not None
        return own

    def phase(self) -> Phase:
        return self.view().progress.phase

    def residuals(self) -> list[Residual]:
        return self.evaluate(
            AUDITOR, "transactive:residuals", PageOf(session_id=DAY, limit=1_000), Page[Residual]
        ).items

    def trades(self) -> dict[str, list[int]]:
        page = self.evaluate(
            AUDITOR, "transactive:read_trades", PageOf(session_id=DAY, limit=1_000), Page[Trade]
        )
        return {trade.party_id: list(trade.trades_wh) for trade in page.items}

    def bill(self, home: Caller) -> Bill:
        return self.evaluate(
            home, "transactive:read_bill", BillOf(session_id=DAY, party_id=home.party_id), Bill
        )

    def account(self, home: Caller) -> Account:
        return self.evaluate(home, "accounts:statement", Party(party_id=home.party_id), Account)

    def total_nano(self) -> int:
        held = [self.account(home) for home in self.homes]
        return sum(account.free_nano + account.locked_nano for account in held)

    def locked_nano(self) -> int:
        return sum(self.account(home).locked_nano for home in self.homes)

    def state(self) -> Mapping[str, Mapping[str, bytes]]:
        return {name: dict(values) for name, values in self.committed.values.items()}

    def seats(self) -> list[Seat]:
        state = self.committed.values["transactive"]
        return [decode(state[key], Seat) for key in sorted(state) if key.startswith("seat/")]

    def event_names(self) -> list[str]:
        return [event.name for event in self.events if event.contract == "transactive"]

    def assert_timers_never_fail(self) -> None:
        assert [outcome for outcome in self.timer_outcomes if outcome.status is not Status.OK] == []
