"""The calls for certificates of existence."""

from wattloom.identity.service.errors import NotServed
from wattloom.identity.wire import identity_pb2 as wire


class ExistenceCalls:
    """Trees of one-time keys are asked for and vouched for here."""

    async def RequestExistence(  # noqa: N802 - the method's name
        self, _request: wire.RequestExistenceRequest
    ) -> wire.RequestExistenceResponse:
        """Ask for signatures on a tree."""
        raise NotServed(method="RequestExistence")

    async def SignExistence(self, _request: wire.SignExistenceRequest) -> wire.SignExistenceResponse:  # noqa: N802
        """Hand in signatures."""
        raise NotServed(method="SignExistence")
