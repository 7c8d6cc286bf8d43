"""What a home may decide, or start from: one number per slot (and partner), within its registered limit."""

from collections.abc import Sequence

from wattloom.chaincode.transactive import pairwise
from wattloom.chaincode.transactive.errors import BeyondLimit, WrongShape
from wattloom.chaincode.transactive.rounding import NANO_KWH_PER_WH
from wattloom.chaincode.transactive.terms import Form, Terms

Numbers = Sequence[int]


def check_decision(trades: Numbers, terms: Terms, *, limit_wh: int, homes: int) -> None:
    """Raise unless a decision has its shape and is within the limit, pairwise also net of all partners.

    Raises
    ------
    WrongShape : not T numbers (pairwise: not (N-1) T)
    BeyondLimit : a number, or in pairwise form a slot's sum, passes the limit
    """
    exchange = terms.form is Form.EXCHANGE
    _check_length("trades_nano_kwh", trades, terms.slots if exchange else (homes - 1) * terms.slots)
    _check_limit(trades, limit_wh, terms.slots)
    if not exchange:
        _check_limit(pairwise.net(trades, slots=terms.slots), limit_wh, terms.slots)


def check_start(trades: Numbers, terms: Terms, *, limit_wh: int) -> None:
    """Raise unless the trades that a home starts from are none, or in exchange form T within the limit.

    Raises
    ------
    WrongShape : another number of them
    BeyondLimit : one passes the limit
    """
    if len(trades):
        _check_length("start_nano_kwh", trades, terms.slots if terms.form is Form.EXCHANGE else 0)
        _check_limit(trades, limit_wh, terms.slots)


def _check_length(field: str, trades: Numbers, needed: int) -> None:
    if len(trades) != needed:
        raise WrongShape(field=field, length=len(trades), needed=needed)


def _check_limit(trades: Numbers, limit_wh: int, slots: int) -> None:
    most = limit_wh * NANO_KWH_PER_WH
    if max(trades) > most or min(trades) < -most:
        beyond = next(at for at, trade in enumerate(trades) if abs(trade) > most)
        raise BeyondLimit(slot=beyond % slots, limit_wh=limit_wh)
