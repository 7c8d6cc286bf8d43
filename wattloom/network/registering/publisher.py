"""Tells the ledger what the identity service has issued and taken back: `identity.service.publishing`."""

from typing import Final

from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument
from wattloom.chaincode.registry.errors import CertificateRefused, ClientRevoked
from wattloom.chaincode.registry.records import ClientId, MeterCertificate, MeterChain
from wattloom.identity.service.publishing import Announcement, Event, NotPublished
from wattloom.network.client import AsyncClient, ClientError, Refused

_LASTING: Final = frozenset(
    {CertificateRefused.code, ClientRevoked.code, Forbidden.code, InvalidArgument.code}
)
"""What another try of the same announcement would be answered as well."""


class LedgerPublisher:
    """Signs as a registrar, whose organisation the meters are registered for.

    Every announcement may be repeated: what the ledger has already is taken for told.
    """

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def publish(self, announcement: Announcement) -> None:
        """Return once a durable block holds it; raise `NotPublished`."""
        try:
            match announcement.event:
                case Event.ENROLLED:
                    await self._enrolled(announcement)
                case Event.RENEWED:
                    await self._certified(announcement)
                case Event.REVOKED:
                    await self._once(
                        "registry:revoke_client", ClientId(client_id=announcement.certificate_id)
                    )
        except Refused as refusal:
            raise NotPublished(str(refusal), final=refusal.code in _LASTING) from refusal
        except ClientError as error:
            raise NotPublished(str(error), final=False) from error

    async def close(self) -> None:
        """Let the ledger go."""
        await self._client.close()

    async def _enrolled(self, announcement: Announcement) -> None:
        request = MeterChain(
            chain=list(announcement.chain),
            manufactured_at_s=announcement.manufactured_at_s,
            client_id=announcement.certificate_id,
        )
        if not await self._once("registry:register_meter", request):
            await self._certified(announcement)

    async def _certified(self, announcement: Announcement) -> None:
        certificate = MeterCertificate(lfdi=announcement.lfdi, client_id=announcement.certificate_id)
        await self._once("registry:certify_meter", certificate)

    async def _once(self, function: str, request: ClientId | MeterCertificate | MeterChain) -> bool:
        """Submit; return whether it was new to the ledger."""
        try:
            await self._client.submit(function, request)
        except Refused as refusal:
            if refusal.code != AlreadyExists.code:
                raise
            return False
        return True
