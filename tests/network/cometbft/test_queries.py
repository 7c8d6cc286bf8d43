"""What the application answers to ABCI queries, over an application without an engine."""

import msgspec
import pytest

from tests.network.application.bench import Bench
from tests.network.application.trials import Note, key
from tests.network.community import Community
from wattloom.chaincode.accounts.records import Party
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.cometbft import queries
from wattloom.network.cometbft.queries import answer_query
from wattloom.network.state import verify_state_proof
from wattloom.network.state.proofs import state_path

STRANGER = "ab" * 20


@pytest.fixture
def bench(tmp_path):
    it = Bench(tmp_path / "data", Community())
    yield it
    it.store.close()


def ask(bench, path, data=b"", height=0):
    return answer_query(bench.application, wire.RequestQuery(path=path, data=data, height=height, prove=True))


def store_path(contract, name):
    return f"/store/{state_path(contract, name)[0].decode()}/key"


def code_of(answer):
    assert answer.code
    return msgspec.json.decode(answer.value)["code"]


def test_a_value_comes_with_its_proof_up_to_the_root_of_the_height_before(bench):
    bench.block(bench.sign("ann", "trials:write", Note(name="a", text="old")))
    root = bench.application.info().app_hash
    bench.block(bench.sign("ann", "trials:write", Note(name="a", text="new")))
    name = key("a")
    answer = ask(bench, store_path("trials", name), name.encode())
    assert (answer.code, answer.height, answer.key) == (0, 1, name.encode())
    assert b"old" in answer.value
    verify_state_proof(answer.proof_ops.SerializeToString(), root, "trials", name, answer.value)


def test_an_absent_key_and_a_height_that_is_not_there_are_refused(bench):
    bench.block()
    path = store_path("accounts", "account/none")
    assert code_of(ask(bench, path, b"account/none")) == "PROOF_UNAVAILABLE"
    assert code_of(ask(bench, path, b"account/none", height=99)) == "PROOF_UNAVAILABLE"
    assert code_of(ask(bench, path, b"\xff\xfe")) == "PROOF_UNAVAILABLE"


def test_a_signed_query_is_answered_on_committed_state(bench):
    query = bench.sign("ann", "accounts:statement", Party(party_id=bench.community.party("ann")))
    answer = ask(bench, "/evaluate", query.raw)
    assert (answer.code, answer.height) == (0, 0)
    assert msgspec.json.decode(answer.value)["free_nano"] == 1_000


def test_a_query_by_a_stranger_is_refused_with_its_code(bench):
    query = bench.sign("ann", "accounts:statement", Party(party_id="x.y"), introduce=False)
    answer = ask(bench, "/evaluate", query.raw)
    assert code_of(answer) == answer.codespace == "UNKNOWN_CREATOR"
    assert answer.log


@pytest.mark.parametrize("path", ["", "/", "/store/x/key", "/store/accounts.0001/keys", "/p2p/filter/id/AB"])
def test_an_unknown_path_is_refused(bench, path):
    assert code_of(ask(bench, path)) == "UNKNOWN_QUERY"


def test_every_peer_may_connect_while_observers_are_open(bench):
    assert ask(bench, "/p2p/filter/addr/127.0.0.1:9").code == 0
    assert ask(bench, f"/p2p/filter/id/{STRANGER}").code == 0


def test_a_peer_that_is_not_listed_may_not_connect(bench, monkeypatch):
    monkeypatch.setattr(queries.Application, "admits_observer", lambda _, node_id: node_id != STRANGER)
    assert code_of(ask(bench, f"/p2p/filter/id/{STRANGER}")) == "PEER_NOT_ADMITTED"
    assert ask(bench, f"/p2p/filter/id/{'cd' * 20}").code == 0


def test_a_query_changes_nothing(bench):
    before = bench.application.info()
    written = ask(bench, "/evaluate", bench.sign("ann", "trials:write", Note(name="a")).raw)
    assert code_of(written) == "WRONG_KIND"
    bench.block()
    assert bench.application.info().app_hash == before.app_hash
