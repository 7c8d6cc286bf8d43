"""Measured or generated series become homes, with the rest drawn from an `Equipment` record."""

from collections.abc import Sequence

import numpy as np

from wattloom.market.data.drawing import battery, flexible_load, heat_pump, usual_draw_kwh
from wattloom.market.data.equipment import Equipment, PriceWindow, drawn, owners, prices_by_slot
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.hvac import Hvac
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.devices.shiftable import Shiftable
from wattloom.market.homes.home import DemandResponse, Home, Tariff


class Dresser:
    """Makes the homes of one community: common slots, weather and prices, and who owns what.

    A home's own values are drawn from its character: for a measured home that is its id.

    Parameters
    ----------
    characters : of all homes; shares of owners are taken of them
    slots, slot_s : common slots; the first begins at midnight of the data's clock
    outdoor_c : (T,); needed where homes have heat pumps
    wind_pu : (T,), a turbine's output as a share of its rating; None: nobody has a turbine
    """

    def __init__(
        self,
        equipment: Equipment,
        characters: Sequence[str],
        *,
        slots: int,
        slot_s: int,
        outdoor_c: FloatArray | None,
        wind_pu: FloatArray | None,
    ) -> None:
        self.equipment, self.slots, self.slot_s, self.slot_h = equipment, slots, slot_s, slot_s / 3600
        self._outdoor_c, self._wind_pu = outdoor_c, wind_pu
        self._owners = {
            kind: owners(kind, getattr(equipment, kind).share, characters)
            for kind in ("heat_pump", "pv", "turbine", "battery", "flexible")
            if getattr(equipment, kind) is not None
        }
        self._tariff = self._laid_over_slots()
        self._reserve_price_per_kwh = self.slot_h * self._prices(equipment.reserve)
        self._reward_per_kwh = self._prices(equipment.demand_response)

    def owns(self, kind: str, character: str) -> bool:
        """Tell whether the home is one of those that own this section of the equipment."""
        return character in self._owners.get(kind, ())

    def pv_kwh(self, character: str, yield_per_kw: FloatArray) -> FloatArray:
        """Return what a roof yields whose rating is drawn from the character, (T,); zero for no roof."""
        if self.equipment.pv is None or not self.owns("pv", character):
            return np.zeros(self.slots)
        return np.asarray(drawn(self.equipment.pv.rating_kw, character, "pv_kw") * yield_per_kw)

    def home(self, home_id: str, character: str, *, load_kwh: FloatArray, pv_kwh: FloatArray) -> Home:
        """Return the home that its load and generation, (T,) each, and its character describe."""
        unit, flexible = self._heat_pump(character), self._flexible(character, load_kwh)
        renewables = self._renewables(character, pv_kwh)
        must_run_kwh = load_kwh if flexible is None else load_kwh - np.asarray(flexible.preferred_kwh)
        devices = (MustRun(must_run_kwh), unit, *renewables, self._battery(character), flexible)
        supply_kwh = sum((each.available_kwh for each in renewables), start=np.zeros(self.slots))
        return Home(
            home_id,
            self.slots,
            self.slot_s,
            self._tariff,
            tuple(device for device in devices if device is not None),
            trade_limit_kwh=self.equipment.trade_limit_kw * self.slot_h,
            demand_response=self._demand_response(load_kwh - supply_kwh, unit),
        )

    def _heat_pump(self, character: str) -> Hvac | None:
        if self.equipment.heat_pump is None or not self.owns("heat_pump", character):
            return None
        assert self._outdoor_c is not None  # noqa: S101 - for the type checker: callers give weather to heat pumps
        return heat_pump(self.equipment.heat_pump, character, outdoor_c=self._outdoor_c)

    def _renewables(self, character: str, pv_kwh: FloatArray) -> list[Renewable]:
        found = [Renewable("pv", pv_kwh)] if pv_kwh.any() else []
        if self._wind_pu is not None and self.equipment.turbine and self.owns("turbine", character):
            rating_kw = drawn(self.equipment.turbine.rating_kw, character, "turbine_kw")
            found.append(Renewable("wind", rating_kw * self._wind_pu * self.slot_h))
        return found

    def _battery(self, character: str) -> Battery | None:
        if self.equipment.battery is None or not self.owns("battery", character):
            return None
        prices = self._reserve_price_per_kwh if self._reserve_price_per_kwh.any() else None
        return battery(self.equipment.battery, character, reserve_price_per_kwh=prices)

    def _flexible(self, character: str, load_kwh: FloatArray) -> Shiftable | None:
        if self.equipment.flexible is None or not self.owns("flexible", character):
            return None
        return flexible_load(self.equipment.flexible, character, load_kwh=load_kwh, slot_h=self.slot_h)

    def _demand_response(self, net_load_kwh: FloatArray, unit: Hvac | None) -> DemandResponse | None:
        if not self._reward_per_kwh.any():  # no event falls into these slots
            return None
        limit_kwh = self.equipment.tariff.grid_limit_kw * self.slot_h
        baseline_kwh = np.minimum(limit_kwh, usual_draw_kwh(net_load_kwh, unit, slot_h=self.slot_h))
        return DemandResponse(reward_per_kwh=self._reward_per_kwh, baseline_kwh=baseline_kwh)

    def _laid_over_slots(self) -> Tariff:
        terms = self.equipment.tariff
        energy = terms.energy_price_per_kwh
        return Tariff(
            energy_price_per_kwh=self._prices(energy) if isinstance(energy, tuple) else energy,
            peak_price_per_kw=terms.peak_price_per_kw,
            feed_in_price_per_kwh=terms.feed_in_price_per_kwh,
            grid_limit_kw=terms.grid_limit_kw,
        )

    def _prices(self, windows: Sequence[PriceWindow]) -> FloatArray:
        return prices_by_slot(windows, slots=self.slots, slot_s=self.slot_s)
