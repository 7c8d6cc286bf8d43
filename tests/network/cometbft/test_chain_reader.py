"""Chains read from a stock node, and from servers that answer with something else."""

import base64
import json
from itertools import pairwise

import pytest

from tests.network.chain.golden import vectors
from tests.network.cometbft import stock
from tests.network.cometbft.answers import answering, ok
from wattloom.network.chain.errors import ChainError, ChainRejected, Fault, GenesisRejected, MalformedRecord
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.chain.verify import check_content, verify_commit
from wattloom.network.cometbft.chain_reader import ChainReader, HeightMissing
from wattloom.network.cometbft.rpc import RpcClient

STRANGER = ValidatorKey.of_seed(bytes(32)).public_key


@pytest.fixture
def reader(stock_client):
    return ChainReader(stock_client)


@pytest.fixture(scope="module")
def changed_height(stock_address):
    """Return a height at which a second validator was added, with blocks after it."""
    with RpcClient(stock_address) as client:
        height = stock.put(client, f"val=ed25519!{base64.b64encode(STRANGER).decode()}!2")
        stock.put(client, "after=1", "after=2", "after=3")
    return height


def answer(*results):
    """Return what a node answers to a batch."""
    answers = [{"jsonrpc": "2.0", "id": index, "result": each} for index, each in enumerate(results)]
    return ok(json.dumps(answers[0] if len(answers) == 1 else answers).encode())


def test_every_block_of_a_node_hashes_to_its_own_id_and_is_signed_by_its_validators(reader, changed_height):
    last = reader.last_height()
    blocks = list(reader.blocks(1, last))
    assert [each.block.header.height for each in blocks] == list(range(1, last + 1))
    assert sum(len(each.block.txs) for each in blocks) > 3
    for each in blocks:
        header = each.block.header
        check_content(each.block)
        assert each.block_id.hash == header.hash
        validators = reader.validators(header.height)
        assert validators.hash == header.validators_hash
        verify_commit(each.commit, each.block_id, header.height, header.chain_id, validators)
    for before, after in pairwise(blocks):
        assert after.block.header.last_block_id == before.block_id
        assert after.block.last_commit == before.commit


def test_a_changed_set_signs_from_the_second_block_on_and_is_the_one_that_we_compute(reader, changed_height):
    before = reader.validators(changed_height + 1)
    assert len(before.validators) == 1
    assert reader.validators(changed_height + 2) == before.updated({STRANGER: 2})


def test_results_tell_what_the_application_answered(reader, changed_height):
    (results,) = reader.results(changed_height, changed_height)
    assert [each.code for each in results.tx_results] == [0]
    (update,) = results.validator_updates
    assert (update.pub_key.ed25519, update.power) == (STRANGER, 2)
    assert results.tx_results[0].events


def test_the_app_hash_of_results_stands_in_the_next_header(reader, changed_height):
    last = reader.last_height()
    headers = [each.block.header for each in reader.blocks(1, last)]
    for results, after in zip(reader.results(1, last - 1), headers[1:], strict=True):
        assert results.app_hash == after.app_hash


def test_the_genesis_is_the_nodes_own(reader):
    genesis = reader.genesis()
    assert genesis.chain_id == reader.block(1).block.header.chain_id
    assert genesis.validator_set == reader.validators(1)


def test_a_height_that_is_not_there_yet_is_named(reader):
    height = reader.last_height() + 1
    for read in (reader.block, reader.signed_header, reader.validators):
        with pytest.raises(HeightMissing, match=f"height {height + 5}: .* must be less than"):
            read(height + 5)
    with pytest.raises(HeightMissing, match=f"height {height}:"):
        list(reader.blocks(height - 1, height))


def test_a_pruned_height_is_named_with_the_lowest_that_is_kept():
    refusal = {
        "code": -32603,
        "message": "Internal error",
        "data": "height 7 is not available, lowest height is 90",
    }
    with (
        answering(ok(json.dumps({"jsonrpc": "2.0", "id": 0, "error": refusal}).encode())) as address,
        RpcClient(address) as client,
        pytest.raises(HeightMissing, match=r"height 7: .*lowest height is 90") as missing,
    ):
        ChainReader(client).block(7)
    assert missing.value.height == 7


