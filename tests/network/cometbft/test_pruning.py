import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.cometbft.test_records import execute
from wattloom.network.cometbft import records
from wattloom.network.cometbft.pruning import STRIDE, prune, retain_height
from wattloom.network.state import Store

HEIGHTS = st.integers(0, 10**6)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "state", tables=records.TABLES, durable=False) as opened:
        yield opened


@given(latest=HEIGHTS, keep=HEIGHTS, age=HEIGHTS, oldest=st.none() | HEIGHTS)
def test_nothing_that_somebody_needs_is_given_up(latest, keep, age, oldest):
    below = retain_height(latest, keep_blocks=keep, evidence_age_blocks=age, oldest_snapshot=oldest)
    assert below >= 0
    if below:
        assert latest - below + 1 >= keep
        assert below <= latest - age
        assert oldest is not None
        assert below <= oldest


@given(latest=HEIGHTS, keep=HEIGHTS, age=HEIGHTS, oldest=HEIGHTS)
def test_no_more_than_a_stride_of_what_nobody_needs_is_kept(latest, keep, age, oldest):
    below = retain_height(latest, keep_blocks=keep, evidence_age_blocks=age, oldest_snapshot=oldest)
    assert below % STRIDE == 0
    assert below > min(latest + 1 - keep, latest - age, oldest) - STRIDE


def test_a_node_that_offers_no_snapshot_keeps_every_block():
    assert retain_height(10**6, keep_blocks=1, evidence_age_blocks=1, oldest_snapshot=None) == 0


def test_the_engine_is_told_no_more_than_our_own_records_follow(store):
    for height in range(1, 260):
        execute(store, height, [])
    told = []
    for _ in range(60):
        with store.batch() as batch:
            told.append(prune(batch, 200))
    assert told == sorted(told)
    assert sorted(set(told)) == [0, 100, 200]
    with store.snapshot() as view:
        assert records.oldest(view) == 200
        assert view.count(records.RESULTS) == 60


def test_a_node_that_began_at_a_snapshot_tells_the_engine_what_is_due(store):
    for height in range(501, 510):
        execute(store, height, [])
    with store.batch() as batch:
        assert prune(batch, 400) == 400
        assert records.oldest(batch) == 501


def test_where_nothing_is_recorded_there_is_nothing_to_wait_for(store):
    with store.batch() as batch:
        assert prune(batch, 0) == 0
        assert prune(batch, 300) == 300
