"""How the homes of a day find trades: by ADMM on the ledger, or before it by second-order coordination."""

from dataclasses import replace
from enum import StrEnum
from itertools import count

from wattloom.market.coordination.second_order.coordinator import coordinate
from wattloom.market.coordination.second_order.homes import HomeSide
from wattloom.market.coordination.second_order.layout import shape
from wattloom.market.coordination.second_order.settings import FROZEN
from wattloom.market.coordination.service.method import Conclusion, Method, Steps
from wattloom.market.day.trading import OffLedger

ANOTHER_START = 0.25
"""How much higher, as a part of the first, the start price is each time that the method starts again."""

MARGIN = 2
"""How much nearer than the session's tolerances homes come: it has their numbers in units of 1e-9 kWh."""


class CoordinationName(StrEnum):
    """How homes find their trades."""

    ADMM = "admm"
    SECOND_ORDER = "second-order"


def off_ledger(name: CoordinationName, *, slots: int) -> OffLedger | None:
    """Return what homes do before the session, or None where they do nothing."""
    if name is CoordinationName.ADMM:
        return None
    return OffLedger(second_order(slots), side=lambda solver: HomeSide(solver.home))


def second_order(slots: int) -> Method:
    """Return second-order coordination over T slots.

    After a drop-out it starts from another price: the sums of the same answers with and without a home would
    tell what the home's were.
    """
    attempts = count()

    def begin(homes: int) -> Steps:
        start_price = FROZEN.start_price_per_kwh * (1 + ANOTHER_START * next(attempts))
        settings = replace(FROZEN, start_price_per_kwh=start_price, tolerance=FROZEN.tolerance / MARGIN)
        outcome = yield from coordinate(slots, homes, settings)
        return Conclusion(prices_per_kwh=outcome.price_per_kwh, rho=outcome.rho, rounds=len(outcome.rounds))

    return Method(begin=begin, shape=lambda kind: shape(kind, slots))
