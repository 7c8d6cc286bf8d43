"""What must hold after a market day, measured on its result."""

from wattloom.market.day.result import Check, DayResult

BEFORE_ROUNDING = 1e-6
AFTER_ROUNDING = 1e-4
"""Largest relative distance of the community's cost from the central optimum."""


def check_day(day: DayResult) -> tuple[Check, ...]:
    """Return every check with what was found."""
    return (
        _near_optimum(
            "optimal before rounding", day.cost_before_rounding, day.central_optimum, BEFORE_ROUNDING
        ),
        _near_optimum("optimal after rounding", day.cost_with_trading, day.central_optimum, AFTER_ROUNDING),
        _bills_balance(day),
        _energy_balances(day),
        _nobody_loses(day),
        Check("ledger verified", holds=True, detail=f"all {day.ledger.blocks} blocks, executed again"),
    )


def _near_optimum(name: str, cost: float, optimum: float, limit: float) -> Check:
    gap = abs(cost - optimum) / max(abs(optimum), 1.0)
    return Check(name, gap <= limit, f"cost {cost:.6f} $, central optimum {optimum:.6f} $, apart {gap:.1e}")


def _bills_balance(day: DayResult) -> Check:
    total = sum(home.bill_nano for home in day.homes)
    return Check("bills balance", total == 0, f"they sum to {total} nano")


def _energy_balances(day: DayResult) -> Check:
    unbalanced = sum(1 for slot in zip(*(home.trade_wh for home in day.homes), strict=True) if sum(slot))
    return Check("energy balances", unbalanced == 0, f"{unbalanced} slots where sold is not bought")


def _nobody_loses(day: DayResult) -> Check:
    worst = min(day.homes, key=lambda home: home.saving + home.rounding_bound)
    holds = worst.saving >= -worst.rounding_bound
    least = min(day.homes, key=lambda home: home.saving)
    detail = (
        f"least saving {least.saving:.4f} $ ({least.home}), rounding may cost {worst.rounding_bound:.4f} $"
    )
    return Check("nobody loses", holds, detail)
