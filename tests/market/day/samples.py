"""A market day's result made by hand, with whatever is wrong that a test needs."""

from dataclasses import replace

import numpy as np

from wattloom.market.day.result import DayResult, HomeDay, LedgerDay, Residual


def home_day(
    home="ann", *, alone=5.0, operating=4.0, bill_nano=500_000_000, trade_wh=(100, -200), bound=0.01
):
    return HomeDay(
        home=home,
        cost_alone=alone,
        cost_operating=operating,
        bill_nano=bill_nano,
        rounding_bound=bound,
        trade_wh=trade_wh,
        grid_alone=np.array([1.0, 2.0]),
        grid_trading=np.array([0.9, 1.8]),
    )


def day_result(**changes):
    """A day on which everything holds: one home buys, the other sells, then the other way round."""
    seller = home_day("bob", alone=3.0, operating=3.2, bill_nano=-500_000_000, trade_wh=(-100, 200))
    day = DayResult(
        community="made",
        description="made for a test",
        synthetic=True,
        slot_s=3600,
        homes=(home_day(), seller),
        price=np.array([0.1, 0.2]),
        fixed_price=0.1,
        residuals=(Residual(1, 0.5, 0.1), Residual(2, 1e-7, 1e-8)),
        central_optimum=7.2,
        cost_before_rounding=7.2,
        ledger=LedgerDay("solo", "market-day", "ab" * 32, 12, 34, "cd" * 32),
        seconds=1.5,
    )
    return replace(day, **changes)
