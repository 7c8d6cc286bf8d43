"""Compiled loops over groups of lanes: arrays are (groups, rows, lanes), a call treats groups first..last."""

from wattloom.market.homes.batch.compiled import Lanes, compiled, inner
from wattloom.market.homes.batch.linear import factor, gradient, room, solve
from wattloom.market.homes.batch.pattern import IndexArray, Pattern, Values
from wattloom.market.homes.checks import FloatArray


@inner
def of_group(values: Values, group: int) -> Values:
    """Return the numbers of one group."""
    return Values(
        values.diagonal[group],
        values.off[group],
        values.C[group],
        values.products[group],
        values.q[group],
        values.d[group],
    )


@compiled
def gradients(
    first: int,
    last: int,
    out: FloatArray,
    pattern: Pattern,
    values: Values,
    u: FloatArray,
    y: FloatArray,
    lanes: Lanes,
) -> None:
    """Call `gradient` for each group."""
    for group in range(first, last):
        gradient(out[group], pattern, of_group(values, group), u[group], y[group], lanes)


@compiled
def rooms(
    first: int, last: int, out: FloatArray, pattern: Pattern, values: Values, u: FloatArray, lanes: Lanes
) -> None:
    """Call `room` for each group."""
    for group in range(first, last):
        room(out[group], pattern, of_group(values, group), u[group], lanes)


@compiled
def factors(
    first: int,
    last: int,
    K: FloatArray,
    pattern: Pattern,
    values: Values,
    w: FloatArray,
    rho: float,
    delta: float,
    lanes: Lanes,
) -> None:
    """Call `factor` for each group."""
    for group in range(first, last):
        factor(K[group], pattern, of_group(values, group), w[group], rho, delta, lanes)


@compiled
def solves(first: int, last: int, x: FloatArray, K: FloatArray, pattern: Pattern, lanes: Lanes) -> None:
    """Call `solve` for each group, for the right-hand sides x (groups, r, m, lanes)."""
    for group in range(first, last):
        for side in range(x.shape[1]):
            solve(x[group, side], K[group], pattern, lanes)


@compiled
def sensitivities(
    first: int,
    last: int,
    out: FloatArray,
    work: FloatArray,
    K: FloatArray,
    pattern: Pattern,
    trade: IndexArray,
    lanes: Lanes,
) -> None:
    """Set out (groups, T, T, lanes) = E'K^-1 E for unit vectors E of trades; work is (groups, m, lanes)."""
    for group in range(first, last):
        x = work[group]
        for slot in range(trade.size):
            x[:] = 0.0
            for lane in range(len(lanes)):
                x[trade[slot], lane] = 1.0
            solve(x, K[group], pattern, lanes)
            for other in range(trade.size):
                for lane in range(len(lanes)):
                    out[group, slot, other, lane] = x[trade[other], lane]
