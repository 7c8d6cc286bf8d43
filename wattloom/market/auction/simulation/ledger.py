"""The ledger of a run, in memory or solo: what the study asks of it, and how its market is opened."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

from wattloom.chaincode.accounts.records import Account, Amount, Party
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.api.codec import Record
from wattloom.chaincode.auction.messages import Interval, OpenMarket, SetTariff, Suggestion
from wattloom.chaincode.auction.records import Engagement
from wattloom.chaincode.auction.units import DAY_S
from wattloom.chaincode.registry.records import Home
from wattloom.market.auction.simulation.prices import Prices
from wattloom.market.auction.simulation.profiles import HOUR_S, HOURS
from wattloom.market.auction.simulation.setup import START_S, Setup

R = TypeVar("R", bound=Record)

ORGANISATION, MARKET = "study", "street"
UTILITY, REGISTRAR, BANK, AUDITOR = "grid", "office", "bank", "audit"
OFFICERS = {UTILITY: "utility", REGISTRAR: "registrar", BANK: "settlement-agent", AUDITOR: "auditor"}
"""Names and roles; homes are `user(number)`."""

GATE_S = 60
"""How long before delivery a book is cleared."""

LIMIT_WH = 20_000
"""What a home may buy, and sell, in an hour; more than a user of the study ever does."""

MONEY_NANO = 10**13
"""What everybody has to begin with: far more than a month costs."""


class Call(NamedTuple):
    """A transaction: whose, which function, with what."""

    who: str
    function: str
    argument: Record


class CallRefused(Exception):
    """The contract refused a call, which none of a run's should be: the study and the contract disagree."""

    def __init__(self, call: Call, reason: str) -> None:
        super().__init__(f"{call.function} of {call.who} was refused: {reason}")
        self.call, self.reason = call, reason


class TimerFailed(Exception):
    """A timer of the contract failed: a bug."""


class Ledger(Protocol):
    """A ledger whose time the study moves."""

    def block(self, calls: Sequence[Call], *, time_s: int) -> list[bytes]:
        """Run due timers, then the calls in order, in as many blocks as it takes; raise `CallRefused`."""
        ...

    def ask(self, who: str, function: str, argument: Record, result: type[R]) -> R:
        """Evaluate a query on what is committed."""
        ...

    def engagements(self, slot_start_s: int, homes: Sequence[str]) -> list[Engagement]:
        """Return what each of the homes has promised and traded in a slot."""
        ...

    def tidy(self) -> None:
        """Forget what is settled, if the ledger is one that may."""
        ...


def user(number: int) -> str:
    """Return the name of a home."""
    return f"u{number:04d}"


def number_of(party_id: str) -> int:
    """Return the number of a home."""
    return int(party_id.rpartition(".u")[2])


def party(name: str) -> str:
    """Return a party id."""
    return f"{ORGANISATION}.{name}"


def open_market(ledger: Ledger, setup: Setup, prices: Prices) -> None:
    """Let everybody come to the ledger, and open the market with the tariffs of all days."""
    time_s = START_S - DAY_S
    homes = [user(number) for number in range(setup.users)]
    accounts = [Call(REGISTRAR, "accounts:open", Party(party_id=party(name))) for name in (UTILITY, *homes)]
    limits = [
        Call(REGISTRAR, "registry:register_home", Home(party_id=party(name), limit_wh=LIMIT_WH))
        for name in homes
    ]
    money = [
        Call(BANK, "accounts:mint", Amount(party_id=party(name), amount_nano=MONEY_NANO)) for name in homes
    ]
    ledger.block([*accounts, *limits, *money], time_s=time_s)
    market = OpenMarket(market_id=MARKET, gate_closure_s=GATE_S, pricing=setup.pricing)
    days = range((START_S - DAY_S) // DAY_S, setup.end_s // DAY_S + 2)
    tariffs = [Call(UTILITY, "auction:set_tariff", _tariff(day * DAY_S, prices)) for day in days]
    ledger.block([Call(UTILITY, "auction:open_market", market), *tariffs], time_s=time_s)


def suggestion(ledger: Ledger, *, start_s: int, duration_s: int = HOUR_S) -> Suggestion:
    """Return what the contract suggests for an interval."""
    interval = Interval(market_id=MARKET, start_s=start_s, duration_s=duration_s)
    return ledger.ask(AUDITOR, "auction:suggest_price", interval, Suggestion)


def balance_nano(ledger: Ledger, name: str) -> int:
    """Return all money of a party, locked or free."""
    account = ledger.ask(AUDITOR, "accounts:statement", Party(party_id=party(name)), Account)
    return account.free_nano + account.locked_nano


def _tariff(day_start_s: int, prices: Prices) -> SetTariff:
    grid = [prices.at(day_start_s + hour * HOUR_S) for hour in range(HOURS)]
    return SetTariff(
        market_id=MARKET,
        day_start_s=day_start_s,
        grid_nano_per_wh=Int64Array(grid),
        feed_in_nano_per_wh=Int64Array([prices.feed_in]),
    )
