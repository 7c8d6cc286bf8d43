import numpy as np
import pytest

from tests.market.auction.simulation.samples import write_homes
from wattloom.market.auction.simulation.profiles import LOAD_TYPES, PV_KW, PV_TYPES, profiles
from wattloom.market.data.errors import DataError, NotMeasured


def test_generated_types_are_the_papers_number_of_them_and_seeded():
    one, again, other = profiles(None, seed=1), profiles(None, seed=1), profiles(None, seed=2)
    assert one.load_wh.shape == (LOAD_TYPES, 24)
    assert one.pv_wh.shape == (PV_TYPES, 24)
    assert np.array_equal(one.load_wh, again.load_wh)
    assert not np.array_equal(one.load_wh, other.load_wh)
    assert "SYNTHETIC" in one.source


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return write_homes(tmp_path_factory.mktemp("data"))


def test_measured_types_are_mean_days_by_the_local_clock_in_wh(measured):
    found = profiles(measured, seed=1)
    assert sorted(found.load_wh[:, 0].tolist()) == [100 * number for number in range(1, 16)]
    assert (found.load_wh[:, 12] == 3 * found.load_wh[:, 0]).all()


def test_measured_roofs_are_scaled_to_the_papers_rating(measured):
    found = profiles(measured, seed=1)
    assert found.pv_wh[:, 12].tolist() == [round(400 * PV_KW)] * PV_TYPES
    assert found.pv_wh.sum() == PV_TYPES * 400 * PV_KW


def test_too_few_homes_or_roofs_are_named(tmp_path):
    with pytest.raises(NotMeasured, match="holds 2 homes in November 2012; give at least 15"):
        profiles(write_homes(tmp_path, homes=2, roofs=2), seed=1)


def test_too_few_roofs_are_named(tmp_path):
    with pytest.raises(NotMeasured, match="holds 1 roofs"):
        profiles(write_homes(tmp_path, roofs=1), seed=1)


def test_another_month_is_no_november(tmp_path):
    with pytest.raises(NotMeasured, match="has no rows of 2012-11-06"):
        profiles(write_homes(tmp_path, homes=2, roofs=0, days=5), seed=1)


def test_an_empty_folder_and_none_are_refused(tmp_path):
    with pytest.raises(NotMeasured, match="holds none of homes"):
        profiles(tmp_path, seed=1)
    with pytest.raises(DataError, match="is not a folder"):
        profiles(tmp_path / "missing", seed=1)
