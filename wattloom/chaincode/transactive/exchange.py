"""Exchange form: one net trade per home and slot, one price per slot; integers in, integers out.

Home i solves min F_i(x) + mu.x + rho/2 ||x - p_hat_i||^2 and sends x_i (positive buys). Per slot, for N homes
in index order, with over-relaxation by fifths / 5:

    r_i = floor((fifths x_i - (fifths - 5) p_hat_i) / 5)
    R = sum r_i
    p_hat_i' = r_i - floor(R / N) - (1 if i < R mod N else 0)        so that sum p_hat' = 0 exactly
    mu' = mu + round_half_up(rho R / (N 10^6))

Source: Boyd et al. 2011, 7.3.2 (exchange) and 3.4.3 (over-relaxation), doi:10.1561/2200000016.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul, sub

from wattloom.chaincode.transactive.rounding import PRODUCT_IN_PICO_PER_KWH, round_half_up

Numbers = Sequence[int]


@dataclass(frozen=True, slots=True)
class Update:
    """What an iteration comes to; trades in nano_kwh, prices in pico_per_kwh.

    `pooled` is R, (T,); `anchors` the new p_hat, (N, T); `primal_squared` sums (sum_i x_i)^2 over slots,
    `moves_squared` sums (p_hat' - p_hat)^2 over homes and slots.
    """

    mu: list[int]
    pooled: list[int]
    anchors: list[list[int]]
    primal_squared: int
    moves_squared: int


def update(
    decisions: Sequence[Numbers], anchors: Sequence[Numbers], mu: Numbers, *, rho_nano: int, fifths: int
) -> Update:
    """Return the next prices and anchors from everybody's decisions and anchors, (N, T) each."""
    homes = len(decisions)
    relaxed = [relax(trades, anchor, fifths) for trades, anchor in zip(decisions, anchors, strict=True)]
    pooled = [sum(slot) for slot in zip(*relaxed, strict=True)]
    following = [next_anchor(row, pooled, index=index, homes=homes) for index, row in enumerate(relaxed)]
    return Update(
        mu=[
            price + round_half_up(rho_nano * total, homes * PRODUCT_IN_PICO_PER_KWH)
            for price, total in zip(mu, pooled, strict=True)
        ],
        pooled=pooled,
        anchors=following,
        primal_squared=sum(sum(slot) ** 2 for slot in zip(*decisions, strict=True)),
        moves_squared=sum(_distance_squared(new, old) for new, old in zip(following, anchors, strict=True)),
    )


def relax(trades: Numbers, anchor: Numbers, fifths: int) -> list[int]:
    """Return the over-relaxed decision r_i, rounded down."""
    if fifths == 5:
        return list(trades)
    over = fifths - 5
    return [(fifths * trade - over * before) // 5 for trade, before in zip(trades, anchor, strict=True)]


def next_anchor(relaxed: Numbers, pooled: Numbers, *, index: int, homes: int) -> list[int]:
    """Return one home's new p_hat: its relaxed decision less its even share of everybody's sum."""
    return [
        trade - total // homes - (index < total % homes) for trade, total in zip(relaxed, pooled, strict=True)
    ]


def balanced(decisions: Sequence[Numbers]) -> list[list[int]]:
    """Return the decisions less an even share of their sum per slot: they sum to zero exactly."""
    pooled = [sum(slot) for slot in zip(*decisions, strict=True)]
    return [
        next_anchor(row, pooled, index=index, homes=len(decisions)) for index, row in enumerate(decisions)
    ]


def _distance_squared(left: Numbers, right: Numbers) -> int:
    moves = list(map(sub, left, right))
    return sum(map(mul, moves, moves))
