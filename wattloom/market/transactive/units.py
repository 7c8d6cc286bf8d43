"""The border between floats and the ledger's integers: numbers are rounded here and nowhere else."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from wattloom.chaincode.api import Int64Array

Array = NDArray[np.float64]

NANO = 1_000_000_000
PICO = 1_000_000_000_000
NANO_KWH_PER_WH = 1_000_000
WH_PER_KWH = 1_000


def to_nano(value: float) -> int:
    """Return a quantity in units of 1e-9, rounded to the nearest, a half to even."""
    return round(value * NANO)


def to_pico(value: float) -> int:
    """Return a dual price, $/kWh, in units of 1e-12, rounded to the nearest, a half to even."""
    return round(value * PICO)


def to_nano_kwh(trade_kwh: Array, *, limit_wh: int) -> Int64Array:
    """Return a decision, (T,) or (N-1, T), as the ledger takes it: rounded, and within the home's limit.

    The ledger holds every number and every slot's sum over partners within the registered limit, exactly. A
    solver does so up to its own tolerance, and rounding adds to it; the largest number of a slot gives way.
    """
    limit = limit_wh * NANO_KWH_PER_WH
    rounded = np.rint(np.atleast_2d(trade_kwh) * NANO).astype(np.int64)
    held = np.clip(rounded, -limit, limit)
    net = held.sum(axis=0)
    excess = net - np.clip(net, -limit, limit)
    largest = (held * np.sign(excess)).argmax(axis=0)
    held[largest, np.arange(net.size)] -= excess
    return Int64Array(held.ravel().tolist())


def from_nano(values: Iterable[int]) -> Array:
    """Return nano-units as floats: kWh, $/kWh or $."""
    return np.fromiter(values, dtype=np.float64) / NANO


def from_pico(values: Iterable[int]) -> Array:
    """Return dual prices or multipliers as $/kWh."""
    return np.fromiter(values, dtype=np.float64) / PICO


def from_wh(values: Iterable[int]) -> Array:
    """Return whole watt-hours as kWh."""
    return np.fromiter(values, dtype=np.float64) / WH_PER_KWH
