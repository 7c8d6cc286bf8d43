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
from wattloom.chaincode.registry.genesis import GenesisAccount, GenesisEntry, GenesisState
from wattloom.chaincode.registry.records import Organisation

__all__ = [
    "GenesisAccount",
    "GenesisEntry",
    "GenesisParameters",
    "GenesisSeat",
    "GenesisState",
    "Organisation",
    "write_genesis",
]


def write_genesis(overlay: Overlay, state: GenesisState) -> None:
    """Write what is carried over, then organisations, accounts and supply, validators and parameters.

    Raises
    ------
    InvalidArgument : there is no organisation, whose CA alone makes members; or too many validators
    AlreadyExists : an organisation, account, node, validator key or carried key is named twice
    NotFound : a validator's organisation is not named
    CertificateRefused : a CA is none of its organisation
    SupplyTooLarge : all money would pass 2^62 nano
    """
    _write_carried(overlay, state.carried)
    if not state.organisations and not state.carried:
        raise InvalidArgument(reason="organisations is empty, nobody could ever be a member")
    _write_organisations(State(overlay, "registry", read_only=False), state.organisations)
    _write_accounts(State(overlay, "accounts", read_only=False), state.accounts)
    _write_governance(overlay, state)


def _write_carried(overlay: Overlay, carried: list[GenesisEntry]) -> None:
    for entry in carried:
        if overlay.get(entry.contract, entry.key) is not None:
            raise AlreadyExists(key=f"{entry.contract}:{entry.key}")
        overlay.put(entry.contract, entry.key, entry.value)


def _write_organisations(state: State, organisations: list[Organisation]) -> None:
    for organisation in organisations:
        key = registry_keys.organisation(organisation.organisation)
        if state.exists(key):
            raise AlreadyExists(key=f"registry:{key}")
        check_anchor(organisation.ca_certificate, organisation=organisation.organisation)
        state.put(key, organisation)


def _write_governance(overlay: Overlay, state: GenesisState) -> None:
    registry = State(overlay, "registry", read_only=True)
    for seat in state.validators:
        key = registry_keys.organisation(seat.organisation)
        if not registry.exists(key):
            raise NotFound(key=f"registry:{key}")
    governance = State(overlay, "governance", read_only=False)
    write_validators(governance, state.validators)
    write_parameters(governance, state.parameters)


def _write_accounts(state: State, accounts: list[GenesisAccount]) -> None:
    supply = state.find(account_keys.SUPPLY, Supply) or Supply()
    for account in accounts:
        key = account_keys.account(account.party_id)
        if state.exists(key):
            raise AlreadyExists(key=f"accounts:{key}")
        supply = supply.grown(account.free_nano)
        state.put(key, Account(party_id=account.party_id, free_nano=account.free_nano))
    state.put(account_keys.SUPPLY, supply)
