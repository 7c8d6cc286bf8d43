"""Processes that are killed in the middle of a session: what it decides must be the same to the last bit."""

import asyncio
import contextlib
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.market.transactive.marketplace import marketplace, small_community
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.transactive.messages import OpenSession
from wattloom.chaincode.transactive.records import Phase
from wattloom.market.day.trading import SESSION
from wattloom.market.transactive.agent import HomeAgent
from wattloom.market.transactive.coordinator import Coordinator

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the community decides when nobody dies."""

    async def hold():
        async with marketplace(tmp_path_factory.mktemp("calm") / "ledger", small_community()) as market:
            await market.open()
            await market.hold()
            return (await market.books()).decided

    return asyncio.run(hold())


class Actor:
    """A process of `actor`, and what it tells."""

    def __init__(self, process):
        self._process = process

    async def tells(self, phase, iteration=0):
        """Wait until it has seen a phase, at an iteration or a later one."""
        async for line in self._process.stdout:
            told, at = line.decode().split()
            if told == phase and int(at) >= iteration:
                return
        raise AssertionError(f"the process ended before it told {phase} {iteration}")

    async def kill(self):
        self._process.send_signal(signal.SIGKILL)
        assert await self._process.wait() == -signal.SIGKILL

    async def ends(self):
        async for _ in self._process.stdout:
            pass
        assert await self._process.wait() == 0


@asynccontextmanager
async def actor(market, path, who, identity, *arguments):
    """Start a process for a member, with its key and the ledger's address on disk and nothing else."""
    if not path.exists():
        identity.save(path)
        (path / "ca.pem").write_bytes(market.way.ca_certificate)
        invitation = OpenSession(session_id=SESSION, homes=market.parties, terms=market.terms)
        (path / "invitation.json").write_bytes(encode(invitation))
    command = ["-m", "tests.market.transactive.actor", who, market.way.addresses[0], path / "ca.pem", path]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *map(str, command), *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        yield Actor(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Gated(HomeAgent):
    """Waits at the fifth iteration, so that the session cannot end before the gate opens."""

    gate: asyncio.Event

    async def _decide(self, view):
        if view.progress.iteration == 5:
            await self.gate.wait()
        await super()._decide(view)


async def test_a_coordinator_that_is_killed_after_opening_is_not_missed(tmp_path, undisturbed):
    async with marketplace(tmp_path / "ledger", small_community()) as market:
        async with coordinator_of(market, tmp_path) as coordinator:
            await coordinator.tells("opened")
            await coordinator.kill()
        await market.hold()
        books = await market.books()
    assert books.decided == undisturbed
    books.check_conserved()


async def test_a_coordinator_that_is_killed_while_homes_iterate_is_replaced_by_one_that_follows(
    tmp_path, undisturbed
):
    gated = type("Gated", (Gated,), {"gate": asyncio.Event()})
    async with marketplace(tmp_path / "ledger", small_community()) as market, asyncio.TaskGroup() as tasks:
        async with coordinator_of(market, tmp_path) as coordinator:
            await coordinator.tells("opened")
            trading = tasks.create_task(market.hold(kinds={0: gated}))
            await coordinator.tells("iterating", 3)
            await coordinator.kill()
        async with market.officer("coordinator") as client:
            second = Coordinator(client)
            await second.open(SESSION, homes=market.parties, terms=market.terms)
            phases = []
            async for view in second.follow(SESSION):
                phases.append(view.progress.phase)
                gated.gate.set()
        await trading
        books = await market.books()
    assert phases[0] is Phase.ITERATING
    assert phases[-1] is Phase.SETTLED
    assert books.decided == undisturbed
    books.check_conserved()


def later(*step):
    return pytest.param(*step, marks=pytest.mark.soak)


@pytest.mark.parametrize(
    ("phase", "iteration"),
    [
        ("iterating", 5),
        later("joining", 0),
        later("iterating", 1),
        later("iterating", 20),
        later("confirming", 0),
    ],
)
async def test_a_home_that_is_killed_and_started_again_goes_on_from_the_ledger_alone(
    tmp_path, undisturbed, phase, iteration
):
    async with marketplace(tmp_path / "ledger", small_community()) as market, asyncio.TaskGroup() as tasks:
        await market.open()
        trading = tasks.create_task(market.hold(absent={0}))
        async with home_of(market, tmp_path) as home:
            await home.tells(phase, iteration)
            await home.kill()
        before = await market.view()
        async with home_of(market, tmp_path) as home:
            await home.ends()
        await trading
        after, books = await market.view(), await market.books()
    if phase in ("joining", "iterating"):  # the session could not end without this home
        assert before.progress.phase in (Phase.JOINING, Phase.ITERATING)
    assert after.progress.phase is Phase.SETTLED
    assert books.decided == undisturbed
    books.check_conserved()


def coordinator_of(market, path):
    return actor(market, path / "coordinator", "coordinator", market.members.officers["coordinator"])


def home_of(market, path):
    return actor(market, path / "home", "home", market.members.homes[0], "0")