def test_a_gap_in_a_nodes_store_is_named():
    gap = {"block_id": {"hash": "", "parts": {"total": 0, "hash": ""}}, "block": None}
    with (
        answering(answer(gap)) as address,
        RpcClient(address) as client,
        pytest.raises(HeightMissing, match="height 7"),
    ):
        ChainReader(client).block(7)


def test_a_node_without_a_block_stands_at_0():
    with answering(answer({"header": None})) as address, RpcClient(address) as client:
        assert ChainReader(client).last_height() == 0


GOLDEN = json.loads(vectors("rpc_blocks")[1]["block"])


def altered(*path, value):
    tree = json.loads(json.dumps(GOLDEN))
    place = tree
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return tree


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        (altered("block", "header", "app_hash", value="00"), Fault.PART_SET_HEADER),
        (altered("block", "header", "height", value="43"), Fault.HEIGHT),
        (altered("block", "data", "txs", 1, value="AAAA"), Fault.DATA_HASH),
        (altered("block", "evidence", "evidence", value=[]), None),
        (altered("block", "last_commit", "signatures", value=[]), Fault.LAST_COMMIT_HASH),
        (altered("block", "last_commit", "round", value=7), Fault.PART_SET_HEADER),
        (altered("block_id", "hash", value="AB" * 32), Fault.BLOCK_HASH),
        (altered("block_id", "parts", "hash", value="AB" * 32), Fault.PART_SET_HEADER),
    ],
)
def test_a_block_that_is_not_what_its_id_says_is_refused_and_named(tree, code):
    commit = json.loads(vectors("rpc_blocks")[1]["commit"])
    commit["signed_header"]["commit"]["block_id"]["hash"] = GOLDEN["block_id"]["hash"]

    def node(body):
        return answer(commit if b'"commit"' in body else tree)

    with answering(node) as address, RpcClient(address) as client:
        if code is None:
            assert ChainReader(client).block(42).block.encode().hex() == vectors("rpc_blocks")[1]["encoded"]
            return
        with pytest.raises(ChainRejected, match="block 42:") as rejected:
            ChainReader(client).block(42)
        assert rejected.value.code is code


def test_a_commit_for_another_header_is_refused():
    commit = json.loads(vectors("rpc_blocks")[1]["commit"])
    with (
        answering(answer(commit)) as address,
        RpcClient(address) as client,
        pytest.raises(ChainRejected, match="for another block") as rejected,
    ):
        ChainReader(client).signed_header(42)
    assert rejected.value.code is Fault.COMMIT_BLOCK_ID


@pytest.mark.parametrize("tree", [None, [], {}, {"block": {}}, {"block": 5, "block_id": {}}, "block", 7])
def test_an_answer_in_another_form_is_an_error_of_the_chain(tree):
    with answering(answer(tree)) as address, RpcClient(address) as client:
        reader = ChainReader(client)
        for read in (
            reader.block,
            reader.signed_header,
            reader.validators,
            lambda height: list(reader.results(height, height)),
        ):
            with pytest.raises(ChainError):
                read(42)
        with pytest.raises(MalformedRecord):
            reader.genesis()


def test_validators_come_in_pages():
    everyone = json.loads(vectors("rpc_validators")["validators"])

    def node(body):
        page = int(json.loads(body)[0]["params"]["page"])
        return answer(everyone | {"validators": everyone["validators"][2 * page - 2 : 2 * page]})

    with answering(node) as address, RpcClient(address) as client:
        assert ChainReader(client).validators(42).hash.hex() == vectors("rpc_validators")["hash"]


def test_an_empty_page_of_validators_ends_the_reading():
    with (
        answering(answer({"total": "4", "validators": []})) as address,
        RpcClient(address) as client,
        pytest.raises(MalformedRecord, match="page 1 of 4"),
    ):
        ChainReader(client).validators(42)


def test_a_genesis_that_is_none_is_refused():
    with (
        answering(answer({"total": "1", "chunk": "0", "data": base64.b64encode(b"{").decode()})) as address,
        RpcClient(address) as client,
        pytest.raises(GenesisRejected),
    ):
        ChainReader(client).genesis()
