"""A day by auction from beginning to end: a new ledger, all rounds on it, and everything checked."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from wattloom.chaincode.accounts.records import Account
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.units import DAY_S
from wattloom.market.auction import rounds
from wattloom.market.auction.cast import Trader
from wattloom.market.auction.day.checks import check_day
from wattloom.market.auction.day.ledger import MovedLedger, MovedTime
from wattloom.market.auction.day.result import AuctionDay, HomeAuctionDay
from wattloom.market.auction.day.stage import Held, Stage, Tell
from wattloom.market.auction.strategies.choice import StrategyName
from wattloom.market.auction.terms import AuctionTerms, offered_terms
from wattloom.market.auction.trades import grid_draw_kwh, operating_cost
from wattloom.market.day.members import Members
from wattloom.market.day.result import LedgerDay
from wattloom.market.homes.community import Community
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.terms import registered_limit_wh

HOUR_S = 3_600


def run_day(
    community: Community,
    folder: Path,
    *,
    strategy: StrategyName = StrategyName.TARIFF,
    pricing: Pricing = Pricing.PAY_AS_OFFER,
    seed: int = 1,
    tell: Tell,
    progress: rounds.Progress,
) -> AuctionDay:
    """Trade one day of a community by auction on a new solo ledger in `folder`, and check everything.

    The ledger's day is the last that is over by the machine's clock, whenever the data were measured: its
    time begins before that day's first round, and is moved on as soon as all homes have acted.

    Raises
    ------
    CannotAuction : the homes' tariffs leave no price that is good for all
    LedgerFolderError : the folder is not empty
    LedgerRejected : the ledger does not verify
    """
    started = time.perf_counter()
    terms = offered_terms(community, slot_start_s=last_day_s(community), pricing=pricing)
    tell("every home plans alone")
    plans = [HomeSolver(home).stand_alone() for home in community.homes]
    tell("the ledger and its members are made")
    ledger = MovedLedger(folder, MovedTime(terms.opens_s(0) - HOUR_S))
    members = Members.certify(community, ledger.authority, not_before_s=ledger.not_before_s)
    with ledger.running() as way:
        stage = Stage(community, members, way, terms, ledger.moved)
        held = asyncio.run(stage.hold(plans, strategy=strategy, seed=seed, tell=tell, progress=progress))
    tell("the whole ledger is executed again and compared")
    ledger_day = LedgerDay.of(ledger.verify(), engine="solo")
    day = _result(community, terms, held, ledger_day, strategy)
    return replace(day, checks=check_day(day, held.accounts, terms), seconds=time.perf_counter() - started)


def last_day_s(community: Community) -> int:
    """Return when the last day (UTC) began after which the community's slots are over, Unix seconds."""
    latest_s = int(time.time()) - HOUR_S - community.slots * community.slot_s
    return latest_s - latest_s % DAY_S


def _result(
    community: Community, terms: AuctionTerms, held: Held, ledger: LedgerDay, strategy: StrategyName
) -> AuctionDay:
    trades = [each.agent.trades for each in held.traders]
    supplied_wh = sum(each.supplied_wh for each in trades)
    return AuctionDay(
        community=community.name,
        description=community.description,
        synthetic=community.synthetic,
        slot_s=community.slot_s,
        strategy=strategy.value,
        pricing=terms.pricing.value,
        homes=tuple(_home_day(terms, *each) for each in zip(held.traders, held.accounts[1:], strict=True)),
        grid=terms.grid_nano_per_wh,
        feed_in=terms.feed_in_nano_per_wh,
        price=np.array([slot.price_nano_per_wh for slot in held.slots]),
        volume_wh=np.array([slot.volume_wh for slot in held.slots]),
        requests=sum(each.requests for each in trades),
        requested_wh=supplied_wh + sum(int(each.grid_wh.sum()) for each in trades),
        supplied_wh=supplied_wh,
        ledger=ledger,
        seconds=0.0,
    )


def _home_day(terms: AuctionTerms, trader: Trader, account: Account) -> HomeAuctionDay:
    trades, home, plan = trader.agent.trades, trader.home, trader.plan
    return HomeAuctionDay(
        home=home.home_id,
        cost_alone=plan.cost,
        cost_operating=operating_cost(home, plan, trades),
        neighbours_nano=int(trades.neighbours_nano.sum()),
        grid_nano=int(trades.grid_nano.sum()),
        deviation_nano=trades.deviation_nano,
        spent_nano=terms.purse_nano(registered_limit_wh(home)) - account.free_nano - account.locked_nano,
        neighbours_wh=trades.neighbours_wh,
        grid_wh=trades.grid_wh,
        expected_wh=trader.agent.expected_wh,
        grid_alone=plan.grid_kwh,
        grid_trading=grid_draw_kwh(plan, trades),
        missed=tuple(trades.missed),
    )
