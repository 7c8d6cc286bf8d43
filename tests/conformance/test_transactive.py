"""Sessions iterate, agree and are billed alike; whoever speaks out of turn is refused alike."""

import pytest
from msgspec.structs import replace

from tests.conformance.ledgers import START_S
from tests.conformance.town import together
from tests.conformance.trading import Trading
from wattloom.chaincode.api import Int64Array, Page
from wattloom.chaincode.transactive.messages import (
    BillOf,
    Confirm,
    Join,
    PageOf,
    PageOfSessions,
    SessionLine,
)
from wattloom.chaincode.transactive.records import Bill, Phase, Residual, Trade
from wattloom.chaincode.transactive.terms import Billing, Form


@pytest.fixture
def trading(town):
    return Trading(town, town.homes(2))


def settle(trading):
    buyer, seller = trading.homes
    trading.begin()
    for iteration in (1, 2):
        trading.decide(buyer, 900, iteration=iteration)
        trading.decide(seller, -800, iteration=iteration)
    trading.answer(buyer)
    return trading.answer(seller)


def bill_of(trading, home):
    wanted = BillOf(session_id=trading.session_id, party_id=home.party_id)
    return home.query("transactive:read_bill", wanted, Bill)


def test_a_session_ends_in_balanced_trades_and_bills_that_sum_to_zero(trading):
    progress = settle(trading)
    assert (progress.phase, progress.iteration, progress.proposal) == (Phase.SETTLED, 2, 1)
    bought, sold = (bill_of(trading, home) for home in trading.homes)
    assert (bought.trades_wh.values, sold.trades_wh.values) == ((850,), (-850,))
    assert bought.prices_nano_per_wh == sold.prices_nano_per_wh
    assert bought.amount_nano == -sold.amount_nano == 850 * bought.prices_nano_per_wh[0] > 0
    accounts = [trading.town.account(home) for home in trading.homes]
    assert [account.locked_nano for account in accounts] == [0, 0]
    assert accounts[1].free_nano - accounts[0].free_nano == 2 * bought.amount_nano


def test_a_pairwise_session_agrees_on_trades_between_pairs(town):
    trading = Trading(town, town.homes(3), form=Form.PAIRWISE, max_iterations=1)
    trading.begin()
    for home, trades_wh in zip(trading.homes, ((100, 200), (-100, 50), (-200, -50)), strict=True):
        trading.decide(home, *trades_wh)
    for home in trading.homes:
        progress = trading.answer(home)
    assert progress.phase is Phase.SETTLED
    assert [bill_of(trading, home).trades_wh.values for home in trading.homes] == [(300,), (-50,), (-250,)]


def test_a_plan_made_off_the_ledger_is_admitted_by_its_first_iteration(trading):
    buyer, seller = trading.homes
    trading.terms = replace(trading.terms, relaxation_fifths=5)
    trading.open()
    misshapen = Join(session_id=trading.session_id, start_nano_kwh=Int64Array([1, 2]))
    assert buyer.refusal("transactive:join", misshapen).code == "WRONG_SHAPE"
    trading.join_from(buyer, 700)
    assert trading.join_from(seller, -700).phase is Phase.ITERATING
    trading.decide(buyer, 700)
    progress = trading.decide(seller, -700)
    assert (progress.phase, progress.iteration, progress.converged) == (Phase.CONFIRMING, 1, True)


def test_declared_savings_are_split_among_the_homes_that_confirmed(town):
    terms = {"billing": Billing.BARGAINING, "saving_limit_nano": 1_000, "max_iterations": 1}
    trading = Trading(town, town.homes(3), **terms)
    trading.begin()
    for home, wh in zip(trading.homes, (300, -100, -200), strict=True):
        trading.decide(home, wh)
    buyer, seller, third = trading.homes
    large = Confirm(session_id=trading.session_id, proposal=1, accept=True, saving_nano=1_001)
    refusal = buyer.refusal("transactive:confirm", large)
    assert (refusal.code, refusal.details) == ("SAVING_TOO_LARGE", {"limit_nano": 1_000})
    trading.answer(third, accept=False, withdraw=True)
    trading.answer(buyer, saving_nano=500)
    trading.answer(seller, saving_nano=101)
    trading.answer(buyer, proposal=2, saving_nano=500)
    assert trading.answer(seller, proposal=2, saving_nano=101).phase is Phase.SETTLED
    bills = [bill_of(trading, home) for home in trading.homes]
    assert [(bill.saving_nano, bill.share_nano) for bill in bills] == [(500, 301), (101, 300), (0, 0)]
    assert sum(bill.amount_nano for bill in bills) == 0
    assert bills[2].trades_wh.values == (0,)


def test_what_a_session_keeps_is_read_page_by_page_by_those_concerned(trading):
    settle(trading)
    auditor, [buyer, seller] = trading.town.member("audit", "auditor"), trading.homes
    every = PageOf(session_id=trading.session_id)
    trades = auditor.query("transactive:read_trades", every, Page[Trade])
    assert [(trade.party_id, trade.trades_wh.values) for trade in trades.items] == [
        (buyer.party_id, (850,)),
        (seller.party_id, (-850,)),
    ]
    assert buyer.refusal("transactive:read_trades", every, query=True).code == "FORBIDDEN"
    first = auditor.query("transactive:residuals", replace(every, limit=1), Page[Residual])
    rest = auditor.query("transactive:residuals", replace(every, bookmark=first.bookmark), Page[Residual])
    assert [entry.iteration for entry in first.items + rest.items] == [1, 2]
    others = BillOf(session_id=trading.session_id, party_id=seller.party_id)
    assert buyer.refusal("transactive:read_bill", others, query=True).code == "FORBIDDEN"
    assert auditor.query("transactive:read_bill", others, Bill) == bill_of(trading, seller)


