import pytest
from msgspec.structs import replace

from tests.chaincode.transactive.community import (
    COORDINATOR,
    DAY,
    RICH_NANO,
    START_S,
    Community,
    terms,
)
from wattloom.chaincode.accounts.errors import InsufficientFunds
from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.governance.keys import MARKET
from wattloom.chaincode.governance.records import MarketRules
from wattloom.chaincode.testing import caller
from wattloom.chaincode.transactive.errors import (
    AlreadyJoined,
    GateClosed,
    NotAParticipant,
    PriceCapTooHigh,
    WrongPhase,
)
from wattloom.chaincode.transactive.messages import Join, OpenSession
from wattloom.chaincode.transactive.records import Phase

AGREED = terms(slots=2, price_cap_nano_per_wh=500)
COLLATERAL_NANO = 2 * 10_000 * 500


def test_opening_invites_the_homes(trio):
    receipt = trio.open(AGREED)
    assert receipt.progress.phase is Phase.JOINING
    assert receipt.progress.deadline_s == START_S + 60
    view = trio.view(trio.homes[0])
    assert view.homes == [home.party_id for home in trio.homes]
    assert view.own is None
    assert view.session.coordinator == COORDINATOR.party_id
    assert trio.event_names() == ["opened"]


def test_joining_locks_what_trades_can_cost_at_most(trio):
    trio.open(AGREED)
    trio.join(trio.homes[1])
    account = trio.account(trio.homes[1])
    assert (account.free_nano, account.locked_nano) == (RICH_NANO - COLLATERAL_NANO, COLLATERAL_NANO)
    assert trio.own(trio.homes[1]).collateral_nano == COLLATERAL_NANO
    assert trio.phase() is Phase.JOINING


def test_the_last_home_to_join_starts_the_session(trio):
    trio.begin(AGREED)
    view = trio.view()
    assert (view.progress.phase, view.progress.iteration) == (Phase.ITERATING, 1)
    assert [trio.own(home).index for home in trio.homes] == [0, 1, 2]
    assert trio.event_names() == ["opened", "started"]


def test_at_the_deadline_the_session_starts_with_those_who_joined(trio):
    trio.open(AGREED)
    trio.join(trio.homes[2], trio.homes[0])
    trio.pass_deadline()
    view = trio.view()
    assert view.progress.phase is Phase.ITERATING
    assert view.homes == [trio.homes[0].party_id, trio.homes[2].party_id]
    assert [trio.own(trio.homes[at]).index for at in (0, 2)] == [0, 1]
    with pytest.raises(NotAParticipant):
        trio.decide(trio.homes[1], [0, 0])


def test_with_one_home_the_session_is_void_and_its_money_free(trio):
    trio.open(AGREED)
    trio.join(trio.homes[0])
    trio.pass_deadline()
    assert (trio.phase(), trio.view().progress.reason) == (Phase.VOID, "too-few-homes")
    assert trio.locked_nano() == 0
    assert trio.event_names() == ["opened", "void"]


def test_a_session_that_nobody_joins_is_void(trio):
    trio.open(AGREED)
    trio.pass_deadline()
    assert trio.phase() is Phase.VOID


def test_a_session_that_would_start_with_delivery_is_void(trio):
    trio.open(terms(slot_start_s=START_S + 30))
    trio.join(*trio.homes[:2])
    trio.advance_to(START_S + 30)
    trio.join(trio.homes[2])
    assert (trio.phase(), trio.view().progress.reason) == (Phase.VOID, "delivery-has-begun")
    assert trio.locked_nano() == 0


def test_the_joining_timer_does_nothing_once_the_session_runs(trio):
    trio.begin(terms(round_s=10_000))
    running = trio.view()
    trio.advance_to(START_S + 61)
    assert trio.view() == running


def test_a_session_id_is_taken_once(trio):
    trio.open(AGREED)
    with pytest.raises(AlreadyExists):
        trio.open(AGREED)


def test_delivery_lies_ahead_when_a_session_is_opened(trio):
    with pytest.raises(GateClosed) as refusal:
        trio.open(terms(slot_start_s=START_S))
    assert refusal.value.details == {
        "slot_start_s": START_S,
        "gate_closure_s": 0,
        "block_time_s": START_S,
    }
    trio.open(terms(slot_start_s=START_S + 1))


