"""The homes' side: one home, which is what a transport talks to, or a community's homes in one process."""

from collections.abc import Sequence

import numpy as np

from wattloom.market.coordination.second_order.alike import Alike
from wattloom.market.coordination.second_order.errors import BadQuestion
from wattloom.market.coordination.second_order.layout import VETOES, answered, read_question, shape
from wattloom.market.coordination.second_order.messages import Answer, BoolArray, Kind, Question, Totals
from wattloom.market.coordination.second_order.settings import FROZEN, Settings
from wattloom.market.homes.checks import FloatArray
from wattloom.market.homes.home import Home
from wattloom.market.homes.solver import HomeSolver


class Homes:
    """A community's homes in one process: they answer as `HomeSide` does, those of one structure in step."""

    def __init__(self, homes: Sequence[Home], settings: Settings = FROZEN) -> None:
        self.slots = homes[0].slots
        self.count = len(homes)
        alike: dict[bytes, list[tuple[int, HomeSolver]]] = {}
        for index, solver in enumerate(map(HomeSolver, homes)):
            alike.setdefault(solver.standard.structure, []).append((index, solver))
        self._groups = [
            (np.array([index for index, _ in members]), Alike([solver for _, solver in members], settings))
            for members in alike.values()
        ]
        self._started = False

    @property
    def trade_kwh(self) -> FloatArray:
        """The trades of the last answer, (N, T), kWh; positive buys."""
        trades = np.empty((self.count, self.slots))
        for indices, group in self._groups:
            trades[indices] = group.trade_kwh
        return trades

    @property
    def anchor_kwh(self) -> FloatArray:
        """The anchors of the last round of exchange ADMM, (N, T), kWh."""
        anchors = np.empty((self.count, self.slots))
        for indices, group in self._groups:
            anchors[indices] = group.anchor_kwh
        return anchors

    def answers(self, question: Question) -> tuple[FloatArray, BoolArray]:
        """Return addends (N, a) and vetoes (N, v) of every home.

        Raises
        ------
        BadQuestion : the question is of another size, or comes before any start
        """
        parts = read_question(question, self.slots)
        self._started |= question.kind is Kind.START
        if not self._started:
            raise BadQuestion(problem=f"({question.kind}) came before any start")
        addends = np.empty((self.count, shape(question.kind, self.slots)[0]))
        with np.errstate(all="ignore"):  # what breaks down is seen below
            for indices, group in self._groups:
                found = group.answer(question.kind, parts)
                rows = [found[name] for name in answered(question.kind, self.slots)]
                addends[indices] = np.concatenate(rows, axis=1)
        broken = np.asarray(~np.isfinite(addends).all(axis=1))
        addends[broken] = 0.0
        return addends, np.repeat(broken[:, None], VETOES, axis=1)

    def total(self, question: Question) -> Totals:
        """Return the totals of all homes' answers."""
        addends, vetoes = self.answers(question)
        return Totals(homes=self.count, sums=addends.sum(axis=0), vetoed=np.asarray(vetoes.any(axis=0)))


class HomeSide:
    """One home's side: the coordinator's questions come in, and what may leave the home goes out."""

    def __init__(self, home: Home, settings: Settings = FROZEN) -> None:
        self._homes = Homes([home], settings)

    @property
    def trade_kwh(self) -> FloatArray:
        """The home's trade in its last answer, (T,), kWh; positive buys."""
        return np.asarray(self._homes.trade_kwh[0])

    @property
    def anchor_kwh(self) -> FloatArray:
        """The home's anchor of the last round of exchange ADMM, (T,), kWh; a session can repeat it."""
        return np.asarray(self._homes.anchor_kwh[0])

    def answer(self, question: Question) -> Answer:
        """Return the home's own addends and vetoes; its state moves on with every question.

        Raises
        ------
        BadQuestion : the question is of another size, or comes before any start
        """
        addends, vetoes = self._homes.answers(question)
        return Answer(addends=addends[0], vetoes=vetoes[0])
