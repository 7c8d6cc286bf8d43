"""One run: users are drawn, the market is opened, every day is traded, and what that came to is told."""

import time
from collections.abc import Callable

import msgspec
import numpy as np

from wattloom.chaincode.auction.units import DAY_S
from wattloom.market.auction.simulation.alone import Alone, alone
from wattloom.market.auction.simulation.book import OrderBook
from wattloom.market.auction.simulation.ledger import MONEY_NANO, Ledger, balance_nano, open_market, user
from wattloom.market.auction.simulation.memory import InMemory
from wattloom.market.auction.simulation.population import (
    QUOTES,
    Population,
    generator,
    local_hours,
    population,
)
from wattloom.market.auction.simulation.prices import Prices
from wattloom.market.auction.simulation.profiles import HOURS, Floats, Ints, Profiles
from wattloom.market.auction.simulation.requests import RequestForm
from wattloom.market.auction.simulation.setup import START_S, Form, Setup
from wattloom.market.auction.simulation.tally import Tally
from wattloom.market.auction.strategies import make_strategy
from wattloom.market.transactive.units import NANO

Tell = Callable[[str], None]


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What users of one class pay on average, $ a day; negative where they earn.

    Attributes
    ----------
    users : how many there are; without any, costs are zero
    original, traditional, stored : see `alone.Alone`
    market : with the auction
    fed_in_income : in it, what the grid pays for generation that storage had no room for
    """

    users: int
    original: float
    traditional: float
    stored: float
    market: float
    fed_in_income: float

    @property
    def percent(self) -> float | None:
        """The cost in the market as a share of the original one."""
        return 100 * self.market / self.original if self.original else None

    @property
    def unpaid_percent(self) -> float | None:
        """The same if what storage has no room for were wasted, as the paper says of it."""
        return 100 * (self.market + self.fed_in_income) / self.original if self.original else None

    @property
    def traditional_percent(self) -> float | None:
        """The cost with roofs and without a market as a share of the original one."""
        return 100 * self.traditional / self.original if self.original else None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to.

    Attributes
    ----------
    need_wh, grid_wh : (24,), by local hour: needed from the system, and supplied by the grid, Wh a user
    traded_kwh, needed_kwh, fed_in_kwh, generated_kwh, used_kwh : of all users and days
    left_kwh : in storage at the end
    money_kept : whether the ledger's money is what it was
    requests, offers : how many there were (offers: orders, where there is a book)
    """

    setup: Setup
    need_wh: list[float]
    grid_wh: list[float]
    consumers: Costs
    generators: Costs
    everybody: Costs
    traded_kwh: float
    needed_kwh: float
    fed_in_kwh: float
    left_kwh: float
    generated_kwh: float
    used_kwh: float
    money_kept: bool
    requests: int
    offers: int
    seconds: float


def run(
    setup: Setup,
    profiles: Profiles,
    prices: Prices,
    *,
    ledger: Ledger | None = None,
    tell: Tell = lambda _: None,
) -> Outcome:
    """Run one community; on a ledger in memory unless another, new one is given.

    Raises
    ------
    CallRefused, TimerFailed : the contract and the study disagree, which is a bug
    """
    began_s = time.perf_counter()
    ledger = InMemory() if ledger is None else ledger
    people, tally = population(setup, profiles), Tally(setup)
    open_market(ledger, setup, prices)
    quotes = generator(setup.seed, QUOTES)
    strategy = make_strategy(setup.strategy, homes=setup.users, generator=quotes)
    form = RequestForm if setup.form is Form.REQUEST else OrderBook
    for end_s in form(setup, people, strategy, ledger, tally).run():
        if (end_s - START_S) % DAY_S == 0:
            tell(f"day {(end_s - START_S) // DAY_S} of {setup.days}")
    balances = [balance_nano(ledger, user(number)) for number in range(setup.users)]
    spent_nano = MONEY_NANO - np.array(balances, dtype=np.int64)
    fed_in_nano = tally.fed_in_wh * prices.feed_in
    paid_nano = spent_nano + tally.grid_owed_nano - fed_in_nano
    kept = int(spent_nano.sum()) == balance_nano(ledger, "grid")
    return _outcome(setup, people, tally, alone(setup, people, prices), paid_nano, fed_in_nano, kept, began_s)


def _outcome(
    setup: Setup,
    people: Population,
    tally: Tally,
    without: Alone,
    paid_nano: Ints,
    fed_in_nano: Ints,
    kept: bool,
    began_s: float,
) -> Outcome:
    everybody = np.ones(setup.users, dtype=np.bool_)

    def costs(who: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Costs:
        return Costs(
            users=int(who.sum()),
            original=_mean(without.original[who], setup),
            traditional=_mean(without.traditional[who], setup),
            stored=_mean(without.stored[who], setup),
            market=_mean(paid_nano[who], setup),
            fed_in_income=_mean(fed_in_nano[who], setup),
        )

    return Outcome(
        setup=setup,
        need_wh=_by_hour(tally.need_wh),
        grid_wh=_by_hour(tally.grid_wh),
        consumers=costs(~people.generating),
        generators=costs(people.generating),
        everybody=costs(everybody),
        traded_kwh=float(tally.bought_wh.sum()) / 1000,
        needed_kwh=float(tally.need_wh.sum()) / 1000,
        fed_in_kwh=float(tally.fed_in_wh.sum()) / 1000,
        left_kwh=tally.left_wh / 1000,
        generated_kwh=float(people.pv_wh.sum()) * setup.days / 1000,
        used_kwh=float(people.load_wh.sum()) * setup.days / 1000,
        money_kept=kept,
        requests=tally.requests,
        offers=tally.offers,
        seconds=time.perf_counter() - began_s,
    )


def _mean(nano: Ints, setup: Setup) -> float:
    return float(nano.mean()) / setup.days / NANO if nano.size else 0.0


def _by_hour(energies_wh: Floats) -> list[float]:
    """Return the mean of users and days by local hour, (24,), Wh."""
    of_hours = energies_wh.mean(axis=0)
    local = local_hours(START_S, of_hours.size)
    return [float(of_hours[local == hour].mean()) for hour in range(HOURS)]
