"""The study: one community under its default setting, then sweeps over users, shares, and ways to trade."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from wattloom.chaincode.auction.matching import Pricing
from wattloom.market.auction.simulation.ledger import Ledger
from wattloom.market.auction.simulation.prices import Prices
from wattloom.market.auction.simulation.profiles import Profiles
from wattloom.market.auction.simulation.run import Outcome, Tell, run
from wattloom.market.auction.simulation.setup import Form, Setup
from wattloom.market.auction.strategies import StrategyName

V = TypeVar("V")
OpenLedger = Callable[[], AbstractContextManager[Ledger]]

SHARES_COMPARED = (0.3, 0.5, 0.7)
"""The shares that the paper reports numbers of; every way to trade is run at them."""


class Part(StrEnum):
    """What is swept."""

    USERS = "users"
    SHARES = "shares"
    WAYS = "ways"


WAYS: Mapping[str, Mapping[str, object]] = {
    "requests, asks near the feed-in price": {"form": Form.REQUEST, "strategy": StrategyName.TARIFF},
    "requests, random asks": {"form": Form.REQUEST, "strategy": StrategyName.RANDOM},
    "requests, asks learnt": {"form": Form.REQUEST, "strategy": StrategyName.LEARNING},
    "requests, own needs kept back": {"form": Form.REQUEST, "keeps_own": True},
    "order book, pay-as-offer": {"form": Form.BOOK, "pricing": Pricing.PAY_AS_OFFER},
    "order book, mid-price": {"form": Form.BOOK, "pricing": Pricing.MID_PRICE},
    "order book, uniform price": {"form": Form.BOOK, "pricing": Pricing.UNIFORM},
    "order book, uniform price, orders learnt": {
        "form": Form.BOOK,
        "pricing": Pricing.UNIFORM,
        "strategy": StrategyName.LEARNING,
    },
}
"""Ways to trade, by what is said of them: what they change of the default setting."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is run: a default setting, and what is swept."""

    base: Setup
    users: list[int]
    shares: list[float]
    parts: list[Part]

    def setups(self) -> list[Setup]:
        """Return every run once, in order."""
        wanted = [self.base, *self.of_users(), *self.of_shares()]
        wanted += [setup for setups in self.of_ways().values() for setup in setups]
        return list(dict.fromkeys(wanted))

    def of_users(self) -> list[Setup]:
        """Return the runs of the sweep over users."""
        return [replace(self.base, users=number) for number in self._if(Part.USERS, self.users)]

    def of_shares(self) -> list[Setup]:
        """Return the runs of the sweep over the share that generates."""
        return [replace(self.base, share=share) for share in self._if(Part.SHARES, self.shares)]

    def of_ways(self) -> dict[str, list[Setup]]:
        """Return the runs of every way to trade."""
        return {
            name: [replace(self.base, share=share, **changes) for share in SHARES_COMPARED]
            for name, changes in WAYS.items()
            if Part.WAYS in self.parts
        }

    def _if(self, part: Part, values: list[V]) -> list[V]:
        return values if part in self.parts else []


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way to trade, at each of `SHARES_COMPARED`."""

    name: str
    outcomes: list[Outcome]


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found.

    Attributes
    ----------
    load_wh, pv_wh : the types of users by hour of the day, Wh
    grid_nano_per_wh : (2, 24), weekdays and weekends
    """

    ledger: str
    profiles: str
    load_wh: list[list[int]]
    pv_wh: list[list[int]]
    prices: str
    grid_nano_per_wh: list[list[int]]
    feed_in_nano_per_wh: int
    base: Outcome
    by_users: list[Outcome]
    by_share: list[Outcome]
    ways: list[Way]

    def at_share(self, share: float) -> Outcome | None:
        """Return the default setting at a share of generating users, if it was run."""
        known = [self.base, *self.by_share]
        return next((each for each in known if abs(each.setup.share - share) < 1e-9), None)


def study(
    plan: Plan,
    profiles: Profiles,
    prices: Prices,
    *,
    ledger: str,
    open_ledger: OpenLedger,
    tell: Tell,
) -> Study:
    """Run all of a plan; each run on a new ledger, the same run never twice."""
    found: dict[Setup, Outcome] = {}
    setups = plan.setups()
    for number, setup in enumerate(setups, start=1):
        title = f"run {number} of {len(setups)}, {in_words(setup)}"
        with open_ledger() as opened:
            found[setup] = run(setup, profiles, prices, ledger=opened, tell=_about(title, tell))
    return Study(
        ledger=ledger,
        profiles=profiles.source,
        load_wh=profiles.load_wh.tolist(),
        pv_wh=profiles.pv_wh.tolist(),
        prices=prices.source,
        grid_nano_per_wh=prices.grid.tolist(),
        feed_in_nano_per_wh=prices.feed_in,
        base=found[plan.base],
        by_users=[found[setup] for setup in plan.of_users()],
        by_share=[found[setup] for setup in plan.of_shares()],
        ways=[
            Way(name=name, outcomes=[found[setup] for setup in setups])
            for name, setups in plan.of_ways().items()
        ],
    )


def in_words(setup: Setup) -> str:
    """Return what tells one run of a study from the others."""
    form = "requests" if setup.form is Form.REQUEST else f"book, {setup.pricing}"
    own = ", own needs kept" if setup.keeps_own else ""
    return f"{setup.users} users, {100 * setup.share:.0f} % generate, {form}, {setup.strategy}{own}"


def _about(title: str, tell: Tell) -> Tell:
    tell(title)
    return lambda step: tell(f"{title}: {step}")
