"""What is on the wire, and what a coordinator that lies, or a home that sends anything, comes to."""

import asyncio
import signal
import sys

import grpc
import numpy as np
import pytest

from tests.market.coordination.service.samples import (
    AUTHORITY,
    IDENTITIES,
    METHOD,
    PARTIES,
    SERVER_TLS,
    SESSION,
    SLOTS,
    TLS,
    Leaves,
    attend,
    clearing_prices,
    coordinator,
    linear,
    turned,
)
from wattloom.market.coordination.masking.errors import AskedAgain, RosterRefused
from wattloom.market.coordination.masking.fixed_point import to_words
from wattloom.market.coordination.masking.session_keys import SessionKey, SessionName
from wattloom.market.coordination.second_order.messages import Kind, Question
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.codec import key_to_wire
from wattloom.market.coordination.service.desk import Desk
from wattloom.market.coordination.service.errors import CoordinatorGone, GivenUp, OutOfTurn, TooFewHomes
from wattloom.market.coordination.service.method import Method

TAKE_PART = "/wattloom.coordination.v1.Coordination/TakePart"


async def ended(tasks):
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_others_start_over_when_a_home_s_process_is_killed(tmp_path):
    IDENTITIES[0].save(tmp_path / "home")
    (tmp_path / "tls.pem").write_bytes(TLS.ca_pem)
    (tmp_path / "community.der").write_bytes(AUTHORITY.certificate)
    sides = [linear(index) for index in (1, 2, 3)]
    async with coordinator(invited=PARTIES[:4]) as server:
        module = "tests.market.coordination.service.home_process"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, server.address, str(tmp_path), "0"
        )
        homes = [attend(server.address, index, side) for index, side in zip((1, 2, 3), sides, strict=True)]
        found = await server.lead()
        assert await process.wait() == -signal.SIGKILL
        assert all(each.homes == 3 for each in await ended(homes))
    assert found.prices_per_kwh == pytest.approx(clearing_prices(sides), abs=1e-12)
    assert found.drop_outs == 1


async def test_homes_know_at_once_when_the_coordinator_s_process_is_killed(tmp_path):
    SERVER_TLS.save(tmp_path / "server")
    (tmp_path / "community.der").write_bytes(AUTHORITY.certificate)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.market.coordination.service.coordinator_process",
        str(tmp_path),
        "3",
        stdout=asyncio.subprocess.PIPE,
    )
    address = (await process.stdout.readline()).decode().strip()
    sides = [linear(index) for index in range(3)]
    homes = [attend(address, index, side) for index, side in enumerate(sides)]
    told = await ended(homes)
    assert await process.wait() == -signal.SIGKILL
    assert all(isinstance(each, CoordinatorGone) for each in told)
    assert all(len(side.asked) == 1 for side in sides)


async def test_what_the_coordinator_receives_holds_no_home_s_own_numbers(monkeypatch):
    """Every byte that homes send is searched for each one's numbers, as floats and as words."""
    received = []
    take = Desk.take

    def overheard(desk, said):
        received.append(said.SerializeToString())
        take(desk, said)

    monkeypatch.setattr(Desk, "take", overheard)
    sides = [linear(index) for index in range(3)]
    async with coordinator(invited=PARTIES[:3]) as server:
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        found = await server.lead()
        await ended(homes)
    assert len(received) == 3 * found.exchanges
    everything = b"".join(received)
    for side in sides:
        for question in side.asked:
            own = np.concatenate([side.a - side.b * question.values, side.b])
            for number, word in zip(own, to_words(own), strict=True):
                assert number.tobytes() not in everything
                assert not any(half.tobytes() in everything for half in word if half not in (0, 2**64 - 1))


def lying(monkeypatch, lie):
    """Let the coordinator change what it sends to the first home."""
    tell = Desk.tell

    def altered(desk, message):
        changed = wire.TakePartResponse.FromString(message.SerializeToString())
        if desk.party_id == PARTIES[0]:
            lie(changed)
        tell(desk, changed)

    monkeypatch.setattr(Desk, "tell", altered)


async def led_by_a_liar(homes=4):
    """Return how the session ended for the coordinator, then for the homes."""
    async with coordinator(invited=PARTIES[:homes]) as server:
        tasks = [attend(server.address, index, linear(index)) for index in range(homes)]
        led = (await ended([asyncio.create_task(server.lead())]))[0]
        return led, await ended(tasks)


