from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.market.auction.simulation.samples import PROFILES, SMALL
from wattloom.market.auction.simulation.population import Flows, Population, population, share_by_hour
from wattloom.market.auction.simulation.setup import START_S

HOURLY = st.lists(st.integers(-3_000, 5_000), min_size=24, max_size=24)
TIMES = st.lists(st.integers(0, 3 * 86_400), min_size=3, max_size=8).map(sorted)


@given(HOURLY, TIMES)
def test_parts_of_a_stretch_of_time_add_up_to_it(hourly, times):
    flows = Flows(np.array([hourly]))
    cuts = [START_S + at for at in times]
    parts = [flows.energy_wh(0, since, until) for since, until in pairwise(cuts)]
    assert sum(parts) == flows.energy_wh(0, cuts[0], cuts[-1])


@given(HOURLY)
def test_a_whole_day_is_the_sum_of_its_hours_wherever_it_begins(hourly):
    assert Flows(np.array([hourly])).energy_wh(0, START_S, START_S + 86_400) == sum(hourly)


@given(st.integers(0, 10_000), st.integers(0, 10**6), st.integers(60, 3_600))
def test_a_flow_is_split_over_the_hours_that_it_touches(energy_wh, start_s, length_s):
    shares = share_by_hour(energy_wh, start_s, start_s + length_s)
    assert [hour for hour, _ in shares] == sorted({start_s // 3600, (start_s + length_s - 1) // 3600})
    assert abs(sum(share for _, share in shares) - energy_wh) < 1e-6


def test_a_larger_share_adds_generating_users_and_changes_nobodys_load():
    few, many = (population(replace(SMALL, users=20, share=share), PROFILES) for share in (0.2, 0.6))
    assert (few.generating.sum(), many.generating.sum()) == (4, 12)
    assert many.generating[few.generating].all()
    assert np.array_equal(few.load_wh, many.load_wh)
    assert not few.pv_wh[~few.generating].any()


def test_what_a_user_will_need_itself_ends_where_its_sun_returns():
    net_wh = np.array([[10] * 6 + [-5] * 12 + [20] * 6])
    people = Population(net_wh, np.zeros_like(net_wh), np.array([True]))
    need_wh = people.own_need_wh()[0]
    assert need_wh[20] == 4 * 20 + 6 * 10
    assert need_wh[5] == 10
    assert need_wh[10] == 0
