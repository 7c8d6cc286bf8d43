from datetime import date

import pytest

from tests.market.data.samples import SHARED, needs_shared_data, write_pair
from wattloom.market.data.errors import DataError
from wattloom.market.papers.config import load_model
from wattloom.market.papers.reproduction.weeks import WEEKS, communities


def silent(_):
    raise AssertionError("nothing is left out")


HVAC = load_model("hvac-2020")


def test_without_a_folder_the_community_is_generated():
    (community,) = communities(HVAC, None, homes=2, days=1, tell=silent)
    assert community.synthetic
    assert (len(community.homes), community.slots) == (2, 24)


def test_a_folder_with_other_days_gives_its_first(tmp_path):
    for file in write_pair(tmp_path).iterdir():
        file.write_text(file.read_text().replace("2012-11-05", "2014-03-03"))
    (community,) = communities(HVAC, tmp_path, homes=2, days=1, tell=silent)
    assert not community.synthetic
    assert "2014-03-03" in community.name
    assert [home.home_id for home in community.homes] == ["ann", "bob"]


def test_a_folder_without_a_week_is_refused(tmp_path):
    write_pair(tmp_path)
    with pytest.raises(DataError, match=str(tmp_path)):
        communities(HVAC, tmp_path, homes=2, days=7, tell=silent)


@needs_shared_data
def test_both_measured_weeks_are_found():
    weeks = communities(HVAC, SHARED, homes=10, days=7, tell=silent)
    assert [*WEEKS] == [date(2012, 11, 5), date(2016, 9, 6)]
    assert [str(day) in community.name for day, community in zip(WEEKS, weeks, strict=True)] == [True, True]
    assert [(len(community.homes), community.slots) for community in weeks] == [(10, 168)] * 2


@needs_shared_data
def test_a_week_of_too_few_homes_is_left_out_with_its_reason():
    told = []
    (nsw,) = communities(HVAC, SHARED, homes=20, days=1, tell=told.append)
    assert "2012-11-05" in nsw.name
    (reason,) = told
    assert "hvac-2020: a week is left out" in reason
    assert "fontana" in reason
