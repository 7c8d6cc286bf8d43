import pytest

from tests.chaincode.transactive.community import COORDINATOR, DAY, START_S, Community, terms
from wattloom.chaincode.api import Forbidden, Int64Array, InvalidArgument, NotFound
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.api.errors import UnknownFunction, WrongKind
from wattloom.chaincode.transactive import exchange, pairwise
from wattloom.chaincode.transactive.errors import (
    AlreadySubmitted,
    BeyondLimit,
    ClosedRound,
    NotAParticipant,
    Overflow,
    WrongPhase,
    WrongShape,
)
from wattloom.chaincode.transactive.messages import Due, SubmitDecision
from wattloom.chaincode.transactive.records import Phase, Prices
from wattloom.chaincode.transactive.terms import Absent, Form

KWH = 10**9
EXACT = {"primal_tolerance_nano_kwh": 0, "dual_tolerance_nano_per_kwh": 0}


def refused(community, error, home, trades, **changes):
    """Submit what is refused; nothing may change."""
    before = community.state()
    with pytest.raises(error) as refusal:
        community.decide(home, trades, **changes)
    assert community.state() == before
    return refusal.value


def test_the_last_decision_updates_the_duals_at_once(trio):
    trio.begin(terms(relaxation_fifths=5))
    trio.decide(trio.homes[2], [KWH])
    trio.decide(trio.homes[0], [KWH])
    assert trio.view().progress.iteration == 1
    receipt = trio.decide(trio.homes[1], [-KWH // 2])
    assert (receipt.progress.iteration, receipt.progress.present) == (2, 0)
    view = trio.view()
    assert view.mu_pico_per_kwh.values == (50_000_000_000,)  # 0.1 $/kWh^2 * 1.5 kWh / 3
    assert [trio.own(home).anchor_nano_kwh.values for home in trio.homes] == [
        (KWH // 2,),
        (-KWH,),
        (KWH // 2,),
    ]
    assert trio.event_names()[-1] == "duals_updated"


def test_the_order_of_decisions_does_not_matter():
    ends = []
    for order in ([0, 1, 2], [2, 0, 1]):
        community = Community(3)
        community.begin(terms())
        for at in order:
            community.decide(community.homes[at], [(at + 1) * 10**8])
        state = community.state()["transactive"]
        ends.append({key: value for key, value in state.items() if not key.startswith("seat/")})
    assert ends[0] == ends[1]


def test_the_log_keeps_exact_residuals(trio):
    trio.begin(terms(**EXACT))
    for home, trade in zip(trio.homes, (5, 6, -1), strict=True):
        trio.decide(home, [trade])
    (entry,) = trio.residuals()
    assert (entry.iteration, entry.primal_nano_kwh, entry.primal_squared) == (1, 10, "100")
    # r = 8, 9, -2; R = 15; p_hat = 3, 4, -7; rho = 1e8
    assert (entry.dual_squared, entry.dual_nano_per_kwh) == (str(74 * 10**16), 0)
    assert (entry.late, entry.block_time_s, entry.rho_nano) == ([], START_S, 10**8)


def test_both_residuals_within_tolerance_end_the_iterations(trio):
    trio.begin(terms(**EXACT))
    for home in trio.homes:
        trio.decide(home, [0])
    view = trio.view()
    assert (view.progress.phase, view.progress.converged) == (Phase.CONFIRMING, True)
    assert trio.event_names()[-2:] == ["proposal", "duals_updated"]


def test_the_last_iteration_ends_without_convergence(trio):
    trio.begin(terms(max_iterations=1))
    for home in trio.homes:
        trio.decide(home, [KWH])
    view = trio.view()
    assert (view.progress.phase, view.progress.converged) == (Phase.CONFIRMING, False)


def test_a_late_home_is_taken_at_its_last_decision_and_named(trio):
    first, second, third = trio.homes
    trio.begin(terms(relaxation_fifths=5))
    for home, trade in zip(trio.homes, (3, 4, 5), strict=True):
        trio.decide(home, [trade * KWH])
    trio.decide(first, [2 * KWH])
    trio.pass_deadline()
    assert trio.view().progress.iteration == 3
    assert trio.residuals()[1].late == [second.party_id, third.party_id]
    assert trio.residuals()[1].primal_nano_kwh == 11 * KWH
    assert trio.event_names()[-2:] == ["round_late", "duals_updated"]
    assert [trio.own(home).trades_nano_kwh.values for home in trio.homes] == [
        (2 * KWH,),
        (4 * KWH,),
        (5 * KWH,),
    ]
    trio.decide(second, [0])


def test_a_home_that_never_decides_counts_as_zero(trio):
    trio.begin(terms(relaxation_fifths=5))
    trio.decide(trio.homes[0], [3 * KWH])
    trio.pass_deadline()
    assert trio.residuals()[0].primal_nano_kwh == 3 * KWH
    assert [trio.own(home).anchor_nano_kwh.values for home in trio.homes] == [(2 * KWH,), (-KWH,), (-KWH,)]


def test_late_homes_follow_the_same_arithmetic_as_homes_that_repeat_themselves():
    """Being late and sending the same again come to the same anchors and prices."""
    views = []
    for repeats in (True, False):
        community = Community(3)
        community.begin(terms(slots=2))
        for round_number in range(4):
            for at, home in enumerate(community.homes):
                if round_number == 0 or at == 0 or repeats:
                    steady = at * 10**8 + 7
                    community.decide(home, [steady + (at == 0) * round_number, -steady])
            if not repeats and round_number:
                community.pass_deadline()
        views.append(([community.own(home) for home in community.homes], community.view().mu_pico_per_kwh))
    assert views[0] == views[1]


def test_the_timer_of_a_closed_round_does_nothing(trio):
    trio.begin(terms(round_s=30))
    trio.advance_to(START_S + 20)
    for home in trio.homes:
        trio.decide(home, [KWH])
    open_round = trio.view()
    assert open_round.progress.deadline_s == START_S + 50
    trio.advance_to(START_S + 31)
    assert trio.view() == open_round
    trio.advance_to(START_S + 51)
    assert trio.view().progress.iteration == 3


def test_a_decision_at_the_deadline_itself_is_in_time(trio):
    trio.begin(terms())
    trio.advance_to(trio.view().progress.deadline_s)
    trio.decide(trio.homes[0], [KWH])
    assert trio.view().progress.present == 1


def test_a_round_that_ends_after_delivery_began_voids_the_session(trio):
    trio.begin(terms(slot_start_s=START_S + 10))
    trio.pass_deadline()
    assert (trio.phase(), trio.view().progress.reason) == (Phase.VOID, "delivery-has-begun")
    assert trio.locked_nano() == 0


def test_a_decision_for_another_iteration_is_refused(trio):
    trio.begin(terms())
    for home in trio.homes:
        trio.decide(home, [KWH])
    error = refused(trio, ClosedRound, trio.homes[0], [KWH], iteration=1)
    assert error.details == {"iteration": 1, "current": 2}
    refused(trio, ClosedRound, trio.homes[0], [KWH], iteration=3)


def test_a_home_decides_once_per_iteration(trio):
    trio.begin(terms())
    trio.decide(trio.homes[0], [KWH])
    refused(trio, AlreadySubmitted, trio.homes[0], [2 * KWH])


@pytest.mark.parametrize(("form", "right"), [(Form.EXCHANGE, 2), (Form.PAIRWISE, 4)])
def test_a_decision_has_one_number_per_slot_and_partner(trio, form, right):
    trio.begin(terms(form=form, slots=2))
    for length in (0, 1, right - 1, right + 1):
        error = refused(trio, WrongShape, trio.homes[0], [0] * length)
        assert error.details == {"field": "trades_nano_kwh", "length": length, "needed": right}
    trio.decide(trio.homes[0], [0] * right)


def test_a_trade_passes_the_registered_limit_neither_way(trio):
    trio.begin(terms(slots=2))
    most = 10_000 * 10**6
    error = refused(trio, BeyondLimit, trio.homes[0], [0, most + 1])
    assert error.details == {"slot": 1, "limit_wh": 10_000}
    refused(trio, BeyondLimit, trio.homes[0], [-most - 1, 0])
    trio.decide(trio.homes[0], [most, -most])


def test_pair_trades_pass_the_limit_neither_each_nor_together(trio):
    trio.begin(terms(form=Form.PAIRWISE))
    most = 10_000 * 10**6
    refused(trio, BeyondLimit, trio.homes[0], [most + 1, -most])
    refused(trio, BeyondLimit, trio.homes[0], [most, 1])
    trio.decide(trio.homes[0], [most, -most])


def test_numbers_beyond_64_bits_do_not_even_parse(trio):
    trio.begin(terms())
    with pytest.raises(ValueError, match="64-bit"):
        Int64Array([2**63])


def test_only_participants_decide(trio):
    trio.open(terms(), homes=trio.homes[:2])
    trio.join(*trio.homes[:2])
    refused(trio, NotAParticipant, trio.homes[2], [0])
    with pytest.raises(Forbidden):
        trio.decide(COORDINATOR, [0])


def test_a_decision_needs_a_session_that_iterates(trio):
    request = SubmitDecision(session_id=DAY, iteration=1, trades_nano_kwh=Int64Array([0]))
    with pytest.raises(NotFound):
        trio.submit(trio.homes[0], "transactive:submit_decision", request)
    trio.open(terms())
    trio.join(trio.homes[0])
    refused(trio, WrongPhase, trio.homes[0], [0], iteration=1)
    trio.join(*trio.homes[1:])
    for home in trio.homes:
        trio.decide(home, [0])
    refused(trio, WrongPhase, trio.homes[0], [0], iteration=1)


def test_a_decision_is_a_well_formed_record(trio):
    trio.begin(terms())
    ctx_bytes = b'{"iteration":1,"session_id":"day-1","trades_nano_kwh":"AAAA"}'
    before = trio.state()
    with pytest.raises(InvalidArgument, match="64-bit"):
        trio.submit_bytes(trio.homes[0], "transactive:submit_decision", ctx_bytes)
    assert trio.state() == before


@pytest.mark.parametrize("function", ["start", "update_duals", "finalise"])
def test_nobody_closes_anything_by_hand(trio, function):
    trio.begin(terms())
    due = Due(session_id=DAY, phase=Phase.ITERATING, number=1)
    with pytest.raises(WrongKind):
        trio.submit(COORDINATOR, f"transactive:{function}", due)


def test_there_is_no_other_function(trio):
    with pytest.raises(UnknownFunction):
        trio.submit(COORDINATOR, "transactive:close_round")


def test_an_update_that_leaves_64_bits_is_refused_and_at_the_deadline_voids_the_session(trio):
    trio.begin(terms())
    for home in trio.homes:
        trio.decide(home, [KWH])
    edge = Prices(mu_pico_per_kwh=Int64Array([2**63 - 1]), pooled_nano_kwh=Int64Array([8 * KWH]))
    trio.committed.values["transactive"][f"prices/{DAY}"] = encode(edge)  # thousands of absurd rounds later
    trio.decide(trio.homes[0], [KWH])
    trio.decide(trio.homes[1], [KWH])
    error = refused(trio, Overflow, trio.homes[2], [KWH])
    assert error.details == {"what": "mu"}
    trio.pass_deadline()
    assert (trio.phase(), trio.view().progress.reason) == (Phase.VOID, "overflow")
    assert trio.locked_nano() == 0
    assert trio.residuals()[-1].iteration == 1


@pytest.mark.parametrize("form", list(Form))
def test_anyone_with_the_public_state_reproduces_every_update(form):
    community = Community(4)
    slots = 2
    community.begin(terms(form=form, slots=slots, rho_nano=3 * 10**8))
    width = slots if form is Form.EXCHANGE else 3 * slots
    for round_number in range(5):
        decided = [
            [
                ((at + 3) * (number + 7) * 987_654_321 * (round_number + 1)) % 10**9 - 4 * 10**8
                for number in range(width)
            ]
            for at in range(4)
        ]
        before = [community.own(home) for home in community.homes]
        mu = community.view().mu_pico_per_kwh.values
        for home, trades in zip(community.homes, decided, strict=True):
            community.decide(home, trades)
        after = [community.own(home) for home in community.homes]
        if form is Form.EXCHANGE:
            again = exchange.update(
                decided, [own.anchor_nano_kwh.values for own in before], mu, rho_nano=3 * 10**8, fifths=8
            )
            assert list(community.view().mu_pico_per_kwh) == again.mu
            assert [list(own.anchor_nano_kwh) for own in after] == again.anchors
        else:
            again = pairwise.update(
                decided,
                pairs_of(before, "anchor_nano_kwh"),
                pairs_of(before, "multipliers_pico_per_kwh"),
                slots=slots,
                rho_nano=3 * 10**8,
                fifths=8,
            )
            assert pairs_of(after, "anchor_nano_kwh") == again.p_hat
            assert pairs_of(after, "multipliers_pico_per_kwh") == again.multipliers
            price = pairwise.price([0] * slots, again.multipliers, slots=slots)
            assert list(community.view().mu_pico_per_kwh) == price
        assert community.residuals()[-1].primal_squared == str(again.primal_squared)


def pairs_of(owns, field):
    """Put values of pairs together from the rows that the homes read."""
    slots = 2
    return [
        value
        for first, second in pairwise.pairs(len(owns))
        for value in getattr(owns[first], field).values[(second - 1) * slots : second * slots]
    ]


def test_state_grows_by_the_residual_log_alone(trio):
    trio.begin(terms(**EXACT))
    keys = []
    for round_number in range(3):
        for home in trio.homes:
            trio.decide(home, [KWH + round_number])
        keys.append(set(trio.state()["transactive"]))
    assert keys[1] - keys[0] == {f"residual/{DAY}/0000000002"}
    assert keys[2] - keys[1] == {f"residual/{DAY}/0000000003"}


def test_where_the_terms_say_so_a_late_home_counts_as_zero(trio):
    trio.begin(terms(relaxation_fifths=5, absent=Absent.ZERO))
    for home, trade in zip(trio.homes, (3, 4, 5), strict=True):
        trio.decide(home, [trade * KWH])
    trio.decide(trio.homes[0], [2 * KWH])
    trio.pass_deadline()
    assert trio.residuals()[1].primal_nano_kwh == 2 * KWH
    assert [trio.own(home).trades_nano_kwh.values for home in trio.homes] == [(2 * KWH,), (0,), (0,)]


def test_the_last_iteration_before_delivery_is_repaired_and_proposed(trio):
    """Another iteration (30 s) and its agreement (45 s) might end after delivery has begun."""
    trio.begin(terms(slot_start_s=START_S + 95, **EXACT))
    for home in trio.homes:
        trio.decide(home, [KWH])
    assert trio.view().progress.iteration == 2
    trio.advance_to(START_S + 20)
    for home in trio.homes:
        trio.decide(home, [KWH])
    progress = trio.view().progress
    assert (progress.phase, progress.iteration, progress.converged) == (Phase.CONFIRMING, 2, False)
    assert sum(trio.own(home).proposed_wh[0] for home in trio.homes) == 0
