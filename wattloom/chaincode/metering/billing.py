"""What a deviation costs, as a plain function of integers."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul, sub


@dataclass(frozen=True, slots=True)
class Cost:
    """Prices per slot, as each slot has them, and the exact sum over slots."""

    prices_nano_per_wh: list[int]
    amount_nano: int


def deviation_cost(
    metered_wh: Sequence[int], traded_wh: Sequence[int], *, shortfall: Sequence[int], surplus: Sequence[int]
) -> Cost:
    """Return what metered less traded energy costs: the shortfall's price above zero, below the surplus's."""
    deviations = list(map(sub, metered_wh, traded_wh))
    prices = [
        above if deviation > 0 else below
        for deviation, above, below in zip(deviations, shortfall, surplus, strict=True)
    ]
    return Cost(prices, sum(map(mul, deviations, prices)))


def per_slot(prices: Sequence[int], slots: int) -> list[int]:
    """Return one price per slot out of one for all, or of all."""
    return list(prices) * slots if len(prices) == 1 else list(prices)
