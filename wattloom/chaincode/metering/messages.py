"""What is said to and by `metering`: arguments, events and timers."""

from typing import Annotated

from msgspec import Meta

from wattloom.chaincode.api import Int64Array, Record
from wattloom.chaincode.api.keys import MAX_KEY_BYTES
from wattloom.chaincode.api.units import HexDigest, Name, PartyId, TimeS
from wattloom.chaincode.metering.records import Quality
from wattloom.chaincode.metering.units import Salt, SlotS, Slots, Waiting

Bookmark = Annotated[str, Meta(max_length=MAX_KEY_BYTES)]


class OpenPeriod(Record, frozen=True, kw_only=True):
    """A new period of the caller's organisation; the fields are those of `Period`."""

    slot_start_s: TimeS
    slot_s: SlotS = 3600
    slots: Slots
    shortfall_nano_per_wh: Int64Array
    surplus_nano_per_wh: Int64Array
    wait_s: Waiting
    correct_s: Waiting


class PeriodOf(Record, frozen=True, kw_only=True):
    """Which period is meant: an organisation's, by its beginning."""

    organisation: Name
    slot_start_s: TimeS


class HomePeriod(Record, frozen=True, kw_only=True):
    """Which home and period are meant."""

    party_id: PartyId
    slot_start_s: TimeS


class CommitReading(Record, frozen=True, kw_only=True):
    """The hash of a reading, in place of its values or before them."""

    party_id: PartyId
    slot_start_s: TimeS
    digest: HexDigest


class Report(Record, frozen=True, kw_only=True):
    """A reading: T numbers, import less export. `salt` opens a commitment made before."""

    party_id: PartyId
    slot_start_s: TimeS
    net_wh: Int64Array
    quality: Quality = Quality.MEASURED
    salt: Salt = ""


class PageOfPeriods(Record, frozen=True, kw_only=True):
    """Part of an organisation's periods, after a page's bookmark."""

    organisation: Name
    limit: int = 100
    bookmark: Bookmark = ""


class PageOfBills(Record, frozen=True, kw_only=True):
    """Part of a period's bills, after a page's bookmark."""

    organisation: Name
    slot_start_s: TimeS
    limit: int = 100
    bookmark: Bookmark = ""


class Reported(Record, frozen=True, kw_only=True):
    """Event: a reading, or its hash (version 0), is there; its values are not said."""

    party_id: PartyId
    slot_start_s: TimeS
    version: int


class Reconciled(Record, frozen=True, kw_only=True):
    """Event: money has moved for a bill's version; `is_settled` tells whether nothing is due any more."""

    party_id: PartyId
    slot_start_s: TimeS
    version: int
    is_settled: bool
