"""A home's side: it calls the coordinator, proves who it is, and answers in masked numbers until the end."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final

import grpc

from wattloom.market.coordination.masking.masker import Masked, Masker
from wattloom.market.coordination.masking.roster import Roster
from wattloom.market.coordination.masking.session_keys import Roots, SessionKey
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.codec import (
    answer_to_wire,
    found_from_wire,
    heard,
    key_from_wire,
    key_to_wire,
    question_from_wire,
    session_from_wire,
)
from wattloom.market.coordination.service.coordination_pb2_grpc import CoordinationStub
from wattloom.market.coordination.service.errors import (
    CoordinationError,
    CoordinatorGone,
    GivenUp,
    Malformed,
    NotInvited,
    OutOfTurn,
    TooLate,
    TurnedAway,
)
from wattloom.market.coordination.service.method import Side
from wattloom.market.coordination.service.records import Found
from wattloom.network.transactions import Signer

MAX_MESSAGE_BYTES: Final = 64 << 20
"""A roster of the most homes that sessions have, each with its certificates, is far below."""

OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where and with whom a home coordinates.

    Attributes
    ----------
    address : the coordinator's, host:port
    ca_certificate : PEM of the root that vouches for the coordinator's TLS certificate
    roots : the organisations whose homes may be on a roster
    silence_s : how long the coordinator may say nothing before it is taken for gone
    session_s : how long the whole may take
    """

    address: str
    ca_certificate: bytes
    roots: Roots
    silence_s: float = 60.0
    session_s: float = 600.0


async def take_part(
    meeting: Meeting, home: Signer, *, party_id: str, session_id: str, slots: int, side: Side
) -> Found:
    """Answer for one home until the session ends; return what was found.

    Raises
    ------
    CoordinatorGone, GivenUp, OutOfTurn, TurnedAway : no result
    RosterRefused, NotRepresentable : this home will not go on; nothing unmasked has left it
    SecondOrderError : its side of the method cannot answer
    """
    credentials = grpc.ssl_channel_credentials(meeting.ca_certificate)
    async with grpc.aio.secure_channel(meeting.address, credentials, options=OPTIONS) as channel:
        call = CoordinationStub(channel).TakePart(timeout=meeting.session_s, wait_for_ready=True)
        part = _Part(call, silence_s=meeting.silence_s)
        try:
            masker = await part.come_in(meeting, home, party_id=party_id, session_id=session_id)
            return await part.stay(masker, side, slots=slots)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the second: written after the end
            raise _translated(await call.code(), await call.details()) from None
        finally:
            call.cancel()


class _Part:
    """One call, from the coordinator's first word to its last."""

    def __init__(self, call: Any, *, silence_s: float) -> None:  # noqa: ANN401 - gRPC's own
        self._call = call
        self._silence_s = silence_s

    async def come_in(self, meeting: Meeting, home: Signer, *, party_id: str, session_id: str) -> Masker:
        """Show a key, and return what masks with it once the roster has come."""
        session = session_from_wire((await self._next("session")).session)
        if session.session_id != session_id:
            raise OutOfTurn(f"the coordinator leads session {session.session_id[:80]!a}")
        key = SessionKey(session)
        masker = Masker(party_id, key, session)
        await self._call.write(wire.TakePartRequest(key=key_to_wire(key.signed(home))))
        shown = [key_from_wire(each) for each in (await self._next("roster")).roster.keys]
        masker.admit(Roster.verified(shown, session, meeting.roots, at_s=int(time.time())))
        return masker

    async def stay(self, masker: Masker, side: Side, *, slots: int) -> Found:
        """Answer every question until the session ends."""
        number = 0
        while True:
            told = await self._next("question", "drop_out", "found")
            match told.WhichOneof("told"):
                case "found":
                    return found_from_wire(told.found, slots=slots)
                case "drop_out":
                    masker.drop_out(told.drop_out.party_ids)
                case _:
                    number += 1
                    if told.question.number != number:
                        raise OutOfTurn(f"question {told.question.number} comes where {number} is due")
                    await self._answer(told.question, masker, side)

    async def _answer(self, told: wire.Question, masker: Masker, side: Side) -> None:
        def masked() -> Masked:
            answer = side.answer(question_from_wire(told))
            return masker.mask(answer.addends, answer.vetoes)

        masker.hear(heard(told))
        said = answer_to_wire(told.number, await asyncio.to_thread(masked))
        await self._call.write(wire.TakePartRequest(answer=said))

    async def _next(self, *wanted: str) -> wire.TakePartResponse:
        """Return the coordinator's next word, which must be one of these."""
        try:
            async with asyncio.timeout(self._silence_s):
                told = await self._call.read()
        except TimeoutError:
            raise CoordinatorGone(f"the coordinator has said nothing for {self._silence_s:g} s") from None
        if told is grpc.aio.EOF:
            raise CoordinatorGone("the coordinator ended the call before the session")
        said: wire.TakePartResponse = told
        if said.WhichOneof("told") == "given_up":
            raise GivenUp(said.given_up)
        if said.WhichOneof("told") not in wanted:
            raise OutOfTurn(f"the coordinator said {said.WhichOneof('told')} where {wanted[0]} is due")
        return said


def _translated(code: grpc.StatusCode, details: str | None) -> CoordinationError:
    sentence = f"{code.name}: {details or 'no more was said'}"
    for kind in (TurnedAway, NotInvited, TooLate, Malformed):
        if kind.status is code:
            return kind(sentence)
    return CoordinatorGone(sentence)
