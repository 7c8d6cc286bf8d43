"""Over-relaxed exchange ADMM over the same questions: slower, and right where the second-order method is not.

Source: Boyd et al. 2011, 3.4.3 and 7.3.2, doi:10.1561/2200000016.
"""

from collections.abc import Generator

import numpy as np

from wattloom.market.coordination.second_order.conversation import Breakdown, Conversation, HomesChanged
from wattloom.market.coordination.second_order.errors import NotConverged
from wattloom.market.coordination.second_order.messages import Kind, Question, Totals
from wattloom.market.coordination.second_order.outcome import Outcome

RHO, RELAXATION = 0.1, 1.6
MOST_ITERATIONS = 3000


def iterate(talk: Conversation) -> Generator[Question, Totals, Outcome]:
    """Iterate from a start, and from another one whenever homes have left.

    Raises
    ------
    NotConverged : the tolerance is not met, or a home cannot solve its own problem
    """
    while True:
        try:
            return (yield from _iterate(talk))
        except HomesChanged:
            continue
        except Breakdown:
            raise NotConverged(problem="a home cannot solve its own problem") from None


def _iterate(talk: Conversation) -> Generator[Question, Totals, Outcome]:
    yield from talk.start()
    price, shift, relaxation = talk.price, np.zeros(talk.slots), 0.0
    for _ in range(MOST_ITERATIONS):
        sums = yield from talk.put(Kind.ITERATE, price=price, shift=shift, relaxation=relaxation, rho=RHO)
        if talk.note_iteration(Kind.ITERATE, sums, rho=RHO, relaxation=RELAXATION):
            return talk.outcome(price, rho=RHO, fell_back=True)
        relaxation, shift = RELAXATION, RELAXATION * sums["trade"] / talk.homes
        price = price + RHO * shift
    raise NotConverged(problem=f"{MOST_ITERATIONS} iterations of exchange ADMM do not suffice")
