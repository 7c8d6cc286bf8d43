"""The two rounding rules that everything here shares, and the one border of 64 bits."""

from collections.abc import Iterable

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.api.arrays import INT64_MAX, INT64_MIN
from wattloom.chaincode.transactive.errors import Overflow

NANO = 10**9
NANO_KWH_PER_WH = 10**6
PICO_PER_KWH_IN_NANO_PER_WH = 10**6
PRODUCT_IN_PICO_PER_KWH = 10**6
"""rho times energy, 1e-9 $/kWh^2 times 1e-9 kWh: so many make 1e-12 $/kWh."""


def round_half_up(numerator: int, denominator: int) -> int:
    """Return the nearest whole number to a quotient (denominator positive); a half goes towards +infinity."""
    return (2 * numerator + denominator) // (2 * denominator)


def clamp(value: int, low: int, high: int) -> int:
    """Return the value, or the nearer end of the range."""
    return low if value < low else min(value, high)


def in_64_bits(value: int, *, what: str) -> int:
    """Return the value; raise `Overflow` where it does not fit in a signed 64-bit integer."""
    if not INT64_MIN <= value <= INT64_MAX:
        raise Overflow(what=what)
    return value


def array_in_64_bits(values: Iterable[int], *, what: str) -> Int64Array:
    """Return the values as an array; raise `Overflow` where one does not fit."""
    try:
        return Int64Array(values)
    except ValueError:
        raise Overflow(what=what) from None
