import numpy as np
import pytest

from wattloom.market.data.dressing import dress, turbine_owners


def dressed(character, **changes):
    series = {
        "load_kwh": np.ones(24),
        "pv_kwh": np.zeros(24),
        "outdoor_c": np.full(24, 20.0),
        "wind_pu": None,
    }
    return dress("home", character=character, slot_s=3600, **(series | changes))


def test_only_what_a_home_owns_becomes_a_device():
    assert [device.name for device in dressed("a").devices] == ["must_run", "hvac"]
    full = dressed("a", pv_kwh=np.ones(24), wind_pu=np.full(24, 0.5))
    assert [device.name for device in full.devices] == ["must_run", "hvac", "pv", "wind"]
    assert 0.5 <= full.devices[3].available_kwh[0] <= 1.0


def test_values_lie_in_their_documented_ranges():
    units = [dressed(f"home{number}").devices[1] for number in range(100)]
    assert all(22.0 <= unit.reference_c <= 25.0 for unit in units)
    assert all(0.03 <= unit.discomfort_per_k2_h <= 0.10 for unit in units)
    assert len({unit.reference_c for unit in units}) == 100
    assert np.mean([unit.resistance_k_per_kw for unit in units]) == pytest.approx(1.35, rel=0.03)


@pytest.mark.parametrize(("homes", "owners"), [(2, 1), (10, 2), (11, 3)])
def test_every_fifth_home_owns_a_turbine(homes, owners):
    ids = [f"home{number}" for number in range(homes)]
    assert len(turbine_owners(ids)) == owners
    assert turbine_owners(ids) == turbine_owners(list(reversed(ids)))
