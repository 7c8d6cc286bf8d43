"""What the service carries: any method of coordination that needs no more than sums and vetoes."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wattloom.market.coordination.second_order.messages import Answer, Kind, Question, Totals


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a method comes to: prices ($/kWh, (T,)), the rho ($/kWh^2) of its residuals, and its rounds."""

    prices_per_kwh: NDArray[np.float64]
    rho: float
    rounds: int


Shape = Callable[[Kind], tuple[int, int]]
"""How many addends and vetoes answer a question of a kind."""

Steps = Generator[Question, Totals, Conclusion]


@dataclass(frozen=True, slots=True)
class Method:
    """The coordinator's side of a method.

    Attributes
    ----------
    begin : starts it among so many homes; after homes have dropped out again, from another question than any
        before, because homes answer none twice
    """

    begin: Callable[[int], Steps]
    shape: Shape


class Side(Protocol):
    """A home's side of a method."""

    def answer(self, question: Question) -> Answer:
        """Return the home's own addends and vetoes, in the clear: they are masked before they leave."""
        ...
