"""What the ledger knows of certificates, for a monitor of the identity service's log."""

from collections.abc import Sequence

from wattloom.chaincode.registry.records import Announced, ClientIds
from wattloom.network.client import Client


class AnnouncedOnLedger:
    """Asks the contract `registry`, as any member may."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def among(self, certificate_ids: Sequence[str]) -> set[str]:
        """Return which of these were announced as a meter's; raise `ClientError`."""
        asked = ClientIds(client_ids=list(certificate_ids))
        found = self._client.evaluate("registry:find_announced", asked, Announced)
        return {each.client_id for each in found.certificates}