def test_sessions_are_listed_page_by_page(town):
    homes = town.homes(2)
    sessions = [Trading(town, homes, name=f"listed-{number}") for number in range(3)]
    together(trading.open for trading in sessions)
    before = f"session/{town.name('listed')}"
    reader = sessions[0].coordinator
    page = reader.query(
        "transactive:list_sessions", PageOfSessions(limit=2, bookmark=before), Page[SessionLine]
    )
    lines = [(line.session.session_id, line.progress.phase) for line in page.items]
    assert lines == [(trading.session_id, Phase.JOINING) for trading in sessions[:2]]
    assert page.bookmark == f"session/{sessions[1].session_id}"


def test_a_home_sees_its_own_decision_and_nobody_elses(trading):
    buyer, seller = trading.homes
    trading.begin()
    trading.decide(buyer, 500)
    own = trading.view(buyer).own
    assert (own.decided, own.trades_nano_kwh.values) == (True, (500_000_000,))
    assert trading.view(seller).own.decided is False
    assert trading.view().own is None


def test_a_session_is_opened_once_and_within_its_limits(trading):
    desk, request = trading.coordinator, trading.request()

    def refused(**changes):
        return desk.refusal("transactive:open_session", replace(request, **changes))

    trading.open()
    assert refused().code == "ALREADY_EXISTS"
    new = {"session_id": trading.town.name("new")}
    begun = refused(terms=replace(request.terms, slot_start_s=START_S), **new)
    assert (begun.code, begun.details["slot_start_s"]) == ("GATE_CLOSED", START_S)
    many = [f"north.h{number:04d}" for number in range(300)]
    week = refused(homes=many, terms=replace(request.terms, slots=672), **new)
    assert (week.code, week.details) == ("TOO_MANY_NUMBERS", {"limit": 200_000, "numbers": 201_600})
    prices = replace(request.terms, start_price_pico_per_kwh=Int64Array((1, 2, 3)))
    shape = refused(terms=prices, **new)
    assert (shape.code, shape.details["needed"]) == ("WRONG_SHAPE", 1)
    assert refused(homes=many[:2], **new).code == "NOT_FOUND"
    assert refused(homes=request.homes[::-1], **new).code == "INVALID_ARGUMENT"
    assert trading.homes[0].refusal("transactive:open_session", request).code == "FORBIDDEN"


def test_only_the_invited_join_and_only_once(trading):
    buyer, seller = trading.homes
    stranger = trading.town.member("stranger")
    trading.open()
    trading.join(buyer)
    assert buyer.refusal("transactive:join", trading.meant).code == "ALREADY_JOINED"
    assert stranger.refusal("transactive:join", trading.meant).code == "NOT_A_PARTICIPANT"
    trading.join(seller)
    late = buyer.refusal("transactive:join", trading.meant)
    assert (late.code, late.details) == ("WRONG_PHASE", {"needed": "joining", "phase": "iterating"})


def test_a_home_without_the_collateral_does_not_join(town):
    trading = Trading(town, town.homes(2, money_nano=1))
    trading.open()
    refusal = trading.homes[0].refusal("transactive:join", trading.meant)
    assert (refusal.code, refusal.details) == (
        "INSUFFICIENT_FUNDS",
        {"free_nano": 1, "needed_nano": 10_000 * 1_000_000},
    )


def test_a_decision_out_of_turn_or_out_of_bounds_is_refused_and_changes_nothing(trading):
    buyer, seller = trading.homes
    trading.begin()

    def refused(*trades_wh, iteration=1):
        decision = trading.decision(trades_wh, iteration=iteration)
        refusal = buyer.refusal("transactive:submit_decision", decision)
        return refusal.code, refusal.details

    assert refused(1, iteration=2) == ("CLOSED_ROUND", {"current": 1, "iteration": 2})
    assert refused(1, 2) == ("WRONG_SHAPE", {"field": "trades_nano_kwh", "length": 2, "needed": 1})
    assert refused(10_001) == ("BEYOND_LIMIT", {"limit_wh": 10_000, "slot": 0})
    trading.decide(buyer, 1)
    assert refused(1) == ("ALREADY_SUBMITTED", {"iteration": 1})
    assert trading.view(seller).progress.present == 1


def test_an_answer_is_taken_once_and_to_the_open_proposal_alone(trading):
    buyer, seller = trading.homes
    trading.terms = replace(trading.terms, max_iterations=1)
    trading.begin()

    def refused(proposal):
        request = Confirm(session_id=trading.session_id, proposal=proposal, accept=True)
        refusal = buyer.refusal("transactive:confirm", request)
        return refusal.code, refusal.details

    assert refused(1) == ("WRONG_PHASE", {"needed": "confirming", "phase": "iterating"})
    trading.decide(buyer, 5)
    trading.decide(seller, -5)
    assert refused(2) == ("CLOSED_PROPOSAL", {"current": 1, "proposal": 2})
    trading.answer(buyer)
    assert refused(1) == ("NOT_AWAITED", {"proposal": 1, "standing": "confirmed"})
