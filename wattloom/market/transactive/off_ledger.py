"""From a plan found off the ledger to the session that admits it, or to the plain session without one.

What the ledger takes over is judged there (docs/contracts/transactive.md, "Admission of a plan made off the
ledger"), so a failure here costs a home time and nothing else.
"""

from dataclasses import dataclass
from typing import Protocol

import structlog
from msgspec.structs import replace

from wattloom.chaincode.api import Int64Array, NotFound
from wattloom.chaincode.transactive.messages import SessionId, SessionView
from wattloom.chaincode.transactive.terms import Terms
from wattloom.market.coordination.masking.errors import MaskingError
from wattloom.market.coordination.second_order.errors import SecondOrderError
from wattloom.market.coordination.service.coordinator import CoordinationServer
from wattloom.market.coordination.service.errors import CoordinationError
from wattloom.market.coordination.service.method import Side
from wattloom.market.coordination.service.records import Found
from wattloom.market.coordination.service.taking_part import Meeting, take_part
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.transactive.units import Array, to_nano, to_pico
from wattloom.network.client import AsyncClient, Refused
from wattloom.network.transactions import Signer

log = structlog.get_logger(__name__)

FAILURES = (CoordinationError, MaskingError, SecondOrderError, SolveFailed)
"""What can end a home's part off the ledger; each leads to the plain session."""

PLAIN_FIFTHS = 5
"""No over-relaxation: the answers themselves are judged."""


class PlanningSide(Side, Protocol):
    """A home's side of a method, which at the end holds what the home answered the last question from."""

    @property
    def anchor_kwh(self) -> Array:
        """The anchor (T,) of the last round of exchange ADMM, kWh: the session repeats that round."""
        ...


@dataclass(frozen=True, slots=True)
class Planner:
    """One home, ready to plan off the ledger: who it is, where it coordinates, and its side of the method."""

    meeting: Meeting
    identity: Signer
    party_id: str
    slots: int
    side: PlanningSide

    async def plan(self, session_id: str) -> Array | None:
        """Return the anchor (T,) under what was found, or None: then the home trades without a plan."""
        try:
            found = await take_part(
                self.meeting,
                self.identity,
                party_id=self.party_id,
                session_id=session_id,
                slots=self.slots,
                side=self.side,
            )
        except FAILURES as error:
            log.warning("no plan off the ledger", party_id=self.party_id, reason=str(error))
            return None
        log.info("plan found off the ledger", party_id=self.party_id, rounds=found.rounds)
        return self.side.anchor_kwh


async def found_by(server: CoordinationServer) -> Found | None:
    """Return what homes and coordinator find off the ledger, or None where they do not."""
    try:
        return await server.lead()
    except CoordinationError as error:
        log.warning("no prices off the ledger", reason=str(error))
        return None


def terms_after(found: Found | None, plain: Terms, *, invited: int) -> Terms:
    """Return the terms to open the session with.

    Prices that all invited homes have found are judged by one plain round with the rho that they were found
    with. Prices that some have not seen are a start for the iterations, under the plain terms' own rho.
    """
    if found is None:
        return plain
    started = replace(plain, start_price_pico_per_kwh=Int64Array(map(to_pico, found.prices_per_kwh.tolist())))
    if found.homes < invited:
        return started
    return replace(started, rho_nano=to_nano(found.rho), relaxation_fifths=PLAIN_FIFTHS)


async def wait_until_open(client: AsyncClient, session_id: str) -> None:
    """Return once a coordinator, whichever, has opened the session."""
    height = (await client.describe()).height
    if await _is_open(client, session_id):
        return
    async for _ in client.events(height + 1, contract="transactive"):
        if await _is_open(client, session_id):
            return


async def _is_open(client: AsyncClient, session_id: str) -> bool:
    try:
        await client.evaluate("transactive:read_session", SessionId(session_id=session_id), SessionView)
    except Refused as refusal:
        if refusal.code != NotFound.code:
            raise
        return False
    return True
