"""Exchange ADMM whose coordinator sees sums alone: a method for tests that real homes can take part in.

Source: Boyd et al. 2011, 7.3.2. Each home keeps its own anchor; the prices go out, the mean trade comes back.
"""

import numpy as np

from wattloom.market.coordination.second_order.messages import Answer, Kind, Question
from wattloom.market.coordination.service.method import Conclusion, Method

RHO = 0.1
TOLERANCE = 2e-7


class AdmmSide:
    """A home; it moves its anchor by the mean trade that the next question tells it."""

    def __init__(self, solver):
        self._solver = solver
        self.trade_kwh = self.anchor_kwh = np.zeros(solver.home.slots)
        self.questions = 0

    def answer(self, question):
        prices, mean = np.split(question.values, 2)
        if question.kind is Kind.START:
            self.trade_kwh = np.zeros_like(prices)
        anchor = self.anchor_kwh = self.trade_kwh - mean
        self.trade_kwh = self._solver.solve_exchange(prices, anchor, RHO)
        self.questions += 1
        moved = np.linalg.norm(self.trade_kwh - anchor) > TOLERANCE / RHO
        return Answer(addends=self.trade_kwh, vetoes=np.array([moved]))


def sums_admm(slots):
    def begin(homes):
        prices, mean = np.full(slots, 0.1 + 0.001 * homes), np.zeros(slots)
        kind, rounds, found = Kind.START, 0, False
        while not found:
            totals = yield Question(kind=kind, values=np.concatenate([prices, mean]))
            kind, mean, rounds = Kind.MOVE, totals.sums / totals.homes, rounds + 1
            found = np.linalg.norm(totals.sums) <= TOLERANCE and not totals.vetoed.any()
            asked, prices = prices, prices + RHO * mean
        return Conclusion(prices_per_kwh=asked, rho=RHO, rounds=rounds)

    return Method(begin=begin, shape=lambda _: (slots, 1))
