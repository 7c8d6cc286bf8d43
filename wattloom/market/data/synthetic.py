"""A community made from published statistics, for when there is no data: seeded, and marked synthetic.

load: the mean November day of one Ausgrid customer, 18.2 kWh; a home uses 0.6 to 1.4 of it, up to 2 h earlier
    or later, each slot multiplied by a lognormal number (sigma 0.45)
sun: the mean November day of the same customer's 1.04 kW, one sky for all roofs
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
from wattloom.market.data.dressing import Dresser
from wattloom.market.data.equipment import Equipment
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

SlotArray = npt.NDArray[np.int64]


def synthetic_community(
    *,
    homes: int = 10,
    slots: int = 24,
    seed: int = 1,
    slot_s: int = HOUR_S,
    equipment: Equipment = Equipment(),  # noqa: B008 - frozen
) -> Community:
    """Return a generated community; the same arguments always give the same one."""
    sky = _Sky(seed, np.arange(slots), slot_s)
    home_ids = [f"home{number:04d}" for number in range(1, homes + 1)]
    characters = [f"{seed}/{home_id}" for home_id in home_ids]
    dresser = Dresser(
        equipment,
        characters,
        slots=slots,
        slot_s=slot_s,
        outdoor_c=sky.outdoor_c(),
        wind_pu=sky.wind_pu(),
    )
    sun = sky.sun_kwh_per_kw()
    return Community(
        name=f"synthetic {seed}",
        slots=slots,
        slot_s=slot_s,
        slot_start_s=SLOT_START_S,
        homes=tuple(
            dresser.home(
                home_id,
                character,
                load_kwh=_load_kwh(sky.hour, slot_s, character),
                pv_kwh=dresser.pv_kwh(character, sun),
            )
            for home_id, character in zip(home_ids, characters, strict=True)
        ),
        synthetic=True,
        description=(
            f"SYNTHETIC, seed {seed}: generated from the mean November day of one Ausgrid customer and "
            "Sydney's mean temperatures; no home is real, and nothing in it was measured on one day."
        ),
    )


def _load_kwh(hour: SlotArray, slot_s: int, home: str) -> FloatArray:
    size, shift = draws.uniform(0.6, 1.4, home, "size"), round(draws.uniform(-2.5, 2.5, home, "shift"))
    noise = [math.exp(0.45 * draws.normal(home, "load", t) - 0.45**2 / 2) for t in range(hour.size)]
    return np.asarray(size * LOAD_KWH[(hour + shift) % 24] * noise * slot_s / HOUR_S)


class _Sky:
    """The weather of one seed over some slots: what falls on all homes alike."""

    def __init__(self, seed: int, slot: SlotArray, slot_s: int) -> None:
        self.slot_h = slot_s / HOUR_S
        self._seed, self._slot = seed, slot
        self.hour: SlotArray = slot * slot_s // HOUR_S
        """Whole hours since the first midnight."""

    def sun_kwh_per_kw(self) -> FloatArray:
        """Return the yield of a roof, (T,): a day is 0.8 to 1.2 of the mean, a slot 0.7 to 1.3 of its day."""
        clear = self._by_day(0.8, 1.2, "day") * self._by_slot(0.7, 1.3, "sky")
        return np.asarray(SUN_KWH[self.hour % 24] * clear * self.slot_h)

    def outdoor_c(self) -> FloatArray:
        """Return a day of ten hours of warming and fourteen of cooling, each day shifted by up to 1.5 K."""
        since_coldest = (self._slot * self.slot_h - COLDEST_HOUR) % 24
        warming_h = WARMEST_HOUR - COLDEST_HOUR
        phase = np.where(
            since_coldest < warming_h,
            since_coldest / warming_h,
            1.0 + (since_coldest - warming_h) / (24 - warming_h),
        )
        middle_c, half_c = (WARMEST_C + COLDEST_C) / 2, (WARMEST_C - COLDEST_C) / 2
        return np.asarray(middle_c - half_c * np.cos(math.pi * phase) + self._by_day(-1.5, 1.5, "shift"))

    def wind_pu(self) -> FloatArray:
        """Return a breeze that peaks at 17 h, 0.4 to 1.4 as strong from day to day, with gusts."""
        breeze = 0.1 + 0.5 * np.exp(-(((self._slot * self.slot_h % 24) - 17.0) ** 2) / 18.0)
        gusts = self._by_day(0.4, 1.4, "breeze") * self._by_slot(0.6, 1.4, "gust")
        return np.asarray(np.clip(breeze * gusts, 0.0, 1.0))

    def _by_day(self, low: float, high: float, name: str) -> FloatArray:
        return np.array([draws.uniform(low, high, self._seed, name, day) for day in self.hour // 24])

    def _by_slot(self, low: float, high: float, name: str) -> FloatArray:
        return np.array([draws.uniform(low, high, self._seed, name, slot) for slot in self._slot])
