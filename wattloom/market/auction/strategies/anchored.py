"""Tariff-anchored quotes: so much better than the grid, whatever others do."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wattloom.market.auction.strategies.protocol import Bools, Ints, Situation


@dataclass(frozen=True, slots=True)
class TariffAnchored:
    """Asks for the same margin in every slot, as a part of what lies between the grid's prices.

    At 0 homes quote what the grid charges and pays them; below a half all bids and asks cross. Under
    pay-as-offer sellers then leave most of the gain to buyers, as the results of the CE-SDT paper need.

    Attributes
    ----------
    margin : from 0 to 1
    """

    margin: float = 0.1

    def quote(self, homes: npt.NDArray[np.intp], buying: Bools, situation: Situation) -> Ints:
        """Return prices (M,) one margin away from the homes' own limits."""
        return situation.prices(np.full(homes.size, self.margin), buying)

    def observe(self, homes: npt.NDArray[np.intp], served: Bools) -> None:
        """Learn nothing."""
