"""The people of one test: members with names of their own, and what they have done noted down."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import count
from typing import Any, TypeVar

import pytest

from tests.conformance.coverage import Exercised
from tests.conformance.ledgers import PATIENCE_S, START_S, Ledger
from wattloom.chaincode.accounts.records import Account, Amount, Party
from wattloom.chaincode.registry.records import Home
from wattloom.network.client import Client, Event, Receipt, Refused, State
from wattloom.network.transactions import SignedTransaction, Signer

T = TypeVar("T")
_numbers = count(1)


class Member:
    """A party and its client; every call is noted.

    A call first waits until the member's own gateway has what its town knows of, because another gateway's
    blocks may come a moment earlier.
    """

    def __init__(self, town: "Town", client: Client, identity: Signer, party_id: str) -> None:
        self.client, self.identity, self.party_id = client, identity, party_id
        self.town = town
        self._height = 0

    def submit(self, function: str, argument=None, kind=None, **options) -> Receipt[Any]:
        return self._note(function, lambda: self.client.submit(function, argument, kind, **options))

    def send(self, transaction: SignedTransaction, kind=None) -> Receipt[Any]:
        """Send what was signed elsewhere."""
        return self._note(transaction.function, lambda: self.client.send(transaction.raw, kind))

    def query(self, function: str, argument, kind: type[T]) -> T:
        self._catch_up()
        with self.town.exercised.noting(function):
            return self.client.evaluate(function, argument, kind)

    def refusal(self, function: str, argument=None, *, query=False) -> Refused:
        """Return the refusal that a call must end in."""
        with pytest.raises(Refused) as raised:
            self.query(function, argument, dict) if query else self.submit(function, argument)
        return raised.value

    def refusal_of(self, transaction: SignedTransaction) -> Refused:
        """Return the refusal that a signed transaction must end in."""
        with pytest.raises(Refused) as raised:
            self.send(transaction)
        return raised.value

    def _note(self, function: str, call: Callable[[], Receipt[Any]]) -> Receipt[Any]:
        self._catch_up()
        try:
            with self.town.exercised.noting(function):
                receipt = call()
        except Refused as refusal:
            if refusal.height is not None:
                self.town.saw(refusal.height, refusal.tx_id)
            raise
        self.town.saw(receipt.height, receipt.tx_id)
        return receipt

    def _catch_up(self) -> None:
        height, tx_id = self.town.newest
        if height <= self._height:
            return
        if tx_id:
            assert self.client.status(tx_id, wait_s=PATIENCE_S).state is State.COMMITTED
        else:
            list(self.client.blocks(height, to_height=height))
        self._height = height


class Town:
    """Fresh members of a ledger's organisations; names and ids are this test's own."""

    def __init__(self, ledger: Ledger, exercised: Exercised, *, label: str | None = None) -> None:
        self.ledger, self.exercised = ledger, exercised
        self.label = label or f"t{next(_numbers)}"
        self.newest = (0, "")
        self._open = ExitStack()
        self._clients = count()

    def name(self, name: str) -> str:
        """Return a name that no other test uses."""
        return f"{self.label}-{name}"

    @property
    def height(self) -> int:
        """The newest block that somebody has been told of."""
        return self.newest[0]

    def saw(self, height: int, tx_id: str = "") -> None:
        """Note a block that somebody has been told of, and a transaction in it."""
        self.newest = max(self.newest, (height, tx_id))

    def member(self, name: str, role: str = "home", *, organisation: str = "north", **options) -> Member:
        """Return a new member of an organisation."""
        authority = self.ledger.organisations[organisation]
        options = {"not_before_s": START_S, **options}
        identity = authority.issue_client(self.name(name), role=role, **options)
        return self.acting(identity, f"{organisation}.{self.name(name)}")

    def acting(self, identity: Signer, party_id: str) -> Member:
        """Return who acts with this identity; members prefer the gateways in turn."""
        first = next(self._clients) % len(self.ledger.addresses)
        return Member(self, self.client(identity, first=first), identity, party_id)

    def client(self, identity: Signer | None = None, **options) -> Client:
        """Return a client that is closed with the test."""
        return self._open.enter_context(self.ledger.client(identity, **options))

    def homes(self, number: int, *, limit_wh: int = 10_000, money_nano: int = 10**15) -> list[Member]:
        """Return registered homes in the order of their ids, with an account and money each."""
        homes = [self.member(f"home{index:02d}") for index in range(number)]
        registrar, bank = self.member("office", "registrar"), self.member("bank", "settlement-agent")
        registered = [Home(party_id=home.party_id, limit_wh=limit_wh) for home in homes]
        together(
            [
                *(partial(registrar.submit, "registry:register_home", home) for home in registered),
                *(partial(home.submit, "accounts:open", Party(party_id=home.party_id)) for home in homes),
            ]
        )
        together(
            partial(bank.submit, "accounts:mint", Amount(party_id=home.party_id, amount_nano=money_nano))
            for home in homes
        )
        return homes

    def account(self, member: Member) -> Account:
        """Return a member's account as it stands."""
        return member.query("accounts:statement", Party(party_id=member.party_id), Account)

    def events(self, from_height: int, **wanted: str) -> Iterator[Event]:
        """Follow events; the stream ends with the test."""
        stream = self.client().events(from_height, **wanted)
        self._open.callback(stream.close)
        yield from stream

    def close(self) -> None:
        self._open.close()


def together(calls: Iterable[Callable[[], T]]) -> list[T]:
    """Make all calls at the same time, and return their results in order; raise the first error."""
    calls = list(calls)
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [each.result() for each in [pool.submit(call) for call in calls]]
