"""Leading a session: a method's questions are put to the homes, from its start again when one drops out."""

import asyncio
from collections.abc import Mapping

import structlog

from wattloom.market.coordination.masking.errors import MaskingError, RosterRefused
from wattloom.market.coordination.masking.roster import Roster
from wattloom.market.coordination.second_order.errors import SecondOrderError
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.codec import found_to_wire
from wattloom.market.coordination.service.desk import Desk, Traffic
from wattloom.market.coordination.service.errors import CoordinationError, GivenUp, TooFewHomes
from wattloom.market.coordination.service.method import Conclusion, Method
from wattloom.market.coordination.service.polling import HomesLeft, Poll
from wattloom.market.coordination.service.records import Bounds, Found

log = structlog.get_logger(__name__)


async def lead(method: Method, desks: Mapping[str, Desk], *, bounds: Bounds, traffic: Traffic) -> Found:
    """Lead the homes that have come to a result, and tell it to them; without one, tell them why.

    Raises
    ------
    TooFewHomes : too few have come, or are left
    GivenUp : the method failed, the masks do not cancel, or it took too long
    """
    try:
        roster = Roster.of({party_id: desk.key for party_id, desk in desks.items()})
    except RosterRefused as refused:
        _dismiss(desks, str(refused))
        raise TooFewHomes(f"{len(desks)} homes have come: {refused}") from refused
    poll = Poll(desks, roster, shape=method.shape, answer_s=bounds.answer_s)
    try:
        async with asyncio.timeout(bounds.session_s):
            found = _found(await _conclude(method, poll, drop_outs=bounds.drop_outs), poll, traffic)
    except (CoordinationError, MaskingError, SecondOrderError, TimeoutError) as error:
        reason = str(error) or f"no result within {bounds.session_s:g} s"
        poll.end(wire.TakePartResponse(given_up=reason))
        if isinstance(error, TooFewHomes):
            raise
        raise GivenUp(reason) from error
    poll.end(wire.TakePartResponse(found=found_to_wire(found)))
    log.info("coordinated", homes=found.homes, rounds=found.rounds, exchanges=found.exchanges)
    return found


async def _conclude(method: Method, poll: Poll, *, drop_outs: int) -> Conclusion:
    """Run the method among those who stay, from its start whenever somebody has left."""
    while True:
        try:
            return await _run(method, poll)
        except HomesLeft:
            if poll.drop_outs > drop_outs:
                raise GivenUp(f"{poll.drop_outs} homes have dropped out, {drop_outs} may") from None


async def _run(method: Method, poll: Poll) -> Conclusion:
    steps = method.begin(len(poll.roster.keys))
    try:
        question = next(steps)
        while True:
            question = steps.send(await poll.ask(question))
    except StopIteration as end:
        conclusion: Conclusion = end.value
        return conclusion
    finally:
        steps.close()


def _found(conclusion: Conclusion, poll: Poll, traffic: Traffic) -> Found:
    return Found(
        prices_per_kwh=conclusion.prices_per_kwh,
        rho=conclusion.rho,
        homes=len(poll.roster.keys),
        rounds=conclusion.rounds,
        exchanges=poll.exchanges,
        drop_outs=poll.drop_outs,
        bytes_received=traffic.received,
        bytes_sent=traffic.sent,
    )


def _dismiss(desks: Mapping[str, Desk], reason: str) -> None:
    for desk in desks.values():
        desk.tell(wire.TakePartResponse(given_up=reason))
        desk.close()
