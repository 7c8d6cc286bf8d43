"""Reproducible numbers: each is computed from its own name, so that no order of asking can change it."""

import hashlib
import math

SCALE = 2**64


def uniform(low: float, high: float, *name: object) -> float:
    """Return a number from `low` up to `high`, always the same one for the same name."""
    digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
    return low + (high - low) * int.from_bytes(digest[:8], "big") / SCALE


def normal(*name: object) -> float:
    """Return a standard normal number, always the same one for the same name (Box and Muller's transform)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(0.0, 1.0, *name, "radius")))
    return radius * math.cos(uniform(0.0, 2.0 * math.pi, *name, "angle"))
