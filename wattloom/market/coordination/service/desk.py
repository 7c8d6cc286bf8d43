"""One home's place with the coordinator: what is still to be sent to it, and the answer that is awaited."""

import asyncio
from dataclasses import dataclass

from wattloom.market.coordination.masking.masker import Masked
from wattloom.market.coordination.masking.session_keys import SignedKey
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.errors import Malformed, TurnedAway


@dataclass(slots=True)
class Traffic:
    """Bytes of all homes' messages, before TLS."""

    received: int = 0
    sent: int = 0


class Desk:
    """Everything between one home's stream and the session; all on one event loop."""

    def __init__(self, party_id: str, key: SignedKey, traffic: Traffic) -> None:
        self.party_id = party_id
        self.key = key
        self.outbox: asyncio.Queue[wire.TakePartResponse | TurnedAway | None] = asyncio.Queue()
        self._traffic = traffic
        self._asked = self._answered = 0
        self._answer: asyncio.Future[Masked] = asyncio.get_running_loop().create_future()
        self._left: TurnedAway | None = None

    def ask(self, question: wire.Question) -> asyncio.Future[Masked]:
        """Send a question; the answer fails with `TurnedAway` once the home has left."""
        self._answer = asyncio.get_running_loop().create_future()
        self._asked = question.number
        if self._left is not None:
            self._answer.set_exception(self._left)
        self.tell(wire.TakePartResponse(question=question))
        return self._answer

    def tell(self, message: wire.TakePartResponse) -> None:
        """Send something that needs no answer."""
        self._traffic.sent += message.ByteSize()
        self.outbox.put_nowait(message)

    def take(self, said: wire.TakePartRequest) -> None:
        """Take what the home says; raise `Malformed` unless it answers the open question, or one given up."""
        self._traffic.received += said.ByteSize()
        number = said.answer.number
        if said.WhichOneof("said") != "answer" or not self._answered < number <= self._asked:
            raise Malformed(f"question {self._asked} is open: answer that, and once")
        self._answered = number
        if number < self._asked or self._answer.done():
            return  # of a question that was given up while the answer was on its way
        self._answer.set_result(Masked(numbers=said.answer.numbers, votes=said.answer.votes))

    def turn_away(self, why: TurnedAway) -> None:
        """End the home's part; it is told why."""
        self.leave(why)
        self.outbox.put_nowait(why)

    def leave(self, why: TurnedAway) -> None:
        """Note that the home has left, or is gone."""
        self._left = self._left or why
        if not self._answer.done():
            self._answer.set_exception(why)
            self._answer.exception()  # read here too: nobody may be waiting for it

    def close(self) -> None:
        """Let the stream end once everything has been sent."""
        self.outbox.put_nowait(None)
