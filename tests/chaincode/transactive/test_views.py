import pytest

from tests.chaincode.transactive.community import AUDITOR, BANK, COORDINATOR, DAY, Community, terms
from wattloom.chaincode.api import Forbidden, InvalidArgument, NotFound, Page
from wattloom.chaincode.testing import caller
from wattloom.chaincode.transactive.messages import (
    BillOf,
    OpenSession,
    PageOf,
    PageOfSessions,
    SessionId,
    SessionLine,
    SessionView,
)
from wattloom.chaincode.transactive.records import Bill, Phase, Residual, Trade
from wattloom.chaincode.transactive.terms import Form, RhoSchedule

WH = 10**6
EXACT = {"primal_tolerance_nano_kwh": 0, "dual_tolerance_nano_per_kwh": 0}


def test_a_home_reads_its_own_decision_and_anchor(trio):
    trio.begin(terms(relaxation_fifths=5))
    trio.decide(trio.homes[0], [3 * WH])
    own = trio.own(trio.homes[0])
    assert (own.decided, own.trades_nano_kwh.values, own.anchor_nano_kwh.values) == (True, (3 * WH,), (0,))
    assert not trio.own(trio.homes[1]).decided
    trio.decide(trio.homes[1], [0])
    trio.decide(trio.homes[2], [0])
    own = trio.own(trio.homes[0])
    assert (own.decided, own.trades_nano_kwh.values, own.anchor_nano_kwh.values) == (
        False,
        (3 * WH,),
        (2 * WH,),
    )
    trio.decide(trio.homes[0], [0])
    assert trio.own(trio.homes[0]).anchor_nano_kwh.values == (2 * WH,)


def test_in_pairwise_form_a_home_reads_its_rows(trio):
    trio.begin(terms(form=Form.PAIRWISE, relaxation_fifths=5))
    for home, row in zip(trio.homes, ([8, 1], [-2, 2], [-1, -2]), strict=True):
        trio.decide(home, [trade * WH for trade in row])
    owns = [trio.own(home) for home in trio.homes]
    assert [own.anchor_nano_kwh.values for own in owns] == [(5 * WH, WH), (-5 * WH, 2 * WH), (-WH, -2 * WH)]
    assert [own.multipliers_pico_per_kwh.values for own in owns] == [
        (-300_000_000, 0),
        (-300_000_000, 0),
        (0, 0),
    ]


def test_nobody_else_reads_a_homes_part(trio):
    trio.begin(terms())
    trio.decide(trio.homes[0], [123_456_789])
    for who in (trio.homes[1], COORDINATOR, AUDITOR, caller("south.other", "home")):
        view = trio.view(who)
        assert view.own is None or view.own.trades_nano_kwh.values == (0,)
        assert "123456789" not in repr(view)


def test_a_session_shows_the_rho_of_the_open_iteration(trio):
    trio.open(terms(rho_schedule=RhoSchedule.PAPER, rho_nano=900))
    assert trio.view().rho_nano == 900
    trio.join(*trio.homes)
    for expected in (900, 450, 300):
        assert trio.view().rho_nano == expected
        for home in trio.homes:
            trio.decide(home, [10**9])


def test_a_home_sees_its_seat_while_others_still_join(trio):
    trio.open(terms())
    trio.join(trio.homes[0])
    own = trio.own(trio.homes[0])
    assert (own.decided, len(own.trades_nano_kwh), own.proposed_wh) == (False, 0, None)


def test_the_final_anchor_stays_readable(trio):
    trio.begin(terms(max_iterations=1, relaxation_fifths=5))
    for home, trade in zip(trio.homes, (3, 0, 0), strict=True):
        trio.decide(home, [trade * WH])
    assert [trio.own(home).anchor_nano_kwh.values for home in trio.homes] == [(2 * WH,), (-WH,), (-WH,)]
    assert not trio.own(trio.homes[0]).decided


def test_the_residual_log_is_read_page_by_page(trio):
    trio.begin(terms(max_iterations=5, **EXACT))
    for number in range(5):
        for home in trio.homes:
            trio.decide(home, [10**9 + number])
    seen, bookmark = [], ""
    while True:
        request = PageOf(session_id=DAY, limit=2, bookmark=bookmark)
        page = trio.evaluate(trio.homes[0], "transactive:residuals", request, Page[Residual])
        seen += [entry.iteration for entry in page.items]
        bookmark = page.bookmark
        if not bookmark:
            break
    assert seen == [1, 2, 3, 4, 5]
    with pytest.raises(InvalidArgument, match="limit"):
        trio.evaluate(AUDITOR, "transactive:residuals", PageOf(session_id=DAY, limit=0), Page[Residual])


def test_sessions_are_listed_with_their_progress(trio):
    for name in ("b", "a", "c"):
        homes = [home.party_id for home in trio.homes]
        request = OpenSession(session_id=name, homes=homes, terms=terms())
        trio.submit(COORDINATOR, "transactive:open_session", request)
    first = trio.evaluate(
        trio.homes[0], "transactive:list_sessions", PageOfSessions(limit=2), Page[SessionLine]
    )
    assert [line.session.session_id for line in first.items] == ["a", "b"]
    assert {line.progress.phase for line in first.items} == {Phase.JOINING}
    request = PageOfSessions(limit=2, bookmark=first.bookmark)
    rest = trio.evaluate(AUDITOR, "transactive:list_sessions", request, Page[SessionLine])
    assert [line.session.session_id for line in rest.items] == ["c"]


def ended(community: Community) -> None:
    community.begin(terms(max_iterations=1))
    for home, trade in zip(community.homes, (5, -3, -2), strict=True):
        community.decide(home, [trade * WH])
    community.confirm_all()


def test_a_bill_is_for_its_home_the_coordinator_and_the_auditor(trio):
    ended(trio)
    request = BillOf(session_id=DAY, party_id=trio.homes[0].party_id)
    for who in (trio.homes[0], COORDINATOR, AUDITOR):
        assert trio.evaluate(who, "transactive:read_bill", request, Bill).trades_wh.values == (5,)
    for who in (trio.homes[1], BANK, caller("north.h00x", "home")):
        with pytest.raises(Forbidden):
            trio.evaluate(who, "transactive:read_bill", request, Bill)


def test_trades_are_for_the_coordinator_and_the_auditor(trio):
    ended(trio)
    request = PageOf(session_id=DAY)
    for who in (COORDINATOR, AUDITOR):
        page = trio.evaluate(who, "transactive:read_trades", request, Page[Trade])
        assert [trade.trades_wh.values for trade in page.items] == [(5,), (-3,), (-2,)]
    with pytest.raises(Forbidden):
        trio.evaluate(trio.homes[0], "transactive:read_trades", request, Page[Trade])


def test_strangers_to_the_market_read_nothing(trio):
    trio.open(terms())
    for function, request in (
        ("read_session", SessionId(session_id=DAY)),
        ("residuals", PageOf(session_id=DAY)),
        ("list_sessions", PageOfSessions()),
    ):
        with pytest.raises(Forbidden):
            trio.evaluate(BANK, f"transactive:{function}", request, SessionView)


def test_what_is_not_there_is_not_found(trio):
    with pytest.raises(NotFound):
        trio.view()
    trio.begin(terms())
    with pytest.raises(NotFound):
        trio.bill(trio.homes[0])
