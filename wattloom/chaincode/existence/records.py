"""What `existence` keeps: epochs, witnesses, requests, vouched trees and spent keys."""

from typing import Annotated

from msgspec import Meta, field

from wattloom.chaincode.api import Record
from wattloom.chaincode.api.units import HexDigest, Name, TimeS
from wattloom.chaincode.governance.records import Height
from wattloom.chaincode.registry.records import Lfdi

EpochNumber = Annotated[int, Meta(ge=1, le=10**10 - 1, description="epochs count from 1")]
BlindKey = Annotated[
    bytes, Meta(min_length=256, max_length=256, description="modulus of a witness's RSA key, base64")
]


class Drawn(Record, frozen=True, kw_only=True):
    """A witness of one epoch, with the key that it had when it was drawn."""

    lfdi: Lfdi
    blind_key: BlindKey


class Epoch(Record, frozen=True, kw_only=True):
    """A stretch of time with trees of its own, all of one depth; the rules are those of its opening.

    Fields
    ------
    requests_until_s : the first block past it draws the witnesses; its height, hash and the number of places
        drawn from are kept, so that anybody can draw again
    starts_at_s, ends_at_s, grace_s : receipts count from the start up to `grace_s` after the end
    to_draw, needed : so many witnesses are drawn, and so many must have signed a tree
    trees_per_meter, limit : most trees of one meter, and of all
    """

    number: EpochNumber
    depth: int
    requests_until_s: TimeS
    starts_at_s: TimeS
    ends_at_s: TimeS
    grace_s: int
    to_draw: int
    needed: int
    trees_per_meter: int
    limit: int
    drawn_height: Height = 0
    block_hash: str = ""
    places: int = 0
    witnesses: list[Drawn] = field(default_factory=list)

    @property
    def drawn(self) -> bool:
        """Tell whether its witnesses have been drawn."""
        return self.drawn_height > 0

    def counts(self, at_s: int) -> bool:
        """Tell whether a receipt under one of its trees counts at a time."""
        return self.starts_at_s <= at_s <= self.ends_at_s + self.grace_s


class Newest(Record, frozen=True, kw_only=True):
    """The number of the epoch that was opened last."""

    number: EpochNumber


class Tally(Record, frozen=True, kw_only=True):
    """How many trees of an epoch were asked for, and how many are published."""

    requested: int = 0
    published: int = 0


class Roll(Record, frozen=True, kw_only=True):
    """How many witnesses there are to draw from."""

    places: int = 0


class Witness(Record, frozen=True, kw_only=True):
    """A meter that may be drawn, and its place on the roll (from 0, without gaps)."""

    lfdi: Lfdi
    organisation: Name
    blind_key: BlindKey
    place: int


class Enlisted(Record, frozen=True, kw_only=True):
    """A meter's last enlistment, kept also when it is off the roll."""

    version: int
    blind_key: BlindKey


class Place(Record, frozen=True, kw_only=True):
    """Whose place on the roll this is."""

    lfdi: Lfdi


class TreesAsked(Record, frozen=True, kw_only=True):
    """How many trees a meter may have signed for an epoch; which ones they are nobody learns."""

    epoch: EpochNumber
    lfdi: Lfdi
    trees: int


class VouchedTree(Record, frozen=True, kw_only=True):
    """A tree that enough witnesses have signed; `witnesses` are their positions in the epoch's draw."""

    epoch: EpochNumber
    root: HexDigest
    witnesses: list[int]


class SpentKey(Record, frozen=True, kw_only=True):
    """A one-time key that is used up, and for what."""

    root: HexDigest
    subject: HexDigest


class RevokedMeter(Record, frozen=True, kw_only=True):
    """A meter that neither vouches nor asks any more; what it alone vouched for counts no more."""

    lfdi: Lfdi
    organisation: Name
    revoked_at_s: TimeS
