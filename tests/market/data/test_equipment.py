import msgspec
import numpy as np
import pytest

from wattloom.market.data.equipment import Equipment, PriceWindow, drawn, owners, prices_by_slot


def parsed(**sections):
    return msgspec.convert(sections, Equipment)


def test_a_range_is_drawn_per_home_and_a_number_is_everybodys():
    numbers = [drawn((2.0, 3.0), home, "kw") for home in range(100)]
    assert 2.0 <= min(numbers) < 2.1 < 2.9 < max(numbers) <= 3.0
    assert drawn((2.0, 3.0), 7, "kw") == drawn((2.0, 3.0), 7, "kw")
    assert {drawn(2.5, home, "kw") for home in range(100)} == {2.5}


@pytest.mark.parametrize(("homes", "owning"), [(2, 1), (10, 2), (11, 3)])
def test_every_fifth_home_owns_a_turbine(homes, owning):
    ids = [f"home{number}" for number in range(homes)]
    assert len(owners("turbine", 0.2, ids)) == owning
    assert owners("turbine", 0.2, ids) == owners("turbine", 0.2, ids[::-1])


def test_a_share_of_none_or_all_is_just_that():
    assert owners("battery", 0.0, ["a", "b"]) == frozenset()
    assert owners("battery", 1.0, ["a", "b"]) == {"a", "b"}


def test_prices_repeat_every_day_and_are_zero_outside_their_hours():
    evening = [PriceWindow(first_hour=17, end_hour=21, price=0.25)]
    hourly = prices_by_slot(evening, slots=48, slot_s=3600)
    assert np.flatnonzero(hourly).tolist() == [17, 18, 19, 20, 41, 42, 43, 44]
    quarters = prices_by_slot(evening, slots=96, slot_s=900)
    assert (quarters.reshape(24, 4) == hourly[:24, None]).all()


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"battery": {"capacity_kwh": [9, 3]}}, r"write the lower end first - at `\$.battery`"),
        ({"battery": {"size": 3}}, r"unknown field `size` - at `\$.battery`"),
        ({"pv": {"share": 1.5}}, r"<= 1.0 - at `\$.pv.share`"),
        ({"demand_response": [{"first_hour": 22, "end_hour": 6, "price": 1}]}, "over midnight as two"),
        ({"demand_response": [{"price": 1}, {"first_hour": 3, "price": 1}]}, "let its windows not overlap"),
        ({"reserve": [{"price": 0.01}]}, "battery is missing"),
        ({"tariff": {"energy_price_per_kwh": [{"end_hour": 20, "price": 0.2}]}}, "must price each hour"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_with_its_place(sections, says):
    with pytest.raises(msgspec.ValidationError, match=says):
        parsed(**sections)
