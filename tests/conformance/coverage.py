"""What was called, refused and announced on each engine, so that nothing can be left out unnoticed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from wattloom.network.client import Refused


@dataclass
class Exercised:
    """Functions that came to a result, timers that were seen to run, and codes that were refused with.

    `results` is what `scenario.play` has come to, to be compared between the engines.
    """

    functions: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    results: list[object] = field(default_factory=list)

    @contextmanager
    def noting(self, function: str) -> Iterator[None]:
        """Note how one call ends."""
        try:
            yield
        except Refused as refusal:
            self.codes.add(refusal.code)
            raise
        self.functions.add(function)
