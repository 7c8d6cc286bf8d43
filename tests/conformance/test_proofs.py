"""A value of the state is proven up to the validators' signatures, at any height that is kept."""

import pytest

from wattloom.chaincode.accounts import keys
from wattloom.chaincode.accounts.records import Account, Amount
from wattloom.chaincode.api.codec import encode
from wattloom.network.chain.validators import Validator, ValidatorSet
from wattloom.network.client import ProofRefused, Refused


@pytest.fixture
def anna(town):
    return town.homes(1, money_nano=1)[0]


@pytest.fixture
def heights(town, anna):
    """Heights after which Anna had 11, and then 111; the headers that hold both roots are there."""
    bank = town.member("teller", "settlement-agent")
    minted = [
        bank.submit("accounts:mint", Amount(party_id=anna.party_id, amount_nano=amount)).height
        for amount in (10, 100)
    ]
    town.saw(minted[-1] + 1)
    return minted


def proven(town, anna, **options):
    """Return an account as the member's own gateway proves it."""
    town.account(anna)  # waits until the gateway is there
    options = {"validators": town.ledger.validators, **options}
    return anna.client.prove("accounts", keys.account(anna.party_id), **options)


def test_an_account_is_proven_as_it_stands(town, anna, heights):
    found = proven(town, anna)
    assert found.value == encode(Account(party_id=anna.party_id, free_nano=111))
    assert found.height >= heights[1]
    assert found.signed_time_s > 0


def test_an_older_height_proves_what_stood_then(town, anna, heights):
    values = [proven(town, anna, height=height).value for height in heights]
    assert values == [encode(Account(party_id=anna.party_id, free_nano=free)) for free in (11, 111)]


def test_every_gateway_proves_the_same_value(town, anna, heights):
    for gateway in range(len(town.ledger.addresses)):
        client = town.client(first=gateway)
        list(client.blocks(heights[1] + 1, to_height=heights[1] + 1))
        found = client.prove(
            "accounts",
            keys.account(anna.party_id),
            validators=town.ledger.validators,
            height=heights[1],
        )
        assert found.value == encode(Account(party_id=anna.party_id, free_nano=111))


def test_signatures_of_others_than_the_trusted_validators_prove_nothing(town, anna, heights):
    strangers = ValidatorSet.of([Validator(bytes(range(32)), 1)])
    with pytest.raises(ProofRefused, match="other validators"):
        proven(town, anna, validators=strangers)


@pytest.mark.parametrize(
    ("contract", "key", "height"),
    [
        ("accounts", "account/north.nobody", 0),
        ("nothing", "account/north.nobody", 0),
        ("accounts", "supply", 10**9),
    ],
    ids=["an absent key", "an absent contract", "a height to come"],
)
def test_what_is_not_there_is_not_proven(town, heights, contract, key, height):
    client = town.client()
    list(client.blocks(heights[1] + 1, to_height=heights[1] + 1))
    with pytest.raises(Refused) as raised:
        client.prove(contract, key, validators=town.ledger.validators, height=height)
    town.exercised.codes.add(raised.value.code)
    assert raised.value.code == "PROOF_UNAVAILABLE"
