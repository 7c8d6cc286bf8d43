"""Pairwise form: one trade per home, partner and slot, one multiplier per pair and slot; integers in and out.

Home i solves min F_i + sum_j [pi p_ij + rho/2 (p_hat_ij - p_ij)^2 + lambda_ij (p_hat_ij - p_ij)] and sends
p_ij (positive buys): its effective price towards j is pi - lambda_ij. Per pair i < j and slot, with
over-relaxation by fifths / 5:

    r_ij = floor((fifths p_ij - (fifths - 5) p_hat_ij) / 5), r_ji alike
    p_hat_ij' = floor((r_ij - r_ji) / 2),  p_hat_ji' = -p_hat_ij'
    lambda_ij' = lambda_ij - round_half_up(rho (r_ij + r_ji) / (2 10^6)),  lambda_ji' = lambda_ij'

Source: paper 000, eqs (14) and (15), in the form that they take from the first update on, when
lambda_ij = lambda_ji.

Layout: a home's row is partner by partner in index order, slots within; values of pairs are pair by pair
((0,1), (0,2), ..., (1,2), ...), slots within.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wattloom.chaincode.transactive.rounding import PRODUCT_IN_PICO_PER_KWH, round_half_up

Numbers = Sequence[int]


@dataclass(frozen=True, slots=True)
class Update:
    """What an iteration comes to; `p_hat` (nano_kwh) and `multipliers` (pico_per_kwh) are values of pairs.

    `primal_squared` sums (p_hat'_ij - p_ij)^2, `moves_squared` (p_hat'_ij - p_hat_ij)^2, both over ordered
    pairs and slots.
    """

    p_hat: list[int]
    multipliers: list[int]
    primal_squared: int
    moves_squared: int


def update(
    rows: Sequence[Numbers], p_hat: Numbers, multipliers: Numbers, *, slots: int, rho_nano: int, fifths: int
) -> Update:
    """Return the next p_hat and multipliers from everybody's rows, (N, (N-1) T)."""
    over = fifths - 5
    new_p_hat: list[int] = []
    new_multipliers: list[int] = []
    primal_squared = moves_squared = 0
    for at, (ours, theirs) in zip(range(0, len(p_hat), slots), _facing(rows, slots), strict=True):
        old = zip(p_hat[at : at + slots], multipliers[at : at + slots], strict=True)
        for mine, other, (before, multiplier) in zip(ours, theirs, old, strict=True):
            relaxed = (fifths * mine - over * before) // 5
            facing = (fifths * other + over * before) // 5
            after = (relaxed - facing) // 2
            new_p_hat.append(after)
            step = round_half_up(rho_nano * (relaxed + facing), 2 * PRODUCT_IN_PICO_PER_KWH)
            new_multipliers.append(multiplier - step)
            primal_squared += (after - mine) ** 2 + (after + other) ** 2
            moves_squared += 2 * (after - before) ** 2
    return Update(new_p_hat, new_multipliers, primal_squared, moves_squared)


def pairs(homes: int) -> Iterator[tuple[int, int]]:
    """Yield the pairs i < j in the order of the layout."""
    for first in range(homes):
        for second in range(first + 1, homes):
            yield first, second


def row_of(values: Numbers, home: int, *, homes: int, slots: int, mirrored: int) -> list[int]:
    """Return one home's row out of values of pairs.

    Parameters
    ----------
    mirrored : sign of a value seen from the pair's second home, -1 for p_hat and 1 for multipliers
    """
    row: list[int] = []
    for partner in range(homes):
        if partner != home:
            first, second = min(home, partner), max(home, partner)
            at = (first * (2 * homes - first - 1) // 2 + second - first - 1) * slots
            sign = 1 if home == first else mirrored
            row += [sign * value for value in values[at : at + slots]]
    return row


def balanced(rows: Sequence[Numbers], *, slots: int) -> list[list[int]]:
    """Return net trades (N, T) of the pair trades floor((p_ij - p_ji) / 2), i < j; they sum to zero."""
    net = [[0] * slots for _ in rows]
    for (first, second), (ours, theirs) in zip(pairs(len(rows)), _facing(rows, slots), strict=True):
        for slot, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            agreed = (mine - other) // 2
            net[first][slot] += agreed
            net[second][slot] -= agreed
    return net


def net(row: Numbers, *, slots: int) -> list[int]:
    """Return a row's sum over partners, per slot."""
    return [sum(row[slot::slots]) for slot in range(slots)]


def price(base: Numbers, multipliers: Numbers, *, slots: int) -> list[int]:
    """Return the effective price per slot: the base price pi less the mean multiplier, rounded half up."""
    count = len(multipliers) // slots
    return [base[slot] + round_half_up(-sum(multipliers[slot::slots]), count) for slot in range(slots)]


def _facing(rows: Sequence[Numbers], slots: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield, pair by pair, what the first home decided towards the second and the reverse."""
    for first, second in pairs(len(rows)):
        to_second, to_first = (second - 1) * slots, first * slots
        yield rows[first][to_second : to_second + slots], rows[second][to_first : to_first + slots]
