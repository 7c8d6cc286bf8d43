"""What homes of one structure keep between questions, and how they answer each of them, in step."""

from collections.abc import Sequence

import numpy as np

from wattloom.market.coordination.second_order import local
from wattloom.market.coordination.second_order.interior import InteriorPoint
from wattloom.market.coordination.second_order.layout import Parts, folded
from wattloom.market.coordination.second_order.messages import Kind
from wattloom.market.coordination.second_order.settings import Settings
from wattloom.market.homes.batch.kkt import KktBatch
from wattloom.market.homes.batch.together import Batch
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.solver import HomeSolver

MOST_SHARE = 0.9995
"""The most of the way to its nearest bound that a home goes."""


class Alike:
    """N homes of one structure; every part of an answer has one row per home.

    Attributes
    ----------
    trade_kwh : (N, T), of the last answer; not-a-number for a home that has none
    anchor_kwh : (N, T), what the last round of exchange ADMM held trades to
    """

    def __init__(self, homes: Sequence[HomeSolver], settings: Settings) -> None:
        self._kkt = KktBatch([home.standard for home in homes])
        self._exchange = Batch(homes)
        self._settings = settings
        self._point = InteriorPoint(self._kkt)
        self._price = np.zeros(self._kkt.trade.size)
        self.trade_kwh = self._point.trade_kwh
        self.anchor_kwh = np.zeros_like(self.trade_kwh)

    def answer(self, kind: Kind, parts: Parts) -> Parts:
        """Return the parts of the homes' answers; `layout` says which."""
        match kind:
            case Kind.START:
                return self._start(parts["price"], float(parts["barrier"][0]))
            case Kind.MOVE:
                return self._move(parts["change"], float(parts["target"][0]))
            case Kind.CHECK:
                return self._iterate(**parts) | self._yielding(parts["rho"])
            case Kind.ITERATE:
                return self._iterate(**parts)

    def _start(self, price: FloatArray, barrier: float) -> Parts:
        self._price = price
        local.centre(self._point, price, barrier, self._settings.proximal_rho)
        answer = self._stand(np.zeros((len(self.trade_kwh), 1)))
        self.anchor_kwh = np.zeros_like(self.trade_kwh)
        return answer

    def _move(self, change: FloatArray, target: float) -> Parts:
        point = self._point
        step = local.corrected(point, change, target)
        barrier = point.complementarity / point.inequalities
        share = np.clip(1.0 - 1e2 * barrier, self._settings.boundary_share, MOST_SHARE)[:, None]
        length = np.minimum(1.0, share * point.reach(step))
        point.move(step, length)
        self._price = self._price + change
        return self._stand(length)

    def _stand(self, length: FloatArray) -> Parts:
        """Linearise afresh, and say what a step from here would do."""
        point = self._point
        point.linearise(self._price, anchor=point.trade_kwh, rho=self._settings.proximal_rho)
        self.anchor_kwh = self.trade_kwh = point.trade_kwh
        return {
            "trade": self.trade_kwh,
            "newton": point.trades(point.step(0.0, 0.0)),
            "centring": point.centring(),
            "complementarity": point.complementarity[:, None],
            "inequalities": np.full_like(length, point.inequalities),
            "length": length,
            "sensitivity": folded(point.sensitivity()),
        }

    def _iterate(
        self, price: FloatArray, shift: FloatArray, relaxation: FloatArray, rho: FloatArray
    ) -> Parts:
        """Answer a round of exchange ADMM: move the anchors, whose sum is then zero, and solve."""
        self.anchor_kwh = relaxation * self.trade_kwh + (1.0 - relaxation) * self.anchor_kwh - shift
        try:
            self.trade_kwh = self._exchange.solve_exchange(price, self.anchor_kwh, float(rho[0]))
        except SolveFailed:
            self.trade_kwh = np.full_like(self.anchor_kwh, np.nan)
        return {
            "trade": self.trade_kwh,
            "moved": ((self.trade_kwh - self.anchor_kwh) ** 2).sum(axis=1, keepdims=True),
        }

    def _yielding(self, rho: FloatArray) -> Parts:
        """Say how the last iteration's trades yield to prices, and to their anchors' following them."""
        sensitivity = self._exchange.sensitivity()
        moved = self.trade_kwh - self.anchor_kwh
        return {
            "pulled": rho * np.einsum("nij,nj->ni", sensitivity, moved),
            "sensitivity": folded(sensitivity),
        }
