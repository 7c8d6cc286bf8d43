"""The audit of a network: what is true is clean, and every lie is found at its height."""

import base64
import json
import random
import shutil
import subprocess
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.network.cometbft.answers import answering, ok
from tests.network.cometbft.day import ABSENT, copied
from tests.network.cometbft.lying import Refusal, lying
from wattloom.network.chain.block import block_id
from wattloom.network.chain.commit import ABSENT as NO_VOTE
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.cometbft.chain_reader import ChainReader, HeightMissing
from wattloom.network.cometbft.inspecting import NodeRuns, NodeUnreadable
from wattloom.network.cometbft.records import RESULTS, TABLES
from wattloom.network.cometbft.rpc import RpcClient, RpcUnavailable
from wattloom.network.consortium import processes
from wattloom.network.consortium.audit import audit_node, audit_rpc
from wattloom.network.consortium.layout import NodeFolder
from wattloom.network.engine_binary import EngineMissing
from wattloom.network.records import TRANSACTIONS
from wattloom.network.replay import LedgerRejected
from wattloom.network.state import BUCKETS, META, STATE, UNDO, Store


class Known:
    """The day's chain as it is: where its kinds of heights are."""

    def __init__(self, day):
        with RpcClient(day.rpc()) as client:
            reader = ChainReader(client)
            self.blocks = list(reader.blocks(1, day.changed_height))
            self.results = list(reader.results(1, day.changed_height))
        self.last = len(self.blocks)

    def height(self, holds) -> int:
        return next(height for height, results in enumerate(self.results, 1) if holds(results))

    @property
    def traded(self) -> int:
        """The first height with a transaction, after the first block, which carries no commit."""
        return self.height(lambda results: results.tx_results and results is not self.results[0])

    @property
    def alone(self) -> int:
        """A later height with one transaction."""
        later = self.results[self.traded :]
        return self.height(lambda results: results in later and len(results.tx_results) == 1)

    @property
    def joined(self) -> int:
        """The height that gave the absent validator its seat."""
        return self.height(lambda results: results.validator_updates)

    @property
    def limited(self) -> int:
        """The height that changed the limits."""
        return self.height(lambda results: results.HasField("consensus_param_updates"))


@pytest.fixture(scope="package")
def known(day):
    return Known(day)


@pytest.fixture
def difference(day) -> Callable:
    """Return what the auditor says of a node that lies at one height, by one of its methods."""

    def find(height, method, change):
        def lie(asked, params, result):
            if asked == method and params.get("height") == str(height):
                return change(result) or result
            return result

        with lying(day.rpc(), lie) as address, pytest.raises(LedgerRejected) as rejected:
            audit_rpc(address, genesis_hash=day.ledger.genesis.hash)
        assert rejected.value.height == height, rejected.value
        return rejected.value.what

    return find


def test_a_running_network_is_clean(day, known):
    found = audit_rpc(day.rpc(), genesis_hash=day.ledger.genesis.hash)
    assert found.height >= day.changed_height
    assert found.transactions >= sum(len(each.block.txs) for each in known.blocks)
    assert found.unseen == ("the node's own state",)


def test_validators_and_limits_changed_on_the_way(known):
    joined = known.results[known.joined - 1].validator_updates
    assert [(each.pub_key.ed25519, each.power) for each in joined] == [(ABSENT, 1)]
    signers = {len(each.commit.signatures) for each in known.blocks}
    assert signers == {4, 5}
    assert known.results[known.limited - 1].consensus_param_updates.block.max_bytes == 2 << 20


def test_a_copied_folder_is_clean_with_its_state_and_stays_as_it_is(day, stopped):
    before = {path: path.read_bytes() for path in stopped.path.rglob("*") if path.is_file()}
    found = audit_node(stopped, genesis_hash=day.ledger.genesis.hash)
    assert found.height >= day.changed_height
    assert found.unseen == ()
    kept = {path: path.read_bytes() for path in before if path.exists() and path.name != "lock.mdb"}
    assert kept == {path: content for path, content in before.items() if path.name != "lock.mdb"}


def test_a_node_that_was_killed_is_clean(day, tmp_path):
    node = day.network.nodes()[2]
    processes.kill(node)
    found = audit_node(copied(node, tmp_path / "node"))
    assert found.height >= day.changed_height


def test_a_copy_of_the_blocks_alone_is_clean_and_says_what_was_not_compared(day, stopped, tmp_path):
    shutil.copytree(stopped.path, tmp_path / "node", ignore=shutil.ignore_patterns("state"))
    assert audit_node(NodeFolder(tmp_path / "node")).unseen == ("the node's own state",)


