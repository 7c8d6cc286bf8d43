"""Writing the first state of a ledger."""

from wattloom.chaincode.accounts import keys as account_keys
from wattloom.chaincode.accounts.records import Account, Supply
from wattloom.chaincode.api import AlreadyExists, InvalidArgument, NotFound, State
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.governance.genesis import (
    GenesisParameters,
    GenesisSeat,
    write_parameters,
    write_validators,
)
from wattloom.chaincode.registry import keys as registry_keys
from wattloom.chaincode.registry.anchors import check_anchor
from wattloom.chaincode.registry.genesis import GenesisAccount, GenesisState
from wattloom.chaincode.registry.records import Organisation

__all__ = [
    "GenesisAccount",
    "GenesisParameters",
    "GenesisSeat",
    "GenesisState",
    "Organisation",
    "write_genesis",
]


def write_genesis(overlay: Overlay, state: GenesisState) -> None:
    """Write organisations, accounts and supply, validators and parameters.

    Raises
    ------
    InvalidArgument : there is no organisation, whose CA alone makes members; or too many validators
    AlreadyExists : an organisation, account, node or validator key is named twice
    NotFound : a validator's organisation is not named
    CertificateRefused : a CA is none of its organisation
    SupplyTooLarge : all money would pass 2^62 nano
    """
    if not state.organisations:
        raise InvalidArgument(reason="organisations is empty, nobody could ever be a member")
    _write_organisations(State(overlay, "registry", read_only=False), state.organisations)
    _write_accounts(State(overlay, "accounts", read_only=False), state.accounts)
    _write_governance(overlay, state)


def _write_organisations(state: State, organisations: list[Organisation]) -> None:
    for organisation in organisations:
        key = registry_keys.organisation(organisation.organisation)
        if state.exists(key):
            raise AlreadyExists(key=f"registry:{key}")
        check_anchor(organisation.ca_certificate, organisation=organisation.organisation)
        state.put(key, organisation)


def _write_governance(overlay: Overlay, state: GenesisState) -> None:
    named = [organisation.organisation for organisation in state.organisations]
    for seat in state.validators:
        if seat.organisation not in named:
            raise NotFound(key=f"registry:{registry_keys.organisation(seat.organisation)}")
    governance = State(overlay, "governance", read_only=False)
    write_validators(governance, state.validators)
    write_parameters(governance, state.parameters)


def _write_accounts(state: State, accounts: list[GenesisAccount]) -> None:
    supply = Supply()
    for account in accounts:
        key = account_keys.account(account.party_id)
        if state.exists(key):
            raise AlreadyExists(key=f"accounts:{key}")
        supply = supply.grown(account.free_nano)
        state.put(key, Account(party_id=account.party_id, free_nano=account.free_nano))
    state.put(account_keys.SUPPLY, supply)
