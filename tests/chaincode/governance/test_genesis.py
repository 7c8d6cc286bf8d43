import pytest
from msgspec.structs import replace

from tests.chaincode.governance.world import Consortium, key, seat
from tests.chaincode.registry.world import empty_overlay, genesis
from wattloom.chaincode.api import AlreadyExists, InvalidArgument, NotFound
from wattloom.chaincode.api.codec import decode, encode
from wattloom.chaincode.genesis import GenesisState, write_genesis
from wattloom.chaincode.governance.consensus import active_validators
from wattloom.chaincode.governance.genesis import GenesisSeat


def test_the_first_validators_sign_from_the_start():
    ledger = Consortium(["a", "b"], [seat("a"), seat("b")])
    assert active_validators(ledger.committed) == {key("a-1"): 1, key("b-1"): 1}


def test_a_genesis_that_names_no_validators_has_none_and_leaves_no_trace():
    overlay = empty_overlay()
    write_genesis(overlay, genesis())
    assert active_validators(overlay) == {}
    assert "governance" not in overlay.changes


def test_a_genesis_of_before_there_were_validators_still_reads():
    old = b'{"accounts":[],"organisations":[]}'
    assert decode(old, GenesisState) == GenesisState(organisations=[])


def test_a_genesis_with_validators_survives_its_wire_form():
    state = replace(genesis(), validators=[seat("north"), seat("south")])
    assert decode(encode(state), GenesisState) == state


@pytest.mark.parametrize(
    ("validators", "refusal"),
    [
        ([seat("nobody")], NotFound),
        ([seat("north", "n1"), seat("south", "n1")], AlreadyExists),
        (
            [seat("north"), GenesisSeat(organisation="south", node="s1", public_key=key("north-1"))],
            AlreadyExists,
        ),
        ([seat("north", f"n{number}") for number in range(101)], InvalidArgument),
    ],
)
def test_validators_that_cannot_be_are_refused(validators, refusal):
    with pytest.raises(refusal):
        write_genesis(empty_overlay(), replace(genesis(), validators=validators))
