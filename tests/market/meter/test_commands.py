"""The whole way by the commands: a solo ledger, an identity service, meters, witnesses and a relay."""

import json
from hashlib import sha256

import pytest

from tests.market.meter.town import FACTORY, START_S, run, running_town, wait_for, wait_until
from tests.network.community import CHAIN_ID
from wattloom.chaincode.existence.messages import Received
from wattloom.chaincode.existence.records import Epoch
from wattloom.identity.certificates import ClientIdentity, MeterIdentity
from wattloom.network.chain.block import Block

SUBJECT = sha256(b"a commitment")


@pytest.fixture
def town(tmp_path):
    with running_town(tmp_path) as town:
        yield town


def handed_in(client, first, last):
    """Return the transactions of an observer's blocks that publish and spend."""
    blocks = [Block.decode(found.block) for found in client.blocks(first, to_height=last)]
    found = [
        tx for block in blocks for tx in block.txs if b"existence:publish" in tx or b"existence:spend" in tx
    ]
    assert len(found) == 2
    return found


def test_a_receipt_goes_all_the_way(town):
    witnesses = [town.meter("w-1"), town.meter("w-2")]
    meter = town.meter("m-1")
    town.service_thread.drain()
    for folder in witnesses:
        assert "enlisted" in town.witness(folder)
    with town.office() as office:
        opened = office.submit("existence:open_epoch", None, Epoch)
        assert "asked for 1 trees of epoch 1" in town.ask(meter)
        wait_for(office, "witnesses_drawn", opened.height)
        assert "2 answers awaited" in town.collect(meter)
        for folder in witnesses:
            assert "enlisted with a new key, 1 trees signed" in town.witness(folder)
        assert "0 answers awaited, 1 trees left for the relay, 0 keys ready" in town.collect(meter)
        assert "1 trees published, 0 receipts taken" in town.relay()
        assert "0 trees left for the relay, 16 keys ready" in town.collect(meter)
        assert town.witness(witnesses[0]) == "0 trees signed\n"
        words = ("receipt", meter, "--epoch", 1, "--subject", SUBJECT.hexdigest(), "--energy-wh", 900)
        signed = json.loads(run(*words, "--spool", town.spool))
        assert signed == json.loads(run(*words))
        wait_until(office, opened.result.starts_at_s, opened.height)
        assert "0 trees published, 1 receipts taken" in town.relay()
        heard = wait_for(office, "received", opened.height)
        anonymous = handed_in(office, opened.height, heard.height)
    told = heard.read(Received)
    assert (told.subject, told.energy_wh) == (SUBJECT.hexdigest(), 900)
    assert "15 keys ready in epoch 1" in run("status", meter, "--epoch", 1)
    assert list(town.spool.iterdir()) == []
    own = MeterIdentity.load(meter), ClientIdentity.load(meter)
    for names in (own[0].lfdi.encode(), bytes.fromhex(own[1].client_id), own[1].certificate):
        assert all(names not in transaction for transaction in anonymous)
    log = b"".join(path.read_bytes() for path in (town.path / "identity").rglob("*") if path.is_file())
    assert own[0].lfdi.encode() in log  # the service knows who asked, and nothing of what came of it
    for secret in (told.root, signed["subject"]):
        assert bytes.fromhex(secret) not in log
        assert secret.encode() not in log


class TestMistakes:
    @pytest.fixture
    def folder(self, tmp_path):
        FACTORY.issue_meter("m-9", manufactured_at_s=START_S).save(tmp_path / "m-9")
        run("prepare", tmp_path / "m-9", "--chain-id", CHAIN_ID)
        return tmp_path / "m-9"

    def test_a_folder_without_a_meter(self, tmp_path):
        assert "wattloom meter prepare" in run("status", tmp_path, "--epoch", 1, code=2)

    def test_a_subject_that_is_no_digest(self, folder):
        words = ("receipt", folder, "--epoch", 1, "--subject", "abc", "--energy-wh", 1)
        assert "64 hexadecimal digits" in run(*words, code=2)

    def test_no_key_left(self, folder):
        words = ("receipt", folder, "--epoch", 7, "--subject", SUBJECT.hexdigest(), "--energy-wh", 1)
        assert "epoch 7: no one-time key is left" in run(*words, code=2)

    def test_a_profile_that_there_is_none_of(self, folder):
        assert "choose from openssl, portable" in run(
            "status", folder, "--epoch", 1, "--keys", "abacus", code=2
        )

    def test_a_restored_folder_is_told(self, folder):
        folder.with_name("m-9.anchor").unlink()
        assert "restored from a backup: 0 trees are discarded" not in run("status", folder, "--epoch", 1)


def test_a_reading_is_printed(tmp_path):
    FACTORY.issue_meter("m-8", manufactured_at_s=START_S).save(tmp_path / "m-8")
    run("prepare", tmp_path / "m-8", "--chain-id", CHAIN_ID)
    said = json.loads(run("reading", tmp_path / "m-8", "--slot-start-s", 1_800, "--net-wh", -5))
    assert (said["slot_start_s"], said["slot_s"], said["net_wh"]) == (1_800, 1_800, -5)
    assert len(bytes.fromhex(said["signature"])) == 64
