"""Bidding strategies: what homes ask and bid, for one home's agent or for a thousand simulated at once."""

from wattloom.market.auction.strategies.anchored import TariffAnchored
from wattloom.market.auction.strategies.choice import StrategyName, make_strategy
from wattloom.market.auction.strategies.learning import Learning
from wattloom.market.auction.strategies.protocol import Bools, Ints, Situation, Strategy
from wattloom.market.auction.strategies.random_quotes import ZeroIntelligence

__all__ = [
    "Bools",
    "Ints",
    "Learning",
    "Situation",
    "Strategy",
    "StrategyName",
    "TariffAnchored",
    "ZeroIntelligence",
    "make_strategy",
]
