"""Nothing leaves a home that plans off the ledger but its key and masked answers, heard on the wire."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from tests.market.coordination.service.samples import (
    IDENTITIES,
    PARTIES,
    SERVER_TLS,
    SESSION,
    TLS,
    meeting,
)
from tests.market.coordination.service.sums_admm import AdmmSide, sums_admm
from tests.market.transactive.disclosure import METADATA, Leak
from tests.market.transactive.marketplace import small_community
from tests.market.transactive.wiretap import relay
from wattloom.market.coordination.masking import masker
from wattloom.market.coordination.masking.fixed_point import NUMBER_BYTES, VETO_BYTES, to_words
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.coordinator import CoordinationServer
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.off_ledger import Planner

SLOTS = 8
METHOD = sums_admm(SLOTS)
DEVIATIONS = 5
"""Of the mean of so many random bits; more would happen by chance once in a million times."""


class Noted(AdmmSide):
    """Notes its answers in the clear."""

    def __init__(self, solver):
        super().__init__(solver)
        self.said = []

    def answer(self, question):
        answer = super().answer(question)
        self.said.append(answer.addends)
        return answer


async def overheard():
    """Let three homes plan, the first through a tap; return what it sent and what it answered."""
    community = small_community(slots=SLOTS)
    sides = [Noted(HomeSolver(home)) for home in community.homes]
    server = CoordinationServer(
        SESSION,
        invited=PARTIES[:3],
        roots=meeting("").roots,
        method=METHOD,
        tls=SERVER_TLS,
    )
    async with server, relay(server.address, TLS.ca_pem, SERVER_TLS) as (tap, address):
        ways = [meeting(address), meeting(server.address), meeting(server.address)]
        planners = [
            Planner(way, IDENTITIES[index], PARTIES[index], SLOTS, sides[index])
            for index, way in enumerate(ways)
        ]
        _, *plans = await asyncio.gather(server.lead(), *(planner.plan(SESSION) for planner in planners))
    assert np.abs(np.sum(plans, axis=0)).max() < 1e-6
    return tap.sent, sides[0].said


def check(sent, said):
    """Raise `Leak` unless the home sent its key once, and then one masked answer a question."""
    first, *answers = [_request(each) for each in sent]
    _require(first.WhichOneof("said") == "key", "something before its key")
    _require(tuple(first.key.chain) == IDENTITIES[0].chain[:-1], "other certificates than its own")
    _require((len(first.key.public_key), len(first.key.signature)) == (32, 64), "a key of another size")
    _require(len(answers) == len(said), f"{len(answers)} answers to {len(said)} questions")
    for number, request in enumerate(answers, start=1):
        _require(request.WhichOneof("said") == "answer", "something that is no answer")
        _require(request.answer.number == number, "another number than the question's")
        _require(len(request.answer.numbers) == NUMBER_BYTES * (SLOTS + 1), "more numbers than asked for")
        _require(len(request.answer.votes) == VETO_BYTES, "more votes than asked for")
    everything = b"".join(each.answer.numbers + each.answer.votes for each in answers)
    for own in said:
        for half in to_words(own).ravel():
            _require(half in (0, 2**64 - 1) or half.tobytes() not in everything, "half of a number")
    bits = np.unpackbits(np.frombuffer(everything, dtype=np.uint8))
    apart = abs(bits.mean() - 0.5) * 2 * np.sqrt(len(bits))
    _require(apart < DEVIATIONS, f"bits that are not random: {apart:.1f} deviations apart")


def _request(sent):
    _require({name for name, _ in sent.metadata} <= METADATA, f"metadata {sent.metadata}")
    _require(sent.method == "/wattloom.coordination.v1.Coordination/TakePart", f"a call of {sent.method}")
    request = wire.TakePartRequest.FromString(sent.message)
    again = wire.TakePartRequest.FromString(sent.message)
    again.DiscardUnknownFields()
    _require(again.SerializeToString() == sent.message, "something beside the fields")
    return request


def _require(holds, what):
    if not holds:
        raise Leak(f"left the home: {what}")


async def test_a_home_that_plans_sends_its_key_and_masked_answers_and_nothing_else():
    check(*await overheard())


async def test_answers_without_masks_are_caught(monkeypatch):
    """The list of what may leave would find a home whose masks are zero."""
    zero = masker.Masker._stream

    def no_masks(self, secret, numbers, votes):
        return tuple(np.zeros_like(stream) for stream in zero(self, secret, numbers, votes))

    monkeypatch.setattr(masker.Masker, "_stream", no_masks)
    sent, said = await overheard()
    with pytest.raises(Leak, match="half of a number"):
        check(sent, said)


async def test_a_message_with_something_more_is_caught():
    sent, said = await overheard()
    more = wire.TakePartRequest.FromString(sent[2].message)
    more.answer.numbers += bytes(NUMBER_BYTES)
    with pytest.raises(Leak, match="more numbers"):
        check([*sent[:2], replace(sent[2], message=more.SerializeToString()), *sent[3:]], said)
