"""What is proposed to whom, as plain functions of trades and seats.

First: everybody's last decisions less an even share of their sum, in whole Wh (`exchange.balanced`,
`pairwise.balanced`, `repair.whole_wh`). Following: who refused is fixed at its own last decision, who
withdrew at nothing, who did not answer at either by the terms; the homes that confirmed are moved as evenly
as whole Wh allow, lowest index first, within their limits and `repair_limit_wh` of the first proposal. The
homes that may still be moved only ever get fewer.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive import exchange, pairwise
from wattloom.chaincode.transactive.messages import Confirm
from wattloom.chaincode.transactive.records import Seat, Standing, Trade
from wattloom.chaincode.transactive.repair import Room, own_wh, spread, whole_wh
from wattloom.chaincode.transactive.terms import Absent, Form, Terms

CARRIED_WH = 1
"""A trade that is within this of what its home has confirmed, in every slot, needs no new answer."""


def first(seats: Sequence[Seat], terms: Terms) -> list[Trade]:
    """Return the first proposal: balanced in every slot, within every limit, awaiting everybody."""
    rows = [seat.trades.values for seat in seats]
    exchanged = terms.form is Form.EXCHANGE
    targets = exchange.balanced(rows) if exchanged else pairwise.balanced(rows, slots=terms.slots)
    limits_wh = [seat.limit_wh for seat in seats]
    by_slot = [whole_wh(column, limits_wh) for column in zip(*targets, strict=True)]
    return [
        Trade(party_id=seat.party_id, standing=Standing.AWAITED, first_wh=whole, trades_wh=whole)
        for seat, whole in zip(seats, map(Int64Array, zip(*by_slot, strict=True)), strict=True)
    ]


def answered(trade: Trade, answer: Confirm) -> Trade:
    """Return the trade with its home's answer."""
    if answer.accept:
        return replace(
            trade,
            standing=Standing.CONFIRMED,
            confirmed_wh=trade.trades_wh,
            saving_nano=answer.saving_nano,
        )
    return replace(trade, standing=Standing.WITHDRAWN if answer.withdraw else Standing.REFUSED)


def following(trades: Sequence[Trade], seats: Sequence[Seat], terms: Terms) -> list[Trade] | None:
    """Return the proposal after one that not everybody confirmed; None where nobody can balance it."""
    settled = [
        trade if trade.standing is Standing.CONFIRMED else _fixed(trade, seat, terms)
        for trade, seat in zip(trades, seats, strict=True)
    ]
    movable = [home for home, trade in enumerate(settled) if trade.standing is Standing.CONFIRMED]
    by_slot = []
    for slot in range(terms.slots):
        rooms = [
            _room(trade.first_wh[slot], seat.limit_wh, terms.repair_limit_wh)
            for trade, seat in zip(settled, seats, strict=True)
        ]
        balanced = spread([trade.trades_wh[slot] for trade in settled], rooms, movable)
        if balanced is None:
            return None
        by_slot.append(balanced)
    columns = map(Int64Array, zip(*by_slot, strict=True))
    return [_moved(trade, whole) for trade, whole in zip(settled, columns, strict=True)]


def _fixed(trade: Trade, seat: Seat, terms: Terms) -> Trade:
    if trade.standing is Standing.FIXED:
        return trade
    absent = trade.standing is Standing.AWAITED
    if trade.standing is Standing.WITHDRAWN or (absent and terms.absent is Absent.ZERO):
        kept = Int64Array.zeros(terms.slots)
    else:
        kept = Int64Array(map(own_wh, _decided(seat, terms)))
    return replace(trade, standing=Standing.FIXED, trades_wh=kept, saving_nano=0)


def _decided(seat: Seat, terms: Terms) -> Sequence[int]:
    trades = seat.trades.values
    return trades if terms.form is Form.EXCHANGE else pairwise.net(trades, slots=terms.slots)


def _moved(trade: Trade, whole: Int64Array) -> Trade:
    if trade.standing is Standing.FIXED:
        return trade
    steps = (abs(new - old) for new, old in zip(whole, trade.confirmed_wh, strict=True))
    standing = Standing.CONFIRMED if max(steps) <= CARRIED_WH else Standing.AWAITED
    return replace(trade, standing=standing, trades_wh=whole)


def _room(first_wh: int, limit_wh: int, repair_limit_wh: int) -> Room:
    return Room(max(-limit_wh, first_wh - repair_limit_wh), min(limit_wh, first_wh + repair_limit_wh))
