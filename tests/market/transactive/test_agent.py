"""Agents in sessions on a real ledger: those that answer, those that do not, and those that are overtaken."""

import asyncio

import numpy as np
import pytest
import structlog
from msgspec.structs import replace

from tests.market.homes.samples import SUN
from tests.market.transactive.marketplace import (
    LateOnce,
    Leaver,
    Silent,
    Stubborn,
    Unconfirming,
    cost_with_trading,
    marketplace,
    small_community,
)
from tests.market.transactive.samples import community_of, rigid_home
from wattloom.chaincode.accounts.records import Amount
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.messages import Confirm, SessionId, SessionView, SubmitDecision
from wattloom.chaincode.transactive.records import Phase
from wattloom.chaincode.transactive.repair import own_wh
from wattloom.chaincode.transactive.terms import Billing, Form
from wattloom.market.day.trading import SESSION
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.agent import OVERTAKEN
from wattloom.market.transactive.terms import rounding_bound
from wattloom.market.transactive.units import from_pico
from wattloom.network.client import Refused


async def read(client):
    """Read the session as this member sees it."""
    return await client.evaluate("transactive:read_session", SessionId(session_id=SESSION), SessionView)


PROMPT = {"heartbeat_s": 0.05, "round_s": 1}
"""A ledger whose deadlines of one second end on time."""


async def test_agents_that_answer_end_in_a_session_where_nobody_loses(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community()) as market:
        await market.open()
        outcomes = await market.hold()
        view, books = await market.view(), await market.books()
    assert view.progress.phase is Phase.SETTLED
    assert view.progress.converged
    assert any(any(bill.trades_wh) for bill in books.bills)
    books.check_conserved()
    for index, outcome in outcomes.items():
        solver = market.solvers[index]
        bound = rounding_bound(solver.home, from_pico(view.mu_pico_per_kwh))
        assert cost_with_trading(outcome) <= solver.stand_alone().cost + bound


async def test_the_ledgers_timers_end_what_late_homes_hold_up(tmp_path):
    never_joins, late_once, never_confirms = 3, 1, 2
    community = small_community(homes=4)
    async with marketplace(tmp_path / "ledger", community, **PROMPT) as market:
        await market.open()
        kinds = {late_once: LateOnce, never_confirms: Unconfirming}
        outcomes = await market.hold(kinds=kinds, absent={never_joins})
        async with market.home(never_confirms) as client:
            decided = (await read(client)).own.trades_nano_kwh
        view, books = await market.view(), await market.books(absent={never_joins})
    assert view.progress.phase is Phase.SETTLED
    assert view.progress.converged
    assert view.homes == market.parties[:3]
    late = {residual.iteration: residual.late for residual in books.residuals if residual.late}
    assert late == {2: [market.parties[late_once]]}
    assert list(outcomes[never_confirms].bill.trades_wh) == [own_wh(trade) for trade in decided]
    books.check_conserved()


async def test_a_session_with_a_home_that_never_answers_ends_and_frees_all_money(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community(), max_iterations=1, **PROMPT) as market:
        await market.open()
        outcomes = await market.hold(kinds={0: Silent})
        view, accounts = await market.view(), await market.accounts()
    assert view.progress.reason == "nobody-can-balance"  # one iteration is far from any agreement
    assert all(outcome.bill is None for outcome in outcomes.values())
    assert [account.free_nano for account in accounts] == market.paid_in_nano


@pytest.mark.soak
async def test_the_others_trade_around_a_home_that_never_answers(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community(), **PROMPT) as market:
        await market.open()
        outcomes = await market.hold(kinds={0: Silent})
        view, books = await market.view(), await market.books()
    assert view.progress.converged
    assert {tuple(residual.late) for residual in books.residuals} == {(market.parties[0],)}
    assert not any(outcomes[0].bill.trades_wh)
    assert any(outcomes[1].bill.trades_wh)
    books.check_conserved()


