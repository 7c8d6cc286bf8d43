import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.chain.golden import golden_validators, vectors
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.chain.merkle import EMPTY_ROOT
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.chain.validators import MAX_TOTAL_POWER, NO_VALIDATORS, Validator, ValidatorSet

CASES = vectors("validators")


def _set(case):
    return ValidatorSet.of(
        Validator(bytes.fromhex(each["public_key"]), each["power"]) for each in case["given"]
    )


@pytest.mark.parametrize("case", CASES)
def test_order_and_hash_are_those_of_cometbft(case):
    found = _set(case)
    assert [each.address.hex() for each in found.validators] == case["order"]
    assert found.hash.hex() == case["hash"]


@given(st.permutations(_set(CASES[-1]).validators))
def test_the_order_given_does_not_matter(validators):
    assert ValidatorSet.of(validators) == _set(CASES[-1])


def test_no_validators_have_the_hash_of_nothing():
    assert NO_VALIDATORS.hash == EMPTY_ROOT


@pytest.mark.parametrize(
    ("validators", "what"),
    [
        ([(b"k" * 31, 1)], "32 bytes"),
        ([(b"k" * 32, 0)], "> 0"),
        ([(b"k" * 32, 2), (b"l" * 32, -1)], "> 0"),
        ([(b"k" * 32, MAX_TOTAL_POWER), (b"l" * 32, 1)], "sum"),
        ([(b"k" * 32, 1), (b"k" * 32, 2)], "twice"),
    ],
)
def test_what_can_form_no_set_is_refused(validators, what):
    with pytest.raises(MalformedRecord, match=what):
        ValidatorSet.of(Validator(*each) for each in validators)


def test_a_signature_counts_for_its_key_and_message_alone():
    key, other = ValidatorKey.generate(), ValidatorKey.generate()
    validator = Validator(key.public_key, 1)
    assert validator.signed(b"message", key.sign(b"message"))
    assert not validator.signed(b"other", key.sign(b"message"))
    assert not validator.signed(b"message", other.sign(b"message"))
    assert not validator.signed(b"message", b"")


@pytest.mark.parametrize(
    "case", vectors("validator_changes"), ids=lambda case: str([each["power"] for each in case["changes"]])
)
def test_a_set_changes_as_cometbft_changes_it(case):
    validators = golden_validators(case["powers"])
    changes = {bytes.fromhex(each["public_key"]): each["power"] for each in case["changes"]}
    if "hash" in case:
        assert validators.updated(changes).hash.hex() == case["hash"]
    else:
        with pytest.raises(MalformedRecord):
            validators.updated(changes)


def test_a_set_without_changes_stays_as_it_is():
    validators = golden_validators([3, 2, 1])
    assert validators.updated({}) == validators
