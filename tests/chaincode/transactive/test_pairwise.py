import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaincode.transactive.quadratic import PRICE_UNIT, UNIT, Quadratic, nano
from wattloom.chaincode.transactive import pairwise

NUMBER = st.integers(-(10**12), 10**12)


@st.composite
def rounds(draw):
    """Rows, p_hat, multipliers and slots of one iteration."""
    homes, slots = draw(st.integers(2, 5)), draw(st.integers(1, 3))
    width, count = (homes - 1) * slots, homes * (homes - 1) // 2 * slots
    row = st.lists(NUMBER, min_size=width, max_size=width)
    values = st.lists(NUMBER, min_size=count, max_size=count)
    return draw(st.lists(row, min_size=homes, max_size=homes)), draw(values), draw(values), slots


def test_one_update_worked_by_hand():
    after = pairwise.update([[9], [4]], [0], [5], slots=1, rho_nano=10**6, fifths=5)
    assert after.p_hat == [2]  # floor((9 - 4) / 2)
    assert after.multipliers == [-2]  # 5 - round_half_up(13 / 2)
    assert after.primal_squared == (2 - 9) ** 2 + (-2 - 4) ** 2
    assert after.moves_squared == 2 * 2**2


def test_an_over_relaxed_update_worked_by_hand():
    after = pairwise.update([[10], [-6]], [8], [0], slots=1, rho_nano=10**9, fifths=8)
    # r_ij = floor((80 - 24) / 5) = 11, r_ji = floor((-48 + 24) / 5) = -5
    assert (after.p_hat, after.multipliers) == ([8], [-3_000])
    assert (after.primal_squared, after.moves_squared) == (4 + 4, 0)


@given(rounds(), st.integers(5, 10))
def test_rows_of_p_hat_are_antisymmetric_and_rows_of_multipliers_symmetric(case, fifths):
    rows, p_hat, multipliers, slots = case
    homes = len(rows)
    after = pairwise.update(rows, p_hat, multipliers, slots=slots, rho_nano=10**8, fifths=fifths)
    hats, lambdas = (
        np.array(
            [pairwise.row_of(values, i, homes=homes, slots=slots, mirrored=sign) for i in range(homes)],
            dtype=object,
        ).reshape(homes, homes - 1, slots)
        for values, sign in ((after.p_hat, -1), (after.multipliers, 1))
    )
    for i, j in pairwise.pairs(homes):
        assert (hats[i][j - 1] == -hats[j][i]).all()
        assert (lambdas[i][j - 1] == lambdas[j][i]).all()


@given(rounds())
def test_balanced_net_trades_sum_to_zero_and_follow_the_rows(case):
    rows, _, _, slots = case
    balanced = pairwise.balanced(rows, slots=slots)
    assert [sum(slot) for slot in zip(*balanced, strict=True)] == [0] * slots
    mirrored = pairwise.update(
        rows,
        [0] * (len(rows) * (len(rows) - 1) // 2 * slots),
        [0] * (len(rows) * (len(rows) - 1) // 2 * slots),
        slots=slots,
        rho_nano=1,
        fifths=5,
    )
    for home, trades in enumerate(balanced):
        row = pairwise.row_of(mirrored.p_hat, home, homes=len(rows), slots=slots, mirrored=-1)
        assert pairwise.net(row, slots=slots) == trades


def test_the_price_is_the_base_less_the_mean_multiplier():
    assert pairwise.price([100, 200], [3, -1, 4, -2, 4, -2], slots=2) == [96, 202]


@pytest.mark.parametrize("fifths", [5, 8])
def test_integers_follow_the_papers_equations_in_floats_to_a_few_units(fifths):
    """Equations (14) and (15) of paper 000 as printed: full matrices, lambda_ij and lambda_ji kept apart."""
    homes, slots, rho, alpha = 4, 2, 0.9, fifths / 5
    quadratic, pi = Quadratic.drawn(homes=homes, slots=slots, seed=3), np.full(2, 0.2)
    p_hat, lam = np.zeros((homes, homes, slots)), np.zeros((homes, homes, slots))
    others = [[j for j in range(homes) if j != i] for i in range(homes)]
    count = homes * (homes - 1) // 2 * slots
    whole_hat, whole_lam = [0] * count, [0] * count

    def row(values, home, sign):
        found = pairwise.row_of(values, home, homes=homes, slots=slots, mirrored=sign)
        return np.array(found).reshape(homes - 1, slots) * (UNIT if sign < 0 else PRICE_UNIT)

    for _ in range(25):
        p = np.zeros_like(p_hat)
        for i in range(homes):
            p[i, others[i]] = quadratic.pairwise(i, pi, p_hat[i, others[i]], lam[i, others[i]], rho)
        p = alpha * p - (alpha - 1) * p_hat
        mirror = p.transpose(1, 0, 2)
        p_hat = (rho * (p - mirror) - (lam - lam.transpose(1, 0, 2))) / (2 * rho)  # (14)
        lam = lam + rho * (p_hat - p)  # (15)
        rows = [
            nano(quadratic.pairwise(i, pi, row(whole_hat, i, -1), row(whole_lam, i, 1), rho))
            for i in range(homes)
        ]
        after = pairwise.update(rows, whole_hat, whole_lam, slots=slots, rho_nano=9 * 10**8, fifths=fifths)
        whole_hat, whole_lam = after.p_hat, after.multipliers
        for i in range(homes):
            assert np.abs(row(whole_hat, i, -1) - p_hat[i, others[i]]).max() < 30 * UNIT
            assert np.abs(row(whole_lam, i, 1) - lam[i, others[i]]).max() < 30 * UNIT
