import pytest

from tests.chaincode.auction.neighbourhood import AUDITOR, DAY_S, GRID, REGISTRAR, UTILITY, Neighbourhood
from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.auction.errors import NoTariff, NotConnected, TariffTooHigh
from wattloom.chaincode.auction.records import Sealing, Zone
from wattloom.chaincode.registry.records import Home
from wattloom.chaincode.testing import caller

TOMORROW_S = DAY_S + 86_400


def test_only_a_utility_opens_a_market(street, refused):
    refused(Forbidden, street.open_market, market_id="other", who=street.homes[0])
    refused(AlreadyExists, street.open_market)
    stranger = caller("north.newgrid", "utility")
    refused(NotFound, street.open_market, market_id="other", who=stranger)


def test_a_zone_is_named_once(street, refused):
    twice = [Zone(name="east", fee_nano_per_wh=1), Zone(name="east", fee_nano_per_wh=2)]
    refused(InvalidArgument, street.open_market, market_id="other", zones=twice)


def test_a_days_tariff_is_stated_once_and_by_the_markets_utility(street, refused):
    refused(AlreadyExists, street.set_tariff)
    refused(Forbidden, street.set_tariff, day_start_s=TOMORROW_S, who=caller("south.grid", "utility"))
    refused(InvalidArgument, street.set_tariff, day_start_s=TOMORROW_S + 1)


@pytest.mark.parametrize(
    ("grid", "feed_in"),
    [((1, 2), (0,)), ((10,), (11,)), ((10,), (-1,)), ((), (0,)), ((*[10] * 23, 5), (6,))],
)
def test_prices_that_do_not_fit_are_refused(street, refused, grid, feed_in):
    refused(InvalidArgument, street.set_tariff, grid, feed_in, day_start_s=TOMORROW_S)


def test_no_tariff_passes_what_the_members_have_voted_for(street, refused):
    refusal = refused(TariffTooHigh, street.set_tariff, (10**9 + 1,), (0,), day_start_s=TOMORROW_S)
    assert refusal.details == {"highest_nano_per_wh": 10**9}


def test_nobody_trades_where_no_tariff_is_stated(street, refused):
    refused(NoTariff, street.bid, street.homes[0], 1, GRID, slot_start_s=TOMORROW_S)
    refused(NoTariff, street.ask_for, street.homes[0], 1, start_s=TOMORROW_S)


def test_a_market_with_zones_takes_orders_of_connected_homes_alone():
    street = Neighbourhood(2, zones=[Zone(name="east", fee_nano_per_wh=7)])
    anna, bert = street.homes
    street.connect(anna, "east")
    assert street.bid(anna, 1, GRID).fee_nano_per_wh == 7
    with pytest.raises(NotConnected):
        street.bid(bert, 1, GRID)
    with pytest.raises(InvalidArgument):
        street.connect(bert, "west")
    with pytest.raises(InvalidArgument):
        street.connect(bert)


def test_only_the_markets_utility_connects_homes_that_are_known(street, refused):
    refused(Forbidden, street.connect, street.homes[0], who=caller("south.grid", "utility"))
    refused(NotFound, street.connect, caller("north.nobody", "home"))
    refused(Forbidden, street.connect, street.homes[0], who=AUDITOR)


def test_a_utility_does_not_trade_in_its_own_market(street, refused):
    as_home = caller(UTILITY.party_id, "home")
    street.submit(REGISTRAR, "registry:register_home", Home(party_id=UTILITY.party_id, limit_wh=1_000))
    asked = street.ask_for(street.homes[0], 10)
    refused(Forbidden, street.ask, as_home, 10, 200)
    refused(Forbidden, street.offer, as_home, asked, 10, 200)
    refused(Forbidden, street.ask_for, as_home, 10, bidding=False)


def test_gates_close_no_later_than_the_members_have_voted_for(street):
    market = street.open_market(market_id="other", sealing=Sealing(reveal_s=60, forfeit_nano=5))
    assert market.utility == UTILITY.party_id
    assert (market.clears_s(10_000), market.closes_s(10_000)) == (9_400, 9_340)
