import pickle
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.data.samples import SHARED, homes_csv, needs_shared_data, weather_csv, write, write_pair
from wattloom.market.data.errors import DataError, NotMeasured
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.papers.communities import measured_community, random_community
from wattloom.market.papers.config import MODELS, load_model

DEVICES = {
    "hvac-2020": {"must_run", "hvac", "pv", "wind"},
    "vpp-2021": {"must_run", "pv", "wind", "battery", "flexible"},
    "der-2021": {"must_run", "hvac", "pv", "battery", "flexible"},
}
models, seeds = st.sampled_from(MODELS), st.integers(0, 10**6)


def names(community):
    return {device.name for home in community.homes for device in home.devices}


def ids(community):
    return [home.home_id for home in community.homes]


def tomorrow(line):
    return line.replace("2012-11-05", "2012-11-06")


def live_alone(community):
    return [HomeSolver(home).stand_alone() for home in community.homes]


@settings(max_examples=30, deadline=None)
@given(models, seeds, st.integers(2, 5), st.integers(1, 30), st.sampled_from([900, 1800, 3600]))
def test_the_same_arguments_give_the_same_community(model, seed, homes, slots, slot_s):
    first, again = (
        random_community(model, homes=homes, slots=slots, seed=seed, slot_s=slot_s) for _ in range(2)
    )
    assert pickle.dumps(first) == pickle.dumps(again)
    assert (len(first.homes), first.slots, first.slot_s, first.synthetic) == (homes, slots, slot_s, True)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_the_devices_of_its_paper(model):
    community = random_community(model, seed=1)
    assert names(community) == DEVICES[model]
    assert community.name.startswith(model)
    assert (community.homes[0].demand_response is not None) == (model == "der-2021")


@pytest.mark.parametrize("model", MODELS)
def test_homes_and_seeds_are_unlike(model):
    communities = [random_community(model, homes=4, seed=seed) for seed in range(20)]
    loads = {home.devices[0].load_kwh.sum() for each in communities for home in each.homes}
    assert len(loads) == 80
    assert {each.homes[0].tariff.peak_price_per_kw for each in communities} == {0.5, 1.0, 2.0}


def test_four_weeks_and_a_thousand_homes_can_be_had():
    assert random_community("der-2021", homes=2, slots=672, seed=3).slots == 672
    assert len(random_community("der-2021", homes=1_000, seed=3).homes) == 1_000


