"""Homes with cost a/2 (x - c)^2 per slot ($, kWh): answers and the optimum in closed form."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tests.chaincode.transactive.community import Community
from wattloom.chaincode.transactive.records import Phase, Standing
from wattloom.chaincode.transactive.terms import Form

UNIT = 1e-9
PRICE_UNIT = 1e-12


@dataclass(frozen=True)
class Quadratic:
    """N homes: `steepness` a, $/kWh^2, (N, 1); `wish` c, kWh, (N, T)."""

    steepness: NDArray[np.float64]
    wish: NDArray[np.float64]

    @classmethod
    def drawn(cls, *, homes: int, slots: int, seed: int) -> "Quadratic":
        draw = np.random.default_rng(seed)
        return cls(draw.uniform(0.1, 0.5, (homes, 1)), draw.normal(0.2, 1.0, (homes, slots)))

    def clearing_price(self) -> NDArray[np.float64]:
        return self.wish.sum(axis=0) / (1 / self.steepness).sum()

    def optimum(self) -> NDArray[np.float64]:
        return self.wish - self.clearing_price() / self.steepness

    def cost(self, trades: NDArray[np.float64]) -> float:
        return float((self.steepness / 2 * (trades - self.wish) ** 2).sum())

    def cost_of(self, home: int, trades: NDArray[np.float64]) -> float:
        return float((self.steepness[home] / 2 * (trades - self.wish[home]) ** 2).sum())

    def exchange(self, home: int, mu, anchor, rho):
        a, c = self.steepness[home], self.wish[home]
        return (a * c - mu + rho * anchor) / (a + rho)

    def pairwise(self, home: int, pi, anchor, multipliers, rho):
        """Answer with a row of partners; `anchor` and `multipliers` are (N-1, T)."""
        a, c, partners = self.steepness[home], self.wish[home], len(anchor)
        net = (anchor.sum(0) + (multipliers.sum(0) - partners * (pi - a * c)) / rho) / (
            1 + partners * a / rho
        )
        return anchor + (multipliers - pi - a * (net - c)) / rho


def nano(values) -> list[int]:
    return [int(value) for value in np.rint(np.asarray(values).ravel() / UNIT)]


def answer(community: Community, homes: Quadratic, index: int) -> list[int]:
    """Solve one home's problem from what it may read, and nothing else."""
    view = community.view(community.homes[index])
    assert view.own is not None
    agreed, rho = view.session.terms, view.rho_nano * UNIT
    anchor = np.array(view.own.anchor_nano_kwh.values) * UNIT
    if agreed.form is Form.EXCHANGE:
        return nano(homes.exchange(index, np.array(view.mu_pico_per_kwh.values) * PRICE_UNIT, anchor, rho))
    shape = (-1, agreed.slots)
    multipliers = np.array(view.own.multipliers_pico_per_kwh.values) * PRICE_UNIT
    pi = np.array(agreed.start_prices()) * PRICE_UNIT
    return nano(homes.pairwise(index, pi, anchor.reshape(shape), multipliers.reshape(shape), rho))


def iterate(community: Community, homes: Quadratic, *, rounds: int = 10_000) -> int:
    """Let every home decide until the iterations end; return how many there were."""
    for done in range(rounds):
        if community.phase() is not Phase.ITERATING:
            return done
        for index, home in enumerate(community.homes):
            community.decide(home, answer(community, homes, index))
    return rounds


def agree(community: Community, homes: Quadratic) -> None:
    """Let every home answer proposals as it suits it: the trade, its own decision, or none."""
    while community.phase() is Phase.CONFIRMING:
        for index, home in enumerate(community.homes):
            own = community.own(home)
            if community.phase() is Phase.CONFIRMING and own.standing is Standing.AWAITED:
                gains = partial(_gains, community, homes, index)
                accept = gains(np.array(own.proposed_wh.values) / 1e3)
                keeps = gains(np.rint(np.array(own.trades_nano_kwh.values) / 1e6) / 1e3)
                community.confirm(home, accept=accept, withdraw=not (accept or keeps))


def _gains(community: Community, homes: Quadratic, index: int, trade_kwh: NDArray[np.float64]) -> bool:
    price = np.rint(np.array(community.view().mu_pico_per_kwh.values) / 1e6) * 1e-6
    return homes.cost_of(index, trade_kwh) + float(price @ trade_kwh) <= homes.cost_of(index, 0 * trade_kwh)
