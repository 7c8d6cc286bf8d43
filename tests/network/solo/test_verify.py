import random
import shutil

import pytest
from msgspec.structs import replace

from tests.network.application.trials import WITH_TRIALS, Note
from tests.network.community import Community, submit
from tests.network.solo.day import make_day
from wattloom.network.chain.block import Block, block_id
from wattloom.network.chain.commit import NO_COMMIT, Commit
from wattloom.network.chain.header import NO_BLOCK
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.replay import LedgerRejected
from wattloom.network.solo import LedgerFolder, LedgerFolderError, SoloEngine
from wattloom.network.solo.blocks import BLOCKS, TABLES, TRANSACTIONS, height_key
from wattloom.network.solo.verify import verify_ledger
from wattloom.network.state import BUCKETS, META, STATE, UNDO, Store
from wattloom.network.wire.ledger_pb2 import BlockRecord, Event, Result

EVERY_TABLE = [BLOCKS, TRANSACTIONS, STATE, BUCKETS, UNDO, META]
FLIPS_PER_TABLE = 50
INDEX_BYTES = 12


class Scratch:
    """A copy of the ledger whose rows a test rewrites, and gets back as they were."""

    def __init__(self, folder, genesis_hash):
        self.folder = folder
        self.genesis_hash = genesis_hash
        self.tables = self.read()
        self.heights = len(self.tables[BLOCKS])

    def open(self):
        return Store(self.folder.data_path, tables=TABLES, durable=False)

    def read(self):
        with self.open() as store, store.snapshot() as view:
            return {table: dict(view.items(table)) for table in EVERY_TABLE}

    def change(self, table, changes):
        with self.open() as store, store.batch() as batch:
            for key, value in changes.items():
                if value is None:
                    batch.delete(table, key)
                else:
                    batch.put(table, key, value)

    def difference(self, table, changes):
        """Return what the auditor says of these rows, and put the table right again."""
        self.change(table, changes)
        try:
            return self.rejection()
        finally:
            self.change(table, {key: self.tables[table].get(key) for key in changes})

    def rejection(self):
        with pytest.raises(LedgerRejected) as rejection:
            self.verify()
        return rejection.value

    def verify(self):
        return verify_ledger(self.folder, genesis_hash=self.genesis_hash, rules=WITH_TRIALS)

    def block(self, height):
        return self.tables[BLOCKS][height_key(height)]


@pytest.fixture(scope="module")
def community():
    return Community()


@pytest.fixture(scope="module")
def day(community, tmp_path_factory):
    return make_day(tmp_path_factory.mktemp("day") / "ledger", community)


@pytest.fixture(scope="module")
def shared_scratch(day, tmp_path_factory):
    path = tmp_path_factory.mktemp("scratch") / "ledger"
    shutil.copytree(day.path, path)
    return Scratch(LedgerFolder(path), day.genesis().hash)


@pytest.fixture
def scratch(shared_scratch):
    """The copy, which each test must leave as it found it."""
    yield shared_scratch
    assert shared_scratch.read() == shared_scratch.tables


def flipped(data, at, bit):
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def line_of(text, at):
    return text[text.rfind(b"\n", 0, at) : text.find(b"\n", at)]


def test_a_day_on_which_everything_happened_is_clean(scratch):
    found = scratch.verify()
    assert found.height == scratch.heights > 8
    assert found.transactions == len(scratch.tables[TRANSACTIONS]) == 8
    assert found.genesis_hash == scratch.genesis_hash


