"""One update of either form, from records to records; `exchange` and `pairwise` hold the arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive import exchange, pairwise
from wattloom.chaincode.transactive.records import Pairs, Prices, Seat
from wattloom.chaincode.transactive.residuals import Residuals
from wattloom.chaincode.transactive.rounding import array_in_64_bits, in_64_bits
from wattloom.chaincode.transactive.terms import Absent, Form, Terms


@dataclass(frozen=True, slots=True)
class Step:
    """What an update writes; `pairs` is None in exchange form."""

    prices: Prices
    pairs: Pairs | None
    residuals: Residuals


def update(
    seats: Sequence[Seat], prices: Prices, pairs: Pairs | None, terms: Terms, *, rho_nano: int
) -> Step:
    """Return the next prices and, in pairwise form, the next pairs; raise `Overflow`."""
    if pairs is None:
        step = _exchange(seats, prices, terms, rho_nano=rho_nano)
    else:
        step = _pairwise(seats, pairs, terms, rho_nano=rho_nano)
    in_64_bits(step.residuals.primal_nano_kwh, what="the primal residual")
    in_64_bits(step.residuals.dual_nano_per_kwh, what="the dual residual")
    return step


def next_anchor(seat: Seat, prices: Prices, terms: Terms, *, homes: int) -> Int64Array:
    """Return a seat's p_hat after the update that closed its last decision's iteration; pairwise: empty."""
    if terms.form is Form.PAIRWISE:
        return seat.anchor
    relaxed = exchange.relax(seat.trades.values, seat.anchor.values, terms.relaxation_fifths)
    pooled = prices.pooled_nano_kwh.values
    return Int64Array(exchange.next_anchor(relaxed, pooled, index=seat.index, homes=homes))


def carried_over(seat: Seat, prices: Prices, terms: Terms, *, homes: int, iteration: int) -> Seat:
    """Return a late seat as if it had submitted its last decision again, or by the terms zero."""
    trades = Int64Array.zeros(len(seat.trades)) if terms.absent is Absent.ZERO else seat.trades
    anchor = next_anchor(seat, prices, terms, homes=homes)
    return replace(seat, iteration=iteration, trades=trades, anchor=anchor)


def _exchange(seats: Sequence[Seat], prices: Prices, terms: Terms, *, rho_nano: int) -> Step:
    after = exchange.update(
        [seat.trades.values for seat in seats],
        [seat.anchor.values for seat in seats],
        prices.mu_pico_per_kwh.values,
        rho_nano=rho_nano,
        fifths=terms.relaxation_fifths,
    )
    for anchor in after.anchors:
        array_in_64_bits(anchor, what="p_hat")
    following = Prices(
        mu_pico_per_kwh=array_in_64_bits(after.mu, what="mu"),
        pooled_nano_kwh=array_in_64_bits(after.pooled, what="the sum of decisions"),
    )
    return Step(following, None, _residuals(after, rho_nano))


def _pairwise(seats: Sequence[Seat], pairs: Pairs, terms: Terms, *, rho_nano: int) -> Step:
    after = pairwise.update(
        [seat.trades.values for seat in seats],
        pairs.p_hat_nano_kwh.values,
        pairs.multipliers_pico_per_kwh.values,
        slots=terms.slots,
        rho_nano=rho_nano,
        fifths=terms.relaxation_fifths,
    )
    mu = pairwise.price(terms.start_prices(), after.multipliers, slots=terms.slots)
    following = Pairs(
        p_hat_nano_kwh=array_in_64_bits(after.p_hat, what="p_hat"),
        multipliers_pico_per_kwh=array_in_64_bits(after.multipliers, what="a multiplier"),
    )
    prices = Prices(mu_pico_per_kwh=array_in_64_bits(mu, what="mu"), pooled_nano_kwh=Int64Array(()))
    return Step(prices, following, _residuals(after, rho_nano))


def _residuals(after: exchange.Update | pairwise.Update, rho_nano: int) -> Residuals:
    return Residuals.of(
        primal_squared=after.primal_squared, moves_squared=after.moves_squared, rho_nano=rho_nano
    )
