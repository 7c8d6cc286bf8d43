import pytest

from tests.network.chain.golden import golden_validators, vectors
from wattloom.network.abci import abci_pb2
from wattloom.network.chain.block import Block, Evidence, Misbehaviour
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.chain.evidence import offences

CASES = [case for case in vectors("rpc_blocks") if case["misbehaviour"]]
KINDS = {
    Misbehaviour.DUPLICATE_VOTE: abci_pb2.MISBEHAVIOR_TYPE_DUPLICATE_VOTE,
    Misbehaviour.LIGHT_CLIENT_ATTACK: abci_pb2.MISBEHAVIOR_TYPE_LIGHT_CLIENT_ATTACK,
}


def as_abci(offence):
    return abci_pb2.Misbehavior(
        type=KINDS[offence.kind],
        validator=abci_pb2.Validator(address=offence.address, power=offence.power),
        height=offence.height,
        time=offence.time.to_message(),
        total_voting_power=offence.total_power,
    )


@pytest.mark.parametrize("case", CASES)
def test_offences_are_those_that_cometbft_tells_the_application(case):
    block = Block.decode(bytes.fromhex(case["encoded"]))
    found = [offence for evidence in block.evidence for offence in offences(evidence)]
    told = [abci_pb2.Misbehavior.FromString(bytes.fromhex(each)) for each in case["misbehaviour"]]
    assert [as_abci(each) for each in found] == told


def test_an_attack_on_light_clients_names_every_validator_that_took_part():
    block = Block.decode(bytes.fromhex(CASES[0]["encoded"]))
    (attack,) = [each for each in block.evidence if each.kind is Misbehaviour.LIGHT_CLIENT_ATTACK]
    accused = [each.address for each in offences(attack)]
    assert accused == [each.address for each in golden_validators([5, 3, 2]).validators[:2]]


@pytest.mark.parametrize("kind", Misbehaviour)
def test_what_is_no_evidence_is_refused(kind):
    with pytest.raises(MalformedRecord):
        offences(Evidence(kind, b"\xff"))
