"""A community made from published statistics, for when there is no data: seeded, and marked synthetic.

load: the mean November day of one Ausgrid customer, 18.2 kWh; a home uses 0.6 to 1.4 of it, up to 2 h earlier
    or later, each hour multiplied by a lognormal number (sigma 0.45)
sun: the mean November day of the same customer's 1.04 kW; six homes of ten own 1.5 to 4 kW under one sky
temperature: between November's mean minimum and maximum at Observatory Hill, 15.7 and 23.7 C, plus 2 K, so
    that both heating and cooling are needed
wind: a sea breeze that rises after noon; a turbine's output is not published, so this shape is assumed

Sources: Ausgrid, Solar home electricity data 2011-12, customer 12 (CC BY 4.0 extract by P. Haessig); Bureau
of Meteorology, monthly climate summary for Greater Sydney, November 2020, which states the long-term means.
"""

import math

import numpy as np
import numpy.typing as npt

from wattloom.market.data import draws
from wattloom.market.data.dressing import dress, turbine_owners
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.community import Community

HOUR_S = 3600
SLOT_START_S = 1_352_034_000
"""Monday 5 November 2012, 0:00 daylight time in Sydney."""

# fmt: off
LOAD_KWH = np.array([
    0.482, 0.426, 0.409, 0.408, 0.414, 0.468, 0.772, 0.706, 0.658, 0.597, 0.679, 0.806,
    0.888, 0.927, 0.862, 0.922, 1.198, 1.087, 1.045, 1.036, 1.031, 0.969, 0.816, 0.612,
])
"""Mean load by hour of the day, kWh."""
SUN_KWH = np.array([
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.018, 0.060, 0.154, 0.278, 0.391, 0.441,
    0.499, 0.514, 0.470, 0.405, 0.313, 0.198, 0.078, 0.005, 0.0, 0.0, 0.0, 0.0,
]) / 1.04
"""Mean yield by hour of the day, kWh per kW of rating."""
# fmt: on
COLDEST_C, WARMEST_C = 15.7 + 2.0, 23.7 + 2.0
COLDEST_HOUR, WARMEST_HOUR = 5, 15
PV_SHARE = 0.6

HourArray = npt.NDArray[np.int64]


def synthetic_community(*, homes: int = 10, slots: int = 24, seed: int = 1) -> Community:
    """Return a generated community of hourly slots; the same arguments always give the same one."""
    hours = np.arange(slots)
    outdoor_c, wind_pu, sky = _outdoor_c(hours, seed), _wind_pu(hours, seed), _sky(hours, seed)
    home_ids = [f"home{number:04d}" for number in range(1, homes + 1)]
    seeds = {home_id: f"{seed}/{home_id}" for home_id in home_ids}
    owners = turbine_owners(list(seeds.values()))
    ranked = sorted(home_ids, key=lambda home_id: draws.uniform(0.0, 1.0, seeds[home_id], "pv"))
    with_pv = frozenset(ranked[: math.ceil(PV_SHARE * homes)])
    return Community(
        name=f"synthetic {seed}",
        slots=slots,
        slot_s=HOUR_S,
        slot_start_s=SLOT_START_S,
        homes=tuple(
            dress(
                home_id,
                character=seeds[home_id],
                slot_s=HOUR_S,
                load_kwh=_load_kwh(hours, seeds[home_id]),
                pv_kwh=sky * _rating_kw(seeds[home_id]) if home_id in with_pv else np.zeros(slots),
                outdoor_c=outdoor_c,
                wind_pu=wind_pu if seeds[home_id] in owners else None,
            )
            for home_id in home_ids
        ),
        synthetic=True,
        description=(
            f"SYNTHETIC, seed {seed}: generated from the mean November day of one Ausgrid customer and "
            "Sydney's mean temperatures; no home is real, and nothing in it was measured on one day."
        ),
    )


def _load_kwh(hours: HourArray, home: str) -> FloatArray:
    size, shift = draws.uniform(0.6, 1.4, home, "size"), round(draws.uniform(-2.5, 2.5, home, "shift"))
    noise = [math.exp(0.45 * draws.normal(home, "load", hour) - 0.45**2 / 2) for hour in hours]
    return np.asarray(size * LOAD_KWH[(hours + shift) % 24] * noise)


def _rating_kw(home: str) -> float:
    return draws.uniform(1.5, 4.0, home, "pv_kw")


def _sky(hours: HourArray, seed: int) -> FloatArray:
    """Return kWh per kW of rating: a day is 0.8 to 1.2 of the mean, an hour 0.7 to 1.3 of its day."""
    clear = [
        draws.uniform(0.8, 1.2, seed, "day", h // 24) * draws.uniform(0.7, 1.3, seed, "sky", h) for h in hours
    ]
    return np.asarray(SUN_KWH[hours % 24] * clear)


def _outdoor_c(hours: HourArray, seed: int) -> FloatArray:
    """Return a day of ten hours of warming and fourteen of cooling, each day shifted by up to 1.5 K."""
    since_coldest = (hours - COLDEST_HOUR) % 24
    warming_h = WARMEST_HOUR - COLDEST_HOUR
    phase = np.where(
        since_coldest < warming_h,
        since_coldest / warming_h,
        1.0 + (since_coldest - warming_h) / (24 - warming_h),
    )
    shift = [draws.uniform(-1.5, 1.5, seed, "shift", hour // 24) for hour in hours]
    middle_c, half_c = (WARMEST_C + COLDEST_C) / 2, (WARMEST_C - COLDEST_C) / 2
    return np.asarray(middle_c - half_c * np.cos(math.pi * phase) + shift)


def _wind_pu(hours: HourArray, seed: int) -> FloatArray:
    """Return a breeze that peaks at 17 h, 0.4 to 1.4 as strong from day to day, with hourly gusts."""
    breeze = 0.1 + 0.5 * np.exp(-(((hours % 24) - 17.0) ** 2) / 18.0)
    gusts = [
        draws.uniform(0.4, 1.4, seed, "breeze", h // 24) * draws.uniform(0.6, 1.4, seed, "gust", h)
        for h in hours
    ]
    return np.asarray(np.clip(breeze * gusts, 0.0, 1.0))
