"""What a battery at home and one on wheels have in common."""

import cvxpy as cp

from wattloom.market.homes.devices.part import Setting
from wattloom.market.homes.errors import BadHome


def fills(
    level: cp.Expression,
    earlier: cp.Expression,
    charge: cp.Expression,
    discharge: cp.Expression,
    *,
    efficiencies: tuple[float, float],
) -> cp.Constraint:
    """Return b[t] = b[t-1] + eta_c c[t] - d[t] / eta_d, kWh; `efficiencies` are eta_c and eta_d."""
    charging, discharging = efficiencies
    return level == earlier + charging * charge - discharge / discharging


def refuse_paid_waste(setting: Setting, *, wear_per_kwh: float, efficiencies: tuple[float, float]) -> None:
    """Raise `BadHome` where charging and discharging at once would earn money, which no inverter can do.

    With q = eta_c eta_d, taking c and q c in one slot leaves the level as it is, uses (1 - q) c of energy and
    wears by (1 + q) c. At an energy price pi that costs ((1 - q) pi + (1 + q) wear) c: less than nothing only
    if pi < -wear (1 + q) / (1 - q). While every energy price is above that, a plan that does both at once
    can be bettered by doing less of both, so no optimal plan does. Without losses there is nothing to waste.
    """
    cycle = efficiencies[0] * efficiencies[1]
    needed = -setting.least_price_per_kwh * (1 - cycle) / (1 + cycle)
    if wear_per_kwh < needed:
        raise BadHome(
            field="wear_per_kwh",
            problem=f"is {wear_per_kwh} while energy costs as little as {setting.least_price_per_kwh} $/kWh, "
            "so that wasting energy in charging and discharging at once would pay",
            remedy=f"give at least {needed:.6g}, or raise the price",
        )
