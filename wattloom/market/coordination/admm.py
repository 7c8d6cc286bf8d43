"""A session's iterations in process: the homes answer, and the ledger's own integer rule does the rest.

What the contract `transactive` does with decisions, prices and anchors is done here by the same functions, in
the same units, so that iterations, residuals and prices are those of a session on the ledger on time.

Source: paper 000, Algorithm 1 (pairwise); Boyd et al. 2011, 7.3.2 (exchange), doi:10.1561/2200000016.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import sqrt

import numpy as np

from wattloom.chaincode.transactive import exchange, pairwise
from wattloom.chaincode.transactive.residuals import Residuals
from wattloom.chaincode.transactive.terms import Form, Terms
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.homes.checks import FloatArray
from wattloom.market.transactive.terms import registered_limit_wh
from wattloom.market.transactive.units import NANO, PICO, from_pico, to_nano_kwh


@dataclass(frozen=True, slots=True, eq=False)
class Iterate:
    """What an iteration came to.

    Attributes
    ----------
    number : k, from 1
    trade_kwh : (N, T), net trades that the homes decided, positive buys; they need not balance
    price_per_kwh : (T,), $, the dual price after the update
    """

    number: int
    rho: float
    trade_kwh: FloatArray
    price_per_kwh: FloatArray
    residuals: Residuals

    @property
    def primal_kwh(self) -> float:
        """Primal residual: ||sum_i x_i|| over slots; pairwise ||p_hat - p|| over ordered pairs and slots."""
        return sqrt(self.residuals.primal_squared) / NANO

    @property
    def dual(self) -> float:
        """Dual residual, $/kWh: rho ||p_hat' - p_hat||."""
        return sqrt(self.residuals.dual_squared) / NANO**2


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """All iterations of a session, and whether the last one met the tolerances."""

    iterates: tuple[Iterate, ...]
    converged: bool

    @property
    def last(self) -> Iterate:
        """The last iteration."""
        return self.iterates[-1]


def run(fleet: Fleet, terms: Terms, *, start_kwh: FloatArray | None = None, primal_only: bool = False) -> Run:
    """Iterate until the terms' tolerances are met or their iterations are used up.

    Parameters
    ----------
    start_kwh : starting trades (N, T) in exchange form, as homes state them when they join; None: zero
    primal_only : stop as the papers' Algorithm 1 does, whatever the dual residual. Unsafe: a large rho meets
        that with no trade at all

    Raises
    ------
    SolveFailed : some home has no feasible plan
    """
    iterates: list[Iterate] = []
    for iterate in iterations(fleet, terms, start_kwh=start_kwh):
        iterates.append(iterate)
        if within(iterate.residuals, terms, primal_only=primal_only):
            return Run(tuple(iterates), converged=True)
        if len(iterates) == terms.max_iterations:
            break
    return Run(tuple(iterates), converged=False)


def within(residuals: Residuals, terms: Terms, *, primal_only: bool = False) -> bool:
    """Tell whether an iteration meets the terms' tolerances, or with `primal_only` their first one."""
    if primal_only:
        return residuals.primal_squared <= terms.primal_tolerance_nano_kwh**2
    return residuals.within(
        primal_nano_kwh=terms.primal_tolerance_nano_kwh, dual_nano_per_kwh=terms.dual_tolerance_nano_per_kwh
    )


def iterations(fleet: Fleet, terms: Terms, *, start_kwh: FloatArray | None = None) -> Iterator[Iterate]:
    """Yield one iteration after the other, without end; the parameters are those of `run`."""
    if terms.form is Form.PAIRWISE:
        return _pairwise(fleet, terms)
    return _exchange(fleet, terms, np.zeros(fleet.shape) if start_kwh is None else start_kwh)


def _exchange(fleet: Fleet, terms: Terms, start_kwh: FloatArray) -> Iterator[Iterate]:
    mu, anchors = terms.start_prices(), exchange.balanced(_as_submitted(fleet, start_kwh))
    for number in count(1):
        rho_nano = terms.rho_at(number)
        held = np.array(anchors, dtype=np.float64) / NANO
        decisions = _as_submitted(fleet, fleet.solve_exchange(from_pico(mu), held, rho_nano / NANO))
        after = exchange.update(decisions, anchors, mu, rho_nano=rho_nano, fifths=terms.relaxation_fifths)
        mu, anchors = after.mu, after.anchors
        yield Iterate(
            number=number,
            rho=rho_nano / NANO,
            trade_kwh=np.array(decisions) / NANO,
            price_per_kwh=from_pico(mu),
            residuals=_residuals(after, rho_nano),
        )


def _pairwise(fleet: Fleet, terms: Terms) -> Iterator[Iterate]:
    homes, slots = fleet.shape
    p_hat = multipliers = [0] * (homes * (homes - 1) // 2 * slots)
    for number in count(1):
        rho_nano = terms.rho_at(number)
        rows = _as_submitted(fleet, _best_pairs(fleet, terms, p_hat, multipliers, rho_nano / NANO))
        after = pairwise.update(
            rows, p_hat, multipliers, slots=slots, rho_nano=rho_nano, fifths=terms.relaxation_fifths
        )
        p_hat, multipliers = after.p_hat, after.multipliers
        yield Iterate(
            number=number,
            rho=rho_nano / NANO,
            trade_kwh=np.array([pairwise.net(row, slots=slots) for row in rows]) / NANO,
            price_per_kwh=from_pico(pairwise.price(terms.start_prices(), multipliers, slots=slots)),
            residuals=_residuals(after, rho_nano),
        )


def _best_pairs(
    fleet: Fleet, terms: Terms, p_hat: list[int], multipliers: list[int], rho: float
) -> FloatArray:
    """Return everybody's pair trades (N, N-1, T) as `HomeSolver.solve_pairwise` finds them."""
    homes, slots = fleet.shape

    def rows(values: list[int], mirrored: int, scale: int) -> FloatArray:
        flat = [
            pairwise.row_of(values, home, homes=homes, slots=slots, mirrored=mirrored)
            for home in range(homes)
        ]
        return np.array(flat, dtype=np.float64).reshape(homes, homes - 1, slots) / scale

    wanted = rows(p_hat, -1, NANO) + rows(multipliers, 1, PICO) / rho
    anchors, partners = wanted.sum(axis=1), homes - 1
    net = fleet.solve_exchange(from_pico(terms.start_prices()), anchors, rho / partners)
    return np.asarray(wanted + ((net - anchors) / partners)[:, None, :])


def _as_submitted(fleet: Fleet, trades_kwh: FloatArray) -> list[tuple[int, ...]]:
    """Return decisions as the homes' agents submit them, nano_kwh."""
    return [
        to_nano_kwh(trade, limit_wh=registered_limit_wh(home)).values
        for home, trade in zip(fleet.homes, trades_kwh, strict=True)
    ]


def _residuals(after: exchange.Update | pairwise.Update, rho_nano: int) -> Residuals:
    return Residuals.of(
        primal_squared=after.primal_squared, moves_squared=after.moves_squared, rho_nano=rho_nano
    )
