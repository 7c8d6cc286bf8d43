"""The context: everything that a contract may know of the outside, handed in as one value."""

from typing import ClassVar

import msgspec

from wattloom.chaincode.api.codec import Record, encode
from wattloom.chaincode.api.errors import Forbidden, InvalidArgument
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.api.state import State

MAX_EVENTS = 1_000
MAX_SCHEDULED = 1_000
LEDGER_ROLE = "ledger"
"""The role of the ledger itself, under which timers run; no certificate can carry it (see `registry`)."""


class Caller(Record, frozen=True, kw_only=True):
    """Who calls: a certified client, acting for a party (organisation.name)."""

    client_id: str
    party_id: str
    organisation: str
    role: str
    attributes: dict[str, str] = msgspec.field(default_factory=dict)

    LEDGER: ClassVar["Caller"]

    def attribute(self, name: str) -> str:
        """Return an attribute of the certificate; raise `Forbidden` where it has none."""
        value = self.attributes.get(name)
        if value is None:
            raise Forbidden(needed=f"the certificate attribute {name}")
        return value


Caller.LEDGER = Caller(client_id="", party_id="", organisation="", role=LEDGER_ROLE)


class Position(Record, frozen=True, kw_only=True, order=True):
    """Where a call stands: block height, then index in the block (timers come first, below zero)."""

    height: int
    index: int


class Block(Record, frozen=True, kw_only=True):
    """The block being executed: its height, its agreed time, and its hash (hex)."""

    chain_id: str
    height: int
    time_s: int
    hash: str


class Event(Record, frozen=True, kw_only=True):
    """Something that happened, for those who follow the ledger; `payload` is the record's canonical JSON."""

    contract: str
    name: str
    payload: bytes


class Scheduled(Record, frozen=True, kw_only=True):
    """A call that the ledger owes: `contract:function` with arguments at the first block past `at_s`."""

    at_s: int
    function: str
    arguments: bytes


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """One call's view of the ledger.

    A context is a value: tests build one over a `MemoryReader` and call a contract with no engine.
    """

    contract: str
    block: Block
    position: Position
    caller: Caller
    tx_id: str
    overlay: Overlay
    read_only: bool = False
    events: list[Event] = msgspec.field(default_factory=list)
    scheduled: list[Scheduled] = msgspec.field(default_factory=list)

    @property
    def state(self) -> State:
        """The contract's own records."""
        return State(self.overlay, self.contract, read_only=self.read_only)

    @property
    def block_time_s(self) -> int:
        """The block's agreed time, never a clock's."""
        return self.block.time_s

    @property
    def block_hash(self) -> str:
        """Hash of the block that is being executed.

        Its proposer chooses among blocks, and so among hashes: lots are drawn by the hash of a block that is
        later than the one whose transactions they judge.
        """
        return self.block.hash

    def within(self, contract: str) -> "Context":
        """Return the same call seen from another contract, whose rules then decide."""
        return Context(
            contract=contract,
            block=self.block,
            position=self.position,
            caller=self.caller,
            tx_id=self.tx_id,
            overlay=self.overlay,
            read_only=self.read_only,
            events=self.events,
            scheduled=self.scheduled,
        )

    def require_role(self, *roles: str) -> None:
        """Raise `Forbidden` unless the caller has one of the roles."""
        if self.caller.role not in roles:
            raise Forbidden(needed="the role " + " or ".join(roles))

    def emit(self, name: str, payload: Record) -> None:
        """Announce an event; it counts only if the transaction does."""
        if len(self.events) >= MAX_EVENTS:
            raise InvalidArgument(reason=f"a transaction has at most {MAX_EVENTS} events")
        self.events.append(Event(contract=self.contract, name=name, payload=encode(payload)))

    def schedule(self, at_s: int, function: str, arguments: Record) -> None:
        """Put a call of this contract's timer `function` on the ledger, for the first block past `at_s`."""
        if len(self.scheduled) >= MAX_SCHEDULED:
            raise InvalidArgument(reason=f"a transaction schedules at most {MAX_SCHEDULED} calls")
        due = Scheduled(at_s=at_s, function=f"{self.contract}:{function}", arguments=encode(arguments))
        self.scheduled.append(due)