def test_a_node_that_keeps_no_events_is_clean_and_says_so(day):
    def silent(method, params, result):
        if method == "block_results":
            result["finalize_block_events"] = None
            for each in result["txs_results"] or ():
                each["events"] = []
        return result

    with lying(day.rpc(), silent) as address:
        assert audit_rpc(address).unseen == ("the node's own state", "events")


def test_a_last_block_that_the_node_had_not_executed_yet_is_verified_all_the_same(day, known):
    def unfinished(method, params, result):
        if method == "header":
            result["header"]["height"] = str(known.last)
        if method == "block_results" and params.get("height") == str(known.last):
            return Refusal("could not find results")
        return result

    with lying(day.rpc(), unfinished) as address:
        assert audit_rpc(address).height == known.last


def test_results_that_are_missing_in_the_middle_are_told(day, known):
    def forgetful(method, params, result):
        if method == "block_results" and params.get("height") == str(known.traded):
            return Refusal("could not find results")
        return result

    with (
        lying(day.rpc(), forgetful) as address,
        pytest.raises(HeightMissing, match=f"height {known.traded}: .* could not find results"),
    ):
        audit_rpc(address)


def test_progress_is_told_for_each_height(day):
    told = []
    last = audit_rpc(day.rpc(), progress=lambda *both: told.append(both)).height
    assert told == [(height, last) for height in range(1, last + 1)]


# ---- Lies of one node ----


def changed(*path, to):
    """Return a lie about one place of an answer."""

    def change(result):
        place = result
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


FALSE = base64.b64encode(b'{"free_nano":1}').decode()


@pytest.mark.parametrize(
    ("lie", "what"),
    [
        (changed("txs_results", 0, "data", to=FALSE), "transaction 0 has another result"),
        (changed("txs_results", 0, "code", to=1), "transaction 0 has another result"),
        (changed("txs_results", 0, "gas_used", to="1"), "transaction 0 has another result"),
        (changed("txs_results", 0, "codespace", to="FALSE"), "transaction 0 has another result"),
        (changed("txs_results", to=[]), "0 results are stored for 1 transactions"),
        (changed("txs_results", 0, "events", to=[]), "its events are not those"),
        (
            changed("txs_results", 0, "events", 0, "attributes", 0, "value", to="00"),
            "its events are not those",
        ),
        (changed("txs_results", 0, "events", 0, "attributes", 0, "index", to=False), "its events are not"),
        (changed("txs_results", 0, "events", 0, "type", to="accounts.minted"), "its events are not those"),
        (changed("finalize_block_events", to=[{"type": "accounts.minted"}]), "its events are not those"),
        (changed("app_hash", to=FALSE), "state root, validators or parameters"),
        (changed("height", to="1"), "the node answers with height 1"),
    ],
)
def test_a_false_result_is_found(difference, known, lie, what):
    assert what in difference(known.alone, "block_results", lie)


def test_false_validators_are_found(difference, known):
    for lie in (changed("validator_updates", to=None), changed("validator_updates", 0, "power", to="9")):
        assert "validators" in difference(known.joined, "block_results", lie)


def test_false_limits_are_found(difference, known):
    lies = (
        changed("consensus_param_updates", to=None),
        changed("consensus_param_updates", "block", "max_bytes", to="1"),
        changed("consensus_param_updates", "evidence", "max_bytes", to="1"),
        changed("consensus_param_updates", "evidence", "max_age_duration", to="1"),
    )
    for lie in lies:
        assert "parameters" in difference(known.limited, "block_results", lie)


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (changed("block", "data", "txs", 0, to=FALSE), "DATA_HASH"),
        (changed("block", "data", "txs", to=[]), "DATA_HASH"),
        (changed("block", "header", "app_hash", to="00" * 32), "PART_SET_HEADER"),
        (changed("block", "header", "time", to="2026-01-01T00:00:00Z"), "PART_SET_HEADER"),
        (changed("block", "last_commit", "signatures", to=[]), "LAST_COMMIT_HASH"),
        (changed("block_id", "hash", to="00" * 32), "BLOCK_HASH"),
    ],
)
def test_a_false_block_is_found(difference, known, lie, code):
    assert f"[{code}]" in difference(known.traded, "block", lie)


def test_another_height_in_a_blocks_place_is_found(day, difference, known):
    with RpcClient(day.rpc()) as client:
        other = client.call("block", height=known.traded + 1)
    assert "[HEIGHT]" in difference(known.traded, "block", lambda _: other)


# ---- Lies that validators sign ----


