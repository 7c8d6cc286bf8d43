"""The one setting of the method, for all homes and horizons; how it was found: docs/second-order.md."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of second-order coordination.

    Attributes
    ----------
    start_price_per_kwh, start_barrier : where homes begin, $/kWh and $
    proximal_rho : $/kWh^2, holds a home's trade near its last one within a Newton step
    boundary_share : the least share of the way to its nearest bound that a home goes
    switch_barrier : below it, $, rounds of exchange ADMM check what has been found
    later_switch : the factor of the switch after a check that failed
    check_rounds : how many of these rounds are tried in a row
    rho : $/kWh^2, of those rounds; the dual residual is measured with it
    tolerance : what both residuals must reach, kWh and $
    most_rounds : after so many rounds over-relaxed exchange ADMM takes over
    """

    start_price_per_kwh: float = 0.1
    start_barrier: float = 0.1
    proximal_rho: float = 1e-3
    boundary_share: float = 0.95
    switch_barrier: float = 1e-9
    later_switch: float = 1e-2
    check_rounds: int = 8
    rho: float = 0.01
    tolerance: float = 1e-6
    most_rounds: int = 40


FROZEN = Settings()
