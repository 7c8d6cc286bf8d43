import pytest

from tests.chaincode.transactive.community import START_S, Community, terms
from wattloom.chaincode.transactive.errors import ClosedProposal, NotAParticipant, NotAwaited, WrongPhase
from wattloom.chaincode.transactive.records import Phase, Standing
from wattloom.chaincode.transactive.terms import Form

WH = 10**6


def proposed(community: Community, trades_wh, *, form=Form.EXCHANGE, **changes) -> None:
    """Run one iteration with these decisions (Wh, may be broken numbers), so that a proposal is open."""
    community.begin(terms(max_iterations=1, form=form, **changes))
    for home, trade in zip(community.homes, trades_wh, strict=True):
        community.decide(home, [round(trade * WH)])


def trades(community) -> list[int]:
    return [community.trades()[home.party_id][0] for home in community.homes]


def standings(community) -> list[Standing]:
    return [community.own(home).standing for home in community.homes]


def test_the_first_proposal_is_balanced_in_whole_watt_hours(trio):
    proposed(trio, [1000.4, -400.4, -599.7])  # the sum, 0.3 Wh, is shared: 1000.3, -400.5, -599.8
    assert trades(trio) == [1000, -400, -600]
    assert trio.own(trio.homes[1]).proposed_wh.values == (-400,)
    assert set(standings(trio)) == {Standing.AWAITED}
    assert (trio.view().progress.proposal, trio.view().progress.awaited) == (1, 3)


def test_pair_trades_are_netted_before_they_are_rounded():
    community = Community(3)
    community.begin(terms(form=Form.PAIRWISE, max_iterations=1))
    rows = ([3.5, 1.0], [-3.5, 2.0], [-1.0, -3.0])  # 0-1: 3.5, 0-2: 1.0, 1-2: (2 + 3) / 2
    for home, row in zip(community.homes, rows, strict=True):
        community.decide(home, [round(trade * WH) for trade in row])
    assert trades(community) == [5, -1, -4]  # from 4.5, -1.0, -3.5: equal remainders, lowest index


def test_when_everybody_confirms_the_session_is_settled(trio):
    proposed(trio, [1000, -400, -600])
    trio.confirm(trio.homes[2])
    trio.confirm(trio.homes[0])
    assert trio.phase() is Phase.CONFIRMING
    assert trio.confirm(trio.homes[1]).progress.phase is Phase.SETTLED
    assert trades(trio) == [1000, -400, -600]


def test_an_absent_home_stays_at_its_decision_and_the_others_share_the_rest(trio):
    proposed(trio, [1000, -400, -500])  # proposed: 966 2/3, -433 1/3, -533 1/3
    assert trades(trio) == [966, -433, -533]
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    trio.pass_deadline()
    view = trio.view()
    assert (view.progress.phase, view.progress.proposal, view.progress.awaited) == (Phase.CONFIRMING, 2, 2)
    assert trades(trio) == [949, -449, -500]
    assert standings(trio) == [Standing.AWAITED, Standing.AWAITED, Standing.FIXED]
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    assert trio.phase() is Phase.SETTLED
    assert trades(trio) == [949, -449, -500]


def test_when_the_last_answer_is_a_refusal_nobody_waits_for_the_deadline(trio):
    proposed(trio, [1000, -400, -500])
    trio.confirm(trio.homes[2], accept=False)
    trio.confirm(trio.homes[1])
    receipt = trio.confirm(trio.homes[0])
    assert (receipt.progress.proposal, receipt.progress.present) == (2, 0)
    assert trades(trio) == [949, -449, -500]


def test_a_change_of_one_watt_hour_needs_no_new_answer(trio):
    proposed(trio, [10, -3, -5])  # proposed: 9 1/3, -3 2/3, -5 2/3
    before = trades(trio)
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    trio.pass_deadline()
    assert trio.phase() is Phase.SETTLED
    assert sum(trades(trio)) == 0
    assert trades(trio)[2] == -5
    assert all(abs(new - old) <= 1 for new, old in zip(trades(trio), before, strict=True))


def test_small_changes_do_not_creep_past_what_was_confirmed():
    """A trade that moves by 1 Wh twice the same way is asked about again."""
    community = Community(5)
    proposed(community, [20, -2, -2, -2, -4])  # 18, -4, -4, -4, -6
    assert trades(community) == [18, -4, -4, -4, -6]
    for at in (0, 1, 2, 3):
        community.confirm(community.homes[at])
    community.pass_deadline()  # the last home stays at -4: two of the others move by 1 Wh
    assert community.phase() is Phase.SETTLED
    assert trades(community) == [17, -5, -4, -4, -4]


