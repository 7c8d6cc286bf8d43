"""A consortium of two organisations, with certificates as the identity room makes them."""

from wattloom.chaincode.api.overlay import MemoryReader, Overlay
from wattloom.chaincode.genesis import GenesisState, Organisation, write_genesis
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.registry.membership import Client, admit
from wattloom.chaincode.testing import MemoryLedger, caller
from wattloom.identity.certificates import Authority, ClientIdentity

T0 = 1_700_000_000
DAY_S = 86_400

NORTH = Authority.create("north CA", organisation="north", not_before_s=T0 - DAY_S)
SOUTH = Authority.create("south CA", organisation="south", not_before_s=T0 - DAY_S)
FOREIGN_NORTH = Authority.create("north CA", organisation="north", not_before_s=T0 - DAY_S)
EAST = Authority.create("east CA", organisation="east", not_before_s=T0 - DAY_S)

DESK = caller("north.desk", "registrar")
SOUTH_DESK = caller("south.desk", "registrar")
AUDITOR = caller("south.audit", "auditor")
ADMIN = caller("south.admin", "consortium-admin")


def issue(
    authority: Authority = NORTH, name: str = "h1", role: str = "home", not_before_s: int = T0, days: int = 30
) -> ClientIdentity:
    return authority.issue_client(
        name, role=role, attributes={"feeder": "f1"}, not_before_s=not_before_s, days=days
    )


def genesis(*authorities: Authority) -> GenesisState:
    return GenesisState(
        organisations=[
            Organisation(organisation=authority.organisation, ca_certificate=authority.certificate)
            for authority in authorities or (NORTH, SOUTH)
        ]
    )


class World(MemoryLedger):
    """A ledger with the registry alone, and members who present themselves."""

    def __init__(self, *authorities: Authority) -> None:
        super().__init__([registry], time_s=T0)
        overlay = Overlay(self.committed)
        write_genesis(overlay, genesis(*authorities))
        self.committed.apply(overlay.changes)

    def admit(self, identity: ClientIdentity, *, at_s: int = T0 + 1, again: bool = False) -> Client:
        overlay = Overlay(self.committed)
        creator = bytes.fromhex(identity.client_id)
        client = admit(overlay, creator, () if again else identity.chain, at_s=at_s)
        self.committed.apply(overlay.changes)
        return client

    def contract_state(self) -> dict[str, bytes]:
        return dict(self.committed.values["registry"])


def empty_overlay() -> Overlay:
    return Overlay(MemoryReader())