def test_progress_is_told_for_each_height(scratch):
    told = []
    verify_ledger(scratch.folder, rules=WITH_TRIALS, progress=lambda *both: told.append(both))
    assert told == [(height, scratch.heights) for height in range(1, scratch.heights + 1)]


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_a_flipped_bit_in_any_value_of_any_table_is_found(scratch, table):
    draw = random.Random(table)
    for key, value in draw.choices(list(scratch.tables[table].items()), k=FLIPS_PER_TABLE):
        changed = flipped(value, draw.randrange(len(value)), draw.randrange(8))
        difference = scratch.difference(table, {key: changed})
        if table == BLOCKS:
            assert difference.height == int.from_bytes(key)
        else:
            assert difference.what == f"table {table}: the row {key!r} was altered"


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_a_flipped_bit_in_any_key_of_any_table_is_found(scratch, table):
    draw = random.Random(table)
    for key, value in draw.choices(list(scratch.tables[table].items()), k=FLIPS_PER_TABLE // 5):
        other = flipped(key, draw.randrange(len(key)), draw.randrange(8))
        if other in scratch.tables[table]:
            continue
        difference = scratch.difference(table, {key: None, other: value})
        if table == BLOCKS:
            assert difference.height == int.from_bytes(key)
        else:
            first, what = min((key, "is missing"), (other, "is foreign"))
            assert difference.what == f"table {table}: the row {first!r} {what}"


def test_every_byte_of_the_last_block_s_record_counts(community, tmp_path):
    folder = community.create_ledger(tmp_path / "ledger", accounts=("ann", "bob"))
    with SoloEngine(folder, rules=WITH_TRIALS) as engine:
        for introduce in (True, False):
            submit(engine, community.sign("ann", "trials:write", Note(name="ann"), introduce=introduce))
    short = Scratch(folder, folder.genesis().hash)
    last = short.block(short.heights)
    assert BlockRecord.FromString(last).events
    draw = random.Random(0)
    for at in range(len(last)):
        changed = flipped(last, at, draw.randrange(8))
        short.change(BLOCKS, {height_key(short.heights): changed})
        assert short.rejection().height == short.heights


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_a_missing_row_is_found_in_every_table(scratch, table):
    for key in random.Random(table).sample(
        sorted(scratch.tables[table]), k=min(10, len(scratch.tables[table]))
    ):
        difference = scratch.difference(table, {key: None})
        if table == BLOCKS and int.from_bytes(key) < scratch.heights:
            assert (difference.height, difference.what) == (int.from_bytes(key), "the block is missing")


@pytest.mark.parametrize("table", EVERY_TABLE)
@pytest.mark.parametrize("key", [b"\0", b"zzz", b"\xff" * 32])
def test_a_foreign_row_is_found_in_every_table(scratch, table, key):
    scratch.difference(table, {key: b"x"})


def test_a_record_with_more_in_it_than_execution_gives_is_found(scratch):
    last = BlockRecord.FromString(scratch.block(scratch.heights))
    for extra in (
        BlockRecord(results=[Result(tx_id=b"x")]),
        BlockRecord(events=[Event(name="x")]),
        BlockRecord(commit=last.commit),  # the same field twice: read as one, stored as more
    ):
        changed = last.SerializeToString() + extra.SerializeToString()
        difference = scratch.difference(BLOCKS, {height_key(scratch.heights): changed})
        assert difference.height == scratch.heights


@pytest.mark.parametrize("more", [b"\x7a\x01x", b"\x22\x00"], ids=["unknown field", "empty event"])
def test_a_record_in_the_middle_with_more_in_it_is_named_by_its_height(scratch, more):
    for height in (1, 3):
        changed = scratch.block(height) + more
        assert scratch.difference(BLOCKS, {height_key(height): changed}).height == height


def test_a_result_that_was_changed_is_named_with_its_transaction(scratch):
    height = next(h for h in range(1, scratch.heights) if BlockRecord.FromString(scratch.block(h)).results)
    record = BlockRecord.FromString(scratch.block(height))
    record.results[0].status = 1
    difference = scratch.difference(BLOCKS, {height_key(height): record.SerializeToString()})
    assert difference.height == height
    assert record.results[0].tx_id.hex() in difference.what


def test_swapped_blocks_are_found(scratch):
    for height in range(1, scratch.heights):
        swapped = {
            height_key(height): scratch.block(height + 1),
            height_key(height + 1): scratch.block(height),
        }
        assert scratch.difference(BLOCKS, swapped).height == height


def test_a_chain_cut_short_is_found(scratch):
    for kept in range(scratch.heights):
        cut = {height_key(height): None for height in range(kept + 1, scratch.heights + 1)}
        scratch.difference(BLOCKS, cut)


def test_a_block_that_was_left_out_is_found_though_the_rest_moved_up(scratch):
    moved = {height_key(height): scratch.block(height + 1) for height in range(3, scratch.heights)}
    assert scratch.difference(BLOCKS, {**moved, height_key(scratch.heights): None}).height == 3


def signed_again(scratch, key, *, address):
    """Return the same history with every block signed by another key, under an address."""
    rows, last_id, last_commit = {}, NO_BLOCK, NO_COMMIT
    for height in range(1, scratch.heights + 1):
        record = BlockRecord.FromString(scratch.block(height))
        block, voted = Block.decode(record.block), Commit.decode(record.commit).signatures[0].timestamp
        header = replace(block.header, last_block_id=last_id, last_commit_hash=last_commit.hash)
        encoded = Block(header, block.txs, (), last_commit).encode()
        last_id = block_id(header, encoded)
        vote = key.precommit(header.chain_id, height, last_id, voted)
        last_commit = Commit(height, 0, last_id, (replace(vote, validator_address=address(vote, block)),))
        record.block, record.commit = encoded, last_commit.encode()
        rows[height_key(height)] = record.SerializeToString()
    return rows


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        (lambda vote, block: vote.validator_address, "COMMIT_VALIDATOR"),
        (lambda vote, block: block.header.proposer_address, "COMMIT_SIGNATURE"),
    ],
)
def test_a_history_signed_again_by_another_key_is_refused(scratch, address, fault):
    difference = scratch.difference(BLOCKS, signed_again(scratch, ValidatorKey.generate(), address=address))
    assert difference.height == 1
    assert fault in difference.what


