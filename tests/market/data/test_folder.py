from datetime import date

import pytest

from tests.market.data.samples import SHARED, homes_csv, needs_shared_data, write, write_pair
from wattloom.market.data.errors import DataError
from wattloom.market.data.folder import find_pairs, read_community

WEEK = "week_nsw_2012-11-05"


def kinds(community):
    return {
        home.home_id: {device.name for device in home.devices} - {"must_run", "hvac"}
        for home in community.homes
    }


def test_the_week_goes_before_our_own_files_when_it_is_whole(tmp_path):
    write_pair(tmp_path)
    week_homes = write(tmp_path / f"{WEEK}_homes_hourly.csv.gz", ["x"])
    own = (tmp_path / "homes.csv", tmp_path / "weather.csv")
    assert find_pairs(tmp_path) == [own]
    week_weather = write(tmp_path / f"{WEEK}_exogenous_hourly.csv", ["x"])
    assert find_pairs(tmp_path) == [(week_homes, week_weather), own]


def test_a_folder_without_a_pair_is_refused_with_the_names_to_use(tmp_path):
    write(tmp_path / "homes.csv", homes_csv())
    with pytest.raises(DataError, match=r"put homes.csv and weather.csv there"):
        find_pairs(tmp_path)
    with pytest.raises(DataError, match="is not a folder"):
        find_pairs(tmp_path / "none")


def test_homes_with_and_without_generation_are_taken_in_turn(tmp_path):
    sunny, plain = homes_csv(ids=("s1", "s2", "s3")), homes_csv(ids=("p1", "p2", "p3"), pv="0")
    write(write_pair(tmp_path) / "homes.csv", [*sunny, *plain[1:]])
    assert [home.home_id for home in read_community(tmp_path, homes=4).homes] == ["p1", "p2", "s1", "s2"]
    assert len(read_community(tmp_path, homes=6).homes) == 6


def test_quarter_hours_add_up_to_hours(tmp_path):
    header, *rows = homes_csv()
    quarters = [
        row.replace(":00:00+", f":{minute}:00+") for row in rows for minute in ("00", "15", "30", "45")
    ]
    write(write_pair(tmp_path) / "homes.csv", [header, *quarters])
    community = read_community(tmp_path, homes=2)
    assert (community.slots, community.slot_s) == (24, 3600)
    assert community.homes[0].devices[0].load_kwh.tolist() == [2.0] * 24


def test_more_homes_than_there_are_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds 2 homes"):
        read_community(write_pair(tmp_path), homes=3)


def test_the_same_folder_gives_the_same_community(tmp_path):
    write_pair(tmp_path)
    first, second = (read_community(tmp_path, homes=2) for _ in range(2))
    assert [home.devices[1].reference_c for home in first.homes] == [
        home.devices[1].reference_c for home in second.homes
    ]
    assert first.homes[0].devices[1].reference_c != first.homes[1].devices[1].reference_c
    assert not first.synthetic
    assert "assumed" in first.description


@needs_shared_data
def test_the_real_week_mixes_sun_wind_and_plain_consumers():
    community = read_community(SHARED)
    assert (len(community.homes), community.slots, community.slot_start_s) == (10, 24, 1_352_034_000)
    owned = list(kinds(community).values())
    assert sum("pv" in names for names in owned) == 5
    assert sum("wind" in names for names in owned) == 2


@needs_shared_data
def test_a_day_of_the_week_can_be_chosen():
    assert read_community(SHARED, day=date(2012, 11, 8)).slot_start_s == 1_352_034_000 + 3 * 86_400
    with pytest.raises(DataError, match="has no rows of 2012-11-20"):
        read_community(SHARED, day=date(2012, 11, 20))
