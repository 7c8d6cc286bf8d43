"""A small consortium for tests: one organisation, its members, and ledgers that they transact on."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wattloom.chaincode.accounts.records import Transfer
from wattloom.chaincode.api.codec import Record, encode
from wattloom.chaincode.registry.genesis import GenesisAccount
from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import ClientIdentity
from wattloom.network.engine import NewBlock
from wattloom.network.solo import LedgerFolder, SoloEngine
from wattloom.network.solo.create import create_ledger
from wattloom.network.transactions import SignedTransaction, sign
from wattloom.network.wire.gateway_pb2 import Committed

CHAIN_ID = "test-chain"
ORGANISATION = "hills"
WEALTH_NANO = 10**15


class Community:
    """Members of one organisation, made when first asked for; its authority is a new one, unless given."""

    def __init__(self, authority: Authority | None = None) -> None:
        self.start_s = int(time.time()) - 3_600
        self.authority = authority or Authority.create(
            "hills CA", organisation=ORGANISATION, not_before_s=self.start_s
        )
        self._members: dict[str, ClientIdentity] = {}

    def member(self, name: str, role: str = "participant") -> ClientIdentity:
        """Return a member's identity."""
        if name not in self._members:
            self._members[name] = self.authority.issue_client(name, role=role, not_before_s=self.start_s)
        return self._members[name]

    def party(self, name: str) -> str:
        """Return a member's party id."""
        return f"{ORGANISATION}.{name}"

    def party_of_client(self, client_id: str) -> str:
        """Return the party of one of the members by its certificate's SHA-256."""
        return next(self.party(name) for name, one in self._members.items() if one.client_id == client_id)

    def create_ledger(self, path: Path, *, accounts: tuple[str, ...] = ()) -> LedgerFolder:
        """Make a ledger on which the named members have money."""
        funded = [GenesisAccount(party_id=self.party(name), free_nano=WEALTH_NANO) for name in accounts]
        return create_ledger(path, chain_id=CHAIN_ID, organisations=[self.authority], accounts=funded)

    def sign(
        self,
        name: str,
        function: str,
        argument: Record | None = None,
        *,
        valid_for_s: int = 60,
        introduce: bool = True,
        role: str = "participant",
        chain_id: str = CHAIN_ID,
    ) -> SignedTransaction:
        """Return a member's signed transaction."""
        return sign(
            self.member(name, role),
            chain_id=chain_id,
            function=function,
            arguments=b"" if argument is None else encode(argument),
            valid_until_s=int(time.time()) + valid_for_s,
            introduce=introduce,
        )

    def draw_transfer(
        self,
        draw: random.Random,
        payer: str,
        accounts: Sequence[str],
        *,
        valid_for_s: int = 60,
        introduce: bool = True,
    ) -> SignedTransaction:
        """Return a transfer to somebody, at times beyond the payer's means, or to nobody."""
        payee = draw.choice([other for other in (*accounts, "nobody") if other != payer])
        amount_nano = draw.choice([1, 10**6, 10**14, 9 * 10**15])
        wish = Transfer(payee=self.party(payee), amount_nano=amount_nano)
        return self.sign(payer, "accounts:transfer", wish, valid_for_s=valid_for_s, introduce=introduce)


class Waiter:
    """Follows an engine and hands out results by transaction id."""

    def __init__(self, engine: SoloEngine) -> None:
        self.blocks: list[NewBlock] = []
        self._news = threading.Condition()
        self.end = engine.follow(self._take)

    def _take(self, block: NewBlock) -> None:
        with self._news:
            self.blocks.append(block)
            self._news.notify_all()

    def block_where(self, holds, timeout_s: float = 20) -> NewBlock:  # type: ignore[no-untyped-def]
        """Return the first block for which `holds(block)`, waiting for it if need be."""
        with self._news:
            assert self._news.wait_for(lambda: any(holds(block) for block in self.blocks), timeout_s)
            return next(block for block in self.blocks if holds(block))


def submit(engine: SoloEngine, tx: SignedTransaction) -> Committed:
    """Check and order a transaction, and return its result once it is durable."""
    waiter = Waiter(engine)
    try:
        engine.order(engine.check(tx.raw))
        waiter.block_where(
            lambda block: (
                tx.tx_id in block.dropped or any(result.tx_id == tx.tx_id for result in block.record.results)
            )
        )
    finally:
        waiter.end()
    committed = engine.committed(tx.tx_id)
    assert committed is not None
    return committed


@contextmanager
def running(folder: LedgerFolder, **options: object) -> Iterator[SoloEngine]:
    """Run a ledger."""
    with SoloEngine(folder, **options) as engine:  # type: ignore[arg-type]
        yield engine