def test_the_forger_of_that_test_signs_well_with_the_right_key(scratch):
    key = scratch.folder.validator_key()
    rows = signed_again(scratch, key, address=lambda vote, block: vote.validator_address)
    assert rows == scratch.tables[BLOCKS]


def test_another_genesis_than_the_trusted_one_is_refused(scratch):
    with pytest.raises(LedgerRejected, match="not the trusted one") as rejection:
        verify_ledger(scratch.folder, genesis_hash=bytes(32), rules=WITH_TRIALS)
    assert rejection.value.height == 0


def test_a_consistent_ledger_from_another_genesis_is_refused_by_whoever_trusts_the_first(
    scratch, community, tmp_path
):
    other = make_day(tmp_path / "other", community)
    verify_ledger(other, rules=WITH_TRIALS)
    with pytest.raises(LedgerRejected):
        verify_ledger(other, genesis_hash=scratch.genesis_hash, rules=WITH_TRIALS)


@pytest.mark.parametrize("is_trusted", [True, False], ids=["trusted hash", "the folder's own"])
def test_every_byte_of_the_genesis_document_counts(scratch, is_trusted):
    path = scratch.folder.genesis_path
    document, draw = path.read_bytes(), random.Random(0)
    try:
        for at in draw.sample(range(len(document)), k=150):
            changed = flipped(document, at, draw.randrange(8))
            if changed.upper() == document.upper() and b'"address"' in line_of(document, at):
                continue  # hexadecimal digits are the same in capitals
            path.write_bytes(changed)
            with pytest.raises((LedgerRejected, LedgerFolderError)):
                verify_ledger(
                    scratch.folder,
                    genesis_hash=scratch.genesis_hash if is_trusted else None,
                    rules=WITH_TRIALS,
                )
    finally:
        path.write_bytes(document)


def test_a_folder_without_a_ledger_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(LedgerFolderError, match="wattloom ledger init"):
        verify_ledger(LedgerFolder(tmp_path))
