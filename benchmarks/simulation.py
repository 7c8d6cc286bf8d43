"""The auction study's engine: thirty days on the contract in memory, in both forms."""

import time
from typing import Any

from wattloom.market.auction.simulation.prices import prices
from wattloom.market.auction.simulation.profiles import profiles
from wattloom.market.auction.simulation.run import run as run_study
from wattloom.market.auction.simulation.setup import MAX_DAYS, Form, Setup
from wattloom.market.scale.measured import memory_mb

CASES = (
    Setup(users=100, days=MAX_DAYS, form=Form.REQUEST),
    Setup(users=1_000, days=MAX_DAYS, form=Form.BOOK),
)


def run() -> list[dict[str, Any]]:
    """Return one figure per form."""
    return [_measured(setup) for setup in CASES]


def _measured(setup: Setup) -> dict[str, Any]:
    cpu_s = time.process_time()
    found = run_study(setup, profiles(None, seed=setup.seed), prices(None))
    cpu_s = time.process_time() - cpu_s
    calls = found.requests + found.offers
    return {
        "form": setup.form.value,
        "users": setup.users,
        "days": setup.days,
        "requests": found.requests,
        "offers_or_orders": found.offers,
        "seconds": round(found.seconds, 1),
        "cpu_s": round(cpu_s, 1),
        "cpu_us_per_call": round(cpu_s / calls * 1e6, 1),
        "memory_mb": round(memory_mb()),
    }