def forged(day, known, *, signers=5, **changes):
    """Return what a node answers whose last block has been changed and signed again by validators."""
    height = known.last
    true = known.blocks[height - 1]
    block = replace(true.block, header=replace(true.block.header, **changes))
    identity = block_id(block.header, block.encode())
    keys = [ValidatorKey.load(node.validator_key_path) for node in day.network.nodes()]
    votes = {
        key.address: key.precommit(
            block.header.chain_id, height, identity, true.commit.signatures[0].timestamp
        )
        for key in keys[:signers]
    }

    def lie(method, params, result):
        if method == "header":
            result["header"]["height"] = str(height)
        if params.get("height") != str(height):
            return result
        if method == "block":
            for name in changes:
                result["block"]["header"][name] = changes[name].hex()
            result["block_id"] = _id_tree(identity)
        if method == "commit":
            commit = result["signed_header"]["commit"]
            commit |= {"round": 0, "block_id": _id_tree(identity)}
            for entry in commit["signatures"]:
                _sign(entry, votes.get(bytes.fromhex(entry["validator_address"]), NO_VOTE))
            result["signed_header"]["header"]["height"] = str(height)
            for name in changes:
                result["signed_header"]["header"][name] = changes[name].hex()
        return result

    return lie


def _id_tree(identity):
    parts = {"total": identity.parts.total, "hash": identity.parts.hash.hex()}
    return {"hash": identity.hash.hex(), "parts": parts}


def _sign(entry, vote):
    entry |= {
        "block_id_flag": vote.flag.value,
        "validator_address": vote.validator_address.hex(),
        "timestamp": vote.timestamp.to_rfc3339(),
        "signature": base64.b64encode(vote.signature).decode(),
    }


@pytest.mark.parametrize("field", ["app_hash", "last_results_hash", "next_validators_hash", "consensus_hash"])
def test_what_all_validators_sign_is_found_where_it_is_not_true(day, known, field):
    with (
        lying(day.rpc(), forged(day, known, **{field: bytes(32)})) as address,
        pytest.raises(LedgerRejected, match=rf"\[{field.upper()}\]") as rejected,
    ):
        audit_rpc(address)
    assert rejected.value.height == known.last


def test_two_validators_of_four_sign_nothing(day, known):
    with (
        lying(day.rpc(), forged(day, known, signers=2)) as address,
        pytest.raises(LedgerRejected, match=r"\[COMMIT_POWER\]"),
    ):
        audit_rpc(address)


def test_a_forged_copy_of_the_true_block_is_clean(day, known):
    """The forger of these tests changes what it means to change, and nothing else."""
    with lying(day.rpc(), forged(day, known)) as address:
        assert audit_rpc(address).height == known.last


# ---- Other chains ----


def test_another_genesis_than_the_trusted_one_is_refused(day, stopped):
    for verify in (
        lambda: audit_rpc(day.rpc(), genesis_hash=bytes(32)),
        lambda: audit_node(stopped, genesis_hash=bytes(32)),
    ):
        with pytest.raises(LedgerRejected, match="not the trusted one") as rejected:
            verify()
        assert rejected.value.height == 0


def test_a_genesis_that_was_changed_makes_another_state(day, stopped, tmp_path):
    shutil.copytree(stopped.path, tmp_path / "node")
    folder = NodeFolder(tmp_path / "node")
    tree = json.loads(folder.genesis_path.read_bytes())
    tree["app_state"]["organisations"].pop()
    folder.genesis_path.write_text(json.dumps(tree))
    with pytest.raises(LedgerRejected):
        audit_node(folder)


def test_a_genesis_whose_validators_have_no_seats_is_refused(day, stopped, tmp_path):
    shutil.copytree(stopped.path, tmp_path / "node")
    folder = NodeFolder(tmp_path / "node")
    tree = json.loads(folder.genesis_path.read_bytes())
    tree["validators"].pop()
    folder.genesis_path.write_text(json.dumps(tree))
    with pytest.raises(LedgerRejected, match="genesis") as rejected:
        audit_node(folder)
    assert rejected.value.height == 0


# ---- The node's own state ----


@pytest.mark.parametrize("table", [STATE, BUCKETS, UNDO, META, RESULTS, TRANSACTIONS])
def test_a_row_of_the_nodes_state_that_was_altered_added_or_removed_is_found(stopped, tmp_path, table):
    shutil.copytree(stopped.path, tmp_path / "node")
    folder, draw = NodeFolder(tmp_path / "node"), random.Random(table)
    with Store(folder.state_path, tables=TABLES, durable=False) as store, store.snapshot() as view:
        rows = [row for row in view.items(table) if row[0] != b"state/standing"]
    key, value = draw.choice(rows)
    for row, put, back in ((key, value + b"!", value), (key, None, value), (key + b"!", b"new", None)):
        _put(folder, table, row, put)
        with pytest.raises(LedgerRejected, match=f"table {table}: the row"):
            audit_node(folder)
        _put(folder, table, row, back)
    audit_node(folder)


