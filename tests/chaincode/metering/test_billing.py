from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.metering.billing import deviation_cost, per_slot

ENERGY = st.integers(-(10**6), 10**6)


def test_a_deviation_is_priced_by_its_sign():
    cost = deviation_cost([900, -700, 5], [500, -600, 5], shortfall=[300, 310, 320], surplus=[60, 61, 62])
    assert cost.prices_nano_per_wh == [300, 61, 62]
    assert cost.amount_nano == 400 * 300 - 100 * 61


def test_one_price_stands_for_every_slot():
    assert per_slot([7], 3) == [7, 7, 7]
    assert per_slot([7, 8], 2) == [7, 8]


@given(ENERGY, ENERGY, ENERGY, st.integers(0, 1_000), st.integers(0, 1_000))
def test_a_watt_hour_more_never_costs_less_than_the_surplus_pays_nor_more_than_the_shortfall_costs(
    metered, traded, more, surplus, spread
):
    """So keeping to the trades is never punished, and no pair of deviations earns money by itself."""
    prices = {"shortfall": [surplus + spread], "surplus": [surplus]}
    extra = abs(more)
    step = (
        deviation_cost([metered + extra], [traded], **prices).amount_nano
        - deviation_cost([metered], [traded], **prices).amount_nano
    )
    assert surplus * extra <= step <= (surplus + spread) * extra
