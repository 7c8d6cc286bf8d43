from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.market.data.equipment import Equipment
from wattloom.market.data.errors import NotMeasured
from wattloom.market.data.measured import community_of, merged, yield_per_kw
from wattloom.market.data.read import MeasuredDays, MeasuredHome, MeasuredWeather


def measured(*homes, slots=24, slot_s=3600):
    return MeasuredDays(Path("homes.csv"), date(2012, 11, 5), 1, slots, slot_s, 1_352_034_000, homes)


def home(home_id="ann", load=0.5, pv=0.0, pv_kw=None, slots=24):
    return MeasuredHome(home_id, np.full(slots, load), np.full(slots, pv), pv_kw)


@given(st.sampled_from([(900, 1800), (900, 3600), (1800, 3600), (3600, 3600)]), st.integers(1, 7))
def test_coarser_slots_keep_every_hour_s_energy(lengths, days):
    fine_s, slot_s = lengths
    slots = days * 86_400 // fine_s
    load_kwh = np.arange(slots, dtype=float)
    fine = measured(MeasuredHome("ann", load_kwh, np.zeros(slots)), slots=slots, slot_s=fine_s)
    coarse = merged(fine, slot_s=slot_s)
    assert coarse.slots * slot_s == slots * fine_s
    per_hour = 3600 // slot_s
    assert (
        coarse.homes[0].load_kwh.reshape(-1, per_hour).sum(axis=1).tolist()
        == load_kwh.reshape(-1, 3600 // fine_s).sum(axis=1).tolist()
    )


def test_finer_slots_than_measured_are_not_made_up():
    with pytest.raises(NotMeasured, match=r"homes\.csv: was measured in slots of 3600 s, not of 1800 s"):
        merged(measured(home()), slot_s=1800)


def test_the_yield_is_the_mean_of_the_roofs_that_work_and_are_known():
    homes = [home(pv=0.2, pv_kw=1.0), home(pv=0.8, pv_kw=2.0), home(pv=0.9), home(pv_kw=3.0)]
    assert yield_per_kw(homes).tolist() == pytest.approx([0.3] * 24)
    assert yield_per_kw([home(pv=0.9), home(pv_kw=3.0)]) is None


def test_the_description_says_what_was_measured_and_what_is_assumed():
    homes = (home("ann", pv=0.4, pv_kw=2.0), home("bob"))
    weather = MeasuredWeather(Path("weather.csv"), np.full(24, 18.0), None)
    community = community_of(measured(*homes), weather, homes, Equipment(), name="small")
    assert community.name == "small 2012-11-05"
    assert "measured on 2012-11-05 (homes.csv, weather.csv); heat pumps" in community.description
    assert community.description.endswith("turbines, tariff are assumed values.")
