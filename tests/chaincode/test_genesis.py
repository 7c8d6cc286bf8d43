import pytest

from tests.chaincode.registry.world import NORTH, SOUTH, empty_overlay, genesis
from wattloom.chaincode.accounts.errors import SupplyTooLarge
from wattloom.chaincode.accounts.records import Account, Supply
from wattloom.chaincode.api import AlreadyExists, InvalidArgument, State
from wattloom.chaincode.api.codec import decode, encode
from wattloom.chaincode.genesis import (
    GenesisAccount,
    GenesisEntry,
    GenesisState,
    Organisation,
    write_genesis,
)
from wattloom.chaincode.registry.errors import CertificateRefused

NORTHERN = Organisation(organisation="north", ca_certificate=NORTH.certificate)


def test_organisations_accounts_and_supply_are_there_from_the_start():
    overlay = empty_overlay()
    money = [GenesisAccount(party_id="north.a", free_nano=5), GenesisAccount(party_id="south.b", free_nano=7)]
    write_genesis(overlay, GenesisState(organisations=genesis().organisations, accounts=money))
    registry, accounts = (State(overlay, name, read_only=True) for name in ("registry", "accounts"))
    names = [organisation.organisation for _, organisation in registry.range(Organisation, "organisation")]
    assert names == ["north", "south"]
    assert accounts.get("account/south.b", Account) == Account(party_id="south.b", free_nano=7)
    assert accounts.get("supply", Supply).total_nano == 12


def test_a_state_is_carried_over_key_by_key_and_new_money_comes_on_top():
    before = empty_overlay()
    money = [GenesisAccount(party_id="north.a", free_nano=5)]
    write_genesis(before, GenesisState(organisations=[NORTHERN], accounts=money))
    carried = [
        GenesisEntry(contract=contract, key=key, value=value)
        for contract, values in before.changes.items()
        for key, value in values.items()
    ]
    southern = Organisation(organisation="south", ca_certificate=SOUTH.certificate)
    added = [GenesisAccount(party_id="south.b", free_nano=7)]
    after = empty_overlay()
    write_genesis(after, GenesisState(organisations=[southern], accounts=added, carried=carried))
    accounts = State(after, "accounts", read_only=True)
    assert accounts.get("supply", Supply).total_nano == 12
    kept = {(entry.contract, entry.key) for entry in carried} - {("accounts", "supply")}
    assert all(after.get(*place) == before.get(*place) for place in kept)


def test_a_carried_key_that_stands_twice_or_is_written_anew_is_refused():
    entry = GenesisEntry(contract="accounts", key="account/north.a", value=b"{}")
    money = [GenesisAccount(party_id="north.a")]
    for state in (
        GenesisState(organisations=[NORTHERN], carried=[entry, entry]),
        GenesisState(organisations=[NORTHERN], accounts=money, carried=[entry]),
    ):
        overlay = empty_overlay()
        with pytest.raises(AlreadyExists):
            write_genesis(overlay, state)


def test_a_genesis_survives_its_wire_form_with_certificates_in_base64():
    state = genesis()
    assert decode(encode(state), GenesisState) == state
    assert b'"ca_certificate":"MII' in encode(state)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (GenesisState(organisations=[]), InvalidArgument),
        (GenesisState(organisations=[NORTHERN, NORTHERN]), AlreadyExists),
        (
            GenesisState(
                organisations=[Organisation(organisation="north", ca_certificate=SOUTH.certificate)]
            ),
            CertificateRefused,
        ),
        (
            GenesisState(organisations=[NORTHERN], accounts=[GenesisAccount(party_id="north.a")] * 2),
            AlreadyExists,
        ),
        (
            GenesisState(
                organisations=[NORTHERN],
                accounts=[GenesisAccount(party_id=f"north.{n}", free_nano=2**62) for n in "ab"],
            ),
            SupplyTooLarge,
        ),
    ],
)
def test_a_genesis_that_cannot_work_is_refused(state, refusal):
    overlay = empty_overlay()
    with pytest.raises(refusal):
        write_genesis(overlay, state)
