from hypothesis import given
from hypothesis import strategies as st

from tests.chaincode.auction.matching.books import plain, quotes, unhurried
from wattloom.chaincode.auction.matching import accept


@unhurried
@given(offers=plain(), need_wh=st.integers(0, 60))
def test_the_need_is_met_as_far_as_offers_go(offers, need_wh):
    offered = quotes(offers)
    taken = accept(need_wh, offered)
    assert sum(taken) == min(need_wh, sum(offer.energy_wh for offer in offered))
    assert all(0 <= got <= offer.energy_wh for got, offer in zip(taken, offered, strict=True))


@unhurried
@given(offers=plain(), need_wh=st.integers(0, 60))
def test_no_watt_hour_could_have_been_cheaper(offers, need_wh):
    offered = quotes(offers)
    cost = sum(
        got * offer.price_nano_per_wh for got, offer in zip(accept(need_wh, offered), offered, strict=True)
    )
    watt_hours = sorted(offer.price_nano_per_wh for offer in offered for _ in range(offer.energy_wh))
    assert cost == sum(watt_hours[:need_wh])


def test_among_equal_prices_the_earlier_offer_is_taken_first():
    assert accept(5, quotes([(3, 7), (4, 7), (4, 6)])) == [1, 0, 4]