async def test_a_home_that_refuses_keeps_its_own_decision_and_the_others_settle(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community()) as market:
        await market.open()
        refuses = 1
        outcomes = await market.hold(kinds={refuses: Stubborn})
        async with market.home(refuses) as client:
            own = (await read(client)).own
        view, books = await market.view(), await market.books()
    assert view.progress.phase is Phase.SETTLED
    assert view.progress.proposal > 1
    decided_wh = [own_wh(trade) for trade in own.trades_nano_kwh]
    assert list(outcomes[refuses].bill.trades_wh) == decided_wh
    books.check_conserved()


async def test_a_home_that_leaves_pays_nothing_and_the_others_settle_or_nobody_trades(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community()) as market:
        market.terms = replace(market.terms, repair_limit_wh=10_000)
        await market.open()
        outcomes = await market.hold(kinds={1: Leaver})
        view, books = await market.view(), await market.books()
    assert view.progress.phase is Phase.SETTLED
    assert outcomes[1].bill.amount_nano == 0
    assert not any(outcomes[1].bill.trades_wh)
    assert outcomes[1].plan.cost == pytest.approx(market.solvers[1].stand_alone().cost, abs=1e-9)
    books.check_conserved()


async def test_savings_that_homes_declare_are_split_and_nobody_loses(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community(), billing=Billing.BARGAINING) as market:
        await market.open()
        outcomes = await market.hold()
        view, books = await market.view(), await market.books()
    books.check_conserved()
    shares = [outcome.bill.share_nano for outcome in outcomes.values()]
    assert max(shares) - min(shares) <= 1
    assert min(shares) > 0
    for index, outcome in outcomes.items():
        left = market.solvers[index].stand_alone().cost - outcome.plan.cost - outcome.bill.amount_nano / 1e9
        assert left >= -rounding_bound(market.community.homes[index], from_pico(view.mu_pico_per_kwh))


async def test_where_everybody_refuses_the_session_is_void_and_all_collateral_free(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community(), max_iterations=2) as market:
        await market.open()
        outcomes = await market.hold(kinds=dict.fromkeys(range(3), Stubborn))
        view, accounts = await market.view(), await market.accounts()
    assert view.progress.phase is Phase.VOID
    assert view.progress.reason == "nobody-can-balance"
    assert [outcome.bill for outcome in outcomes.values()] == [None, None, None]
    assert outcomes[0].plan.cost == pytest.approx(market.solvers[0].stand_alone().cost, abs=1e-9)
    assert [account.free_nano for account in accounts] == market.paid_in_nano
    assert not any(account.locked_nano for account in accounts)


async def test_a_home_without_slack_plans_a_trade_that_was_rounded_up(tmp_path):
    sun = Renewable("pv", 4 * SUN[9:15])
    community = community_of(
        rigid_home("a", [0.6004, 0.6006, 0.6001, 0.6009, 0.6003, 0.6007]),
        rigid_home("b", [0.4, 0.4, 0.4, 0.4, 0.4, 0.4], sun),
    )
    async with marketplace(tmp_path / "ledger", community) as market:
        await market.open()
        outcomes = await market.hold()
        (await market.books()).check_conserved()
    bought_kwh = np.array(outcomes[0].bill.trades_wh.values) / 1_000
    assert (bought_kwh > community.homes[0].devices[0].load_kwh).any()
    assert outcomes[0].plan.grid_kwh.min() > -1e-9


async def test_a_pairwise_session_runs_where_trades_are_at_their_limit(tmp_path):
    sun = Renewable("pv", 4 * SUN[9:15])
    community = community_of(
        rigid_home("a", [0.6] * 6, trade_limit_kwh=0.333),
        rigid_home("b", [0.7] * 6, trade_limit_kwh=0.333),
        rigid_home("c", [0.8] * 6, trade_limit_kwh=0.333),
        rigid_home("d", [0.4] * 6, sun),
    )
    async with marketplace(tmp_path / "ledger", community, form=Form.PAIRWISE, max_iterations=40) as market:
        await market.open()
        outcomes = await market.hold()
        (await market.books()).check_conserved()
    assert max(outcomes[0].bill.trades_wh) == 333


