import shutil
import threading

import pytest
from msgspec.structs import replace

from tests.network.application.bench import Bench
from tests.network.application.trials import Note
from tests.network.cometbft.joining import GENESIS_HASH, Joiner, Offered, keeper, write_notes
from tests.network.community import Community
from wattloom.network import failpoints
from wattloom.network.application import BlockToExecute
from wattloom.network.cometbft import snapshot_form
from wattloom.network.cometbft.restoring import Answer, Applied, Offer
from wattloom.network.cometbft.snapshot_form import SnapshotInfo, unpack
from wattloom.network.cometbft.snapshots import NothingToSnapshot
from wattloom.network.origin import started_from
from wattloom.network.refusals import DuplicateTransaction
from wattloom.network.state import STATE, HeightUnavailable, StateInUse, StorageFull

ROUNDS = 6


class Halt(Exception):
    pass


@pytest.fixture(scope="module")
def community():
    return Community()


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Make a small state fill several chunks."""
    monkeypatch.setattr(snapshot_form, "CHUNK_BYTES", 1_500)


@pytest.fixture
def bench(tmp_path, community):
    made = Bench(tmp_path / "data", community)
    for number in range(ROUNDS):
        write_notes(made, f"a{number}", f"b{number}")
    yield made
    made.store.close()


@pytest.fixture
def snapshots(tmp_path, bench):
    kept = keeper(tmp_path / "kept", bench.store, bench.application)
    yield kept
    kept.close()


@pytest.fixture
def offered(snapshots, bench):
    made = Offered.by(snapshots, bench)
    assert made.info.chunks > 3
    return made


@pytest.fixture
def joiner(tmp_path):
    node = Joiner(tmp_path / "joiner")
    yield node
    node.close()


@pytest.fixture
def at_point():
    """Call something when a point is reached, for as long as the test runs."""

    def set_point(point, action):
        failpoints.listen(lambda name: action() if name == point else None)

    yield set_point
    failpoints.listen(None)


def halt():
    raise Halt


def state_of(store):
    with store.snapshot() as view:
        return dict(view.items(STATE))


def forged(offered, index, change):
    chunks = [unpack(chunk, offered.info.head().chunk_hash(at)) for at, chunk in enumerate(offered.chunks)]
    chunks[index] = change(chunks[index])
    return Offered.made_of(offered, chunks)


# Joining


def test_a_node_that_joins_stands_where_the_ledger_stands(bench, offered, joiner):
    joiner.join(offered)
    assert joiner.application.info() == bench.application.info()
    assert state_of(joiner.store) == state_of(bench.store)
    assert started_from(joiner.store) == GENESIS_HASH


def test_a_node_that_joined_stands_there_after_a_restart_and_executes_the_next_blocks_alike(
    bench, offered, joiner
):
    joiner.join(offered)
    joiner.open_again()
    for number in range(3):
        block = BlockToExecute(
            height=offered.info.height + 1 + number,
            time_s=bench.time_s + 1,
            hash=bytes(32),
            transactions=[bench.sign("bob", "trials:write", Note(name=f"later{number}")).raw],
        )
        executed = joiner.application.finalize(block)
        with joiner.store.batch() as batch:
            joiner.application.commit(batch)
        assert executed == bench.block(block.transactions[0])
    assert joiner.application.info() == bench.application.info()


def test_a_node_that_joined_remembers_which_transactions_were_executed(bench, snapshots, joiner):
    tx = bench.sign("ann", "trials:write", Note(name="once"))
    bench.block(tx)
    joiner.join(Offered.by(snapshots, bench))
    with pytest.raises(DuplicateTransaction):
        joiner.application.check(tx.raw)


def test_a_node_that_joined_proves_its_height_and_none_before(bench, offered, joiner):
    joiner.join(offered)
    height = offered.info.height
    assert joiner.application.prove("ledger", "facts", height=height) == bench.application.prove(
        "ledger", "facts", height=height
    )
    with pytest.raises(HeightUnavailable):
        joiner.application.prove("ledger", "facts", height=height - 1)


def test_nothing_of_a_snapshot_can_be_read_before_its_last_chunk(offered, joiner):
    joiner.offer(offered)
    for index, chunk in enumerate(offered.chunks[:-1]):
        assert joiner.snapshots.apply(index, chunk, "peer") == Applied(Answer.ACCEPT)
    assert joiner.application.info().height == 0
    assert joiner.application.info().chain_id == ""
    with joiner.store.snapshot() as view:
        assert view.count(STATE) > 10


# Equal snapshots


def test_nodes_with_the_same_history_make_byte_equal_snapshots(tmp_path, bench, snapshots, joiner):
    joiner.join(Offered.by(snapshots, bench))  # one that executed and one that did not
    tx = bench.sign("ann", "trials:write", Note(name="more")).raw
    bench.block(tx)
    height = bench.application.info().height
    joiner.application.finalize(
        BlockToExecute(height=height, time_s=bench.time_s, hash=bytes(32), transactions=[tx])
    )
    with joiner.store.batch() as batch:
        joiner.application.commit(batch)
    ours, theirs = snapshots.take(), joiner.snapshots.take()
    assert ours == theirs
    for index in range(ours.chunks):
        packed = [each.load_chunk(height, ours.format, index) for each in (snapshots, joiner.snapshots)]
        assert packed[0] == packed[1]


def test_nodes_that_compress_otherwise_offer_the_same_snapshot(tmp_path, bench, offered, joiner, monkeypatch):
    monkeypatch.setattr(snapshot_form, "COMPRESSION_LEVEL", 0)
    other = keeper(tmp_path / "other", bench.store, bench.application)
    loose = Offered.by(other, bench)
    assert loose.info == offered.info
    assert loose.chunks != offered.chunks
    joiner.join(Offered(offered.info, [*loose.chunks[:2], *offered.chunks[2:]], offered.app_hash))


def test_a_snapshot_that_is_taken_while_blocks_go_on_is_of_its_height(tmp_path, bench, joiner, at_point):
    blocks_are_made, first_chunk = threading.Event(), threading.Event()

    def hold():
        first_chunk.set()
        assert blocks_are_made.wait(30)

    at_point("snapshot chunk written", hold)
    height, app_hash = bench.application.info().height, bench.application.info().app_hash
    before = state_of(bench.store)
    snapshots = keeper(tmp_path / "beside", bench.store, bench.application, every_blocks=height)
    snapshots.after_commit(height)
    assert first_chunk.wait(30)
    for number in range(3):
        write_notes(bench, f"a{number}", f"z{number}", size=200)
    blocks_are_made.set()
    snapshots.wait()
    [info] = snapshots.list()
    chunks = [snapshots.load_chunk(info.height, info.format, index) for index in range(info.chunks)]
    assert info.height == height
    joiner.join(Offered(info, chunks, app_hash))
    assert state_of(joiner.store) == before != state_of(bench.store)


# Liars and accidents


def test_a_damaged_chunk_is_fetched_again_from_somebody_else(offered, joiner):
    joiner.offer(offered)
    joiner.snapshots.apply(0, offered.chunks[0], "good")
    for damaged in (b"", offered.chunks[2], offered.chunks[1][:-1], bytes(100)):
        answer = joiner.snapshots.apply(1, damaged, "bad")
        assert answer == Applied(Answer.RETRY, refetch_chunks=(1,), reject_senders=("bad",))
    for index, chunk in enumerate(offered.chunks[1:], start=1):
        assert joiner.snapshots.apply(index, chunk, "good").answer is Answer.ACCEPT
    assert joiner.application.info().height == offered.info.height


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1:],
        lambda rows: [*rows[:-1], (*rows[-1][:2], rows[-1][2] + b" ")],
        lambda rows: [*rows[:-1], (rows[-1][0], rows[-1][1] + "0", rows[-1][2])],
        lambda rows: [],
    ],
    ids=["a row less", "another value", "another key", "no rows"],
)
def test_a_snapshot_of_another_state_is_refused_with_its_last_chunk(offered, joiner, change):
    liar = forged(offered, 1, change)
    assert joiner.offer(liar) is Offer.ACCEPT
    answers = joiner.apply(liar)
    assert [each.answer for each in answers[:-1]] == [Answer.ACCEPT] * (liar.info.chunks - 1)
    assert answers[-1] == Applied(Answer.REJECT_SNAPSHOT, reject_senders=("peer",))
    assert set(joiner.rows().values()) == {0}
    joiner.join(offered)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[::-1],
        lambda rows: [*rows, rows[-1]],
        lambda rows: [*rows, ("zeppelins", "key", b"")],
        lambda rows: [*rows[:-1], (rows[-1][0], rows[-1][1] + "k" * 511, b"")],
        lambda rows: [*rows[:-1], (*rows[-1][:2], bytes((1 << 20) + 1))],
    ],
    ids=["backwards", "twice", "unknown contract", "long key", "long value"],
)
def test_rows_that_are_none_end_the_snapshot_at_once(offered, joiner, change):
    liar = forged(offered, 1, change)
    joiner.offer(liar)
    assert [each.answer for each in joiner.apply(liar)] == [Answer.ACCEPT, Answer.REJECT_SNAPSHOT]
    assert set(joiner.rows().values()) == {0}
    joiner.join(offered)


def test_all_who_sent_of_a_false_snapshot_are_asked_no_more(offered, joiner):
    liar = forged(offered, 2, lambda rows: rows[::-1])
    joiner.offer(liar)
    for index, sender in enumerate(("mallory", "trudy")):
        joiner.snapshots.apply(index, liar.chunks[index], sender)
    refused = joiner.snapshots.apply(2, liar.chunks[2], "mallory")
    assert refused == Applied(Answer.REJECT_SNAPSHOT, reject_senders=("mallory", "trudy"))


def test_a_chunk_out_of_order_begins_the_snapshot_again(offered, joiner):
    joiner.offer(offered)
    joiner.snapshots.apply(0, offered.chunks[0], "peer")
    assert joiner.snapshots.apply(2, offered.chunks[2], "peer") == Applied(Answer.RETRY_SNAPSHOT)
    assert set(joiner.rows().values()) == {0}
    joiner.join(offered)


def test_a_chunk_of_no_snapshot_ends_the_joining(offered, joiner):
    assert joiner.snapshots.apply(0, offered.chunks[0], "peer") == Applied(Answer.ABORT)
    joiner.join(offered)
    assert joiner.snapshots.apply(0, offered.chunks[0], "peer") == Applied(Answer.ABORT)
    assert joiner.application.info().height == offered.info.height


def test_a_lie_about_the_time_lasts_until_the_next_block(bench, offered, joiner):
    liar = Offered.made_of(
        offered,
        [unpack(chunk, offered.info.head().chunk_hash(at)) for at, chunk in enumerate(offered.chunks)],
        block_time_s=5,
    )
    assert liar.info.hash != offered.info.hash
    joiner.join(liar)
    assert joiner.application.info().block_time_s == 5
    joiner.application.finalize(
        BlockToExecute(height=offered.info.height + 1, time_s=9, hash=bytes(32), transactions=[])
    )
    with joiner.store.batch() as batch:
        joiner.application.commit(batch)
    assert joiner.application.info().block_time_s == 9


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda info: replace(info, format=2), Offer.REJECT_FORMAT),
        (lambda info: replace(info, format=0), Offer.REJECT_FORMAT),
        (lambda info: replace(info, hash=bytes(32)), Offer.REJECT_SENDER),
        (lambda info: replace(info, metadata=b""), Offer.REJECT_SENDER),
        (lambda info: replace(info, chunks=info.chunks + 1), Offer.REJECT_SENDER),
        (lambda info: replace(info, height=0), Offer.REJECT_SENDER),
        (
            lambda info: SnapshotInfo.of(info.height, replace(info.head(), contracts=("accounts", "barter"))),
            Offer.REJECT,
        ),
        (
            lambda info: SnapshotInfo.of(info.height, replace(info.head(), contracts=("not a name",))),
            Offer.REJECT,
        ),
        (lambda info: replace(info, chunks=2**32 - 1), Offer.REJECT),
    ],
    ids=["format 2", "format 0", "hash", "metadata", "chunks", "height", "contract", "name", "no room"],
)
def test_offers_that_cannot_be_taken_change_nothing(offered, joiner, change, answer):
    before = joiner.rows()
    assert joiner.snapshots.offer(change(offered.info), offered.app_hash) is answer
    assert joiner.rows() == before


def test_a_node_that_executed_blocks_takes_no_snapshot_and_says_what_to_do(bench, snapshots, offered):
    before = state_of(bench.store)
    with pytest.raises(StateInUse, match=f"up to height {ROUNDS}.*remove the node's `state` folder"):
        snapshots.offer(offered.info, offered.app_hash)
    assert state_of(bench.store) == before


def test_a_later_offer_takes_the_place_of_an_unfinished_one(bench, snapshots, offered, joiner):
    joiner.offer(offered)
    joiner.snapshots.apply(0, offered.chunks[0], "peer")
    write_notes(bench, "later")
    joiner.join(Offered.by(snapshots, bench))
    assert joiner.application.info() == bench.application.info()


def test_a_node_whose_engine_did_not_hear_the_end_joins_once_more(offered, joiner):
    joiner.join(offered)
    joiner.open_again()
    joiner.join(offered)
    assert joiner.application.info().height == offered.info.height


@pytest.mark.parametrize("point", ["restore begun", "rows restored", "buckets restored", "restore written"])
def test_a_node_that_is_killed_while_joining_opens_with_nothing_and_can_join(
    offered, joiner, at_point, point
):
    at_point(point, halt)
    with pytest.raises(Halt):
        joiner.join(offered)
    failpoints.listen(None)
    joiner.open_again()
    assert set(joiner.rows().values()) == {0}
    assert joiner.application.info().height == 0
    joiner.join(offered)


def test_a_full_disk_stops_the_node_and_it_can_join_once_there_is_room(offered, joiner, at_point):
    def fill():
        raise StorageFull(joiner.path, "free space")

    at_point("rows restored", fill)
    joiner.offer(offered)
    with pytest.raises(StorageFull):
        joiner.snapshots.apply(0, offered.chunks[0], "peer")
    failpoints.listen(None)
    joiner.open_again()
    joiner.join(offered)


# Keeping


def test_the_heights_that_the_number_divides_get_a_snapshot(tmp_path, bench):
    kept = keeper(tmp_path / "every", bench.store, bench.application, every_blocks=2, keep=10)
    for number in range(6):
        write_notes(bench, f"c{number}")
        kept.after_commit(bench.application.info().height)
        kept.wait()
    heights = [info.height for info in kept.list()]
    assert heights == [12, 10, 8]
    assert kept.oldest_height() == 8


def test_no_height_gets_one_where_none_is_asked_for(tmp_path, bench):
    kept = keeper(tmp_path / "none", bench.store, bench.application, every_blocks=0)
    kept.after_commit(bench.application.info().height)
    kept.wait()
    assert kept.list() == []
    assert kept.oldest_height() is None


def test_the_newest_ones_are_kept(tmp_path, bench):
    kept = keeper(tmp_path / "few", bench.store, bench.application, keep=2)
    for number in range(4):
        write_notes(bench, f"c{number}")
        kept.take()
    assert [info.height for info in kept.list()] == [ROUNDS + 4, ROUNDS + 3]
    assert sorted(path.name for path in (tmp_path / "few").iterdir()) == ["10", "9"]
    assert kept.load_chunk(ROUNDS + 1, 1, 0) == b""


def test_a_height_that_has_a_snapshot_gets_no_other(snapshots, offered):
    assert snapshots.take() == offered.info
    assert len(snapshots.list()) == 1


def test_before_the_first_block_there_is_nothing_to_take(tmp_path, community, joiner):
    with pytest.raises(NothingToSnapshot, match="no block yet"):
        joiner.snapshots.take()
    fresh = Bench(tmp_path / "fresh", community)
    with fresh.store, pytest.raises(NothingToSnapshot):
        keeper(tmp_path / "kept", fresh.store, fresh.application).take()


def test_there_is_nothing_where_no_chunk_is(snapshots, offered):
    info = offered.info
    for place in (
        (info.height + 1, info.format, 0),
        (info.height, 2, 0),
        (info.height, info.format, info.chunks),
        (info.height, info.format, -1),
    ):
        assert snapshots.load_chunk(*place) == b""


def test_snapshots_are_offered_after_a_restart(tmp_path, bench, offered):
    again = keeper(tmp_path / "kept", bench.store, bench.application)
    assert Offered.by(again, bench) == offered


@pytest.mark.parametrize("point", ["snapshot chunk written", "snapshot written"])
def test_a_kill_while_one_is_taken_leaves_nothing_after_the_next_start(tmp_path, bench, at_point, point):
    folder = tmp_path / "killed"

    def copy_and_halt():  # what the disk holds at that instant
        shutil.copytree(folder, tmp_path / "as killed")
        raise Halt

    kept = keeper(folder, bench.store, bench.application)
    at_point(point, copy_and_halt)
    with pytest.raises(Halt):
        kept.take()
    failpoints.listen(None)
    assert list(folder.iterdir()) == []
    assert len(list((tmp_path / "as killed").iterdir())) == 1
    again = keeper(tmp_path / "as killed", bench.store, bench.application)
    assert again.list() == []
    assert list((tmp_path / "as killed").iterdir()) == []
    assert again.take().height == ROUNDS


@pytest.mark.parametrize("name", ["index", "chunks"])
def test_a_damaged_one_is_removed_and_can_be_taken_again(tmp_path, bench, offered, name):
    path = tmp_path / "kept" / str(offered.info.height) / name
    for damage in (lambda: path.write_bytes(path.read_bytes()[:-1]), path.unlink):
        damage()
        again = keeper(tmp_path / "kept", bench.store, bench.application)
        assert again.list() == []
        assert again.take() == offered.info


def test_a_disk_without_room_for_a_snapshot_does_not_stop_the_node(tmp_path, bench, at_point):
    def fill():
        raise OSError(28, "No space left on device")

    at_point("snapshot chunk written", fill)
    kept = keeper(tmp_path / "full", bench.store, bench.application, every_blocks=1)
    kept.after_commit(bench.application.info().height)
    kept.wait()
    assert kept.list() == []
    assert list((tmp_path / "full").iterdir()) == []


def test_closing_ends_the_one_that_is_being_taken(tmp_path, bench, at_point):
    taking = threading.Event()
    kept = keeper(tmp_path / "closing", bench.store, bench.application, every_blocks=1)

    def hold():
        taking.set()
        assert kept._closing.wait(30)

    at_point("snapshot chunk written", hold)
    kept.after_commit(bench.application.info().height)
    assert taking.wait(30)
    kept.after_commit(bench.application.info().height)  # skipped: one at a time
    kept.close()
    assert kept.list() == []
    assert list((tmp_path / "closing").iterdir()) == []