def test_finer_slots_hold_the_same_energy():
    hourly, quarters = (
        random_community("vpp-2021", homes=40, slots=24 * 3600 // slot_s, seed=1, slot_s=slot_s)
        for slot_s in (3600, 900)
    )
    energies = [sum(home.devices[0].load_kwh.sum() for home in each.homes) for each in (hourly, quarters)]
    assert energies[1] == pytest.approx(energies[0], rel=0.05)


@settings(max_examples=6, deadline=None)
@given(models, seeds, st.sampled_from([(24, 3600), (36, 1800), (20, 900)]))
def test_every_home_of_a_random_community_can_live_alone(model, seed, horizon):
    slots, slot_s = horizon
    plans = live_alone(random_community(model, homes=2, slots=slots, seed=seed, slot_s=slot_s))
    assert all(np.isfinite(plan.cost) for plan in plans)


@pytest.mark.soak
@settings(max_examples=400, deadline=None)
@given(models, seeds, st.integers(1, 168), st.sampled_from([900, 1800, 3600]))
def test_every_home_of_many_random_communities_can_live_alone(model, seed, slots, slot_s):
    live_alone(random_community(model, homes=4, slots=slots, seed=seed, slot_s=slot_s))


@pytest.mark.parametrize("model", MODELS)
def test_measured_homes_are_dressed_by_the_model(tmp_path, model):
    community = measured_community(model, write_pair(tmp_path), homes=2)
    assert names(community) <= DEVICES[model]
    assert (community.synthetic, community.slot_start_s) == (False, 1_352_034_000)
    assert "assumed" in community.description


def test_a_draw_picks_homes_and_always_the_same_ones(tmp_path):
    write(write_pair(tmp_path) / "homes.csv", homes_csv(ids=[f"h{number}" for number in range(9)]))
    draws = [ids(measured_community("vpp-2021", tmp_path, homes=4, draw=draw)) for draw in range(6)]
    assert all(drawn == sorted(drawn) and len(drawn) == 4 for drawn in draws)
    assert len({tuple(drawn) for drawn in draws}) > 3
    assert ids(measured_community("der-2021", tmp_path, homes=4, draw=2)) == draws[2]


def test_several_days_follow_each_other(tmp_path):
    homes, weather = homes_csv(ids=("ann", "bob")), weather_csv()
    later = [tomorrow(row).replace(",0.5,", ",1.5,") for row in homes[1:]]
    write(tmp_path / "homes.csv", [*homes, *later])
    write(tmp_path / "weather.csv", [*weather, *(tomorrow(row) for row in weather[1:])])
    home = measured_community("vpp-2021", tmp_path, homes=2, days=2).homes[0]
    used = home.devices[0].load_kwh + next(d for d in home.devices if d.name == "flexible").preferred_kwh
    assert used.tolist() == pytest.approx([0.5] * 24 + [1.5] * 24)
    with pytest.raises(NotMeasured, match="has no rows of 2012-11-07"):
        measured_community("vpp-2021", tmp_path, homes=2, days=3)


def test_a_home_without_a_roof_gets_one_with_the_measured_yield(tmp_path):
    with_rating = [f"{row},2.0" for row in homes_csv(ids=("sunny",), pv="0.4")[1:]]
    without = [f"{row},0" for row in homes_csv(ids=("plain",), pv="0")[1:]]
    header = f"{homes_csv()[0]},pv_capacity_kw"
    write(write_pair(tmp_path) / "homes.csv", [header, *without, *with_rating])
    plain, sunny = measured_community("hvac-2020", tmp_path, homes=2).homes
    own, given = (next(d for d in home.devices if d.name == "pv").available_kwh for home in (sunny, plain))
    assert own.tolist() == [0.4] * 24
    assert 0.5 * 0.2 <= given[0] <= 8.0 * 0.2
    assert np.ptp(given) == 0


def test_finer_slots_than_measured_are_refused_and_coarser_ones_added_up(tmp_path):
    header, *rows = homes_csv()
    halves = sorted([*rows, *(row.replace(":00:00+", ":30:00+") for row in rows)])
    write(write_pair(tmp_path) / "homes.csv", [header, *halves])
    hourly = measured_community("hvac-2020", tmp_path, homes=2)
    assert (hourly.slots, hourly.homes[0].devices[0].load_kwh.tolist()) == (24, [1.0] * 24)
    with pytest.raises(NotMeasured, match="was measured in slots of 1800 s, not of 900 s"):
        measured_community("hvac-2020", tmp_path, homes=2, slot_s=900)


def test_a_gap_is_named_with_its_home_and_line(tmp_path):
    lines = homes_csv()
    write(write_pair(tmp_path) / "homes.csv", [*lines[:5], *lines[6:]])
    with pytest.raises(DataError, match=r"line 24, .*: home ann lacks its load at 2012-11-04T17"):
        measured_community("vpp-2021", tmp_path, homes=2)


def test_a_model_with_rooms_needs_weather_and_one_without_does_not(tmp_path):
    write(write_pair(tmp_path) / "homes.csv", [tomorrow(line) for line in homes_csv()])
    with pytest.raises(NotMeasured, match=r"weather\.csv: has nothing from 2012-11-05T13:00Z"):
        measured_community("hvac-2020", tmp_path, homes=2)
    assert "wind" not in names(measured_community("vpp-2021", tmp_path, homes=2))


def test_a_changed_configuration_can_be_used_in_place_of_a_name(tmp_path):
    from msgspec.structs import replace

    alone = replace(load_model("hvac-2020"), name="mine", equipment=load_model("vpp-2021").equipment)
    community = measured_community(alone, write_pair(tmp_path), homes=2)
    assert community.name.startswith("mine")
    assert "hvac" not in names(community)


@needs_shared_data
@pytest.mark.parametrize(
    ("first_day", "homes", "slot_s", "file"),
    [
        (None, 40, 3600, "week_nsw"),
        (date(2012, 11, 11), 10, 3600, "week_nsw"),
        (date(2016, 9, 12), 17, 3600, "week_fontana"),
        (date(2012, 11, 20), 8, 3600, "ausgrid_8homes"),
        (date(2012, 11, 20), 10, 1800, "sgsc"),
        (date(2012, 11, 6), 10, 1800, "sgsc"),
    ],
)
def test_the_first_files_that_hold_what_is_asked_for_are_read(first_day, homes, slot_s, file):
    community = measured_community("hvac-2020", SHARED, homes=homes, first_day=first_day, slot_s=slot_s)
    assert file in community.name
    assert (len(community.homes), community.slots * slot_s) == (homes, 86_400)


@needs_shared_data
def test_where_no_file_has_the_days_every_file_s_reason_is_told():
    with pytest.raises(NotMeasured) as refusal:
        measured_community("hvac-2020", SHARED, first_day=date(2020, 1, 1))
    assert refusal.value.problem.count("has no rows of 2020-01-01") == 4


@needs_shared_data
def test_a_broken_roof_is_taken_for_none():
    """Fontana's homes 14 and 15 have faulty generation: they get the roof of a home that has none."""
    community = measured_community("der-2021", SHARED, homes=17, first_day=date(2016, 9, 6))
    suns = {
        home.home_id: device.available_kwh.sum()
        for home in community.homes
        for device in home.devices
        if device.name == "pv"
    }
    assert len(suns) == 17
    assert suns["FON15"] > 1.0


REAL_DAYS = [date(2012, 11, day) for day in range(5, 12)] + [date(2016, 9, day) for day in range(6, 13)]


@needs_shared_data
def test_measured_draws_of_a_day_are_different_communities():
    first, second = (measured_community("hvac-2020", SHARED, draw=draw) for draw in (0, 1))
    assert ids(first) != ids(second)


@needs_shared_data
@pytest.mark.soak
@pytest.mark.parametrize("model", MODELS)
def test_fifty_six_real_communities_and_days_can_live_alone(model):
    drawn = [
        measured_community(model, SHARED, first_day=day, draw=draw) for day in REAL_DAYS for draw in range(4)
    ]
    assert len({(each.slot_start_s, *ids(each)) for each in drawn}) == 56
    for community in drawn:
        live_alone(community)
