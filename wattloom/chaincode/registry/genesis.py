"""What a ledger starts with: its organisations, accounts where money exists already, and its validators."""

from msgspec import field

from wattloom.chaincode.api import Record
from wattloom.chaincode.api.units import AmountNano, PartyId
from wattloom.chaincode.governance.genesis import GenesisParameters, GenesisSeat
from wattloom.chaincode.registry.records import Organisation


class GenesisAccount(Record, frozen=True, kw_only=True):
    """An account that is open from the start."""

    party_id: PartyId
    free_nano: AmountNano = 0


class GenesisEntry(Record, frozen=True, kw_only=True):
    """One key of a contract's state, as another ledger had it; the value is base64 on the wire."""

    contract: str
    key: str
    value: bytes


class GenesisState(Record, frozen=True, kw_only=True):
    """The first state of a ledger, before its first block; a solo ledger names no validators.

    `carried` is the state of a ledger that this one goes on from; what other fields say comes on top of it.
    """

    organisations: list[Organisation]
    accounts: list[GenesisAccount] = field(default_factory=list)
    carried: list[GenesisEntry] = field(default_factory=list)
    validators: list[GenesisSeat] = field(default_factory=list)
    parameters: GenesisParameters = GenesisParameters()
