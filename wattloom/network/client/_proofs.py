"""Proofs: from a value up to the signatures of validators that the caller trusts."""

from dataclasses import dataclass

from wattloom.network.chain.commit import Commit
from wattloom.network.chain.errors import ChainError
from wattloom.network.chain.header import Header
from wattloom.network.chain.validators import ValidatorSet
from wattloom.network.chain.verify import verify_commit
from wattloom.network.client.errors import ProofRefused
from wattloom.network.state.proofs import verify_state_proof
from wattloom.network.wire import gateway_pb2 as wire


@dataclass(frozen=True, slots=True)
class ProvenValue:
    """A value of the state, proven to the validators' signatures.

    Attributes
    ----------
    height : the state after this block
    signed_time_s : time of the block after it, whose header holds the state root (Unix seconds, UTC)
    value : canonical JSON of the record
    """

    contract: str
    key: str
    height: int
    signed_time_s: int
    value: bytes


def verify(
    answer: wire.ProveResponse,
    *,
    contract: str,
    key: str,
    height: int,
    chain_id: str,
    validators: ValidatorSet,
) -> ProvenValue:
    """Return the value once every step holds; raise `ProofRefused`."""
    try:
        header = Header.decode(answer.header)
        if header.chain_id != chain_id:  # (1) of this chain
            raise ProofRefused(f"the header is of the chain {header.chain_id!r}, not {chain_id!r}")
        if answer.height != (height or answer.height) or header.height != answer.height + 1:  # (2) the height
            raise ProofRefused(f"the header has height {header.height}, asked for was {height or 'the last'}")
        if header.validators_hash != validators.hash:  # (3) signed by whom we trust
            raise ProofRefused(f"other validators than the trusted ones sign height {header.height}")
        commit = Commit.decode(answer.commit)
        if commit.block_id.hash != header.hash:
            raise ProofRefused("the commit is for another header")
        # (4) by two thirds of them
        verify_commit(commit, commit.block_id, header.height, chain_id, validators)
        # (5) and the state root in it covers the value
        verify_state_proof(answer.proof, header.app_hash, contract, key, answer.value)
    except ChainError as error:
        raise ProofRefused(str(error)) from error
    return ProvenValue(
        contract=contract,
        key=key,
        height=answer.height,
        signed_time_s=header.time.seconds,
        value=answer.value,
    )
