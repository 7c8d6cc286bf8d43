"""Homes for the tests: one plain home, and Hypothesis's idea of any home."""

import numpy as np
from hypothesis import strategies as st

from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.ev import ElectricVehicle, Stay
from wattloom.market.homes.devices.hvac import Hvac
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.devices.shiftable import Shiftable, Window
from wattloom.market.homes.home import DemandResponse, Home, Tariff

SUN = np.maximum(0.0, np.sin((np.arange(24) - 6) / 12 * np.pi))
WARM_DAY_C = 21.0 + 6.0 * np.sin((np.arange(24) - 9) / 12 * np.pi)


def hvac(outdoor_c=WARM_DAY_C, **changes):
    values = {"reference_c": 23.0, "low_c": 20.0, "high_c": 26.0, "start_c": 23.0} | changes
    return Hvac(outdoor_c=outdoor_c, **values)


def home(*devices, home_id="home", slots=24, slot_s=3600, tariff=None, **changes):
    return Home(home_id, slots, slot_s, tariff or Tariff(0.2, 1.0, 0.08), devices, **changes)


def prosumer(home_id="prosumer", sun_kw=3.0):
    return home(MustRun(np.full(24, 0.6)), hvac(), Renewable("pv", sun_kw * SUN), home_id=home_id)


def random_home(seed):
    """A home in general position: no price sits exactly on a kink of its cost."""
    random = np.random.default_rng(seed)
    devices = [
        MustRun(random.gamma(2.0, 0.4, 24)),
        hvac(WARM_DAY_C + random.normal(0.0, 1.0, 24), power_kw=4.0),
    ]
    if seed % 3:
        devices.append(Renewable("pv", random.uniform(1.0, 5.0) * SUN))
    if seed % 4 == 0:
        devices.append(Renewable("wind", random.uniform(0.0, 2.0, 24)))
    return home(*devices, home_id=f"home{seed}", tariff=Tariff(0.2, 1.0, (None, 0.08)[seed % 2]))


def numbers(low, high):
    return st.floats(low, high, allow_nan=False).map(lambda number: round(number, 6))


def series(low, high, slots):
    return st.lists(numbers(low, high), min_size=slots, max_size=slots).map(np.array)


@st.composite
def heat_pumps(draw, slots):
    outdoor_c, reference_c = draw(series(-10.0, 42.0, slots)), draw(numbers(19.0, 25.0))
    return hvac(
        outdoor_c,
        reference_c=reference_c,
        low_c=reference_c - draw(numbers(0.5, 5.0)),
        high_c=reference_c + draw(numbers(0.5, 5.0)),
        start_c=draw(numbers(15.0, 30.0)),
        power_kw=draw(numbers(0.5, 5.0)),
        cop_heating=draw(numbers(1.0, 4.0)),
        discomfort_per_k2_h=draw(numbers(0.01, 0.2)),
    )


@st.composite
def batteries(draw, slots):
    return Battery(
        draw(numbers(2.0, 12.0)),
        draw(numbers(1.0, 4.0)),
        charge_efficiency=draw(numbers(0.8, 1.0)),
        discharge_efficiency=draw(numbers(0.8, 1.0)),
        start_share=draw(numbers(0.1, 0.9)),
        wear_per_kwh=draw(numbers(0.002, 0.05)),
        reserve_price_per_kwh=draw(st.one_of(st.none(), numbers(0.001, 0.05), series(0.0, 0.05, slots))),
    )


@st.composite
def washers(draw, slots, slot_h):
    power_kw, first, share = draw(numbers(0.5, 3.0)), draw(st.integers(0, slots - 2)), draw(numbers(0.1, 0.9))
    end = draw(st.integers(first + 1, slots))
    return Shiftable(
        "washer",
        (Window(first, end, share * power_kw * slot_h * (end - first)),),
        power_kw,
        preferred_kwh=draw(series(0.0, 2.0, slots)),
        discomfort_per_kwh2=draw(st.one_of(st.just(0.0), numbers(0.01, 0.5))),
    )


@st.composite
def vehicles(draw, slots, slot_h):
    arrival_kwh, share = draw(numbers(5.0, 20.0)), draw(numbers(0.1, 0.9))
    needed_kwh = arrival_kwh + share * 0.92 * 4.0 * slot_h * (slots - 2)
    stays = (Stay(1, slots - 1, arrival_kwh, min(needed_kwh, 50.0)),)
    return ElectricVehicle(stays, charge_kw=4.0, discharge_kw=draw(st.sampled_from([0.0, 3.0])))


@st.composite
def homes(draw, slots=12):
    """Any home that can live on its own: its load never exceeds what the grid gives."""
    slot_s = draw(st.sampled_from([900, 1800, 3600]))
    slot_h = slot_s / 3600
    devices = [MustRun(draw(series(0.0, 4.0, slots)) * slot_h)]
    may_have = (heat_pumps(slots), batteries(slots), washers(slots, slot_h), vehicles(slots, slot_h))
    devices.extend(draw(device) for device in may_have if draw(st.booleans()))
    names = draw(st.sampled_from([(), ("pv",), ("wind",), ("pv", "wind")]))
    devices.extend(Renewable(name, draw(series(0.0, 5.0, slots))) for name in names)
    price = st.one_of(numbers(0.05, 0.6), series(0.05, 0.6, slots))
    feed_in = draw(st.one_of(st.none(), numbers(0.0, 0.3), series(0.0, 0.3, slots)))
    tariff = Tariff(draw(price), draw(numbers(0.0, 2.0)), feed_in, peak_so_far_kw=draw(numbers(0.0, 3.0)))
    return home(
        *devices, slots=slots, slot_s=slot_s, tariff=tariff, demand_response=draw(events(slots, slot_h))
    )


@st.composite
def events(draw, slots, slot_h):
    """No event, or one in which the baseline leaves room for every load."""
    if draw(st.booleans()):
        return None
    reward = np.where(np.arange(slots) // 3 == 1, draw(numbers(0.01, 0.5)), 0.0)
    return DemandResponse(reward, draw(series(11.0, 14.0, slots)) * slot_h)
