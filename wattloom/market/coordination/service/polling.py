"""Asking all homes: a question goes out, masked answers come in until the deadline, their sums go on.

A home that does not answer in time, or not as asked, has dropped out for good. The question it missed is
given up with it: its masked answers are never completed, and no home answers it again under another roster.
"""

import asyncio
from collections.abc import Mapping

import structlog

from wattloom.market.coordination.masking.errors import RosterRefused, WrongSize
from wattloom.market.coordination.masking.masker import Masked
from wattloom.market.coordination.masking.roster import Roster
from wattloom.market.coordination.masking.sums import check_size, unmasked
from wattloom.market.coordination.second_order.messages import Question, Totals
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.codec import question_to_wire, roster_to_wire
from wattloom.market.coordination.service.desk import Desk
from wattloom.market.coordination.service.errors import Malformed, TooFewHomes, TooLate
from wattloom.market.coordination.service.method import Shape

log = structlog.get_logger(__name__)


class HomesLeft(Exception):
    """Homes have dropped out, and the question is given up; the roster is without them now."""


class Poll:
    """The homes of one session, from the first roster on; `exchanges` counts questions that all answered."""

    def __init__(self, desks: Mapping[str, Desk], roster: Roster, *, shape: Shape, answer_s: float) -> None:
        self.roster = roster
        self.exchanges = 0
        self.drop_outs = 0
        self._desks = dict(desks)
        self._shape = shape
        self._answer_s = answer_s
        self._number = 0
        self._tell(wire.TakePartResponse(roster=roster_to_wire(roster)))

    async def ask(self, question: Question) -> Totals:
        """Return the totals of every home's answer.

        Raises
        ------
        HomesLeft : homes have dropped out
        TooFewHomes : and too few are left
        MasksLeft : the homes' masks do not cancel
        """
        self._number += 1
        asked = question_to_wire(self._number, question)
        waiting = {party_id: desk.ask(asked) for party_id, desk in self._desks.items()}
        await asyncio.wait(waiting.values(), timeout=self._answer_s, return_when=asyncio.FIRST_EXCEPTION)
        addends, vetoes = self._shape(question.kind)
        answers = self._usable(waiting, addends, vetoes)
        found = unmasked(answers, self.roster.parties, addends=addends, vetoes=vetoes)
        self.exchanges += 1
        return Totals(homes=found.homes, sums=found.sums, vetoed=found.vetoed)

    def _usable(
        self, waiting: Mapping[str, asyncio.Future[Masked]], addends: int, vetoes: int
    ) -> dict[str, Masked]:
        """Return every home's answer, or send away those who are to blame and raise `HomesLeft`."""
        answers: dict[str, Masked] = {}
        gone: set[str] = set()
        broken_off = any(answer.done() and answer.exception() for answer in waiting.values())
        for party_id, answer in waiting.items():
            if answer.done() and answer.exception() is None:
                try:
                    check_size(party_id, answer.result(), addends=addends, vetoes=vetoes)
                    answers[party_id] = answer.result()
                except WrongSize as error:
                    self._desks[party_id].turn_away(Malformed(str(error)))
                    gone.add(party_id)
            elif answer.done():
                gone.add(party_id)
            elif not broken_off:
                self._desks[party_id].turn_away(TooLate(f"no answer within {self._answer_s:g} s"))
                gone.add(party_id)
        if gone:
            self._drop(gone)
            raise HomesLeft
        return answers

    def _drop(self, gone: set[str]) -> None:
        self.drop_outs += len(gone)
        log.info("homes dropped out", party_ids=sorted(gone), left=len(self._desks) - len(gone))
        for party_id in gone:
            del self._desks[party_id]
        try:
            self.roster = self.roster.without(gone)
        except RosterRefused as refused:
            raise TooFewHomes(f"{len(gone)} homes dropped out: {refused}") from refused
        self._tell(wire.TakePartResponse(drop_out=wire.DropOut(party_ids=sorted(gone))))

    def end(self, ended: wire.TakePartResponse) -> None:
        """Tell the homes that are left how the session has ended, and let them go."""
        self._tell(ended)
        for desk in self._desks.values():
            desk.close()

    def _tell(self, message: wire.TakePartResponse) -> None:
        for desk in self._desks.values():
            desk.tell(message)
