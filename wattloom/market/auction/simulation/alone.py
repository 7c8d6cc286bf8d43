"""What users would pay without neighbours: with the grid alone, with a roof, with storage too."""

from dataclasses import dataclass

import numpy as np

from wattloom.market.auction.simulation.population import Population, local_hours
from wattloom.market.auction.simulation.prices import Prices
from wattloom.market.auction.simulation.profiles import HOUR_S, Ints
from wattloom.market.auction.simulation.setup import START_S, STORAGE_WH, Setup


@dataclass(frozen=True, slots=True, eq=False)
class Alone:
    """Costs of a run without trade, (N,), 1e-9 $.

    Attributes
    ----------
    original : the grid supplies the whole load; what the paper's percentages are of
    traditional : roofs serve their own home at once, the rest is fed in; nobody has storage
    stored : roofs and storage serve their own home, what storage has no room for is fed in
    """

    original: Ints
    traditional: Ints
    stored: Ints


def alone(setup: Setup, people: Population, prices: Prices) -> Alone:
    """Return what everybody pays without trade."""
    original, traditional, stored = (np.zeros(setup.users, dtype=np.int64) for _ in range(3))
    level_wh: Ints = np.zeros(setup.users, dtype=np.int64)
    for number, hour in enumerate(local_hours(START_S, setup.hours).tolist()):
        price, net_wh = prices.at(START_S + number * HOUR_S), people.net_wh[:, hour]
        original += people.load_wh[:, hour] * price
        traditional += _bill(net_wh, price, prices.feed_in)
        store_wh = np.where(people.generating, STORAGE_WH, 0)
        after_wh = np.clip(level_wh - net_wh, 0, store_wh)
        stored += _bill(net_wh + after_wh - level_wh, price, prices.feed_in)
        level_wh = after_wh
    return Alone(original, traditional, stored)


def _bill(net_wh: Ints, price: int, feed_in: int) -> Ints:
    return np.where(net_wh > 0, net_wh * price, net_wh * feed_in)
