import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.market.data import draws


@given(st.floats(-100, 100), st.floats(0.001, 100), st.text())
def test_a_number_lies_in_its_range(low, width, name):
    assert low <= draws.uniform(low, low + width, name) <= low + width


def test_a_name_always_gives_the_same_number():
    assert draws.uniform(0, 1, "home", 7) == draws.uniform(0, 1, "home/7") != draws.uniform(0, 1, "home", 8)


def test_normal_numbers_are_standard():
    sample = [draws.normal("sample", number) for number in range(4000)]
    assert statistics.mean(sample) == pytest.approx(0.0, abs=0.06)
    assert statistics.stdev(sample) == pytest.approx(1.0, abs=0.05)
