import hashlib
import json

import pytest

from tests.network.chain.golden import vectors
from wattloom.network.chain.errors import GenesisRejected
from wattloom.network.chain.genesis import Genesis, GenesisValidator
from wattloom.network.chain.timestamp import Timestamp

CASES = vectors("genesis")
ABCI = "abci.vote_extensions_enable_height"


@pytest.mark.parametrize("case", CASES)
def test_a_document_is_read_and_written_as_cometbft_does(case):
    genesis = Genesis.decode(case["text"].encode())
    assert genesis.encode().decode() == case["text"]
    assert genesis.validator_set.hash.hex() == case["validators_hash"]
    assert genesis.hash == hashlib.sha256(case["text"].encode()).digest()


@pytest.mark.parametrize("case", CASES)
def test_layout_and_key_order_do_not_change_the_hash(case):
    reordered = json.dumps(json.loads(case["text"]), sort_keys=True)
    assert Genesis.decode(reordered.encode()).hash == Genesis.decode(case["text"].encode()).hash


def test_what_a_file_may_leave_out_has_cometbft_s_defaults():
    tree = json.loads(CASES[0]["text"])
    for optional in ("version", "abci", "authority"):
        del tree["consensus_params"][optional]
    del tree["validators"][0]["address"]
    assert Genesis.decode(json.dumps(tree).encode()) == Genesis.decode(CASES[0]["text"].encode())


def _changed(path, value):
    tree = json.loads(CASES[1]["text"])
    *parents, last = path
    place = tree
    for name in parents:
        place = place[name]
    place[last] = value
    return json.dumps(tree).encode()


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("chain_id",), "", "chain_id"),
        (("chain_id",), "c" * 51, "chain_id"),
        (("chain_id",), 5, "chain_id"),
        (("genesis_time",), "yesterday", "genesis_time"),
        (("initial_height",), 1, "initial_height"),
        (("initial_height",), "0", "initial_height"),
        (("initial_height",), "1.5", "initial_height"),
        (("app_hash",), "xy", "app_hash"),
        (("app_state",), {"price": 0.5}, "document"),
        (("app_state",), {"price": float("nan")}, "document"),
        (("surprise",), 1, "document"),
        (("validators",), [], "validators"),
        (("validators", 0, "power"), "0", "validators"),
        (("validators", 0, "power"), "9223372036854775807", "validators"),
        (("validators", 0, "address"), "00" * 20, "validators.address"),
        (("validators", 0, "pub_key", "value"), "?", "validators.pub_key.value"),
        (("validators", 0, "pub_key", "type"), "tendermint/PubKeySecp256k1", "validators[0].pub_key.type"),
        (("consensus_params", "block", "max_bytes"), "0", "block.max_bytes"),
        (("consensus_params", "block", "max_bytes"), "104857601", "block.max_bytes"),
        (("consensus_params", "block", "max_gas"), "-2", "block.max_gas"),
        (("consensus_params", "evidence", "max_age_num_blocks"), "0", "evidence.max_age_num_blocks"),
        (("consensus_params", "evidence", "max_age_duration"), "0", "evidence.max_age_duration"),
        (("consensus_params", "evidence", "max_bytes"), "22020097", "evidence.max_bytes"),
        (("consensus_params", "version", "app"), "-1", "version.app"),
        (("consensus_params", "abci"), {"vote_extensions_enable_height": "-1"}, ABCI),
        (("consensus_params", "authority", "authority"), "a" * 257, "authority"),
        (("consensus_params", "validator"), {}, "consensus_params.validator"),
    ],
)  # fmt: skip
def test_a_bad_field_is_refused_by_name(path, value, field):
    document = _changed(path, value)
    with pytest.raises(GenesisRejected) as refusal:
        Genesis.decode(document)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff", b"[]", b'{"chain_id":"a","chain_id":"b"}', b"[" * 100_000]
)
def test_what_is_no_document_is_refused(data):
    with pytest.raises(GenesisRejected, match="document"):
        Genesis.decode(data)


def test_a_key_that_stands_twice_is_refused():
    twice = CASES[0]["text"].replace('"app_hash": ""', '"app_hash": "", "app_hash": ""')
    with pytest.raises(GenesisRejected, match="twice"):
        Genesis.decode(twice.encode())


def test_app_state_that_is_not_canonical_is_refused():
    validators = (GenesisValidator(b"k" * 32, 1),)
    with pytest.raises(GenesisRejected, match="sorted keys"):
        Genesis(chain_id="c", genesis_time=Timestamp(0, 0), validators=validators, app_state=b'{"b":1,"a":2}')
