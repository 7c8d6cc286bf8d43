"""What the blocks alone say of money: a second, plain account, kept to hold the ledger against."""

import json
from dataclasses import dataclass, field

from tests.network.community import WEALTH_NANO, Community
from wattloom.chaincode.api.execution import Status
from wattloom.network.chain.block import Block
from wattloom.network.records import TRANSACTIONS, place
from wattloom.network.solo.blocks import BLOCKS
from wattloom.network.state import STATE, Snapshot
from wattloom.network.transactions import decode
from wattloom.network.wire.ledger_pb2 import BlockRecord, Result


@dataclass
class Books:
    """Balances by party and places by transaction id, from reading every block once."""

    community: Community
    balances: dict[str, int]
    places: dict[bytes, tuple[int, int, int]] = field(default_factory=dict)
    valid_until_s: dict[bytes, int] = field(default_factory=dict)
    height: int = 0
    block_time_s: int = 0

    @classmethod
    def opened(cls, community: Community, accounts: tuple[str, ...]) -> "Books":
        """Return the books before the first block."""
        return cls(community, {community.party(name): WEALTH_NANO for name in accounts})

    @classmethod
    def of(cls, view: Snapshot, community: Community, accounts: tuple[str, ...]) -> "Books":
        books = cls.opened(community, accounts)
        for _, row in view.items(BLOCKS):
            books.read(BlockRecord.FromString(row))
        return books

    def read(self, record: BlockRecord) -> None:
        block = Block.decode(record.block)
        assert block.header.height == self.height + 1
        self.height, self.block_time_s = block.header.height, block.header.time.seconds
        assert len(record.results) == len(block.txs)
        for index, (raw, result) in enumerate(zip(block.txs, record.results, strict=True)):
            self._execute(index, raw, result)

    def _execute(self, index: int, raw: bytes, result: Result) -> None:
        tx = decode(raw)
        assert result.tx_id == tx.tx_id
        assert tx.tx_id not in self.places, "a transaction stands in the ledger twice"
        self.places[tx.tx_id] = (self.height, index, result.status)
        self.valid_until_s[tx.tx_id] = tx.valid_until_s
        asked = json.loads(tx.arguments)
        if tx.function == "accounts:open":
            expected = self._open(asked["party_id"])
        else:
            payer = self.community.party_of_client(tx.creator.hex())
            expected = self._transfer(payer, asked["payee"], asked["amount_nano"])
        assert result.status == (Status.OK if expected else Status.REFUSED)

    def _open(self, party_id: str) -> bool:
        is_new = party_id not in self.balances
        self.balances.setdefault(party_id, 0)
        return is_new

    def _transfer(self, payer: str, payee: str, amount_nano: int) -> bool:
        if payee not in self.balances or self.balances[payer] < amount_nano:
            return False
        self.balances[payer] -= amount_nano
        self.balances[payee] += amount_nano
        return True

    def check(self, view: Snapshot, *, indexed_from: int = 1) -> None:
        """Hold balances, index and remembered ids of the ledger against what its blocks say."""
        state = {tuple(row.split(b"\0", 1)): value for row, value in view.items(STATE)}
        accounts = {
            key.decode(): json.loads(value)
            for (contract, key), value in state.items()
            if contract == b"accounts"
        }
        supply = accounts.pop("supply")
        assert {each["party_id"]: each.get("free_nano", 0) for each in accounts.values()} == self.balances
        assert sum(self.balances.values()) == supply["total_nano"]
        index = {
            tx_id: place(height, at)
            for tx_id, (height, at, _) in self.places.items()
            if height >= indexed_from
        }
        assert dict(view.items(TRANSACTIONS)) == index
        seen = {bytes.fromhex(key.decode()[-64:]) for (_, key) in state if key.startswith(b"seen/")}
        assert seen == {
            tx_id for tx_id, until_s in self.valid_until_s.items() if until_s >= self.block_time_s
        }
