"""Timers: calls that the ledger owes, kept in its own state and run at the start of a block."""

from collections.abc import Iterator
from itertools import islice

from wattloom.chaincode.api import keys
from wattloom.chaincode.api.codec import decode, encode
from wattloom.chaincode.api.context import Position, Scheduled
from wattloom.chaincode.api.overlay import Overlay

LEDGER = "ledger"
"""The part of the state that belongs to the ledger itself: timers, transaction ids seen, rule versions."""

TIMERS_PER_BLOCK = 1_000
"""How many due timers one block runs; the rest wait for the next block."""


def put(overlay: Overlay, due: Scheduled, *, position: Position, number: int) -> None:
    """Write a timer under its due time and the position that asked for it: key order is run order."""
    asked = f"{keys.number(position.height)}.{position.index + TIMERS_PER_BLOCK:06d}.{number:04d}"
    overlay.put(LEDGER, keys.join("timer", keys.number(due.at_s), asked), encode(due))


def take_due(overlay: Overlay, *, time_s: int) -> Iterator[Scheduled]:
    """Remove and yield the timers with `at_s` before `time_s`, oldest first, within the block's budget."""
    start, _ = keys.prefix_range("timer")
    stop = keys.join("timer", keys.number(time_s))
    for key, value in list(islice(overlay.scan(LEDGER, start, stop), TIMERS_PER_BLOCK)):
        overlay.put(LEDGER, key, None)
        yield decode(value, Scheduled)
