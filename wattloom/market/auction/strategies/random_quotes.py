"""Zero intelligence: random quotes that never make a loss."""

import numpy as np
import numpy.typing as npt

from wattloom.market.auction.strategies.protocol import Bools, Ints, Situation


class ZeroIntelligence:
    """Quotes uniformly between a home's own limit and the grid's other price: the yardstick of all others.

    Source: Gode and Sunder 1993, "Allocative Efficiency of Markets with Zero-Intelligence Traders", Journal
    of Political Economy 101(1), ZI-C: a buyer bids from the lowest price up to its value, a seller asks from
    its cost up to the highest price. Value and cost are the grid's prices here.
    """

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator

    def quote(
        self,
        homes: npt.NDArray[np.intp],
        buying: Bools,  # noqa: ARG002 - the protocol asks for it
        situation: Situation,
    ) -> Ints:
        """Return whole prices (M,), every one from feed-in to grid price equally likely."""
        low, high = situation.feed_in_nano_per_wh, situation.grid_nano_per_wh
        return self._generator.integers(low, high, size=homes.size, endpoint=True, dtype=np.int64)

    def observe(self, homes: npt.NDArray[np.intp], served: Bools) -> None:
        """Learn nothing."""
