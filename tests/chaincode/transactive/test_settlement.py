import pytest

from tests.chaincode.transactive.community import DAY, RICH_NANO, Community, terms
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.transactive.messages import Settled
from wattloom.chaincode.transactive.records import Phase
from wattloom.chaincode.transactive.terms import Billing, Form

WH = 10**6
PRICE = Int64Array([200_000_000_000])  # 0.2 $/kWh


def settled(community: Community, trades_wh, agreed) -> None:
    community.begin(agreed)
    for home, trades in zip(community.homes, trades_wh, strict=True):
        community.decide(home, [trade * WH for trade in trades])
    community.confirm_all()
    assert community.phase() is Phase.SETTLED


def bills(community) -> list[int]:
    return [community.bill(home).amount_nano for home in community.homes]


def free(community) -> list[int]:
    return [community.account(home).free_nano - RICH_NANO for home in community.homes]


def test_a_small_session_worked_by_hand():
    """1 kWh wanted, 0.4 kWh offered at 0.2 $/kWh; rho 0.1: the price rises to 0.23, each meets at 0.7 kWh."""
    pair = Community(2)
    agreed = terms(max_iterations=1, relaxation_fifths=5, start_price_pico_per_kwh=PRICE)
    pair.begin(agreed)
    pair.decide(pair.homes[0], [1_000_000_001])
    pair.decide(pair.homes[1], [-400_000_000])
    (entry,) = pair.residuals()
    assert (entry.primal_nano_kwh, entry.primal_squared) == (600_000_001, "360000001200000001")
    assert (entry.dual_nano_per_kwh, entry.dual_squared) == (98_994_949, "9800000000000000000000000000000000")
    assert pair.view().mu_pico_per_kwh.values == (230_000_000_050,)
    assert [pair.own(home).proposed_wh.values for home in pair.homes] == [(700,), (-700,)]
    pair.confirm_all()
    assert pair.bill(pair.homes[0]).prices_nano_per_wh.values == (230_000,)
    assert bills(pair) == [161_000_000, -161_000_000]  # 0.161 $
    assert free(pair) == [-161_000_000, 161_000_000]
    assert pair.locked_nano() == 0


def test_fixed_prices_are_paid_whatever_the_duals_say(trio):
    agreed = terms(
        slots=2, max_iterations=1, billing=Billing.FIXED, fixed_price_nano_per_wh=Int64Array([100, -30])
    )
    settled(trio, [[5, 1], [-3, 1], [-2, -2]], agreed)
    assert bills(trio) == [500 - 30, -300 - 30, -200 + 60]
    assert free(trio) == [-470, 330, 140]


def test_the_clearing_price_is_held_at_the_cap(trio):
    agreed = terms(max_iterations=1, start_price_pico_per_kwh=PRICE, price_cap_nano_per_wh=150_000)
    settled(trio, [[5], [-3], [-2]], agreed)
    assert bills(trio) == [750_000, -450_000, -300_000]


def test_a_home_that_trades_its_limit_at_the_cap_spends_exactly_its_collateral():
    pair = Community(2, limit_wh=100, money_nano=100 * 150)
    agreed = terms(max_iterations=1, start_price_pico_per_kwh=PRICE, price_cap_nano_per_wh=150)
    settled(pair, [[100], [-100]], agreed)
    assert [pair.account(home).free_nano for home in pair.homes] == [0, 2 * 100 * 150]


def test_at_a_negative_price_the_seller_pays(trio):
    agreed = terms(max_iterations=1, start_price_pico_per_kwh=Int64Array([-50_000_000]))
    settled(trio, [[5], [-3], [-2]], agreed)
    assert bills(trio) == [-250, 150, 100]
    assert free(trio) == [250, -150, -100]


def test_pairwise_money_is_the_price_less_the_mean_multiplier(trio):
    agreed = terms(form=Form.PAIRWISE, max_iterations=1, start_price_pico_per_kwh=PRICE, relaxation_fifths=5)
    trio.begin(agreed)
    # sums per pair: 0-1: 6 Wh, 0-2: 0, 1-2: 0; lambda_01 = -0.1 / 2 * 0.006 $/kWh
    for home, row in zip(trio.homes, ([8, 1], [-2, 2], [-1, -2]), strict=True):
        trio.decide(home, [trade * WH for trade in row])
    assert trio.view().mu_pico_per_kwh.values == (200_100_000_000,)
    trio.confirm_all()
    assert [list(trades) for trades in trio.trades().values()] == [[6], [-3], [-3]]
    assert bills(trio) == [6 * 200_100, -3 * 200_100, -3 * 200_100]


def test_a_session_without_trades_settles_to_nothing(trio):
    settled(trio, [[0], [0], [0]], terms())
    assert bills(trio) == [0, 0, 0]
    assert trio.locked_nano() == 0


def test_the_end_is_announced_with_prices_and_volume(trio):
    agreed = terms(slots=2, max_iterations=1, billing=Billing.FIXED, fixed_price_nano_per_wh=Int64Array([7]))
    settled(trio, [[5, 1], [-3, 1], [-2, -2]], agreed)
    event = trio.events[-1]
    assert event.name == "settled"
    assert decode(event.payload, Settled) == Settled(
        session_id=DAY,
        iterations=1,
        converged=False,
        proposal=1,
        prices_nano_per_wh=Int64Array([7, 7]),
        traded_wh=7,
    )


@pytest.mark.parametrize("form", list(Form))
def test_a_settled_session_holds_nobodys_money(form):
    pair = Community(2)
    settled(pair, [[5], [-5]], terms(form=form, max_iterations=1, start_price_pico_per_kwh=PRICE))
    assert pair.total_nano() == 2 * RICH_NANO
    assert pair.locked_nano() == 0
