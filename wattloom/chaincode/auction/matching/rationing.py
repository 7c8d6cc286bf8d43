"""Pro rata in whole watt-hours."""

from collections.abc import Sequence
from heapq import heapify, heapreplace

FRACTION_BITS = 64
"""Quotients of claims below 2^32 that differ at all differ in their first 64 bits after the point."""


def ration(claims: Sequence[int], total: int) -> list[int]:
    """Share `total` among claims that are together as large, in proportion to them.

    The watt-hours go to the largest of all quotients claim / k, k = 1, 2, ...; among equal ones to the first
    claim. Everybody gets its exact share rounded down at least, nobody more than its claim, and who got
    nothing could have stayed away: the others would have got the same. Source: d'Hondt 1882; Balinski and
    Young 1982 on divisor methods, which alone have the last property.
    """
    whole = sum(claims)
    if not 0 <= total <= whole:
        raise ValueError(f"{total} Wh cannot be shared among claims of {whole} Wh")
    if not total:
        return [0] * len(claims)
    given = [claim * total // whole for claim in claims]
    left = total - sum(given)
    if not left:
        return given
    heap = [
        (-_quotient(claim, got), place) for place, (claim, got) in enumerate(zip(claims, given, strict=True))
    ]
    heapify(heap)
    for _ in range(left):
        place = heap[0][1]
        given[place] += 1
        heapreplace(heap, (-_quotient(claims[place], given[place]), place))
    return given


def _quotient(claim: int, given: int) -> int:
    return (claim << FRACTION_BITS) // (given + 1)
