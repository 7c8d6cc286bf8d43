"""Learning from the suggested price: margins grow with success and shrink with failure."""

import numpy as np
import numpy.typing as npt

from wattloom.market.auction.strategies.protocol import Bools, Floats, Ints, Situation

LEARNING_RATES = (0.1, 0.5)
MOMENTA = (0.2, 0.8)
START_MARGINS = (0.05, 0.35)
LARGEST_NUDGE = 0.05
"""Each is drawn uniformly, once per home or (nudges) anew in each step. Source: as `Learning`."""


class Learning:
    """Zero-intelligence-plus: a home keeps a margin as buyer and one as seller, and learns each by itself.

    Source: Cliff and Bruten 1997, "Minimal-Intelligence Agents for Bargaining Behaviors in Market-Based
    Environments", HP Laboratories HPL-97-91: a home that was served and could have had more raises its
    margin, one that was not served and quoted no better than the market lowers it, by Widrow and Hoff's rule
    with momentum towards the target R q + A:

        change := momentum x change + (1 - momentum) x rate x (target - margin), margin := margin + change

    The market's price q is the contract's suggestion at the time of the quote. Margins, targets and A are
    parts of the span between the grid's prices, because tariffs change from slot to slot; and what a home
    hears are its own results, because a book's orders are matched at once.
    """

    def __init__(self, homes: int, generator: np.random.Generator) -> None:
        self._generator = generator
        self._margin = generator.uniform(*START_MARGINS, size=(2, homes))
        self._rate = generator.uniform(*LEARNING_RATES, size=homes)
        self._momentum = generator.uniform(*MOMENTA, size=homes)
        self._change = np.zeros((2, homes))
        self._side = np.zeros(homes, dtype=np.intp)
        self._suggested = np.full(homes, 0.5)

    def quote(self, homes: npt.NDArray[np.intp], buying: Bools, situation: Situation) -> Ints:
        """Return prices (M,) by each home's margin on its side, and remember what was suggested."""
        side = buying.astype(np.intp)
        self._side[homes] = side
        self._suggested[homes] = situation.margins(situation.suggested_nano_per_wh, buying)
        return situation.prices(self._margin[side, homes], buying)

    def observe(self, homes: npt.NDArray[np.intp], served: Bools) -> None:
        """Move the margins (M,) with which the homes quoted last."""
        side, suggested = self._side[homes], self._suggested[homes]
        margin = self._margin[side, homes]
        learns = np.where(served, margin <= suggested, margin >= suggested)
        at, who = side[learns], homes[learns]
        target = self._targets(suggested[learns], served[learns])
        momentum = self._momentum[who]
        step = self._rate[who] * (target - margin[learns])
        self._change[at, who] = momentum * self._change[at, who] + (1.0 - momentum) * step
        self._margin[at, who] = np.clip(self._margin[at, who] + self._change[at, who], 0.0, 1.0)

    def _targets(self, suggested: Floats, served: Bools) -> Floats:
        """Return R q + A (M,): a little above the suggested margin for who was served, else below."""
        sign = np.where(served, 1.0, -1.0)
        relative, absolute = self._generator.uniform(0.0, LARGEST_NUDGE, size=(2, suggested.size))
        return np.asarray((1.0 + sign * relative) * suggested + sign * absolute)
