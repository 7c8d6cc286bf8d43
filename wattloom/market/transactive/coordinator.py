"""The coordinator: invites homes to a session. Nothing later needs it, so any other may take its place."""

from collections.abc import AsyncIterator, Sequence

from wattloom.chaincode.api import Page
from wattloom.chaincode.transactive.messages import OpenSession, PageOf, SessionId, SessionView
from wattloom.chaincode.transactive.records import Phase, Residual
from wattloom.chaincode.transactive.terms import Terms
from wattloom.network.client import AsyncClient, Refused

PAGE = 500


class Coordinator:
    """Opens a session and follows it; a second coordinator that opens the same session just follows it."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def open(self, session_id: str, *, homes: Sequence[str], terms: Terms) -> None:
        """Open a session, unless another coordinator has."""
        invitation = OpenSession(session_id=session_id, homes=sorted(homes), terms=terms)
        try:
            await self._client.submit("transactive:open_session", invitation)
        except Refused as refusal:
            if refusal.code != "ALREADY_EXISTS":
                raise

    async def read(self, session_id: str) -> SessionView:
        """Return the session as it stands."""
        return await self._client.evaluate(
            "transactive:read_session", SessionId(session_id=session_id), SessionView
        )

    async def follow(self, session_id: str) -> AsyncIterator[SessionView]:
        """Yield the session after each of its events, until it has ended."""
        height = (await self._client.describe()).height
        view = await self.read(session_id)
        yield view
        if view.progress.phase in (Phase.SETTLED, Phase.VOID):
            return
        async for _ in self._client.events(height + 1, contract="transactive"):
            view = await self.read(session_id)
            yield view
            if view.progress.phase in (Phase.SETTLED, Phase.VOID):
                return

    async def residuals(self, session_id: str) -> list[Residual]:
        """Return the residual log of all iterations."""
        found: list[Residual] = []
        bookmark = ""
        while True:
            asked = PageOf(session_id=session_id, limit=PAGE, bookmark=bookmark)
            page = await self._client.evaluate("transactive:residuals", asked, Page[Residual])
            found += page.items
            bookmark = page.bookmark
            if not bookmark:
                return found
