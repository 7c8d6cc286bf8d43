"""From balanced trades in nano_kwh to balanced trades in whole watt-hours, slot by slot.

`spread` moves homes by equal whole steps; what is left over goes to the first in `order`, one watt-hour each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wattloom.chaincode.transactive.rounding import NANO_KWH_PER_WH, clamp, round_half_up


@dataclass(frozen=True, slots=True)
class Room:
    """The range of a home's trade, Wh, ends included."""

    low: int
    high: int


def whole_wh(targets_nano_kwh: Sequence[int], limits_wh: Sequence[int]) -> list[int]:
    """Round one slot's trades, which sum to zero, to whole Wh that sum to zero.

    Rounded down; the watt-hours that are missing then go to the largest remainders, among equals to the
    lowest index. No trade passes its home's limit; what a limit cuts off is spread evenly over the others.
    """
    rooms = [Room(-limit, limit) for limit in limits_wh]
    start = [
        clamp(target // NANO_KWH_PER_WH, room.low, room.high)
        for target, room in zip(targets_nano_kwh, rooms, strict=True)
    ]
    order = sorted(range(len(start)), key=lambda home: (-(targets_nano_kwh[home] % NANO_KWH_PER_WH), home))
    whole = spread(start, rooms, order)
    if whole is None:
        raise AssertionError("trades of zero are within every limit and balance")
    return whole


def spread(trades_wh: Sequence[int], rooms: Sequence[Room], order: Sequence[int]) -> list[int] | None:
    """Move the homes of `order` until all trades sum to zero; None where their rooms are too small."""
    trades = list(trades_wh)
    missing = -sum(trades)
    while missing:
        sign = 1 if missing > 0 else -1
        movable = [home for home in order if _distance(trades[home], rooms[home], sign) > 0]
        if not movable:
            return None
        share, left = divmod(abs(missing), len(movable))
        for place, home in enumerate(movable):
            step = min(share + (place < left), _distance(trades[home], rooms[home], sign))
            trades[home] += sign * step
            missing -= sign * step
    return trades


def own_wh(trade_nano_kwh: int) -> int:
    """Round a home's own decision to whole Wh, half up: where it stays when it does not agree to a repair."""
    return round_half_up(trade_nano_kwh, NANO_KWH_PER_WH)


def _distance(trade: int, room: Room, sign: int) -> int:
    return room.high - trade if sign > 0 else trade - room.low