def rule_the_market(trio, rules: MarketRules) -> None:
    trio.committed.apply({"governance": {MARKET: encode(rules)}})


def test_a_session_opens_before_the_gate_closure_that_the_members_have_set(trio):
    rule_the_market(trio, MarketRules(gate_closure_s=3_600))
    with pytest.raises(GateClosed, match="3600 s before"):
        trio.open(terms(slot_start_s=START_S + 3_600))
    trio.open(terms(slot_start_s=START_S + 3_601))


def test_no_sessions_price_cap_passes_the_members_highest(trio):
    rule_the_market(trio, MarketRules(highest_price_cap_nano_per_wh=400_000))
    with pytest.raises(PriceCapTooHigh) as refusal:
        trio.open(terms(price_cap_nano_per_wh=400_001))
    assert refusal.value.details == {"highest_nano_per_wh": 400_000}
    trio.open(terms(price_cap_nano_per_wh=400_000))


@pytest.mark.parametrize("order", [(1, 0), (0, 0), (0, 2, 1)])
def test_invited_homes_are_sorted_each_once(trio, order):
    with pytest.raises(InvalidArgument, match="homes must be sorted"):
        trio.open(AGREED, homes=[trio.homes[at] for at in order])


def test_only_registered_homes_are_invited(trio):
    with pytest.raises(NotFound, match="nobody"):
        trio.open(AGREED, homes=[trio.homes[0], caller("north.nobody", "home")])


def test_one_home_makes_no_session(trio):
    with pytest.raises(InvalidArgument, match="homes"):
        trio.open(AGREED, homes=trio.homes[:1])


@pytest.mark.parametrize(
    "changes",
    [
        {"slot_s": 1_000},
        {"slots": 0},
        {"slots": 673},
        {"rho_nano": 0},
        {"relaxation_fifths": 4},
        {"relaxation_fifths": 11},
        {"price_cap_nano_per_wh": 0},
        {"max_iterations": 0},
        {"round_s": 0},
        {"repair_limit_wh": -1},
        {"primal_tolerance_nano_kwh": -1},
    ],
)
def test_terms_out_of_range_are_refused_by_their_field(trio, changes):
    before = trio.state()
    with pytest.raises(InvalidArgument, match=next(iter(changes))):
        trio.open(replace(AGREED, **changes))
    assert trio.state() == before


def test_only_a_coordinator_opens_and_only_homes_join(trio):
    request = OpenSession(session_id=DAY, homes=[home.party_id for home in trio.homes], terms=AGREED)
    with pytest.raises(Forbidden):
        trio.submit(trio.homes[0], "transactive:open_session", request)
    trio.open(AGREED)
    with pytest.raises(Forbidden):
        trio.join(COORDINATOR)


def test_a_home_that_was_not_invited_cannot_join(trio):
    trio.open(AGREED, homes=trio.homes[:2])
    with pytest.raises(NotAParticipant):
        trio.join(trio.homes[2])


def test_a_home_joins_once_and_not_after_the_start(trio):
    trio.open(AGREED)
    trio.join(trio.homes[0])
    with pytest.raises(AlreadyJoined):
        trio.join(trio.homes[0])
    trio.join(*trio.homes[1:])
    with pytest.raises(WrongPhase):
        trio.join(trio.homes[0])


def test_a_home_without_the_collateral_cannot_join_and_nothing_changes():
    poor = Community(2, money_nano=COLLATERAL_NANO - 1)
    poor.open(AGREED)
    before = poor.state()
    with pytest.raises(InsufficientFunds):
        poor.join(poor.homes[0])
    assert poor.state() == before


def test_a_home_with_a_limit_of_a_power_station_cannot_join():
    large = Community(2, limit_wh=10**6 + 1)
    large.open(AGREED)
    with pytest.raises(InvalidArgument, match="limit_wh"):
        large.join(large.homes[0])


def test_joining_an_unknown_session_is_refused(trio):
    with pytest.raises(NotFound, match="session/other"):
        trio.submit(trio.homes[0], "transactive:join", Join(session_id="other"))


def test_the_largest_collateral_fits_an_amount():
    assert 672 * 10**6 * 10**9 < 2**62
