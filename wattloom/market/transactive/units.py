"""The border between floats and the ledger's integers: numbers are rounded here and nowhere else."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from wattloom.chaincode.api import Int64Array

Array = NDArray[np.float64]

NANO = 1_000_000_000
NANO_KWH_PER_WH = 1_000_000
WH_PER_KWH = 1_000


def to_nano(value: float) -> int:
    """Return a quantity in units of 1e-9, rounded to the nearest, a half to even."""
    return round(value * NANO)


def to_nano_kwh(trade_kwh: Array, *, limit_wh: int) -> Int64Array:
    """Return a decision as the ledger takes it: rounded, and held within the home's registered limit.

    A solver keeps the limit up to its own tolerance; the ledger keeps it exactly.
    """
    limit = limit_wh * NANO_KWH_PER_WH
    rounded = np.rint(trade_kwh * NANO).astype(np.int64)
    return Int64Array(np.clip(rounded, -limit, limit).ravel().tolist())


def from_nano(values: Iterable[int]) -> Array:
    """Return nano-units as floats: kWh, $/kWh or $."""
    return np.fromiter(values, dtype=np.float64) / NANO


def from_wh(values: Iterable[int]) -> Array:
    """Return whole watt-hours as kWh."""
    return np.fromiter(values, dtype=np.float64) / WH_PER_KWH
