"""An observer with all that a running system leaves: the ledger's blocks, logs, and the service's database.

It knows which records name a meter, and gives each receipt to the meter with whose records the receipt, or
the publication of its tree, shares the most bytes that no other meter's records have.
"""

import base64
import json
import re
import sqlite3
from collections import Counter
from hashlib import sha256
from itertools import combinations, islice

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.market.meter.town import RULES, run, running_town, wait_for, wait_until
from wattloom.chaincode.existence.records import Epoch
from wattloom.identity.certificates import ClientIdentity, MeterIdentity
from wattloom.network import transactions
from wattloom.network.chain.block import Block

SERIALS = ("m-1", "m-2", "m-3", "m-4")
TREES, RECEIPTS = 2, 4
WINDOW = 16
"""Bytes in common that are no accident."""
P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
"""How every public key begins; with it, fifteen of sixteen bytes would be in common for no reason."""
PREDICTABLE = re.compile(
    b"|".join(map(re.escape, (P256_PREFIX, P256_PREFIX.hex().encode(), base64.b64encode(P256_PREFIX))))
)


class Records:
    """What is left behind, and which meter each receipt really is of."""

    def __init__(self, submitted, logged, rows, truth, handles):
        self.transactions, self.logged, self.rows = submitted, logged, rows
        self.truth, self.handles = truth, handles

    def receipts(self):
        """Return each receipt's subject with the bytes in which it and its tree were handed in."""
        trees = {
            tree["root"]: json.dumps(tree).encode()
            for tx in self.transactions
            if tx.function == "existence:publish"
            for tree in json.loads(tx.arguments)["trees"]
        }
        spent = [json.loads(tx.arguments) for tx in self.transactions if tx.function == "existence:spend"]
        return {
            each["subject"]: (each["root"], [json.dumps(each).encode(), trees[each["root"]]])
            for each in spent
        }

    def named(self, extra=()):
        """Return for each meter all that was recorded under one of its names."""
        submitted = [
            tx.creator + tx.function.encode() + tx.arguments + b"".join(tx.certificates)
            for tx in self.transactions
        ]
        everything = [*submitted, *self.rows, *self.logged, *extra]
        return {
            serial: [record for record in everything if any(name in record for name in names)]
            for serial, names in self.handles.items()
        }


def rows_of(database):
    """Return every row of every table as bytes, binary columns in hexadecimal."""
    with sqlite3.connect(database) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    return [
        b"|".join(each.hex().encode() if isinstance(each, bytes) else str(each).encode() for each in row)
        for row in rows
    ]


def readings(record):
    """Yield a record as it stands, and what it is if strings in it are hexadecimal or base64."""
    yield record
    for word in map(bytes.decode, re.findall(rb"[0-9A-Za-z+/=]+", record)):
        for decode in (bytes.fromhex, lambda word: base64.b64decode(word, validate=True)):
            try:
                yield decode(word)
            except ValueError:
                continue


def windows(records):
    return pieces(reading for record in records for reading in readings(record))


def values(records):
    """Return the same of what strings say alone, without the words between them."""
    return pieces(reading for record in records for reading in islice(readings(record), 1, None))


def pieces(readings):
    return {
        part[at : at + WINDOW]
        for reading in readings
        for part in PREDICTABLE.split(reading)
        for at in range(len(part) - WINDOW + 1)
    }


def accusations(records, extra=()):
    """Return whom the observer names for each receipt, or None where nothing points to anybody."""
    known = {serial: windows(found) for serial, found in records.named(extra).items()}
    times = Counter(window for found in known.values() for window in found)
    own = {serial: {window for window in found if times[window] == 1} for serial, found in known.items()}
    named = {}
    for subject, (_, handed_in) in records.receipts().items():
        seen = windows(handed_in)
        score = {serial: len(seen & found) for serial, found in own.items()}
        named[subject] = max(score, key=score.get) if any(score.values()) else None
    return named


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    path = tmp_path_factory.mktemp("observed")
    with capture_logs() as logged, running_town(path, replace(RULES, request_s=4)) as town:
        folders = {serial: town.meter(serial) for serial in SERIALS}
        town.service_thread.drain()
        for folder in folders.values():
            town.witness(folder)
        with town.office() as office:
            opened = office.submit("existence:open_epoch", None, Epoch)
            for folder in folders.values():
                town.ask(folder, TREES)
            wait_for(office, "witnesses_drawn", opened.height)
            for act in (town.collect, town.witness, town.collect):
                for folder in folders.values():
                    act(folder)
            assert f"{len(SERIALS) * TREES} trees published" in town.relay()
            truth = {}
            for serial, folder in folders.items():
                town.collect(folder)
                for number in range(RECEIPTS):
                    subject = sha256(f"{serial} {number}".encode()).hexdigest()
                    truth[subject] = serial
                    about = ("--epoch", 1, "--subject", subject, "--energy-wh", 500)
                    run("receipt", folder, *about, "--spool", town.spool)
            wait_until(office, opened.result.starts_at_s, opened.height)
            assert f"{len(truth)} receipts taken" in town.relay()
            height = office.describe().height
            blocks = [Block.decode(found.block) for found in office.blocks(1, to_height=height)]
        handles = {
            serial: [
                MeterIdentity.load(folder).lfdi.encode(),
                ClientIdentity.load(folder).client_id.encode(),
                bytes.fromhex(ClientIdentity.load(folder).client_id),
            ]
            for serial, folder in folders.items()
        }
        rows = rows_of(town.identity.path / "identity.db")
    submitted = [transactions.decode(tx) for block in blocks for tx in block.txs]
    return Records(submitted, [repr(line).encode() for line in logged], rows, truth, handles)


def test_nothing_that_is_left_behind_names_a_receipts_meter(records):
    assert len(records.receipts()) == len(SERIALS) * RECEIPTS
    assert all(len(found) > 3 for found in records.named().values())
    assert set(accusations(records).values()) == {None}


def test_receipts_are_linked_within_a_tree_and_not_across(records):
    receipts = records.receipts()
    for first, second in combinations(receipts, 2):
        shared = values(receipts[first][1]) & values(receipts[second][1])
        assert bool(shared) == (receipts[first][0] == receipts[second][0])
    assert len({root for root, _ in receipts.values()}) > len(SERIALS)


def test_a_service_that_learnt_the_roots_would_name_every_receipt(records):
    """The control: the same observer, with one more word in the service's log."""
    told = [
        b"vouched for " + root.encode() + b" of " + records.handles[records.truth[subject]][0]
        for subject, (root, _) in records.receipts().items()
    ]
    assert accusations(records, told) == records.truth
