import numpy as np
import pytest

from tests.chaincode.transactive.community import Community, terms
from tests.chaincode.transactive.quadratic import PRICE_UNIT, UNIT, Quadratic, agree, iterate
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.records import Phase
from wattloom.chaincode.transactive.terms import Form, RhoSchedule

HOMES, SLOTS = 5, 4
QUADRATIC = Quadratic.drawn(homes=HOMES, slots=SLOTS, seed=1)

EXCHANGE = terms(slots=SLOTS, rho_nano=10**8)
RELAXED = {"exchange, relaxed": EXCHANGE, "exchange, plain": terms(slots=SLOTS, relaxation_fifths=5)}
PAIRWISE = {
    "pairwise, relaxed": terms(form=Form.PAIRWISE, slots=SLOTS, rho_nano=4 * 10**8),
    "pairwise, from a price": terms(
        form=Form.PAIRWISE,
        slots=SLOTS,
        rho_nano=4 * 10**8,
        relaxation_fifths=5,
        start_price_pico_per_kwh=Int64Array([2 * 10**11]),
    ),
}
CASES = RELAXED | PAIRWISE


@pytest.mark.parametrize("agreed", CASES.values(), ids=CASES.keys())
def test_a_session_finds_the_optimum_and_bills_at_the_analytic_clearing_price(agreed):
    community = Community(HOMES)
    community.begin(agreed)
    iterations = iterate(community, QUADRATIC)
    assert iterations < 150
    assert community.view().progress.converged
    mu = np.array(community.view().mu_pico_per_kwh.values) * PRICE_UNIT
    assert mu == pytest.approx(QUADRATIC.clearing_price(), abs=1e-6)

    community.confirm_all()
    assert community.phase() is Phase.SETTLED
    traded = np.array([community.trades()[home.party_id] for home in community.homes]) / 1_000
    assert np.abs(traded - QUADRATIC.optimum()).max() < 0.001 + 1e-6
    assert QUADRATIC.cost(traded) == pytest.approx(QUADRATIC.cost(QUADRATIC.optimum()), rel=1e-4)
    prices = np.rint(QUADRATIC.clearing_price() * 1e6)
    for home, trades in zip(community.homes, traded, strict=True):
        bill = community.bill(home)
        assert np.abs(np.array(bill.prices_nano_per_wh.values) - prices).max() <= 1
        assert bill.amount_nano == pytest.approx(
            float(trades @ prices) * 1_000, abs=float(np.abs(trades).sum() * 1_000)
        )


@pytest.mark.parametrize("form", list(Form))
def test_the_papers_falling_rho_approaches_the_optimum_slowly(form):
    scale = 1 if form is Form.EXCHANGE else HOMES - 1
    agreed = terms(
        form=form,
        slots=SLOTS,
        rho_schedule=RhoSchedule.PAPER,
        rho_nano=scale * 10**9,
        relaxation_fifths=5,
        max_iterations=60,
    )
    community = Community(HOMES)
    community.begin(agreed)
    assert iterate(community, QUADRATIC) == 60
    log = community.residuals()
    assert [entry.rho_nano for entry in log[:3]] == [scale * 10**9, scale * 10**9 // 2, scale * 10**9 // 3]
    mu = np.array(community.view().mu_pico_per_kwh.values) * PRICE_UNIT
    assert mu == pytest.approx(QUADRATIC.clearing_price(), abs=2e-3)
    community.confirm_all()
    traded = np.array([community.trades()[home.party_id] for home in community.homes]) / 1_000
    assert QUADRATIC.cost(traded) == pytest.approx(QUADRATIC.cost(QUADRATIC.optimum()), rel=2e-3)


def test_a_primal_tolerance_alone_would_stop_at_no_trade():
    """With a huge rho nobody moves, the sum is nearly zero, and only the price still runs."""
    agreed = terms(slots=SLOTS, rho_nano=10**12, primal_tolerance_nano_kwh=10**7, max_iterations=3)
    community = Community(HOMES)
    community.begin(agreed)
    iterate(community, QUADRATIC)
    assert community.residuals()[1].primal_nano_kwh <= agreed.primal_tolerance_nano_kwh
    assert community.view().progress.iteration == 3
    assert not community.view().progress.converged


@pytest.mark.parametrize(("iterations", "most_lost"), [(1, 0.2), (3, 0.01), (10, 1e-5)])
@pytest.mark.parametrize("seed", range(3))
def test_any_iteration_can_be_the_last(iterations, most_lost, seed):
    homes = Quadratic.drawn(homes=HOMES, slots=SLOTS, seed=seed)
    traded = traded_after(iterations, homes)
    alone, best = homes.cost(0 * traded), homes.cost(homes.optimum())
    assert 0 <= (homes.cost(traded) - best) / (alone - best) <= most_lost


@pytest.mark.parametrize("price_per_kwh", [-1, 1])
def test_nobody_who_answers_loses_however_wrong_the_prices_are(price_per_kwh):
    traded_after(1, Quadratic.drawn(homes=HOMES, slots=SLOTS, seed=1), price_per_kwh=price_per_kwh)


def traded_after(iterations, homes, *, price_per_kwh=0):
    """Return the firm trades, kWh, of a session that is ended early; they balance, and nobody has lost."""
    community = Community(HOMES)
    agreed = terms(
        slots=SLOTS,
        max_iterations=iterations,
        repair_limit_wh=10_000,
        price_cap_nano_per_wh=10**7,
        start_price_pico_per_kwh=Int64Array([price_per_kwh * 10**12]),
    )
    community.begin(agreed)
    assert iterate(community, homes) == iterations
    agree(community, homes)
    traded = np.zeros((HOMES, SLOTS))
    if community.phase() is Phase.SETTLED:
        traded = np.array([community.trades()[home.party_id] for home in community.homes]) / 1_000
        for index, home in enumerate(community.homes):
            paid = community.bill(home).amount_nano * UNIT
            assert homes.cost_of(index, traded[index]) + paid <= homes.cost_of(index, np.zeros(SLOTS)) + 1e-6
    assert np.abs(traded.sum(axis=0)).max() < 1e-9
    return traded
