"""The same joining over ABCI's own messages."""

import pytest

from tests.network.application.bench import Bench
from tests.network.cometbft.joining import Joiner, keeper, write_notes
from tests.network.community import Community
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.cometbft import snapshot_form
from wattloom.network.cometbft.snapshot_calls import SnapshotCalls

OFFER, APPLY = wire.ResponseOfferSnapshot, wire.ResponseApplySnapshotChunk


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshot_form, "CHUNK_BYTES", 1_500)
    made = Bench(tmp_path / "data", Community())
    write_notes(made, "a", "b", "c")
    yield made
    made.store.close()


@pytest.fixture
def peer(tmp_path, bench):
    return SnapshotCalls(keeper(tmp_path / "kept", bench.store, bench.application, every_blocks=1))


@pytest.fixture
def joiner(tmp_path):
    node = Joiner(tmp_path / "joiner")
    yield node
    node.close()


def test_a_node_joins_from_what_its_peer_lists_and_loads(bench, peer, joiner):
    peer.snapshots.after_commit(1)
    peer.snapshots.wait()
    calls = SnapshotCalls(joiner.snapshots)
    [snapshot] = peer.list_snapshots(wire.RequestListSnapshots()).snapshots
    app_hash = bench.application.info().app_hash
    answer = calls.offer_snapshot(wire.RequestOfferSnapshot(snapshot=snapshot, app_hash=app_hash))
    assert answer.result == OFFER.RESULT_ACCEPT
    for number in range(snapshot.chunks):
        asked = wire.RequestLoadSnapshotChunk(height=snapshot.height, format=snapshot.format, chunk=number)
        chunk = peer.load_snapshot_chunk(asked).chunk
        bad = wire.RequestApplySnapshotChunk(index=number, chunk=chunk[:-1], sender="liar")
        refused = calls.apply_snapshot_chunk(bad)
        assert refused.result == APPLY.RESULT_RETRY
        assert (list(refused.refetch_chunks), list(refused.reject_senders)) == ([number], ["liar"])
        good = wire.RequestApplySnapshotChunk(index=number, chunk=chunk, sender="peer")
        assert calls.apply_snapshot_chunk(good) == APPLY(result=APPLY.RESULT_ACCEPT)
    assert joiner.application.info() == bench.application.info()


def test_what_a_peer_does_not_have_is_an_empty_chunk(peer):
    assert peer.load_snapshot_chunk(wire.RequestLoadSnapshotChunk(height=9, format=1)).chunk == b""
    assert peer.list_snapshots(wire.RequestListSnapshots()) == wire.ResponseListSnapshots()


def test_an_offer_of_nothing_is_refused(joiner):
    calls = SnapshotCalls(joiner.snapshots)
    for snapshot, result in (
        (wire.Snapshot(), OFFER.RESULT_REJECT_FORMAT),
        (wire.Snapshot(format=1), OFFER.RESULT_REJECT_SENDER),
        (wire.Snapshot(format=1, height=2**64 - 1, chunks=1), OFFER.RESULT_REJECT_SENDER),
    ):
        assert calls.offer_snapshot(wire.RequestOfferSnapshot(snapshot=snapshot)).result == result
