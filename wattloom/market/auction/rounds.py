"""The rounds of a market: slot by slot all homes order, ask and answer, when the ledger's time has come."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from wattloom.market.auction.agent import AuctionAgent
from wattloom.market.auction.port import Clock
from wattloom.market.auction.strategies.protocol import Ints
from wattloom.market.auction.terms import AuctionTerms
from wattloom.network.client import ClientError

log = structlog.get_logger(__name__)

Progress = Callable[[int], None]


async def hold(
    agents: Sequence[AuctionAgent],
    terms: AuctionTerms,
    clock: Clock,
    *,
    from_height: int,
    progress: Progress,
    slots: Iterable[int] | None = None,
) -> None:
    """Hold the rounds of a day, or of some of its slots, with all homes or with some: times are all the same.

    A home that comes too late in a step, or whose ledger does not answer, is left to the grid in that slot;
    its `trades.missed` says so. `progress` is told the number of each slot that is done.
    """
    async with asyncio.TaskGroup() as tasks:
        listening = [
            tasks.create_task(hearing.listen(from_height))
            for hearing in dict.fromkeys(agent.hearing for agent in agents if agent.can_supply)
        ]
        for slot in range(terms.slots) if slots is None else slots:
            await _round(agents, terms, clock, slot)
            progress(slot)
        for task in listening:
            task.cancel()


async def settle(
    agents: Sequence[AuctionAgent], metered_wh: Sequence[Ints], terms: AuctionTerms, clock: Clock
) -> None:
    """After delivery: report every home's meter (N, T), and wait until deviations are paid."""
    readings = dict(zip(agents, metered_wh, strict=True))
    await clock.wait_until(terms.end_s)
    await _all(agents, "report", lambda agent: agent.report(readings[agent]))
    await clock.wait_until(terms.paid_s)


async def _round(agents: Sequence[AuctionAgent], terms: AuctionTerms, clock: Clock, slot: int) -> None:
    await clock.wait_until(terms.opens_s(slot))
    await _all(agents, f"order {slot}", lambda agent: agent.order(slot))
    await clock.wait_until(terms.gate_s(slot))
    await _all(agents, f"learn {slot}", lambda agent: agent.learn(slot))
    asked: set[str] = set()

    async def ask(agent: AuctionAgent) -> None:
        request_id = await agent.ask(slot)
        asked.update(() if request_id is None else (request_id,))

    await _all(agents, f"ask {slot}", ask)
    await clock.wait_until(terms.offers_s(slot))
    await _all(agents, f"hear {slot}", lambda agent: _heard(agent, terms.starts_s(slot), asked))
    await _all(agents, f"answer {slot}", lambda agent: agent.answer(slot))
    await clock.wait_until(terms.closed_s(slot))
    await _all(agents, f"close {slot}", lambda agent: agent.close(slot))


async def _heard(agent: AuctionAgent, slot_start_s: int, asked: set[str]) -> None:
    """Wait until a home that can supply has heard of everything that was asked for by homes known here."""
    if not agent.can_supply:
        return
    await agent.hearing.until(lambda: asked <= agent.hearing.requests.get(slot_start_s, {}).keys())


async def _all(
    agents: Sequence[AuctionAgent], step: str, act: Callable[[AuctionAgent], Awaitable[None]]
) -> None:
    await asyncio.gather(*(_one(agent, step, act) for agent in agents))


async def _one(agent: AuctionAgent, step: str, act: Callable[[AuctionAgent], Awaitable[None]]) -> None:
    try:
        await act(agent)
    except (ClientError, TimeoutError) as error:
        reason = getattr(error, "code", type(error).__name__)
        log.warning("missed", party_id=agent.party_id, step=step, reason=reason)
        agent.trades.missed.append(f"{step}: {reason}")
