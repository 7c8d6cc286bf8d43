import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaincode.transactive.quadratic import PRICE_UNIT, UNIT, Quadratic, nano
from wattloom.chaincode.transactive import exchange

NUMBER = st.integers(-(10**12), 10**12)


def rows(draw, homes, slots):
    return draw(st.lists(st.lists(NUMBER, min_size=slots, max_size=slots), min_size=homes, max_size=homes))


@st.composite
def rounds(draw):
    """Decisions, balanced anchors and prices of one iteration."""
    homes, slots = draw(st.integers(2, 7)), draw(st.integers(1, 4))
    decisions, anchors = rows(draw, homes, slots), exchange.balanced(rows(draw, homes, slots))
    return decisions, anchors, draw(st.lists(NUMBER, min_size=slots, max_size=slots))


def test_one_update_worked_by_hand():
    after = exchange.update(
        [[1_000_000_001], [-400_000_000]], [[0], [0]], [200_000_000_000], rho_nano=10**8, fifths=5
    )
    assert after.pooled == [600_000_001]
    assert after.anchors == [[700_000_000], [-700_000_000]]  # the odd unit goes to index 0
    assert after.mu == [230_000_000_050]  # 0.2 + 0.1 * 0.6 / 2 $/kWh
    assert after.primal_squared == 600_000_001**2
    assert after.moves_squared == 2 * 700_000_000**2


def test_an_over_relaxed_update_worked_by_hand():
    after = exchange.update([[7], [-2], [1]], [[3], [-4], [1]], [0], rho_nano=10**9, fifths=8)
    # r = floor((56 - 9) / 5), floor((-16 + 12) / 5), floor((8 - 3) / 5) = 9, -1, 1; R = 9, R / N = 3
    assert (after.pooled, after.anchors, after.mu) == ([9], [[6], [-4], [-2]], [3_000])
    assert (after.primal_squared, after.moves_squared) == (36, 9 + 0 + 9)


@given(rounds(), st.integers(1, 10**12), st.integers(5, 10))
def test_anchors_always_sum_to_zero(case, rho_nano, fifths):
    decisions, anchors, mu = case
    after = exchange.update(decisions, anchors, mu, rho_nano=rho_nano, fifths=fifths)
    assert [sum(slot) for slot in zip(*after.anchors, strict=True)] == [0] * len(mu)


@given(rounds())
def test_balanced_decisions_differ_from_the_decisions_by_an_even_share(case):
    decisions, _, _ = case
    balanced = exchange.balanced(decisions)
    moves = [
        [new - old for new, old in zip(*pair, strict=True)] for pair in zip(balanced, decisions, strict=True)
    ]
    for slot in zip(*moves, strict=True):
        assert max(slot) - min(slot) <= 1
    assert [sum(slot) for slot in zip(*balanced, strict=True)] == [0] * len(balanced[0])


@given(rounds(), st.integers(5, 10))
def test_a_home_can_compute_its_next_anchor_from_the_pooled_sum_alone(case, fifths):
    decisions, anchors, mu = case
    after = exchange.update(decisions, anchors, mu, rho_nano=1, fifths=fifths)
    for index, (trades, anchor) in enumerate(zip(decisions, anchors, strict=True)):
        relaxed = exchange.relax(trades, anchor, fifths)
        assert (
            exchange.next_anchor(relaxed, after.pooled, index=index, homes=len(decisions))
            == after.anchors[index]
        )


@pytest.mark.parametrize("fifths", [5, 8])
def test_integers_follow_the_float_recursion_to_a_few_units(fifths):
    homes, slots, rho = 6, 3, 0.3
    quadratic = Quadratic.drawn(homes=homes, slots=slots, seed=7)
    alpha = fifths / 5
    mu, anchor = np.zeros(slots), np.zeros((homes, slots))
    whole_mu, whole_anchor = [0] * slots, [[0] * slots for _ in range(homes)]
    for _ in range(30):
        decided = np.array([quadratic.exchange(i, mu, anchor[i], rho) for i in range(homes)])
        relaxed = alpha * decided - (alpha - 1) * anchor
        anchor = relaxed - relaxed.mean(axis=0)
        mu = mu + rho * relaxed.mean(axis=0)
        whole = [
            nano(
                quadratic.exchange(i, np.array(whole_mu) * PRICE_UNIT, np.array(whole_anchor[i]) * UNIT, rho)
            )
            for i in range(homes)
        ]
        after = exchange.update(whole, whole_anchor, whole_mu, rho_nano=3 * 10**8, fifths=fifths)
        whole_mu, whole_anchor = after.mu, after.anchors
        assert np.abs(np.array(whole_mu) * PRICE_UNIT - mu).max() < 20 * UNIT
        assert np.abs(np.array(whole_anchor) * UNIT - anchor).max() < 20 * UNIT