async def test_a_price_for_one_home_alone_brings_noise_instead_of_a_sum(monkeypatch):
    def lie(message):
        if message.WhichOneof("told") == "question" and message.question.number == 2:
            message.question.values = np.array([0.1] * SLOTS).tobytes()

    lying(monkeypatch, lie)
    led, told = await led_by_a_liar()
    assert isinstance(led, GivenUp)
    assert "do not cancel" in str(led)
    assert all(isinstance(each, GivenUp) for each in told)


async def test_a_home_refuses_a_roster_with_a_key_that_the_coordinator_made(monkeypatch):
    def lie(message):
        if message.WhichOneof("told") == "roster":
            message.roster.keys[1].public_key = SessionKey(SessionName(SESSION, bytes(32))).public_key

    lying(monkeypatch, lie)
    led, told = await led_by_a_liar()
    assert isinstance(told[0], RosterRefused)
    assert (led.homes, led.drop_outs) == (3, 1)


async def test_homes_do_not_answer_again_after_a_drop_out_what_they_have_answered():
    """Else the coordinator would learn what the lost home's answer was."""

    def stubborn(homes):
        while True:
            yield Question(kind=Kind.CHECK, values=np.zeros(SLOTS))

    method = Method(begin=stubborn, shape=METHOD.shape)
    async with coordinator(invited=PARTIES[:4], method=method) as server:
        sides = [*(linear(index) for index in range(3)), turned(Leaves, 3)]
        homes = [attend(server.address, index, side) for index, side in enumerate(sides)]
        sides[3].part = homes[3]
        with pytest.raises(TooFewHomes):
            await server.lead()
        told = await ended(homes)
    assert all(isinstance(each, AskedAgain) for each in told[:3])


async def test_a_home_refuses_a_question_that_it_has_heard(monkeypatch):
    def lie(message):
        if message.WhichOneof("told") == "question":
            message.question.number = 1

    lying(monkeypatch, lie)
    led, told = await led_by_a_liar()
    assert isinstance(told[0], OutOfTurn)
    assert led.homes == 3


@pytest.mark.parametrize("size", [1, 8, 8 * SLOTS + 3])
async def test_a_home_refuses_a_question_that_is_no_vector_of_numbers(monkeypatch, size):
    def lie(message):
        if message.WhichOneof("told") == "question":
            message.question.values = b"\xff" * size

    lying(monkeypatch, lie)
    _, told = await led_by_a_liar()
    assert isinstance(told[0], Exception)
    assert not any(isinstance(each, Exception) for each in told[1:])


async def test_a_home_does_not_go_on_without_a_home_that_was_never_there(monkeypatch):
    def lie(message):
        if message.WhichOneof("told") == "question":
            message.drop_out.party_ids.append("community.home0099")

    lying(monkeypatch, lie)
    led, told = await led_by_a_liar()
    assert isinstance(told[0], RosterRefused)
    assert led.homes == 3


def said(home, session):
    """Return what a stranger may send first, by name."""
    key = key_to_wire(SessionKey(session).signed(home))
    long = wire.SignedKey(chain=[*key.chain, *key.chain, *key.chain], public_key=key.public_key)
    return {
        "no message": b"\xff\xff\xff",
        "nothing": b"",
        "an answer first": wire.TakePartRequest(answer=wire.Answer(number=1)).SerializeToString(),
        "a long chain": wire.TakePartRequest(key=long).SerializeToString(),
        "a short key": wire.TakePartRequest(
            key=wire.SignedKey(chain=key.chain, public_key=b"1")
        ).SerializeToString(),
        "no certificate": wire.TakePartRequest(
            key=wire.SignedKey(chain=[b"none"], public_key=key.public_key)
        ).SerializeToString(),
        "a key of another session": wire.TakePartRequest(key=key).SerializeToString(),
        "far too much": bytes(1_000_000),
    }


@pytest.mark.parametrize("what", said(IDENTITIES[0], SessionName(SESSION, bytes(32))))
async def test_whatever_a_stranger_sends_the_others_coordinate(what):
    message = said(IDENTITIES[0], SessionName(SESSION, bytes(32)))[what]
    credentials = grpc.ssl_channel_credentials(TLS.ca_pem)
    async with coordinator(invited=PARTIES[:3]) as server:
        async with grpc.aio.secure_channel(server.address, credentials) as channel:
            call = channel.stream_stream(TAKE_PART)()
            await call.read()
            await call.write(message)
            assert await call.code() is not grpc.StatusCode.OK
        homes = [attend(server.address, index, linear(index)) for index in range(3)]
        assert (await server.lead()).homes == 3
        await ended(homes)
