"""The coordinator's side, without any transport: questions go out, totals come in, an outcome is returned.

Newton's method along the central path of the community's problem: homes say what a step would do to the sum
of their trades, and how that depends on prices; the coordinator changes the prices so that the sum vanishes.
Once the barrier is small, rounds of exchange ADMM check what was found. Every question is a round. Method and
figures: docs/second-order.md.
"""

from collections.abc import Generator
from typing import TypeVar

import numpy as np

from wattloom.market.coordination.second_order import fall_back
from wattloom.market.coordination.second_order.conversation import Breakdown, Conversation, HomesChanged
from wattloom.market.coordination.second_order.layout import Parts, unfolded
from wattloom.market.coordination.second_order.messages import Kind, Question, Totals
from wattloom.market.coordination.second_order.outcome import Outcome
from wattloom.market.coordination.second_order.settings import FROZEN, Settings
from wattloom.market.homes.checks import FloatArray

INTERIOR_FLOOR, CHECK_FLOOR = 1e-13, 1e-9
"""The least eigenvalue, relative to the largest, that the sum of sensitivities is taken to have."""
LEAST_CENTRING, LEAST_CENTRING_LATE, MOST_CENTRING = 1e-3, 1e-6, 0.5
"""Bounds on the share of the barrier that a step aims at."""
NEARLY_ZERO = 1e-6
"""The barrier, $, from which the path is all but straight, and late bounds hold."""
NEARLY_CLEARED_KWH, LOST_KWH = 1e-2, 1.0
"""The imbalance above which a check would be in vain, and above which checks have gone astray."""

Found = TypeVar("Found")
Asking = Generator[Question, Totals, Found]


def coordinate(slots: int, homes: int, settings: Settings = FROZEN) -> Asking[Outcome]:
    """Lead `homes` homes of T slots to the prices at which their trades clear.

    Where fewer homes answer than before, those that are left start again. Where numbers break down, or the
    rounds run out, exchange ADMM takes over.

    Raises
    ------
    BadTotals : the transport handed over something else
    NotConverged : exchange ADMM did not meet the tolerance either
    """
    talk = Conversation(slots, homes, settings)
    while len(talk.rounds) < settings.most_rounds:
        try:
            found = yield from _follow_the_path(talk)
        except HomesChanged:
            continue
        except Breakdown:
            break
        else:
            if found is not None:
                return found
    return (yield from fall_back.iterate(talk))


def _follow_the_path(talk: Conversation) -> Asking[Outcome | None]:
    """Take interior rounds, and checks once the barrier is small; return None when rounds have run out."""
    sums = yield from talk.start()
    kind, switch = Kind.START, talk.settings.switch_barrier
    while True:
        barrier = talk.note_interior(kind, sums)
        if barrier <= switch and talk.rounds[-1].imbalance_kwh <= NEARLY_CLEARED_KWH:
            found = yield from _check(talk, sums["trade"])
            if found is not None:
                return found
            switch = barrier * talk.settings.later_switch
        if len(talk.rounds) >= talk.settings.most_rounds:
            return None
        sums, kind = (yield from _step(talk, sums, barrier)), Kind.MOVE


def _step(talk: Conversation, sums: Parts, barrier: float) -> Asking[Parts]:
    """Take an interior round. The less far homes came with the last step, the more this one centres."""
    short = 1.0 - float(sums["length"][0]) / talk.homes
    least = LEAST_CENTRING if barrier > NEARLY_ZERO else LEAST_CENTRING_LATE
    target = barrier * float(np.clip(short, least, MOST_CENTRING))
    excess = sums["trade"] + sums["newton"] + target * sums["centring"]
    change = _divided(excess, unfolded(sums["sensitivity"], talk.slots), INTERIOR_FLOOR)
    moved = yield from talk.put(Kind.MOVE, change=change, target=target)
    talk.price = talk.price + change
    return moved


def _check(talk: Conversation, trade: FloatArray) -> Asking[Outcome | None]:
    """Answer rounds of exchange ADMM, each anchored at the trades of the last one, by Newton steps of prices.

    Imbalance is a piecewise linear function of prices, so that it may rise before it vanishes; then anchors
    come to rest. Return None if neither has happened after many rounds, or imbalance has run away.
    """
    settings, price = talk.settings, talk.price
    for _ in range(settings.check_rounds):
        shift = trade / talk.homes
        sums = yield from talk.put(Kind.CHECK, price=price, shift=shift, relaxation=1.0, rho=settings.rho)
        if talk.note_iteration(Kind.CHECK, sums, rho=settings.rho):
            return talk.outcome(price, rho=settings.rho, fell_back=False)
        if talk.rounds[-1].imbalance_kwh > LOST_KWH:
            return None
        trade, sensitivity = sums["trade"], unfolded(sums["sensitivity"], talk.slots)
        pulled = sums["pulled"] - settings.rho * sensitivity @ trade / talk.homes
        price = price + _divided(trade + pulled, sensitivity, CHECK_FLOOR)
    return None


def _divided(vector: FloatArray, matrix: FloatArray, floor: float) -> FloatArray:
    """Return matrix^-1 vector for a symmetric matrix, eigenvalues raised to `floor` times the largest."""
    try:
        values, vectors = np.linalg.eigh(matrix)
    except np.linalg.LinAlgError:
        raise Breakdown from None
    values = np.maximum(values, floor * values[-1])
    return np.asarray(vectors @ ((vectors.T @ vector) / values))
