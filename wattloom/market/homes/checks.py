"""Checks shared by the records of homes: each returns the value it has found sound, or raises `BadHome`."""

import numpy as np
import numpy.typing as npt

from wattloom.market.homes.errors import BadHome

FloatArray = npt.NDArray[np.float64]


def number(field: str, value: float, *, low: float, high: float = float("inf")) -> float:
    """Return `value` as a float when low <= value <= high (a not-a-number never is)."""
    if not low <= value <= high or value == float("inf"):
        raise BadHome(field=field, problem=f"is {value}", remedy=f"give a finite number from {low} to {high}")
    return float(value)


def positive(field: str, value: float) -> float:
    """Return `value` as a float when it is above zero and finite."""
    if not 0 < value < float("inf"):
        raise BadHome(field=field, problem=f"is {value}", remedy="give a finite number above 0")
    return float(value)


def series(field: str, values: npt.ArrayLike, *, low: float) -> FloatArray:
    """Return a read-only copy of one finite number per slot, each at least `low`."""
    array = np.array(values, dtype=np.float64)
    if array.ndim != 1 or not array.size:
        raise BadHome(field=field, problem=f"has shape {array.shape}", remedy="give one number per slot")
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= low)))
    if wrong.size:
        problem = f"is {array[wrong[0]]} in slot {wrong[0]}"
        raise BadHome(field=field, problem=problem, remedy=f"give finite numbers of at least {low}")
    array.flags.writeable = False
    return array


def length(field: str, array: FloatArray, slots: int) -> None:
    """Refuse a series that does not have one number for each of the home's slots."""
    if array.size != slots:
        raise BadHome(
            field=field, problem=f"has {array.size} numbers", remedy=f"give one for each of {slots} slots"
        )
