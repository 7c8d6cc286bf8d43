"""Second-order coordination of homes in this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wattloom.market.coordination.second_order.coordinator import coordinate
from wattloom.market.coordination.second_order.homes import Homes
from wattloom.market.coordination.second_order.messages import Kind
from wattloom.market.coordination.second_order.outcome import Outcome
from wattloom.market.coordination.second_order.settings import FROZEN, Settings
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.home import Home

Observer = Callable[[Kind, FloatArray], None]
"""Is told each question's kind and everybody's trade (N, T) after it."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Trades (N, T), kWh, whose columns sum to zero, and how they were found."""

    trade_kwh: FloatArray
    outcome: Outcome


def run_in_process(
    homes: Homes | Sequence[Home], settings: Settings = FROZEN, *, observe: Observer | None = None
) -> Result:
    """Coordinate homes of common slots; the final imbalance, below the tolerance, is shared evenly.

    Raises
    ------
    NotConverged : not even exchange ADMM met the tolerance
    """
    sides = homes if isinstance(homes, Homes) else Homes(homes, settings)
    steps = coordinate(sides.slots, sides.count, settings)
    question = next(steps)
    while True:
        totals = sides.total(question)
        if observe is not None:
            observe(question.kind, sides.trade_kwh)
        try:
            question = steps.send(totals)
        except StopIteration as end:
            trade = sides.trade_kwh
            return Result(trade_kwh=trade - trade.mean(axis=0), outcome=end.value)
