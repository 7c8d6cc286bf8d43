"""What the coordinator keeps between questions, and how it puts one."""

from collections.abc import Generator

import numpy as np

from wattloom.market.coordination.second_order.errors import BadTotals
from wattloom.market.coordination.second_order.layout import Parts, ask, read_totals
from wattloom.market.coordination.second_order.messages import Kind, Question, Totals
from wattloom.market.coordination.second_order.outcome import Outcome, Round
from wattloom.market.coordination.second_order.settings import Settings
from wattloom.market.homes.checks import FloatArray

DEARER = 0.25
"""How much prices rise, relative to the first ones, from one start to the next."""


class HomesChanged(Exception):
    """Fewer homes have answered than before."""


class Breakdown(Exception):
    """Some home's numbers, or the coordinator's, have broken down."""


class Conversation:
    """The coordinator's side of one coordination of T slots.

    Attributes
    ----------
    homes : how many answer
    price : (T,), $/kWh, of the last start or interior round
    rounds : what they came to, the first one first
    """

    def __init__(self, slots: int, homes: int, settings: Settings) -> None:
        self.slots, self.homes, self.settings = slots, homes, settings
        self.price = np.zeros(slots)
        self.rounds: list[Round] = []
        self._exchanges = self._starts = 0

    def put(self, kind: Kind, **parts: FloatArray | float) -> Generator[Question, Totals, Parts]:
        """Ask all homes, and return the parts of the sums of their answers.

        Raises
        ------
        HomesChanged, Breakdown : these sums are of no use
        BadTotals : they answer another question, or more homes have answered than were there
        """
        totals = yield ask(kind, self.slots, **parts)
        self._exchanges += 1
        if not 0 < totals.homes <= self.homes:
            raise BadTotals(problem=f"{totals.homes} homes have answered, and there were {self.homes}")
        sums = read_totals(kind, totals, self.slots)
        gone, self.homes = self.homes - totals.homes, totals.homes
        if gone:
            raise HomesChanged
        if totals.vetoed.any():
            raise Breakdown
        return sums

    def start(self) -> Generator[Question, Totals, Parts]:
        """Let the homes begin, at higher prices every time.

        Where a home has left, the difference to what all answered before would else be that home's own.
        """
        dearer = 1.0 + DEARER * self._starts
        self.price = np.full(self.slots, dearer * self.settings.start_price_per_kwh)
        self._starts += 1
        return (yield from self.put(Kind.START, price=self.price, barrier=self.settings.start_barrier))

    def note_interior(self, kind: Kind, sums: Parts) -> float:
        """Write down an interior round and return its barrier, $."""
        barrier = float(sums["complementarity"][0] / sums["inequalities"][0])
        self.rounds.append(Round(kind, float(np.linalg.norm(sums["trade"])), barrier=barrier))
        return barrier

    def note_iteration(self, kind: Kind, sums: Parts, *, rho: float, relaxation: float = 1.0) -> bool:
        """Write down a round of exchange ADMM and tell whether it meets the tolerance.

        Anchors sum to zero, so they change by relaxation (x - mean x - anchor): the sum of the squares of
        that is known from sums over homes.
        """
        imbalance = float(np.linalg.norm(sums["trade"]))
        moved = max(0.0, float(sums["moved"][0]) - imbalance**2 / self.homes)
        self.rounds.append(Round(kind, imbalance, dual=rho * relaxation * moved**0.5))
        return self.rounds[-1].meets(self.settings.tolerance)

    def outcome(self, price: FloatArray, *, rho: float, fell_back: bool) -> Outcome:
        """Return what the last round has shown to be right."""
        return Outcome(price, rho, self.homes, self._exchanges, tuple(self.rounds), fell_back)
