"""What `metering` keeps on the ledger. Energy is net, seen from the home: positive draws or buys."""

from enum import StrEnum

from wattloom.chaincode.api import Int64Array, Record
from wattloom.chaincode.api.units import HexDigest, Name, PartyId, TimeS
from wattloom.chaincode.metering.units import SlotS, Slots, Waiting


class Period(Record, frozen=True, kw_only=True):
    """A stretch of slots that the homes of an organisation are metered and billed for.

    Fields
    ------
    organisation, utility : whose homes; who sells them what is missing and buys what is left
    slot_start_s, slot_s, slots : T half-open slots
    shortfall_nano_per_wh : one or T; what a home pays for energy above its trades
    surplus_nano_per_wh : one or T, nowhere above the shortfall's; what it is paid for energy below them
    wait_s : how long after the period readings are awaited before money moves
    correct_s : how long after the period readings may be given or corrected
    """

    organisation: Name
    utility: PartyId
    slot_start_s: TimeS
    slot_s: SlotS
    slots: Slots
    shortfall_nano_per_wh: Int64Array
    surplus_nano_per_wh: Int64Array
    wait_s: Waiting
    correct_s: Waiting

    @property
    def end_s(self) -> int:
        """When the last slot has been delivered."""
        return self.slot_start_s + self.slot_s * self.slots

    @property
    def pays_s(self) -> int:
        """Until when readings are awaited; money moves after it."""
        return self.end_s + self.wait_s

    def starts(self) -> range:
        """Return the beginning of every slot."""
        return range(self.slot_start_s, self.end_s, self.slot_s)


class Latest(Record, frozen=True, kw_only=True):
    """Where an organisation's latest period ends, so that no two overlap."""

    end_s: TimeS


class Traded(Record, frozen=True, kw_only=True):
    """A home's firm trades of one day (UTC), net, in each of its 96 quarter hours."""

    energy_wh: Int64Array


class Quality(StrEnum):
    """Whether a reading was measured, or estimated where there was no measurement."""

    ESTIMATED = "estimated"
    MEASURED = "measured"


class Commitment(Record, frozen=True, kw_only=True):
    """The hash of a reading that is not on the ledger; see `readings.digest_of`. `version` counts from 1."""

    digest: HexDigest
    by_agent: bool
    version: int


class Reading(Record, frozen=True, kw_only=True):
    """What went through a home's connection, import less export per slot; `version` counts from 1."""

    party_id: PartyId
    net_wh: Int64Array
    quality: Quality
    by_agent: bool
    version: int
    reported_at_s: int


class DeviationBill(Record, frozen=True, kw_only=True):
    """What a home pays the utility (negative: is paid) for what it drew beyond its trades.

    `amount_nano` is the exact sum over slots of (metered - traded) times price; `prices_nano_per_wh` is the
    shortfall's or the surplus's price, as each slot has it. `paid_nano` is what has moved so far.
    """

    party_id: PartyId
    utility: PartyId
    slot_start_s: int
    slot_s: int
    version: int
    quality: Quality
    metered_wh: Int64Array
    traded_wh: Int64Array
    prices_nano_per_wh: Int64Array
    amount_nano: int
    paid_nano: int = 0

    @property
    def due_nano(self) -> int:
        """What is still to be paid by the home, negative: to it."""
        return self.amount_nano - self.paid_nano
