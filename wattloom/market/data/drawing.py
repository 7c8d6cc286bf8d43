"""One home's devices, their values drawn from its character within an equipment record's ranges."""

import numpy as np

from wattloom.market.data.equipment import Batteries, FlexibleLoads, HeatPumps, drawn
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.hvac import Hvac
from wattloom.market.homes.devices.shiftable import Shiftable, Window

DAY_H = 24
APPLIANCE_HEADROOM = 1.1
"""An appliance can draw a little more than its preferred use ever takes, so that the use can be moved."""


def heat_pump(section: HeatPumps, character: str, *, outdoor_c: FloatArray) -> Hvac:
    """Return the home's heat pump and comfort; the room starts at its preferred temperature."""
    reference_c = drawn(section.reference_c, character, "reference_c")
    return Hvac(
        outdoor_c=outdoor_c,
        reference_c=reference_c,
        low_c=reference_c - section.band_k,
        high_c=reference_c + section.band_k,
        start_c=reference_c,
        capacity_kwh_per_k=drawn(section.capacity_kwh_per_k, character, "capacity"),
        resistance_k_per_kw=drawn(section.resistance_k_per_kw, character, "resistance"),
        cop_heating=drawn(section.cop_heating, character, "cop_heating"),
        cop_cooling=drawn(section.cop_cooling, character, "cop_cooling"),
        power_kw=drawn(section.power_kw, character, "power_kw"),
        discomfort_per_k2_h=drawn(section.discomfort_per_k2_h, character, "discomfort"),
        discretisation=section.discretisation,
    )


def battery(section: Batteries, character: str, *, reserve_price_per_kwh: FloatArray | None) -> Battery:
    """Return the home's battery; `reserve_price_per_kwh` is (T,), $ per kWh held ready in a slot."""
    return Battery(
        capacity_kwh=drawn(section.capacity_kwh, character, "battery_kwh"),
        power_kw=drawn(section.power_kw, character, "battery_kw"),
        charge_efficiency=drawn(section.charge_efficiency, character, "charge_efficiency"),
        discharge_efficiency=drawn(section.discharge_efficiency, character, "discharge_efficiency"),
        low_share=section.low_share,
        high_share=section.high_share,
        start_share=section.start_share,
        wear_per_kwh=drawn(section.wear_per_kwh, character, "wear"),
        reserve_price_per_kwh=reserve_price_per_kwh,
    )


def flexible_load(
    section: FlexibleLoads, character: str, *, load_kwh: FloatArray, slot_h: float
) -> Shiftable | None:
    """Return the part of the load, (T,), that can move within a window of each day; None if none can."""
    per_hour = round(1 / slot_h)
    begins = int(drawn(section.first_hour, character, "first_hour"))
    ends = min(DAY_H, begins + int(drawn(section.hours, character, "window_hours")))
    hour = np.arange(load_kwh.size) // per_hour % DAY_H
    share = drawn(section.load_share, character, "load_share")
    preferred_kwh = np.where((begins <= hour) & (hour < ends), share * load_kwh, 0.0)
    days = range(0, load_kwh.size, DAY_H * per_hour)
    spans = [(day + begins * per_hour, min(day + ends * per_hour, load_kwh.size)) for day in days]
    sums = [(first, end, float(preferred_kwh[first:end].sum())) for first, end in spans if first < end]
    windows = tuple(Window(first, end, energy_kwh) for first, end, energy_kwh in sums if energy_kwh > 0.0)
    if not windows:
        return None
    usual_kw = APPLIANCE_HEADROOM * float(preferred_kwh.max()) / slot_h
    return Shiftable(
        "flexible",
        windows=windows,
        power_kw=max(drawn(section.power_kw, character, "flexible_kw"), usual_kw),
        preferred_kwh=preferred_kwh,
        discomfort_per_kwh2=drawn(section.discomfort_per_kw2_h, character, "shifting") / slot_h,
    )


def usual_draw_kwh(net_load_kwh: FloatArray, unit: Hvac | None, *, slot_h: float) -> FloatArray:
    """Return what a home takes from the grid, (T,), if it uses its comfort and its hours to the full.

    That is its load at the preferred times less its own generation, and what its heat pump takes to hold the
    preferred temperature; its battery rests. It serves as the fixed baseline of demand response: it follows
    from data alone, so no schedule can raise it, and a home that lives as usual always keeps within it.
    """
    holding_kwh = 0.0 if unit is None else _holding_kwh(unit, slot_h)
    return np.asarray(np.maximum(0.0, net_load_kwh + holding_kwh))


def _holding_kwh(unit: Hvac, slot_h: float) -> FloatArray:
    """Return the electricity that keeps the room at T_ref: the losses |T_ref - T_out| / R over the COP."""
    losses_kw = (unit.reference_c - unit.outdoor_c) / unit.resistance_k_per_kw
    power_kw = np.where(losses_kw > 0, losses_kw / unit.cop_heating, -losses_kw / unit.cop_cooling)
    return np.asarray(np.minimum(power_kw, unit.power_kw) * slot_h)
