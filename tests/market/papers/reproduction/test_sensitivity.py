import numpy as np
import pytest

from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.papers.communities import random_community
from wattloom.market.papers.reproduction.sensitivity import sensitivities, with_peak_price, with_renewables


@pytest.fixture(scope="module")
def homes():
    return random_community("hvac-2020", homes=3, slots=24, seed=1).homes


def yields(home):
    return sum(device.available_kwh.sum() for device in home.devices if isinstance(device, Renewable))


def test_one_value_is_changed_and_all_others_stay(homes):
    for home in homes:
        dearer, sunnier = with_peak_price(home, 3.0), with_renewables(home, 2.0)
        assert dearer.tariff.peak_price_per_kw == 3.0 * home.tariff.peak_price_per_kw
        assert (dearer.devices, dearer.tariff.grid_limit_kw) == (home.devices, home.tariff.grid_limit_kw)
        assert yields(sunnier) == pytest.approx(2.0 * yields(home))
        assert (sunnier.tariff, len(sunnier.devices)) == (home.tariff, len(home.devices))


def test_savings_move_with_what_the_papers_do_not_publish(homes):
    found = list(sensitivities(homes))
    assert [(each.what, each.factor) for each in found] == [
        ("peak price", 3.0),
        ("peak price", 10.0),
        ("renewable supply", 0.5),
        ("renewable supply", 2.0),
    ]
    assert all(0 < each.saving_percent < 100 for each in found)
    assert np.ptp([each.saving_percent for each in found]) > 1
