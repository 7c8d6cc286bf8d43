"""What a day by auction came to, as its table, its page and its JSON show it."""

from dataclasses import dataclass

from wattloom.market.auction.strategies.protocol import Ints
from wattloom.market.day.result import Array, Check, LedgerDay
from wattloom.market.transactive.units import NANO


@dataclass(frozen=True, slots=True, eq=False)
class HomeAuctionDay:
    """One home's day; money in $ or nano, energy (T,).

    Attributes
    ----------
    cost_alone : of its stand-alone plan
    cost_operating : of the same plan with neighbours' energy, without payments for that
    neighbours_nano, grid_nano, deviation_nano : what the ledger charged for trades with neighbours, for the
        grid's part of requests, and for what lies between meter and trades; positive is paid
    spent_nano : what the home's account has lost
    neighbours_wh, grid_wh, expected_wh : bought is positive
    grid_alone, grid_trading : draw from the grid, kWh
    missed : what the home's agent was too late for
    """

    home: str
    cost_alone: float
    cost_operating: float
    neighbours_nano: int
    grid_nano: int
    deviation_nano: int
    spent_nano: int
    neighbours_wh: Ints
    grid_wh: Ints
    expected_wh: Ints
    grid_alone: Array
    grid_trading: Array
    missed: tuple[str, ...]

    @property
    def paid_nano(self) -> int:
        """What the ledger charged in all."""
        return self.neighbours_nano + self.grid_nano + self.deviation_nano

    @property
    def cost_with_auction(self) -> float:
        """What the day costs with the auction, $."""
        return self.cost_operating + self.neighbours_nano / NANO

    @property
    def saving(self) -> float:
        """What the auction saved, $."""
        return self.cost_alone - self.cost_with_auction


@dataclass(frozen=True, slots=True, eq=False)
class AuctionDay:
    """The whole day; prices (T,) in nano per Wh.

    Attributes
    ----------
    grid, feed_in : the utility's prices
    price, volume_wh : of each slot's book: mean price of what it traded, zero where it traded nothing
    requests, requested_wh, supplied_wh : how many needs were asked for after the books, what they asked for,
        and what neighbours supplied of it
    """

    community: str
    description: str
    synthetic: bool
    slot_s: int
    strategy: str
    pricing: str
    homes: tuple[HomeAuctionDay, ...]
    grid: Ints
    feed_in: Ints
    price: Ints
    volume_wh: Ints
    requests: int
    requested_wh: int
    supplied_wh: int
    ledger: LedgerDay
    seconds: float
    checks: tuple[Check, ...] = ()

    @property
    def cost_alone(self) -> float:
        """The community's cost without trading, $."""
        return sum(home.cost_alone for home in self.homes)

    @property
    def cost_with_auction(self) -> float:
        """The community's cost with the auction, $."""
        return sum(home.cost_with_auction for home in self.homes)

    @property
    def traded_wh(self) -> int:
        """What neighbours traded with each other."""
        return sum(int(home.neighbours_wh.clip(min=0).sum()) for home in self.homes)

    @property
    def needed_wh(self) -> int:
        """What homes wanted to buy."""
        return sum(int(home.expected_wh.clip(min=0).sum()) for home in self.homes)

    @property
    def surplus_wh(self) -> int:
        """What homes wanted to sell."""
        return -sum(int(home.expected_wh.clip(max=0).sum()) for home in self.homes)

    @property
    def missed(self) -> int:
        """How often an agent was too late."""
        return sum(len(home.missed) for home in self.homes)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.holds)
