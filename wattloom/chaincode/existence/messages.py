"""Arguments and results of `existence`."""

from typing import Annotated

from msgspec import Meta

from wattloom.chaincode.api import Record
from wattloom.chaincode.api.keys import MAX_KEY_BYTES
from wattloom.chaincode.api.units import EnergyWh, HexDigest
from wattloom.chaincode.existence.records import BlindKey, EpochNumber
from wattloom.chaincode.registry.records import Lfdi
from wattloom.identity.existence.receipts import Receipt
from wattloom.identity.existence.trees import MAX_DEPTH

MAX_TREES_AT_ONCE = 100
MAX_KEYS_AT_ONCE = 1 << MAX_DEPTH

Signature = Annotated[
    bytes, Meta(min_length=64, max_length=64, description="ECDSA P-256, r then s, low s, base64")
]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32, description="SHA-256, base64")]


class EpochOf(Record, frozen=True, kw_only=True):
    """Which epoch is meant."""

    number: EpochNumber


class MeterOf(Record, frozen=True, kw_only=True):
    """Which meter is meant."""

    lfdi: Lfdi


class Enlist(Record, frozen=True, kw_only=True):
    """A meter is ready to vouch; signed by its manufacturer key, so anybody may hand it in.

    `version` grows with each enlistment of a meter, so that nobody can hand an old one in again.
    """

    lfdi: Lfdi
    version: Annotated[int, Meta(ge=1, le=10**15)]
    blind_key: BlindKey
    signature: Signature


class AskForTrees(Record, frozen=True, kw_only=True):
    """A meter wants so many trees in an epoch; signed by its manufacturer key, so anybody may hand it in."""

    epoch: EpochNumber
    lfdi: Lfdi
    trees: Annotated[int, Meta(ge=1, le=1_000)]
    signature: Signature


class AskedOf(Record, frozen=True, kw_only=True):
    """Whose request is meant."""

    epoch: EpochNumber
    lfdi: Lfdi


class Asked(Record, frozen=True, kw_only=True):
    """What a witness needs to know of who asks; `public_key` is the meter's SubjectPublicKeyInfo."""

    epoch: EpochNumber
    lfdi: Lfdi
    trees: int
    public_key: bytes


class Voucher(Record, frozen=True, kw_only=True):
    """A witness's signature over a tree; `witness` is its position in the epoch's draw, from 0."""

    witness: Annotated[int, Meta(ge=0, le=100)]
    signature: Annotated[bytes, Meta(min_length=256, max_length=256, description="RSASSA-PSS, base64")]


class SignedTree(Record, frozen=True, kw_only=True):
    """The root of a tree, and the witnesses' signatures over it, by position."""

    root: HexDigest
    vouchers: Annotated[list[Voucher], Meta(min_length=1, max_length=100)]


class Publish(Record, frozen=True, kw_only=True):
    """Trees of one epoch in the order of their roots, so that their order tells nothing."""

    epoch: EpochNumber
    trees: Annotated[list[SignedTree], Meta(min_length=1, max_length=MAX_TREES_AT_ONCE)]


class Spend(Record, frozen=True, kw_only=True):
    """A receipt, signed by a one-time key of a published tree.

    Fields
    ------
    root, index, path : the tree, the key's place in it, and the hashes from its leaf up
    public_key : DER SubjectPublicKeyInfo
    subject : SHA-256 of what the energy was received under
    """

    epoch: EpochNumber
    root: HexDigest
    index: Annotated[int, Meta(ge=0, le=MAX_KEYS_AT_ONCE - 1)]
    path: Annotated[list[Hash], Meta(max_length=MAX_DEPTH)]
    public_key: Annotated[bytes, Meta(min_length=91, max_length=91)]
    subject: HexDigest
    energy_wh: EnergyWh
    signature: Signature

    def receipt(self) -> Receipt:
        """Return it as the verifier takes it."""
        return Receipt(
            root=bytes.fromhex(self.root),
            index=self.index,
            path=tuple(self.path),
            public_key=self.public_key,
            subject=bytes.fromhex(self.subject),
            energy_wh=self.energy_wh,
            signature=self.signature,
        )


class Received(Record, frozen=True, kw_only=True):
    """Event: a genuine meter has received energy; which one, nobody learns."""

    epoch: EpochNumber
    root: HexDigest
    subject: HexDigest
    energy_wh: EnergyWh


class TreeOf(Record, frozen=True, kw_only=True):
    """Which tree is meant."""

    epoch: EpochNumber
    root: HexDigest


class PageOfRoll(Record, frozen=True, kw_only=True):
    """Which places of the roll are asked for, after a page's bookmark."""

    limit: int = 100
    bookmark: Annotated[str, Meta(max_length=MAX_KEY_BYTES)] = ""
