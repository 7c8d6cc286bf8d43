"""Where homes come in: each shows a key that its ledger certificate has signed, and gets its place."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection

from wattloom.market.coordination.masking.errors import RosterRefused
from wattloom.market.coordination.masking.session_keys import Roots, SessionName
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.codec import key_from_wire
from wattloom.market.coordination.service.desk import Desk, Traffic
from wattloom.market.coordination.service.errors import Malformed, NotInvited, TooLate, TurnedAway


class Reception:
    """The invited homes that have come so far; `everybody` is set once all have.

    `traffic` counts what is said from here on; the keys that homes show are not in it.
    """

    def __init__(self, session: SessionName, *, invited: Collection[str], roots: Roots) -> None:
        self.desks: dict[str, Desk] = {}
        self.everybody = asyncio.Event()
        self.traffic = Traffic()
        self._session = session
        self._invited = frozenset(invited)
        self._roots = roots
        self._open = True

    async def welcome(self, requests: AsyncIterator[wire.TakePartRequest]) -> Desk:
        """Give a home its place.

        Raises
        ------
        Malformed, NotInvited, TooLate, TurnedAway : no place, for the reason told
        """
        said = await anext(aiter(requests), None)
        if said is None or said.WhichOneof("said") != "key":
            raise Malformed("show a signed key first")
        key = key_from_wire(said.key)
        try:
            party_id = key.verify(self._session, self._roots, at_s=int(time.time()))
        except RosterRefused as refused:
            raise TurnedAway(str(refused)) from refused
        if party_id not in self._invited:
            raise NotInvited(f"{party_id} is not invited to {self._session.session_id}")
        if not self._open:
            raise TooLate("joining is over")
        if party_id in self.desks:
            raise TooLate(f"{party_id} has a place already")
        desk = self.desks[party_id] = Desk(party_id, key, self.traffic)
        if self.desks.keys() == self._invited:
            self.everybody.set()
        return desk

    def left(self, desk: Desk) -> None:
        """Free a place whose home is gone, as long as joining lasts: it may come again."""
        if self._open and self.desks.get(desk.party_id) is desk:
            del self.desks[desk.party_id]

    def close(self) -> dict[str, Desk]:
        """End joining; return who has come, by party id."""
        self._open = False
        return dict(sorted(self.desks.items()))
