import pytest

from tests.market.homes.samples import home, prosumer
from wattloom.market.homes.community import Community
from wattloom.market.homes.errors import BadHome


def community(*homes):
    return Community("test", 24, 3600, 0, homes, synthetic=True, description="made up")


def test_homes_stand_in_the_order_of_their_ids():
    assert len(community(prosumer("a"), prosumer("b")).homes) == 2
    for ids in ("ba", "aa", "a"):
        with pytest.raises(BadHome, match="unique home_id"):
            community(*map(prosumer, ids))


def test_a_home_on_other_slots_is_refused():
    with pytest.raises(BadHome, match="home b plans 12 slots"):
        community(prosumer("a"), home(home_id="b", slots=12))
