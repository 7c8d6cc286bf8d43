"""Tells the ledger what the identity service has issued and taken back, and asks it who may act.

What the service expects of it stands in `identity.service.publishing`.
"""

import asyncio
from typing import Final

from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument
from wattloom.chaincode.registry.errors import CertificateRefused, ClientRevoked
from wattloom.chaincode.registry.records import (
    MAX_METERS,
    Binding,
    ClientId,
    MeterCertificate,
    MeterChain,
    MeterChains,
    Standing,
)
from wattloom.identity.service.errors import LedgerSilent
from wattloom.identity.service.publishing import Announcement, Event, NotPublished
from wattloom.network.client import AsyncClient, ClientError, Refused

_LASTING: Final = frozenset(
    {CertificateRefused.code, ClientRevoked.code, Forbidden.code, InvalidArgument.code}
)
"""What another try of the same announcement would be answered as well."""

ANSWER_S: Final = 5.0
"""How long who asks the service waits for the ledger, whose client would try for longer than they do."""

Enrolment = tuple[MeterChain, "asyncio.Future[None]"]
"""A meter, and where it is said what became of it."""


class LedgerPublisher:
    """Signs as a registrar, whose organisation the meters are registered for.

    Every announcement may be repeated: what the ledger has already is taken for told.
    """

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._gathered: list[Enrolment] = []

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

    async def accepts(self, party_id: str, certificate_id: str) -> bool:
        """Return whether the ledger lets a party act through a certificate; raise `LedgerSilent`."""
        binding = Binding(party_id=party_id, client_id=certificate_id)
        try:
            async with asyncio.timeout(ANSWER_S):
                standing = await self._client.evaluate("registry:read_standing", binding, Standing)
        except ClientError as error:
            raise LedgerSilent(reason=str(error)) from error
        except TimeoutError:
            raise LedgerSilent(reason=f"no answer in {ANSWER_S:g} s") from None
        return standing.accepted

    async def close(self) -> None:
        """Let the ledger go."""
        await self._client.close()

    async def _enrolled(self, announcement: Announcement) -> None:
        """Send it together with what else is to be sent at this moment."""
        request = MeterChain(
            chain=list(announcement.chain),
            manufactured_at_s=announcement.manufactured_at_s,
            client_id=announcement.certificate_id,
        )
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gathered.append((request, told))
        if len(self._gathered) == 1:
            self._sending = asyncio.create_task(self._send_gathered())
        await told

    async def _send_gathered(self) -> None:
        gathered, self._gathered = self._gathered, []
        parts = [gathered[at : at + MAX_METERS] for at in range(0, len(gathered), MAX_METERS)]
        await asyncio.gather(*map(self._send, parts))

    async def _send(self, part: list[Enrolment]) -> None:
        """Enrol meters in one transaction; where one of them is refused, each in its own."""
        try:
            await self._client.submit("registry:enrol_meters", MeterChains(meters=[each for each, _ in part]))
        except Refused as refusal:
            if len(part) > 1:
                await asyncio.gather(*(self._send([each]) for each in part))
                return
            part[0][1].set_exception(refusal)
        except Exception as error:  # noqa: BLE001 - told to each who waits
            for _, told in part:
                told.set_exception(error)
        else:
            for _, told in part:
                told.set_result(None)

    async def _certified(self, announcement: Announcement) -> None:
        certificate = MeterCertificate(lfdi=announcement.lfdi, client_id=announcement.certificate_id)
        await self._once("registry:certify_meter", certificate)

    async def _once(self, function: str, request: ClientId | MeterCertificate) -> None:
        """Submit, unless the ledger has it already."""
        try:
            await self._client.submit(function, request)
        except Refused as refusal:
            if refusal.code != AlreadyExists.code:
                raise
