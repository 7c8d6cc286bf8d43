"""Numbers as multiples of 2^-60 modulo 2^128, and votes modulo 2^64: sums of them are exact.

A vector of n numbers is an array (n, 2) of uint64: low half, high half, two's complement. Its bytes are n
little-endian integers of 128 bits.
"""

import secrets
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.market.coordination.masking.errors import NotRepresentable

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

FRACTION_BITS: Final = 60
MAX_HOMES: Final = 2**16
LIMIT: Final = 2.0**51
"""What a number must stay below in size, so that `MAX_HOMES` of them sum to less than 2^67 = 2^(127 - 60)."""

NUMBER_BYTES: Final = 16
VETO_BYTES: Final = 8
_HALF: Final = 2.0**64


def to_words(values: Floats) -> Words:
    """Round numbers (n,) to the nearest multiple of 2^-60.

    Raises
    ------
    NotRepresentable : a number is not finite, or not below `LIMIT` in size
    """
    size = np.abs(values)
    if not np.all(size < LIMIT):
        entry = int(np.argmin(size < LIMIT))
        raise NotRepresentable(entry=entry, value=float(values[entry]), limit=LIMIT)
    units = np.rint(np.ldexp(size, FRACTION_BITS))
    high = np.floor(units / _HALF)
    words = np.stack([(units - high * _HALF).astype(np.uint64), high.astype(np.uint64)], axis=-1)
    return np.where((values < 0)[:, None], negated(words), words)


def to_floats(words: Words) -> Floats:
    """Return the numbers (n,) that words (n, 2) stand for, rounded to float64."""
    negative = words[:, 1] >> np.uint64(63) == 1
    size = np.where(negative[:, None], negated(words), words).astype(np.float64)
    units = np.ldexp(size[:, 1], 64 - FRACTION_BITS) + np.ldexp(size[:, 0], -FRACTION_BITS)
    return np.where(negative, -units, units)


def added(left: Words, right: Words) -> Words:
    """Return the sums modulo 2^128, entry by entry."""
    low = left[:, 0] + right[:, 0]
    carry = (low < left[:, 0]).astype(np.uint64)
    return np.stack([low, left[:, 1] + right[:, 1] + carry], axis=-1)


def negated(words: Words) -> Words:
    """Return minus the numbers modulo 2^128."""
    low = ~words[:, 0] + np.uint64(1)
    return np.stack([low, ~words[:, 1] + (low == 0).astype(np.uint64)], axis=-1)


def to_votes(vetoes: Flags) -> Words:
    """Return zero where there is no veto and a random number other than zero where there is one, (v,).

    The sum over homes modulo 2^64 is zero where nobody vetoes. Where somebody does it is all but uniform,
    whoever and how many they are; several vetoes cancel to zero with probability 2^-64.
    """
    return np.array([1 + secrets.randbelow(2**64 - 1) if veto else 0 for veto in vetoes], dtype=np.uint64)
