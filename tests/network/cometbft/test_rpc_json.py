"""The engine's JSON against the engine's own encodings of the same records."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.chain.golden import vectors
from wattloom.network.abci import abci_pb2
from wattloom.network.chain.block import Block
from wattloom.network.chain.commit import Commit
from wattloom.network.chain.errors import ChainError, MalformedRecord
from wattloom.network.cometbft.rpc_json import read_message
from wattloom.network.wire import cometbft_pb2 as wire

BLOCKS = vectors("rpc_blocks")
RESULTS = vectors("rpc_results")


def read_block(text):
    return Block.from_message(read_message(wire.Block, json.loads(text)["block"]))


@pytest.mark.parametrize("case", BLOCKS, ids=["initial", "plain", "with evidence"])
def test_a_block_is_the_one_that_cometbft_encodes(case):
    assert read_block(case["block"]).encode().hex() == case["encoded"]


@pytest.mark.parametrize("case", BLOCKS, ids=["initial", "plain", "with evidence"])
def test_a_commit_is_the_one_that_cometbft_encodes(case):
    tree = json.loads(case["commit"])["signed_header"]["commit"]
    assert Commit.from_message(read_message(wire.Commit, tree)).encode().hex() == case["encoded_commit"]


@pytest.mark.parametrize("case", RESULTS, ids=["nothing", "everything", "a version"])
def test_results_are_those_that_cometbft_encodes(case):
    tree = json.loads(case["results"])
    tree["events"] = tree["finalize_block_events"]
    assert read_message(abci_pb2.ResponseFinalizeBlock, tree).SerializeToString().hex() == case["encoded"]


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        (["header", "app_hash"], "xyz", r"Block: header\.app_hash: "),
        (["header", "height"], "many", r"header\.height: "),
        (["header", "height"], str(2**63), r"header\.height: "),
        (["header", "height"], 1.5, r"header\.height: "),
        (["header", "time"], "yesterday", r"header\.time: .* is not a UTC time"),
        (["header", "time"], 5, r"header\.time: is no time"),
        (["header", "last_block_id"], "none", r"header\.last_block_id: is no object"),
        (["header", "chain_id"], 5, r"header\.chain_id: "),
        (["data", "txs"], "AA==", r"data\.txs: is no list"),
        (["data", "txs"], ["?"], r"data\.txs: "),
        (["data", "txs"], [5], r"data\.txs: "),
        (["last_commit", "signatures"], [[]], r"last_commit\.signatures: is no object"),
        (["evidence", "evidence"], [{"type": "rumour"}], r"evidence\.evidence: is evidence of no known kind"),
        (["evidence", "evidence"], ["rumour"], r"evidence\.evidence: is evidence of no known kind"),
        (
            ["evidence", "evidence"],
            [{"type": "tendermint/DuplicateVoteEvidence"}],
            r"evidence\.evidence: is no object",
        ),
    ],
)
def test_a_field_that_is_not_as_it_should_be_is_named(path, value, what):
    tree = json.loads(BLOCKS[1]["block"])["block"]
    place = tree
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(MalformedRecord, match=what):
        read_message(wire.Block, tree)


@pytest.mark.parametrize("key", [{}, {"type": "tendermint/PubKeySecp256k1", "value": "AA=="}, "key"])
def test_a_key_of_another_kind_is_refused(key):
    with pytest.raises(MalformedRecord, match="pub_key: is no Ed25519 key"):
        read_message(wire.Validator, {"pub_key": key})
    with pytest.raises(MalformedRecord, match="pub_key: is no Ed25519 key"):
        read_message(abci_pb2.ValidatorUpdate, {"pub_key": {"Sum": key}})


def leaves(tree, path=()):
    """Return the path of every value in a tree."""
    if isinstance(tree, dict):
        return [found for name, each in tree.items() for found in leaves(each, (*path, name))]
    if isinstance(tree, list):
        return [found for index, each in enumerate(tree) for found in leaves(each, (*path, index))]
    return [path]


@given(st.data())
def test_whatever_stands_in_a_place_the_block_is_another_one_or_refused(data):
    original = json.loads(BLOCKS[2]["block"])["block"]
    path = data.draw(st.sampled_from(leaves(original)))
    changed = json.loads(BLOCKS[2]["block"])["block"]
    place = changed
    for step in path[:-1]:
        place = place[step]
    new = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=3)
        | st.just([])
        | st.just({})
    )
    place[path[-1]] = data.draw(new)
    try:
        block = Block.from_message(read_message(wire.Block, changed))
    except ChainError:
        return
    if block.encode().hex() == BLOCKS[2]["encoded"]:
        assert not place[path[-1]] or str(place[path[-1]]) == str(_at(original, path)), path


def _at(tree, path):
    for step in path:
        tree = tree[step]
    return tree
