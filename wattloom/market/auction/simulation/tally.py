"""What flows in a run, kept while it goes on: needs and supplies by user and hour, and what is fed in."""

import numpy as np

from wattloom.market.auction.simulation.population import share_by_hour
from wattloom.market.auction.simulation.profiles import HOUR_S, Floats, Ints
from wattloom.market.auction.simulation.setup import START_S, Setup


class Tally:
    """Energies by user and hour of the run, (N, H), Wh, and sums by user, (N,).

    Attributes
    ----------
    need_wh : what users need from the system: load less own generation and own storage
    grid_wh : what of that the grid supplies; neighbours supply the rest
    sold_wh, bought_wh : traded between neighbours
    fed_in_wh : generation that storage had no room for
    left_wh : what is left in storage at the end
    grid_owed_nano : what the grid charges outside the ledger: for what a book left unserved
    """

    def __init__(self, setup: Setup) -> None:
        shape = (setup.users, setup.hours)
        self.need_wh: Floats = np.zeros(shape)
        self.grid_wh: Floats = np.zeros(shape)
        self.sold_wh: Ints = np.zeros(setup.users, dtype=np.int64)
        self.bought_wh: Ints = np.zeros(setup.users, dtype=np.int64)
        self.fed_in_wh: Ints = np.zeros(setup.users, dtype=np.int64)
        self.grid_owed_nano: Ints = np.zeros(setup.users, dtype=np.int64)
        self.requests = self.offers = self.left_wh = 0

    def supply(self, user: int, start_s: int, end_s: int, *, need_wh: int, grid_wh: int) -> None:
        """Add a need of an interval, and the grid's part of it."""
        for energies, energy_wh in ((self.need_wh, need_wh), (self.grid_wh, grid_wh)):
            for hour, share_wh in share_by_hour(energy_wh, start_s, end_s):
                energies[user, hour - START_S // HOUR_S] += share_wh
