"""What every strategy is asked, and what it may know: the grid's prices, the suggestion, its own last result.

A home's alternative to its neighbours is the grid, so a buyer's own limit is the grid's price and a seller's
the feed-in price. No quote is worse than that for whoever makes it, and none is refused by the contract.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Situation:
    """What M homes know when they quote: each one number, or one per home (M,), nano per Wh.

    Attributes
    ----------
    grid_nano_per_wh, feed_in_nano_per_wh : the highest and lowest price that may be quoted
    suggested_nano_per_wh : what the contract suggests, between them
    """

    grid_nano_per_wh: int | Ints
    feed_in_nano_per_wh: int | Ints
    suggested_nano_per_wh: int | Ints

    @property
    def span(self) -> int | Ints:
        """What lies between the grid's two prices."""
        return self.grid_nano_per_wh - self.feed_in_nano_per_wh

    def prices(self, margins: Floats, buying: Bools) -> Ints:
        """Return the quotes (M,) of homes that want margins (M,) from 0 to 1, as parts of the span.

        A margin is counted from the home's own limit: down from the grid's price, up from the feed-in price.
        """
        shares = np.where(buying, 1.0 - margins, margins)
        moved = np.rint(shares * np.asarray(self.span)).astype(np.int64)
        return np.asarray(self.feed_in_nano_per_wh + moved)

    def margins(self, prices_nano_per_wh: int | Ints, buying: Bools) -> Floats:
        """Return the margins (M,) that prices would leave; half where the grid's two prices are the same."""
        span = np.asarray(self.span, dtype=np.float64)
        above = np.asarray(prices_nano_per_wh - self.feed_in_nano_per_wh, dtype=np.float64)
        shares = np.divide(above, span, out=np.full(np.broadcast(above, span).shape, 0.5), where=span > 0)
        return np.asarray(np.where(buying, 1.0 - shares, shares))


class Strategy(Protocol):
    """Quotes for some of N homes, each known by its number from 0 to N - 1.

    One instance serves one agent (N = 1) or a whole simulated community. What is random comes from the
    generator that it was given, so the same calls always get the same answers.
    """

    def quote(self, homes: npt.NDArray[np.intp], buying: Bools, situation: Situation) -> Ints:
        """Return the most that bids would pay and the least that asks would be paid (M,), nano per Wh."""
        ...

    def observe(self, homes: npt.NDArray[np.intp], served: Bools) -> None:
        """Hear whether each of the homes (M,) traded all that it had quoted for last."""
        ...
