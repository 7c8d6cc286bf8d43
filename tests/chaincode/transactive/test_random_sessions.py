"""Any session, whoever is late, absent, refusing or sending nonsense, conserves money and balances energy."""

from random import Random

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.chaincode.transactive.community import RICH_NANO, Community, terms
from wattloom.chaincode.api import ChaincodeError, Int64Array
from wattloom.chaincode.transactive import pairwise
from wattloom.chaincode.transactive.records import Phase
from wattloom.chaincode.transactive.terms import Absent, Billing, Form, RhoSchedule

ENDED = (Phase.SETTLED, Phase.VOID)
LIMIT_WH = 10_000


@st.composite
def agreements(draw):
    slots = draw(st.integers(1, 3))
    billing = draw(st.sampled_from(list(Billing)))
    fixed, bargained = billing is Billing.FIXED, billing is Billing.BARGAINING
    return terms(
        form=draw(st.sampled_from(list(Form))),
        slots=slots,
        rho_schedule=draw(st.sampled_from(list(RhoSchedule))),
        rho_nano=draw(st.integers(5, 10**9)),
        relaxation_fifths=draw(st.integers(5, 10)),
        max_iterations=draw(st.integers(1, 4)),
        slot_start_s=draw(st.sampled_from([1_700_086_400, 1_700_000_200])),
        billing=billing,
        absent=draw(st.sampled_from(list(Absent))),
        saving_limit_nano=draw(st.integers(1, 10**9)) if bargained else 0,
        fixed_price_nano_per_wh=Int64Array([draw(st.integers(-1_000, 1_000))] if fixed else []),
        start_price_pico_per_kwh=Int64Array([draw(st.integers(-(10**12), 10**12))]),
        price_cap_nano_per_wh=draw(st.sampled_from([1_000, 300_000])),
        repair_limit_wh=draw(st.sampled_from([0, 3, 2_000, 50_000])),
    )


def attempt(call, *arguments, **named):
    """Make a call; a refusal must leave everything as it was."""
    community = call.__self__
    before = community.state()
    try:
        call(*arguments, **named)
    except ChaincodeError:
        assert community.state() == before


def act(community: Community, home, chance: Random) -> None:
    """Let a home do something, sensible or not."""
    view = community.view()
    progress, most = view.progress, view.session.terms.saving_limit_nano
    what = chance.choices(["right", "nothing", "stale", "misshapen"], [10, 3, 1, 1])[0]
    if what == "nothing":
        return
    if progress.phase is Phase.JOINING:
        start = [chance.randint(-(10**9), 10**9) for _ in range(view.session.terms.slots)]
        attempt(community.join_from, home, start if chance.random() < 0.5 else [])
    elif progress.phase is Phase.ITERATING:
        own = community.view(home).own
        length = (len(own.trades_nano_kwh) if own else 1) + (what == "misshapen")
        size = chance.choice(
            [0, 10**6, 10**9, 3 * 10**9, 12 * 10**9]
        )  # the limit is 10 kWh: some are refused
        trades = [chance.randint(-size, size) for _ in range(length)]
        iteration = progress.iteration - (what == "stale")
        attempt(community.decide, home, trades, iteration=max(iteration, 1))
    elif progress.phase is Phase.CONFIRMING:
        proposal = progress.proposal + (what == "stale")
        accept = chance.random() < 0.8
        attempt(
            community.confirm,
            home,
            accept=accept,
            proposal=proposal,
            withdraw=not accept and chance.random() < 0.5,
            saving_nano=chance.randint(0, most + 1) if accept else 0,
        )


def check_session(community: Community, form: Form) -> None:
    """What holds at every moment."""
    assert community.total_nano() == RICH_NANO * len(community.homes)
    view = community.view()
    if view.progress.phase is Phase.ITERATING:
        owns = [community.own(home) for home in community.homes if home.party_id in view.homes]
        if form is Form.EXCHANGE:
            # anchors of one iteration: all of them, decided or not, sum to zero
            rows = [own.anchor_nano_kwh.values for own in owns]
            assert [sum(slot) for slot in zip(*rows, strict=True)] == [0] * view.session.terms.slots
        else:
            slots = view.session.terms.slots
            for i, j in pairwise.pairs(len(owns)):
                ours = owns[i].anchor_nano_kwh.values[(j - 1) * slots : j * slots]
                theirs = owns[j].anchor_nano_kwh.values[i * slots : (i + 1) * slots]
                assert ours == tuple(-value for value in theirs)


def check_end(community: Community) -> None:
    view = community.view()
    assert community.locked_nano() == 0
    community.assert_timers_never_fail()
    if view.progress.phase is Phase.VOID:
        assert all(community.account(home).free_nano == RICH_NANO for home in community.homes)
        return
    bills = [community.bill(home) for home in community.homes if home.party_id in view.homes]
    assert sum(bill.amount_nano for bill in bills) == 0
    for slot in zip(*(bill.trades_wh.values for bill in bills), strict=True):
        assert sum(slot) == 0
        assert all(abs(trade) <= LIMIT_WH for trade in slot)
    for home in community.homes:
        if home.party_id in view.homes:
            assert community.account(home).free_nano == RICH_NANO - community.bill(home).amount_nano


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(agreements(), st.integers(2, 6), st.randoms(use_true_random=True))
def test_a_random_session_ends_with_money_conserved_and_energy_balanced(agreed, count, chance):
    community = Community(count, limit_wh=LIMIT_WH)
    community.open(agreed)
    for _ in range(40):
        for home in chance.sample(community.homes, count):
            act(community, home, chance)
        check_session(community, agreed.form)
        if community.phase() in ENDED:
            break
        if chance.random() < 0.3:
            community.pass_deadline()
            check_session(community, agreed.form)
    while community.phase() not in ENDED:
        community.pass_deadline()
    check_end(community)
    end = community.view().progress
    event(f"{end.phase} {end.reason} after proposal {end.proposal}")


def recorded(form: Form) -> Community:
    """Play one session with late, refusing and repaired homes."""
    community = Community(4)
    community.begin(terms(form=form, slots=2, max_iterations=3))
    width = 2 if form is Form.EXCHANGE else 6
    for number in range(3):
        for at in (3, 0, 2) if number else (3, 1, 0, 2):
            community.decide(community.homes[at], [(at - 1) * 10**9 // (number + 2)] * width)
        if number:
            community.pass_deadline()
    for at in (2, 0, 1):
        community.confirm(community.homes[at], accept=at != 2)
    while community.phase() not in ENDED:
        community.pass_deadline()
    return community


def test_a_replay_gives_the_same_bytes():
    for form in Form:
        one, two = recorded(form), recorded(form)
        assert one.state() == two.state()
        assert one.events == two.events
