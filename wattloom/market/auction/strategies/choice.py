"""Strategies by name, as the command line and configurations say them."""

from enum import StrEnum

import numpy as np

from wattloom.market.auction.strategies.anchored import TariffAnchored
from wattloom.market.auction.strategies.learning import Learning
from wattloom.market.auction.strategies.protocol import Strategy
from wattloom.market.auction.strategies.random_quotes import ZeroIntelligence


class StrategyName(StrEnum):
    """How homes quote."""

    RANDOM = "random"
    TARIFF = "tariff"
    LEARNING = "learning"


def make_strategy(name: StrategyName, *, homes: int, generator: np.random.Generator) -> Strategy:
    """Return a strategy for homes numbered from 0; the same generator's state gives the same quotes."""
    match name:
        case StrategyName.RANDOM:
            return ZeroIntelligence(generator)
        case StrategyName.TARIFF:
            return TariffAnchored()
        case StrategyName.LEARNING:
            return Learning(homes, generator)
