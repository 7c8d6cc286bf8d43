import pytest

from wattloom.chaincode.api.context import Event
from wattloom.chaincode.api.execution import Outcome, Status
from wattloom.network.application import BlockToExecute, Executed
from wattloom.network.application.records import Happened
from wattloom.network.cometbft import records
from wattloom.network.state import Store


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "state", tables=records.TABLES, durable=False) as opened:
        yield opened


def tx_id(height, index):
    return b"%016d%016d" % (height, index)


def execute(store, height, tx_ids=None, *, hash_=b"\x11" * 32):
    tx_ids = [tx_id(height, 0), tx_id(height, 1)] if tx_ids is None else tx_ids
    block = BlockToExecute(height=height, time_s=1_000 + height, hash=hash_, transactions=[])
    executed = Executed(
        tx_ids=tx_ids,
        outcomes=[Outcome(status=Status.OK, data=b'{"n":%d}' % index) for index in range(len(tx_ids))],
        events=[
            Happened(tx_id=each, event=Event(contract="notes", name="written", payload=b"{}"))
            for each in tx_ids
        ],
        app_hash=bytes(32),
        rules_version=1,
    )
    with store.batch() as batch:
        records.write(batch, height, records.make_record(block, executed))


def prune(store, below, **options):
    with store.batch() as batch:
        return records.prune(batch, below, **options)


def test_a_record_holds_results_events_time_and_hash_and_no_block(store):
    execute(store, 5)
    with store.snapshot() as view:
        record = records.read(view, 5)
    assert (record.time_s, record.hash, record.block, record.commit) == (1_005, b"\x11" * 32, b"", b"")
    assert [result.data for result in record.results] == [b'{"n":0}', b'{"n":1}']
    assert [event.tx_id for event in record.events] == [tx_id(5, 0), tx_id(5, 1)]


def test_a_transaction_is_found_where_it_stands(store):
    execute(store, 5)
    execute(store, 6)
    with store.snapshot() as view:
        found = records.find_transaction(view, tx_id(6, 1))
        assert (found.height, found.index, found.data, found.block_time_s) == (6, 1, b'{"n":1}', 1_006)
        assert records.find_transaction(view, tx_id(7, 0)) is None
        assert records.read(view, 7) is None


def test_bytes_that_are_no_transaction_have_a_result_and_no_place(store):
    execute(store, 5, [b"", tx_id(5, 1)])
    with store.snapshot() as view:
        assert len(records.read(view, 5).results) == 2
        assert view.count(records.TRANSACTIONS) == 1
    assert prune(store, 6) == 1


def test_pruned_heights_and_their_places_are_gone_and_younger_ones_stay(store):
    for height in range(1, 8):
        execute(store, height)
    assert prune(store, 4) == 3
    with store.snapshot() as view:
        assert [height for height in range(1, 8) if records.read(view, height)] == [4, 5, 6, 7]
        assert records.find_transaction(view, tx_id(3, 0)) is None
        assert records.find_transaction(view, tx_id(4, 0)).height == 4
        assert view.count(records.TRANSACTIONS) == 8


def test_pruning_takes_small_steps_and_arrives(store):
    for height in range(1, 12):
        execute(store, height)
    assert [prune(store, 11, limit=4) for _ in range(4)] == [4, 4, 2, 0]
    with store.snapshot() as view:
        assert view.count(records.RESULTS) == 1


def test_pruning_below_the_first_height_drops_nothing(store):
    execute(store, 1)
    assert [prune(store, below) for below in (-5, 0, 1)] == [0, 0, 0]


def test_the_place_of_an_id_that_came_again_outlives_the_older_height(store):
    execute(store, 1, [tx_id(0, 0)])
    execute(store, 2, [tx_id(0, 0)])
    prune(store, 2)
    with store.snapshot() as view:
        assert records.find_transaction(view, tx_id(0, 0)).height == 2
