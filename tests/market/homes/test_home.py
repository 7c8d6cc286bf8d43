import numpy as np
import pytest

from tests.market.homes.samples import home
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import Tariff


def test_a_flat_price_holds_in_every_slot():
    assert Tariff(0.2, 1.0).energy_prices(3).tolist() == [0.2, 0.2, 0.2]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"energy_price_per_kwh": [0.1, float("nan")]}, "energy_price_per_kwh"),
        ({"peak_price_per_kw": float("inf")}, "peak_price_per_kw"),
        ({"feed_in_price_per_kwh": -1.0}, "feed_in_price_per_kwh"),
        ({"grid_limit_kw": 0.0}, "grid_limit_kw"),
    ],
)
def test_a_tariff_names_the_price_that_is_wrong(changes, field):
    with pytest.raises(BadHome) as refusal:
        Tariff(**({"energy_price_per_kwh": 0.2, "peak_price_per_kw": 1.0} | changes))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"slots": 0}, "slots"), ({"slot_s": 600}, "slot_s"), ({"trade_limit_kwh": -1.0}, "trade_limit_kwh")],
)
def test_a_home_names_the_field_that_is_wrong(changes, field):
    with pytest.raises(BadHome) as refusal:
        home(**changes)
    assert refusal.value.field == field


def test_two_devices_of_one_name_are_refused():
    with pytest.raises(BadHome, match="name each device differently"):
        home(MustRun(np.ones(24)), MustRun(np.ones(24)))


def test_prices_must_cover_every_slot():
    with pytest.raises(BadHome, match="energy_price_per_kwh"):
        home(tariff=Tariff([0.1, 0.2], 1.0))