async def test_two_agents_with_one_key_overtake_each_other_and_end_alike(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community()) as market:
        await market.open()
        async with market.home(0) as first, market.home(0) as second, asyncio.TaskGroup() as tasks:
            with structlog.testing.capture_logs() as logs:
                twins = [tasks.create_task(market.agent(0, client).run()) for client in (first, second)]
                others = await market.hold(absent={0})
                one, other = [await twin for twin in twins]
    assert one.bill == other.bill
    assert one.bill.prices_nano_per_wh == others[1].bill.prices_nano_per_wh
    codes = {entry["code"] for entry in logs if entry["event"] == "overtaken"}
    assert codes
    assert codes <= OVERTAKEN


async def test_a_refusal_that_is_no_overtaking_ends_the_agent(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community(homes=2)) as market:
        async with market.officer("utility") as utility:
            await utility.submit("accounts:burn", Amount(party_id=market.parties[0], amount_nano=1))
        await market.open()
        async with market.home(0) as client:
            with pytest.raises(Refused) as refusal:
                await market.agent(0, client).run()
    assert refusal.value.code == "INSUFFICIENT_FUNDS"


def decision(*, iteration=1, numbers=6):
    return SubmitDecision(session_id=SESSION, iteration=iteration, trades_nano_kwh=Int64Array.zeros(numbers))


@pytest.mark.parametrize(
    ("function", "argument", "code", "details"),
    [
        ("submit_decision", decision(iteration=7), "CLOSED_ROUND", {"iteration": 7, "current": 1}),
        (
            "submit_decision",
            decision(numbers=5),
            "WRONG_SHAPE",
            {"field": "trades_nano_kwh", "length": 5, "needed": 6},
        ),
        (
            "submit_decision",
            SubmitDecision(session_id=SESSION, iteration=1, trades_nano_kwh=Int64Array([10**12] * 6)),
            "BEYOND_LIMIT",
            {"slot": 0, "limit_wh": 10_000},
        ),
        (
            "confirm",
            Confirm(session_id=SESSION, proposal=1, accept=True),
            "WRONG_PHASE",
            {"phase": "iterating", "needed": "confirming"},
        ),
        ("join", SessionId(session_id=SESSION), "WRONG_PHASE", {"phase": "iterating", "needed": "joining"}),
    ],
    ids=["closed round", "wrong shape", "beyond the limit", "no proposal yet", "joining is over"],
)
async def test_what_does_not_fit_the_session_gets_its_typed_refusal_and_changes_nothing(
    open_round, function, argument, code, details
):
    before = await read(open_round)
    with pytest.raises(Refused) as refusal:
        await open_round.submit(f"transactive:{function}", argument)
    assert refusal.value.code == code
    assert refusal.value.details == details
    assert await read(open_round) == before


@pytest.fixture
async def open_round(tmp_path):
    """A home's client in the first iteration of a session."""
    async with marketplace(tmp_path / "ledger", small_community(homes=2)) as market:
        await market.open()
        async with market.home(0) as client, market.home(1) as other:
            for each in (client, other):
                await each.submit("transactive:join", SessionId(session_id=SESSION))
            yield client


def test_a_solver_without_history_gives_the_same_bits_as_one_with_it():
    """A restarted agent decides what the killed one would have: the day ends the same to the last bit."""
    for home in small_community(homes=4, slots=8).homes:
        random, used = np.random.default_rng(1), HomeSolver(home)
        for _ in range(10):
            price, anchor = random.uniform(0.0, 0.3, 8), random.normal(0.0, 1.0, 8)
            decided = used.solve_exchange(price, anchor, 0.1)
            used.stand_alone()
            assert np.array_equal(decided, HomeSolver(home).solve_exchange(price, anchor, 0.1))
