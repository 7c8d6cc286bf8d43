"""The calls for certificates of existence."""

import asyncio
import time

from wattloom.identity.service import questions
from wattloom.identity.service.challenges import Challenges
from wattloom.identity.service.limits import RateLimiter
from wattloom.identity.service.register import Register
from wattloom.identity.wire import identity_pb2 as wire


class ExistenceCalls:
    """Letters between meters and the witnesses of their trees are left and fetched here."""

    _register: Register
    _challenges: Challenges
    _limiter: RateLimiter

    async def RequestExistence(  # noqa: N802 - the method's name
        self, request: wire.RequestExistenceRequest
    ) -> wire.RequestExistenceResponse:
        """Ask one witness for one blind signature."""
        self._limiter.take()
        database = self._register.database
        answer = await asyncio.to_thread(questions.ask, database, request, now_s=int(time.time()))
        return wire.RequestExistenceResponse(blind_signature=answer)

    async def SignExistence(self, request: wire.SignExistenceRequest) -> wire.SignExistenceResponse:  # noqa: N802
        """Hand in blind signatures, and fetch what is asked."""
        self._limiter.take()
        asked = await asyncio.to_thread(
            questions.answer, self._register.database, request, self._challenges, now_s=int(time.time())
        )
        return wire.SignExistenceResponse(asked=asked)
