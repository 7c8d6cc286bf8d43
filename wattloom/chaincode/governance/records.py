"""What governance keeps on the ledger, and the forms of its names and keys."""

import hashlib
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from wattloom.chaincode.api import Record
from wattloom.chaincode.api.units import Name, PartyId, TimeS

POWER = 1
"""Voting power of every active seat in the consensus."""

NODE_ID_CHARS = 40

PublicKey = Annotated[
    bytes, Meta(min_length=32, max_length=32, description="Ed25519 public key of a validator, base64")
]
Address = Annotated[
    bytes,
    Meta(min_length=20, max_length=20, description="first 20 bytes of a validator key's SHA-256, base64"),
]
NodeId = Annotated[
    str, Meta(pattern=r"\A[0-9a-f]{40}\Z", description="a node's id among its peers, lower-case hexadecimal")
]
Height = Annotated[int, Meta(ge=0, le=10**10 - 1, description="height of a block")]
RulesVersion = Annotated[int, Meta(ge=1, le=10**6, description="version of the rules")]


def address_of(public_key: bytes) -> bytes:
    """Return the address by which the engine names a validator key."""
    return hashlib.sha256(public_key).digest()[:20]


class SeatStatus(StrEnum):
    """Whether a seat signs blocks; a suspended one waits for the members' vote."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Seat(Record, frozen=True, kw_only=True):
    """A validator: an organisation's node that signs blocks.

    `since_height` is the block whose vote gave it this key or made it active again (0: genesis); `node_id`
    may be None, but not where observers are listed.
    """

    organisation: Name
    node: Name
    public_key: PublicKey
    node_id: NodeId | None = None
    status: SeatStatus = SeatStatus.ACTIVE
    since_height: Height = 0

    @property
    def power(self) -> int:
        """Voting power in the consensus; zero while suspended."""
        return POWER if self.status is SeatStatus.ACTIVE else 0


class KeyOwner(Record, frozen=True, kw_only=True):
    """Whose validator key this is or was; no other node's seat can ever take it."""

    organisation: Name
    node: Name


class ConsensusLimits(Record, frozen=True, kw_only=True):
    """What votes may change of the engine's parameters; evidence older than both its ages is ignored."""

    block_max_bytes: Annotated[int, Meta(ge=1 << 20, le=100 << 20)] = 21 << 20
    evidence_max_age_blocks: Annotated[int, Meta(ge=1_000, le=10**9)] = 100_000
    evidence_max_age_s: Annotated[int, Meta(ge=3_600, le=10**9)] = 172_800
    evidence_max_bytes: Annotated[int, Meta(ge=1 << 16, le=1 << 20)] = 1 << 20


class MarketRules(Record, frozen=True, kw_only=True):
    """What votes may change of the market.

    Fields
    ------
    gate_closure_s : a trading session opens at least so long before its delivery
    highest_price_cap_nano_per_wh : no trading session may have a higher price cap
    """

    gate_closure_s: Annotated[int, Meta(ge=0, le=30 * 86_400)] = 0
    highest_price_cap_nano_per_wh: Annotated[int, Meta(ge=1, le=10**9)] = 10**9


class ExistenceRules(Record, frozen=True, kw_only=True):
    """What votes may change of certificates of existence; an epoch keeps the rules of its opening.

    Fields
    ------
    epoch_s : how long trees of one epoch may be used
    request_s, publish_s : before it, so long meters may at least ask, and then publish
    grace_s : so long after its end receipts still count
    depth : a tree has 2^depth one-time keys
    witnesses, needed : so many meters are drawn, and so many of them must sign a tree
    trees_per_meter, trees : most trees of one meter and of all, and so what one witness vouches for at most
    """

    epoch_s: Annotated[int, Meta(ge=1, le=366 * 86_400)] = 86_400
    request_s: Annotated[int, Meta(ge=1, le=30 * 86_400)] = 3_600
    publish_s: Annotated[int, Meta(ge=1, le=30 * 86_400)] = 21_600
    grace_s: Annotated[int, Meta(ge=0, le=30 * 86_400)] = 3_600
    depth: Annotated[int, Meta(ge=4, le=10)] = 4
    witnesses: Annotated[int, Meta(ge=1, le=100)] = 5
    needed: Annotated[int, Meta(ge=1, le=100)] = 3
    trees_per_meter: Annotated[int, Meta(ge=1, le=1_000)] = 4
    trees: Annotated[int, Meta(ge=1, le=100_000)] = 10_000


class Admission(StrEnum):
    """Whose nodes may follow the ledger as peers."""

    OPEN = "open"
    LISTED = "listed"


class Observers(Record, frozen=True, kw_only=True):
    """Whose nodes may follow, and how many are listed."""

    admission: Admission = Admission.OPEN
    listed: int = 0


class Observer(Record, frozen=True, kw_only=True):
    """A node that may follow the ledger where observers are listed."""

    node_id: NodeId


class Rules(Record, frozen=True, kw_only=True):
    """The version of the rules that judges blocks from a height on."""

    version: RulesVersion
    from_height: Height


class Offence(StrEnum):
    """What a validator has done, in the engine's words."""

    DUPLICATE_VOTE = "duplicate_vote"
    LIGHT_CLIENT_ATTACK = "light_client_attack"


class Misbehaviour(Record, frozen=True, kw_only=True):
    """Evidence that the engine has verified: who offended, at which height and time, among which power."""

    kind: Offence
    address: Address
    height: Height
    time_s: TimeS
    total_power: int


class Incident(Record, frozen=True, kw_only=True):
    """A misbehaviour as the ledger has recorded it; `node` is empty where no seat ever had that key."""

    evidence: Misbehaviour
    organisation: str
    node: str
    suspended: bool
    recorded_height: Height
    recorded_at_s: TimeS


class Vote(Record, frozen=True, kw_only=True):
    """An organisation's one vote on a proposal, and who cast it."""

    organisation: Name
    party_id: PartyId
    approve: bool
    cast_at_s: TimeS
