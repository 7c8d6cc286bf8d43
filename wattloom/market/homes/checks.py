"""Checks shared by the records of homes: each returns the value it has found sound, or raises `BadHome`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from wattloom.market.homes.errors import BadHome

FloatArray = npt.NDArray[np.float64]


@contextmanager
def naming(*, home: str | None = None, device: str | None = None) -> Iterator[None]:
    """Let a `BadHome` that is raised inside say whose field is wrong, unless it says so already."""
    try:
        yield
    except BadHome as refusal:
        refusal.home, refusal.device = refusal.home or home, refusal.device or device
        raise


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


def share(field: str, value: float) -> float:
    """Return `value` as a float when it is above zero and at most one."""
    if not 0 < value <= 1:
        raise BadHome(field=field, problem=f"is {value}", remedy="give a number above 0, at most 1")
    return float(value)


def choice(field: str, value: str, choices: Sequence[str]) -> str:
    """Return `value` when it is one of the choices."""
    if value not in choices:
        raise BadHome(field=field, problem=f"is {value!r}", remedy=f"choose one of {', '.join(choices)}")
    return value


def series(field: str, values: npt.ArrayLike, *, low: float) -> FloatArray:
    """Return a read-only copy of one finite number per slot, each at least `low`."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as failure:
        raise BadHome(field=field, problem=f"is no series ({failure})", remedy="give numbers") from failure
    if array.ndim != 1 or not array.size:
        raise BadHome(field=field, problem=f"has shape {array.shape}", remedy="give one number per slot")
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= low)))
    if wrong.size:
        slot = int(wrong[0])
        at_least = f" of at least {low}" if np.isfinite(low) else ""
        raise BadHome(
            field=field,
            problem=f"is {array[slot]} in slot {slot}",
            remedy=f"give finite numbers{at_least}",
            slot=slot,
        )
    array.flags.writeable = False
    return array


def prices(field: str, values: npt.ArrayLike, *, low: float) -> FloatArray:
    """Return a read-only copy of prices: one number for all slots, shape (1,), or one per slot."""
    return series(field, np.atleast_1d(values), low=low)


def length(field: str, array: FloatArray, slots: int) -> None:
    """Refuse a series that does not have one number for each of the home's slots."""
    if array.size != slots:
        raise BadHome(
            field=field, problem=f"has {array.size} numbers", remedy=f"give one for each of {slots} slots"
        )


def price_length(field: str, array: npt.ArrayLike, slots: int) -> None:
    """Refuse prices that are neither one number nor one per slot."""
    if np.size(array) != 1:
        length(field, np.asarray(array), slots)


def per_slot(prices: npt.ArrayLike, slots: int) -> FloatArray:
    """Return one number, or one per slot, as one per slot, (T,)."""
    return np.broadcast_to(np.asarray(prices, dtype=np.float64), (slots,))