def test_several_homes_drop_out_one_proposal_after_the_other():
    community = Community(4)
    proposed(community, [900, -100, -200, -300])  # 825, -175, -275, -375
    assert trades(community) == [825, -175, -275, -375]
    for at in (0, 1, 2):
        community.confirm(community.homes[at])
    community.pass_deadline()
    assert trades(community) == [800, -200, -300, -300]
    community.confirm(community.homes[0])
    community.confirm(community.homes[1], accept=False)
    community.pass_deadline()
    assert standings(community)[1:] == [Standing.FIXED] * 3
    assert trades(community) == [600, -100, -200, -300]
    community.confirm(community.homes[0])
    assert community.phase() is Phase.SETTLED
    assert community.view().progress.proposal == 3


def test_when_nobody_answers_and_the_decisions_do_not_balance_the_session_is_void(trio):
    proposed(trio, [1000, -400, -500])
    trio.pass_deadline()
    assert (trio.phase(), trio.view().progress.reason) == (Phase.VOID, "nobody-can-balance")
    assert trio.locked_nano() == 0
    assert trio.event_names()[-1] == "void"


def test_when_nobody_answers_and_the_decisions_balance_they_are_firm(trio):
    proposed(trio, [1000, -400, -600])
    trio.pass_deadline()
    assert trio.phase() is Phase.SETTLED
    assert trades(trio) == [1000, -400, -600]


def test_no_home_is_moved_further_than_the_repair_limit(trio):
    proposed(trio, [1000, -400, -500], repair_limit_wh=16)
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    trio.pass_deadline()
    assert trio.phase() is Phase.VOID  # 33 Wh were missing, two homes give at most 16 each


def test_no_home_is_moved_past_its_registered_limit():
    community = Community(3, limit_wh=500)
    proposed(community, [490, -400, 500], repair_limit_wh=1_000)  # 294, -597 -> -500, 304 ...
    first = trades(community)
    assert sum(first) == 0
    assert max(map(abs, first)) <= 500
    community.confirm(community.homes[1])
    community.confirm(community.homes[2])
    community.pass_deadline()  # home 0 stays at 490
    assert trades(community)[0] == 490
    assert sum(trades(community)) == 0
    assert max(map(abs, trades(community))) <= 500


def test_a_proposal_that_ends_after_delivery_began_voids_the_session(trio):
    proposed(trio, [1000, -400, -600], slot_start_s=START_S + 40)
    trio.pass_deadline()
    assert (trio.phase(), trio.view().progress.reason) == (Phase.VOID, "delivery-has-begun")
    assert trio.locked_nano() == 0


def test_the_timer_of_a_closed_proposal_does_nothing(trio):
    proposed(trio, [1000, -400, -500])
    trio.advance_to(START_S + 10)
    trio.confirm(trio.homes[2], accept=False)
    trio.confirm(trio.homes[1])
    trio.confirm(trio.homes[0])
    second = trio.view()
    assert second.progress.deadline_s == START_S + 55
    trio.advance_to(START_S + 46)
    assert trio.view() == second


def refused(community, error, home, **changes):
    before = community.state()
    with pytest.raises(error) as refusal:
        community.confirm(home, **changes)
    assert community.state() == before
    return refusal.value


def test_an_answer_is_given_once_to_the_open_proposal(trio):
    trio.begin(terms(max_iterations=1))
    refused(trio, WrongPhase, trio.homes[0], proposal=1)
    for home, trade in zip(trio.homes, (1000, -400, -500), strict=True):
        trio.decide(home, [trade * WH])
    refusal = refused(trio, ClosedProposal, trio.homes[0], proposal=2)
    assert refusal.details == {"proposal": 2, "current": 1}
    trio.confirm(trio.homes[0])
    refusal = refused(trio, NotAwaited, trio.homes[0])
    assert refusal.details["standing"] == "confirmed"
    trio.confirm(trio.homes[1])
    trio.confirm(trio.homes[2], accept=False)
    assert refused(trio, NotAwaited, trio.homes[2]).details["standing"] == "fixed"
    refused(trio, ClosedProposal, trio.homes[0], proposal=1)
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    refused(trio, WrongPhase, trio.homes[0])


def test_only_participants_answer(trio):
    trio.open(terms(max_iterations=1))
    trio.join(*trio.homes[:2])
    trio.pass_deadline()
    trio.decide(trio.homes[0], [WH])
    trio.decide(trio.homes[1], [-WH])
    refused(trio, NotAParticipant, trio.homes[2])


def test_a_home_that_withdraws_trades_nothing_and_pays_nothing(trio):
    proposed(trio, [1000, -400, -600])
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    trio.confirm(trio.homes[2], accept=False, withdraw=True)
    assert trades(trio) == [700, -700, 0]
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    assert trio.phase() is Phase.SETTLED
    assert trio.bill(trio.homes[2]).amount_nano == 0


def test_where_the_others_cannot_do_without_a_home_that_withdraws_the_session_is_void(trio):
    proposed(trio, [1000, -400, -600], repair_limit_wh=200)
    trio.confirm(trio.homes[0])
    trio.confirm(trio.homes[1])
    trio.confirm(trio.homes[2], accept=False, withdraw=True)
    assert (trio.phase(), trio.view().progress.reason) == (Phase.VOID, "nobody-can-balance")
    assert trio.locked_nano() == 0