def _put(folder, table, key, value):
    with Store(folder.state_path, tables=TABLES, durable=False) as store, store.batch() as batch:
        if value is None:
            batch.delete(table, key)
        else:
            batch.put(table, key, value)


def test_a_state_above_the_last_block_is_found(stopped, tmp_path, engine_program):
    shutil.copytree(stopped.path, tmp_path / "node")
    drop_last = [engine_program, "rollback", "--hard", "--home", tmp_path / "node"]
    subprocess.run(drop_last, check=True, capture_output=True)
    with pytest.raises(LedgerRejected, match="the node has a state of it, but blocks to"):
        audit_node(NodeFolder(tmp_path / "node"))


# ---- What cannot be read ----


def test_a_running_nodes_folder_is_told_to_be_one(day):
    with pytest.raises(NodeRuns, match="stop the node, or name its RPC address"):
        audit_node(day.network.nodes()[0])


def test_a_folder_without_blocks_is_told(stopped, tmp_path):
    shutil.copytree(stopped.path, tmp_path / "node", ignore=shutil.ignore_patterns("blockstore.db"))
    with pytest.raises(NodeUnreadable, match=r"blockstore\.db holds no blocks"):
        audit_node(NodeFolder(tmp_path / "node"))


def test_a_damaged_store_is_told(stopped, tmp_path):
    shutil.copytree(stopped.path, tmp_path / "node")
    folder = NodeFolder(tmp_path / "node")
    (folder.engine_data_path / "blockstore.db" / "CURRENT").write_text("nothing\n")
    with pytest.raises(NodeUnreadable, match="cannot be opened"):
        audit_node(folder)


def test_a_machine_without_the_engine_is_told(stopped, monkeypatch):
    monkeypatch.setenv("WATTLOOM_ENGINE", "/nowhere/cometbft")
    with pytest.raises(EngineMissing):
        audit_node(stopped)


def test_a_node_that_has_dropped_its_first_blocks_names_the_height(day):
    pruned = {
        "code": -32603,
        "message": "Internal error",
        "data": "height 1 is not available, lowest height is 9",
    }

    def node(body):
        asked = json.loads(body)
        if isinstance(asked, list):
            answers = [{"jsonrpc": "2.0", "id": each["id"], "error": pruned} for each in asked]
            return ok(json.dumps(answers).encode())
        if asked["method"] == "genesis_chunked":
            data = base64.b64encode(day.ledger.genesis.encode()).decode()
            result = {"chunk": "0", "total": "1", "data": data}
        else:
            result = {"header": {"height": "20"}}
        return ok(json.dumps({"jsonrpc": "2.0", "id": 0, "result": result}).encode())

    with answering(node) as address, pytest.raises(HeightMissing, match=r"height 1: .*lowest height is 9"):
        audit_rpc(address)


def test_a_node_that_goes_away_is_told(day):
    asked = []

    def leaving(method, params, result):
        asked.append(method)
        if asked.count("block") > 5:
            raise ConnectionError
        return result

    with lying(day.rpc(), leaving) as address, pytest.raises(RpcUnavailable):
        audit_rpc(address)


# ---- Damage below the stores ----


def damaged_blocks_are_never_called_clean(stopped, tmp_path, *, count):
    clean, draw = audit_node(stopped), random.Random(count)
    folder = NodeFolder(tmp_path / "node")
    outcomes = []
    for _ in range(count):
        shutil.rmtree(folder.path, ignore_errors=True)
        shutil.copytree(stopped.path, folder.path)
        files = [
            path
            for path in folder.engine_data_path.glob("*.db/*")
            if path.suffix in {".log", ".ldb"} and path.stat().st_size and path.parent.name != "tx_index.db"
        ]
        path = draw.choice(files)
        content = bytearray(path.read_bytes())
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        try:
            assert audit_node(folder) == clean
            outcomes.append("clean")
        except (LedgerRejected, HeightMissing, NodeUnreadable, RpcUnavailable) as error:
            outcomes.append(type(error).__name__)
    assert set(outcomes) != {"clean"}, "no flip fell on anything that counts"


def test_flipped_bits_of_the_engines_stores_are_never_called_clean(stopped, tmp_path):
    damaged_blocks_are_never_called_clean(stopped, tmp_path, count=6)


@pytest.mark.soak
def test_hundreds_of_flipped_bits_of_the_engines_stores_are_never_called_clean(stopped, tmp_path):
    damaged_blocks_are_never_called_clean(stopped, tmp_path, count=300)
