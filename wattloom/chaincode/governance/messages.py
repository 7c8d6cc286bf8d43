"""What is said to and by `governance`: arguments, results, events and timers."""

from wattloom.chaincode.api import Record


class Active(Record, frozen=True, kw_only=True):
    """Event: fewer validators are active than may be voted out to; the next fault may stop the ledger."""

    active: int
    least: int
