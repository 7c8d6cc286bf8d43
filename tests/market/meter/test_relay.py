"""What meters leave goes to the ledger under the relay's name; what is refused stays to be looked at."""

import json

import pytest

from tests.chaincode.existence.world import RELAYER, World, key_of
from tests.market.meter.fleet import InMemory, prepared
from tests.market.meter.test_restoring import subject
from wattloom.chaincode.existence.records import Tally
from wattloom.market.meter import relay as relaying
from wattloom.market.meter.meter import Meter
from wattloom.market.meter.relay import Relay
from wattloom.market.meter.spool import leave_receipt, leave_tree


@pytest.fixture
def client(ledger):
    return InMemory(ledger)


@pytest.fixture
def spool(tmp_path):
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool"


@pytest.fixture
def meters(tmp_path, ledger):
    """Two meters with two trees each, all of them signed and none published."""
    opened = ledger.open()
    found = [Meter(prepared(tmp_path / f"m-{number}", number)) for number in (0, 1)]
    for meter in found:
        ledger.submit(RELAYER, "existence:ask_for_trees", meter.ask(1, 2))
    ledger.advance_to(opened.requests_until_s + 1)
    for meter in found:
        for question in meter.questions(ledger.epoch(), 2):
            meter.take_answer(question, key_of(ledger.epoch(), question.witness).blind_sign(question.blinded))
    yield found
    for meter in found:
        meter.close()


def left(spool, meters, ledger):
    trees = [tree for meter in meters for tree in meter.signed_trees(ledger.epoch())]
    for tree in trees:
        leave_tree(spool, 1, tree)
    return trees


def test_trees_of_all_meters_go_together_in_the_order_of_their_roots(spool, meters, ledger, client):
    trees = left(spool, meters, ledger)
    done = Relay(spool, client).run()
    assert (done.trees, done.receipts, done.refused) == (4, 0, {})
    ((_, publication),) = client.calls
    assert [tree.root for tree in publication.trees] == sorted(tree.root for tree in trees)
    assert ledger.tally() == Tally(requested=4, published=4)
    assert list(spool.iterdir()) == []


def test_large_spools_go_in_several_batches(spool, meters, ledger, client, monkeypatch):
    monkeypatch.setattr(relaying, "MAX_TREES_AT_ONCE", 3)
    left(spool, meters, ledger)
    assert Relay(spool, client).run().trees == 4
    assert [len(publication.trees) for _, publication in client.calls] == [3, 1]


def test_one_bad_tree_does_not_keep_the_others_out(spool, meters, ledger, client):
    trees = left(spool, meters, ledger)
    path = next(path for path in spool.iterdir() if trees[0].root in path.read_text())
    said = json.loads(path.read_text())
    said["tree"]["vouchers"][0]["signature"] = trees[1].vouchers[0].signature.hex()[:342] + "=="
    path.write_text(json.dumps(said))
    done = Relay(spool, client).run()
    assert done.trees == 3
    assert set(done.refused.values()) <= {"PROOF_REFUSED", "UNREADABLE"}
    assert [each.suffix for each in spool.iterdir()] == [".refused"]


def test_what_the_ledger_has_already_is_done(spool, meters, ledger, client):
    trees = left(spool, meters, ledger)
    Relay(spool, client).run()
    leave_tree(spool, 1, trees[0])
    assert Relay(spool, client).run() == (0, 0, 0, {})
    assert list(spool.iterdir()) == []


def test_receipts_go_one_by_one_and_a_second_use_is_done_too(spool, meters, ledger, client):
    left(spool, meters, ledger)
    Relay(spool, client).run()
    meter = meters[0]
    for root in meter.roots(1):
        meter.mark_published(root)
    ledger.advance_to(ledger.epoch().starts_at_s)
    for number in range(5):
        leave_receipt(spool, meter.receipt(epoch=1, subject=subject(number), energy_wh=number))
    leave_receipt(spool, meter.receipt(epoch=1, subject=subject(0), energy_wh=0))
    done = Relay(spool, client).run()
    assert (done.receipts, done.refused) == (5, {})
    assert list(spool.iterdir()) == []


def test_receipts_wait_for_their_epoch_and_are_put_aside_after_it(spool, meters, ledger, client):
    left(spool, meters, ledger)
    Relay(spool, client).run()
    meter, epoch = meters[0], ledger.epoch()
    for root in meter.roots(1):
        meter.mark_published(root)
    leave_receipt(spool, meter.receipt(epoch=1, subject=subject(0), energy_wh=0))
    assert Relay(spool, client).run() == (0, 0, 1, {})
    ledger.advance_to(epoch.starts_at_s)
    assert Relay(spool, client).run() == (0, 1, 0, {})
    late = leave_receipt(spool, meter.receipt(epoch=1, subject=subject(1), energy_wh=1))
    ledger.advance_to(epoch.ends_at_s + epoch.grace_s + 1)
    assert Relay(spool, client).run() == (0, 0, 0, {late.name: "EPOCH_NOT_RUNNING"})


def test_files_that_are_no_letters_are_put_aside(spool, client):
    (spool / "tree-1.json").write_text("{}")
    (spool / "receipt-1.json").write_bytes(b"\xff")
    (spool / "notes.txt").write_text("nothing of ours")
    done = Relay(spool, client).run()
    assert done.refused == {"tree-1.json": "UNREADABLE", "receipt-1.json": "UNREADABLE"}
    assert {path.name for path in spool.iterdir()} == {"tree-1.refused", "receipt-1.refused", "notes.txt"}


def test_names_of_files_say_nothing_of_meter_or_order(spool, meters, ledger):
    left(spool, meters, ledger)
    names = [path.name for path in spool.iterdir()]
    assert all(meter.lfdi not in name for meter in meters for name in names)
    assert len({len(name) for name in names}) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in spool.iterdir())


@pytest.fixture
def ledger():
    return World()
