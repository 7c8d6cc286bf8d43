import msgspec
import numpy as np
import pytest

from wattloom.market.data.dressing import Dresser
from wattloom.market.data.equipment import Equipment

HOURS = np.arange(24)


def dresser(*characters, slots=24, slot_s=3600, outdoor_c=20.0, wind_pu=None, **sections):
    return Dresser(
        msgspec.convert(sections, Equipment),
        characters or ("a",),
        slots=slots,
        slot_s=slot_s,
        outdoor_c=np.full(slots, outdoor_c),
        wind_pu=wind_pu,
    )


def dressed(one, character="a", load_kwh=None, pv_kwh=None):
    ones = np.ones(one.slots)
    load_kwh, pv_kwh = ones if load_kwh is None else load_kwh, 0 * ones if pv_kwh is None else pv_kwh
    return one.home("home", character, load_kwh=load_kwh, pv_kwh=pv_kwh)


def device(home, name):
    return next(each for each in home.devices if each.name == name)


def test_only_what_a_home_owns_becomes_a_device():
    assert [each.name for each in dressed(dresser()).devices] == ["must_run", "hvac"]
    windy = dresser(wind_pu=np.full(24, 0.5), battery={}, flexible={"load_share": 0.2})
    full = dressed(windy, pv_kwh=np.ones(24))
    assert [each.name for each in full.devices] == ["must_run", "hvac", "pv", "wind", "battery", "flexible"]
    assert 0.5 <= device(full, "wind").available_kwh[0] <= 1.0
    assert [each.name for each in dressed(dresser(heat_pump=None)).devices] == ["must_run"]


def test_values_lie_in_their_documented_ranges():
    ids = [f"home{number}" for number in range(100)]
    one = dresser(*ids)
    units = [device(dressed(one, home_id), "hvac") for home_id in ids]
    assert all(22.0 <= unit.reference_c <= 25.0 for unit in units)
    assert all(0.03 <= unit.discomfort_per_k2_h <= 0.10 for unit in units)
    assert len({unit.reference_c for unit in units}) == 100
    assert np.mean([unit.resistance_k_per_kw for unit in units]) == pytest.approx(1.35, rel=0.03)


def test_flexible_load_is_part_of_the_load_and_stays_within_its_window():
    one = dresser(flexible={"load_share": 0.25, "first_hour": 9, "hours": 8}, slots=48)
    load_kwh = np.linspace(0.5, 2.0, 48)
    home = dressed(one, load_kwh=load_kwh)
    flexible = device(home, "flexible")
    assert (device(home, "must_run").load_kwh + flexible.preferred_kwh).tolist() == pytest.approx(load_kwh)
    assert [(window.first, window.end) for window in flexible.windows] == [(9, 17), (33, 41)]
    assert flexible.windows[0].energy_kwh == pytest.approx(0.25 * load_kwh[9:17].sum())


def test_the_shift_of_some_power_for_some_time_costs_the_same_in_slots_of_any_length():
    def costs(slot_s):
        one = dresser(flexible={"load_share": 0.5}, slots=24 * 3600 // slot_s, slot_s=slot_s)
        slot_h = slot_s / 3600
        moved_kwh = 0.3 * slot_h  # 0.3 kW for an hour
        return device(dressed(one), "flexible").discomfort_per_kwh2 * moved_kwh**2 / slot_h

    assert costs(900) == pytest.approx(costs(3600))


def test_a_window_cut_off_by_the_horizon_asks_for_what_falls_within():
    flexible = device(
        dressed(dresser(slots=12, flexible={"load_share": 0.5, "first_hour": 9, "hours": 8})), "flexible"
    )
    assert [(w.first, w.end, w.energy_kwh) for w in flexible.windows] == [(9, 12, 1.5)]


def test_a_home_without_load_in_the_window_has_nothing_to_shift():
    night = np.where(HOURS < 6, 1.0, 0.0)
    home = dressed(dresser(flexible={"load_share": 0.5, "first_hour": 9, "hours": 8}), load_kwh=night)
    assert [each.name for each in home.devices] == ["must_run", "hvac"]
    assert home.devices[0].load_kwh.tolist() == night.tolist()


def test_reserve_is_paid_per_hour_that_it_is_held():
    service = {"battery": {}, "reserve": [{"first_hour": 17, "end_hour": 21, "price": 0.02}]}
    for slot_s in (3600, 1800):
        one = dresser(slots=24 * 3600 // slot_s, slot_s=slot_s, **service)
        assert device(dressed(one), "battery").reserve_price_per_kwh.sum() == pytest.approx(4 * 0.02)
    assert device(dressed(dresser(battery={})), "battery").reserve_price_per_kwh is None


def test_the_baseline_is_the_load_less_the_sun_plus_what_holds_the_temperature():
    events = [{"first_hour": 17, "end_hour": 21, "price": 0.25}]
    load_kwh, pv_kwh = np.full(24, 1.5), np.where(HOURS == 12, 9.0, 0.5)
    plain = dressed(dresser(heat_pump=None, demand_response=events), load_kwh=load_kwh, pv_kwh=pv_kwh)
    assert plain.demand_response.baseline_kwh.tolist() == [0.0 if hour == 12 else 1.0 for hour in HOURS]
    assert np.flatnonzero(plain.demand_response.reward_per_kwh).tolist() == [17, 18, 19, 20]
    unit = {"reference_c": 23.0, "resistance_k_per_kw": 1.5, "cop_heating": 2.0, "power_kw": 3.0}
    heated = dressed(dresser(heat_pump=unit, demand_response=events), load_kwh=load_kwh, pv_kwh=pv_kwh)
    assert heated.demand_response.baseline_kwh[0] == pytest.approx(1.0 + (23.0 - 20.0) / 1.5 / 2.0)


def test_services_outside_the_horizon_are_none():
    evening = [{"first_hour": 17, "end_hour": 21, "price": 0.1}]
    home = dressed(dresser(slots=17, battery={}, reserve=evening, demand_response=evening))
    assert home.demand_response is None
    assert device(home, "battery").reserve_price_per_kwh is None


def test_the_baseline_never_passes_the_grid_limit():
    one = dresser(tariff={"grid_limit_kw": 2.0}, heat_pump=None, demand_response=[{"price": 0.25}])
    assert dressed(one, load_kwh=np.full(24, 3.0)).demand_response.baseline_kwh.max() == 2.0


def test_time_of_use_follows_the_clock_of_the_data():
    windows = [{"end_hour": 7, "price": 0.1}, {"first_hour": 7, "price": 0.3}]
    home = dressed(dresser(slots=48, tariff={"energy_price_per_kwh": windows}))
    assert np.flatnonzero(np.diff(home.tariff.energy_price_per_kwh)).tolist() == [6, 23, 30]
