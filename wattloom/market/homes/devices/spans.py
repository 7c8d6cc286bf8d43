"""Spans of slots: when an appliance may run, when a vehicle is at home."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from wattloom.market.homes.errors import BadHome


class Span(Protocol):
    """Slots first..end, half-open."""

    @property
    def first(self) -> int:
        """The first slot."""

    @property
    def end(self) -> int:
        """The slot after the last."""


def slots_of(spans: Sequence[Span]) -> npt.NDArray[np.intp]:
    """Return every slot of the spans, in their order, (k,)."""
    slots = [np.arange(span.first, span.end, dtype=np.intp) for span in spans]
    return np.concatenate(slots) if slots else np.array([], dtype=np.intp)


def ranges(spans: Sequence[Span]) -> list[slice]:
    """Return where each span stands in `slots_of`."""
    ends = [0, *accumulate(span.end - span.first for span in spans)]
    return [slice(first, end) for first, end in pairwise(ends)]


def check_order(field: str, spans: Sequence[Span]) -> None:
    """Raise `BadHome` unless the spans have slots, are in order of time, and apart from each other."""
    end = 0
    for span in spans:
        if not end <= span.first < span.end:
            raise BadHome(
                field=field,
                problem=f"hold slots {span.first} to {span.end - 1} where slot {end} is the first free one",
                remedy="order them by time, apart from each other, each of a slot or more",
                slot=span.first,
            )
        end = span.end


def refuse(field: str, span: Span, problem: str, remedy: str) -> None:
    """Raise `BadHome` naming the span, as people count: from its first slot to its last."""
    name = f"{field} of slots {span.first} to {span.end - 1}"
    raise BadHome(field=name, problem=problem, remedy=remedy, slot=span.first)


def check_within(field: str, spans: Sequence[Span], slots: int) -> None:
    """Raise `BadHome` unless the horizon holds all spans."""
    for span in spans:
        if span.end > slots:
            refuse(field, span, f"ends after the last of {slots} slots", "state it once the horizon holds it")
