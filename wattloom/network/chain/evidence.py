"""What evidence in a block says of validators, as CometBFT tells it to the application."""

import msgspec

from wattloom.network.chain.block import Evidence, Misbehaviour
from wattloom.network.chain.encoding import parse
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.wire import cometbft_pb2 as wire


class Offence(msgspec.Struct, frozen=True):
    """One validator's misbehaviour: its address and power, and the height and time of what it did.

    `total_power` is the set's at that height. In an attack on light clients the height is the last one that
    both versions of the chain have in common.
    """

    kind: Misbehaviour
    address: bytes
    power: int
    height: int
    time: Timestamp
    total_power: int


def offences(evidence: Evidence) -> list[Offence]:
    """Return what one piece of evidence says; raise `MalformedRecord` where it says nothing.

    Source: CometBFT v0.39, `types.Evidence.ABCI`.
    """
    if evidence.kind is Misbehaviour.DUPLICATE_VOTE:
        vote = parse(wire.DuplicateVoteEvidence, evidence.content)
        accused = wire.Validator(address=vote.vote_a.validator_address, voting_power=vote.validator_power)
        return [_offence(evidence, accused, vote.vote_a.height, vote)]
    attack = parse(wire.LightClientAttackEvidence, evidence.content)
    return [
        _offence(evidence, accused, attack.common_height, attack) for accused in attack.byzantine_validators
    ]


def _offence(
    evidence: Evidence,
    accused: wire.Validator,
    height: int,
    content: wire.DuplicateVoteEvidence | wire.LightClientAttackEvidence,
) -> Offence:
    return Offence(
        kind=evidence.kind,
        address=accused.address,
        power=accused.voting_power,
        height=height,
        time=Timestamp.from_message(content.timestamp),
        total_power=content.total_voting_power,
    )
