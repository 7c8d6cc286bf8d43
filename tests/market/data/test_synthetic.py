import numpy as np
import pytest

from wattloom.market.data.synthetic import LOAD_KWH, synthetic_community


def series(community, device, field):
    return [getattr(one, field) for home in community.homes for one in home.devices if one.name == device]


def test_one_seed_always_gives_one_community():
    first, again, other = (synthetic_community(seed=seed) for seed in (1, 1, 2))
    loads = [np.concatenate(series(community, "must_run", "load_kwh")) for community in (first, again, other)]
    assert np.array_equal(loads[0], loads[1])
    assert not np.array_equal(loads[0], loads[2])


def test_it_says_that_it_is_synthetic():
    community = synthetic_community()
    assert community.synthetic
    assert community.description.startswith("SYNTHETIC")


def test_many_homes_average_to_the_published_day():
    loads = series(synthetic_community(homes=400), "must_run", "load_kwh")
    assert np.sum(loads) / 400 == pytest.approx(LOAD_KWH.sum(), rel=0.05)
    assert LOAD_KWH.sum() == pytest.approx(18.2, abs=0.05)


def test_sun_wind_and_weather_are_plausible_for_a_week():
    community = synthetic_community(homes=20, slots=168)
    assert len(series(community, "pv", "available_kwh")) == 12
    assert len(series(community, "wind", "available_kwh")) == 4
    sun = np.array(series(community, "pv", "available_kwh")).reshape(12, 7, 24)
    assert sun[:, :, :6].max() == 0.0
    assert 1.5 < sun.max() < 4.0
    outdoor_c = series(community, "hvac", "outdoor_c")[0].reshape(7, 24)
    assert set(outdoor_c.argmin(axis=1)) == {5}
    assert 14.0 < outdoor_c.min() < outdoor_c.max() < 29.0


def test_the_first_hours_are_known_numbers():
    """Pins the generator: another platform or Python must give the same community."""
    home = synthetic_community().homes[0]
    assert home.devices[0].load_kwh[:3].round(9).tolist() == [0.712655899, 0.35587011, 0.478903729]
    assert round(home.devices[1].reference_c, 9) == 22.618651799
