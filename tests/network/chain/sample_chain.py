"""Two fixed chains made with our code alone: a solo ledger's, and one whose validators change and miss votes.

Run as a program it prints them for `tools/golden`, where CometBFT judges them.
"""

import json
from dataclasses import dataclass, field

from wattloom.network.chain import merkle, value_proof
from wattloom.network.chain.block import Block, block_id
from wattloom.network.chain.commit import ABSENT, NO_COMMIT, Commit, CommitSig, Flag, precommit_sign_bytes
from wattloom.network.chain.encoding import sha256
from wattloom.network.chain.genesis import Genesis, GenesisValidator
from wattloom.network.chain.header import NO_BLOCK, BlockID
from wattloom.network.chain.params import ConsensusParams
from wattloom.network.chain.results import TxResult, results_hash
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.chain.tip import Tip, make_block
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.chain.validators import Validator, ValidatorSet

KEYS = {key.address: key for key in (ValidatorKey.of_seed(sha256(b"sample %d" % i)) for i in range(5))}
START = Timestamp(1_772_368_215, 123_456_789)
STATE_KEYS = (b"accounts", b"balance/alice & bob")
STATE_VALUE = b'{"free_nano":12}'


@dataclass
class SampleChain:
    """A chain as an auditor holds it: what stood before each block, the block, its id and its commit."""

    genesis: Genesis
    tips: list[Tip] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    ids: list[BlockID] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)

    def grow(self, txs: list[bytes], votes: str, next_validators: ValidatorSet | None = None) -> None:
        """Add a block; `votes` has a letter per validator: c for the block, n for nothing, - for no vote."""
        tip = self.tips[-1]
        last_commit = self.commits[-1] if self.commits else NO_COMMIT
        block = make_block(tip, txs, tip.validators.validators[0].address, last_commit)
        made_id = block_id(block.header, block.encode())
        self.blocks.append(block)
        self.ids.append(made_id)
        self.commits.append(sign(tip, block, made_id, votes))
        results = results_hash(results_of(txs))
        after = tip.after(
            block.header,
            made_id,
            app_hash=tip.app_hash,
            results_hash=results,
            next_validators=next_validators,
        )
        self.tips.append(after)


def results_of(txs: list[bytes]) -> list[TxResult]:
    return [TxResult(code=i % 2, data=tx[:10], gas_used=i) for i, tx in enumerate(txs)]


def sign(tip: Tip, block: Block, made_id: BlockID, votes: str) -> Commit:
    entries = [
        vote(KEYS[validator.address], tip, made_id, letter, block.header.time.ns + 1_000_000_007 * (i + 1))
        for i, (validator, letter) in enumerate(zip(tip.validators.validators, votes, strict=True))
    ]
    return Commit(tip.height, 0, made_id, tuple(entries))


def vote(key: ValidatorKey, tip: Tip, made_id: BlockID, letter: str, at_ns: int) -> CommitSig:
    moment = Timestamp.of_ns(at_ns)
    if letter == "c":
        return key.precommit(tip.chain_id, tip.height, made_id, moment)
    if letter == "n":
        signature = key.sign(precommit_sign_bytes(tip.chain_id, tip.height, 0, NO_BLOCK, moment))
        return CommitSig(Flag.NIL, key.address, moment, signature)
    return ABSENT


def state_proof() -> tuple[bytes, tuple[value_proof.ValueOp, ...]]:
    """Root of a small two-level state, and the proof of the one value in it that we ask for."""
    store, key = STATE_KEYS
    inner = [(b"a", b"1"), (key, STATE_VALUE), (b"z", b"")]
    inner_hashes = [merkle.leaf_hash(value_proof.leaf(*pair)) for pair in inner]
    outer = [(store, merkle.root_of_hashes(inner_hashes)), (b"registry", b"other root")]
    outer_hashes = [merkle.leaf_hash(value_proof.leaf(*pair)) for pair in outer]
    ops = (
        value_proof.ValueOp(key, merkle.prove(inner_hashes, 1)),
        value_proof.ValueOp(store, merkle.prove(outer_hashes, 0)),
    )
    return merkle.root_of_hashes(outer_hashes), ops


def start(powers: list[int], chain_id: str, params: ConsensusParams) -> SampleChain:
    named = zip(KEYS.values(), powers, strict=False)
    genesis = Genesis(
        chain_id=chain_id,
        genesis_time=START,
        validators=tuple(
            GenesisValidator(key.public_key, power, f"node{i}") for i, (key, power) in enumerate(named)
        ),
        params=params,
        app_state=b'{"purpose":"sample <chain> & more"}',
    )
    chain = SampleChain(genesis)
    chain.tips.append(Tip.of_genesis(genesis, app_hash=state_proof()[0]))
    return chain


def solo_chain() -> SampleChain:
    chain = start([10], "solo-sample", ConsensusParams())
    for txs in ([b"first"], [], [b"second", b"third"]):
        chain.grow(txs, "c")
    return chain


def network_chain() -> SampleChain:
    chain = start([4, 3, 3, 2], "network-sample", ConsensusParams(app_version=3, block_max_gas=0))
    changed = ValidatorSet.of(Validator(key.public_key, 5) for key in KEYS.values())
    chain.grow([b"one", b"two"], "cccc")
    chain.grow([], "cc-c", changed)
    chain.grow([b"x" * 150_000], "cccn")
    chain.grow([bytes([i]) * 700 for i in range(40)], "ccc-c")
    chain.grow([], "cc-cc")
    return chain


def as_json() -> str:
    """Both chains in the form that the judge reads."""
    return json.dumps([_document(solo_chain()), _document(network_chain())], indent=1)


def _document(chain: SampleChain) -> dict[str, object]:
    root, ops = state_proof()
    proof = {"ops": value_proof.encode_ops(ops), "root": root, "value": STATE_VALUE}
    return {
        "genesis": chain.genesis.encode().decode(),
        "app_hash": root.hex(),
        "blocks": [_block_document(chain, i) for i in range(len(chain.blocks))],
        "proofs": [
            {**{name: data.hex() for name, data in proof.items()}, "path": value_proof.key_path(STATE_KEYS)}
        ],
    }


def _block_document(chain: SampleChain, i: int) -> dict[str, object]:
    after = chain.tips[i + 1]
    return {
        "block": chain.blocks[i].encode().hex(),
        "commit": chain.commits[i].encode().hex(),
        "app_hash": after.app_hash.hex(),
        "results_hash": after.last_results_hash.hex(),
        "next_validators": [
            {"public_key": each.public_key.hex(), "power": each.power}
            for each in after.next_validators.validators
        ],
    }


if __name__ == "__main__":
    print(as_json())  # noqa: T201
