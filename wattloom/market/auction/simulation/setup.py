"""What is simulated: one value of every parameter of a run."""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.units import DAY_S
from wattloom.market.auction.simulation.profiles import HOUR_S, LOCAL_S, NOVEMBER
from wattloom.market.auction.strategies import StrategyName

MIN_USERS, MAX_USERS = 2, 1_000
MAX_DAYS = 30
MINUTE_S = 60

FIRST_HOUR = 6
"""Days run from six to six: then storage is empty, whatever the evening before was like."""

START_S = (
    int(datetime(NOVEMBER.year, NOVEMBER.month, NOVEMBER.day, FIRST_HOUR, tzinfo=UTC).timestamp()) - LOCAL_S
)
"""Thursday 1 November 2012, 6:00 in Sydney; Unix seconds."""

STORAGE_WH = 5_000
"""Of every generating user; nothing from the grid is ever stored. Source: the CE-SDT paper, 4.1."""

SHORTEST_MIN, LONGEST_MIN = 5, 60
"""Settlement intervals, minutes, each drawn anew. The paper says "random" and no more; assumed."""

OFFERS_S = 30
"""For how long a request takes offers; assumed, the paper has a timeout and no figure."""

MOST_OFFERS = 10
"""A home that sees so many offers to a request makes none; assumed. All may, and few would be served."""


class Form(StrEnum):
    """Which of the contract's two forms is traded in."""

    REQUEST = "request"
    BOOK = "book"


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes
    ----------
    users, share : how many, and which share of them generates
    days : from 1 November 2012, 6:00
    strategy : how homes quote; in the request form buyers take whatever is not above the grid's price
    pricing : of the order book
    keeps_own : generating users sell only what they will not need themselves before the sun returns
    most_offers : see `MOST_OFFERS`
    seed : of types, intervals and quotes
    """

    users: int = 100
    share: float = 0.5
    days: int = 7
    form: Form = Form.REQUEST
    strategy: StrategyName = StrategyName.TARIFF
    pricing: Pricing = Pricing.PAY_AS_OFFER
    keeps_own: bool = False
    most_offers: int = MOST_OFFERS
    seed: int = 1

    @property
    def end_s(self) -> int:
        """When the last day ends, Unix seconds."""
        return START_S + self.days * DAY_S

    @property
    def hours(self) -> int:
        """Hours that are simulated."""
        return self.days * DAY_S // HOUR_S
