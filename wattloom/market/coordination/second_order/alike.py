"""What homes of one structure keep between questions, and how they answer each of them, in step."""

from collections.abc import Sequence

import numpy as np

from wattloom.market.coordination.second_order import local
from wattloom.market.coordination.second_order.interior import InteriorPoint
from wattloom.market.coordination.second_order.layout import Parts, folded
from wattloom.market.coordination.second_order.messages import Kind
from wattloom.market.coordination.second_order.settings import Settings
from wattloom.market.homes.batch.exchange import ExchangeBatch
from wattloom.market.homes.batch.kkt import KktBatch
from wattloom.market.homes.batch.standard import Standard
from wattloom.market.homes.checks import FloatArray

MOST_SHARE = 0.9995
"""The most of the way to its nearest bound that a home goes."""


class Alike:
    """N homes of one structure; every part of an answer has one row per home.

    Attributes
    ----------
    trade_kwh : (N, T), of the last answer; not-a-number for a home that has none
    anchor_kwh : (N, T), what the last round of exchange ADMM held trades to
    """

    def __init__(self, homes: Sequence[Standard], settings: Settings) -> None:
        self._kkt = KktBatch(homes)
        self._exchange = ExchangeBatch(homes, warm=False)
        self._settings = settings
        self._point, self._own = InteriorPoint(self._kkt), InteriorPoint(self._kkt)
        self._price = np.zeros(self._kkt.trade.size)
        self._linearised = False
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
                return self._iterate(**parts) | self._yielding(parts["price"], float(parts["rho"][0]))
            case Kind.ITERATE:
                return self._iterate(**parts)

    def _start(self, price: FloatArray, barrier: float) -> Parts:
        self._price = price
        local.centre(self._point, price, barrier, self._settings.proximal_rho)
        answer = self._stand(np.zeros((len(self.trade_kwh), 1)))
        self.anchor_kwh = np.zeros_like(self.trade_kwh)
        return answer

    def _move(self, change: FloatArray, target: float) -> Parts:
        point = self._linearise()
        step = local.corrected(point, change, target)
        barrier = point.complementarity / point.inequalities
        share = np.clip(1.0 - 1e2 * barrier, self._settings.boundary_share, MOST_SHARE)[:, None]
        length = np.minimum(1.0, share * point.reach(step))
        point.move(step, length)
        self._price = self._price + change
        return self._stand(length)

    def _stand(self, length: FloatArray) -> Parts:
        """Linearise afresh, and say what a step from here would do."""
        self._linearised = False
        point = self._linearise()
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

    def _linearise(self) -> InteriorPoint:
        point = self._point
        if not self._linearised:
            point.linearise(self._price, anchor=point.trade_kwh, rho=self._settings.proximal_rho)
            self._linearised = True
        return point

    def _iterate(
        self, price: FloatArray, shift: FloatArray, relaxation: FloatArray, rho: FloatArray
    ) -> Parts:
        """Answer a round of exchange ADMM: move the anchors, whose sum is then zero, and solve."""
        self.anchor_kwh = relaxation * self.trade_kwh + (1.0 - relaxation) * self.anchor_kwh - shift
        self._linearised = False
        self.trade_kwh, proven = self._exchange.solve(price, self.anchor_kwh, float(rho[0]))
        if not proven.all():
            inside = self._solve_inside(price, float(rho[0]))
            self.trade_kwh = np.where(proven[:, None], self.trade_kwh, inside)
        return {
            "trade": self.trade_kwh,
            "moved": ((self.trade_kwh - self.anchor_kwh) ** 2).sum(axis=1, keepdims=True),
        }

    def _solve_inside(self, price: FloatArray, rho: float) -> FloatArray:
        """Bring the interior point to the optimum; return its trades, not-a-number where there are none."""
        left = local.solve(self._own, price, self.anchor_kwh, rho)
        self._own.linearise(price, anchor=self.anchor_kwh, rho=rho)
        return np.where(left[:, None] <= local.ACCEPTABLE, self._own.trade_kwh, np.nan)

    def _yielding(self, price: FloatArray, rho: float) -> Parts:
        """Say how the last iteration's trades yield to prices, and to their anchors' following them."""
        self._solve_inside(price, rho)
        sensitivity = self._own.sensitivity()
        moved = self.trade_kwh - self.anchor_kwh
        return {
            "pulled": rho * np.einsum("nij,nj->ni", sensitivity, moved),
            "sensitivity": folded(sensitivity),
        }
