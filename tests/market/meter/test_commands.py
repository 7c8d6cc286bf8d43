"""The whole way by the commands: a solo ledger, an identity service, meters, witnesses and a relay."""

import json
import time
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from tests.network.community import CHAIN_ID, Community, running
from wattloom.chaincode.existence.messages import Received
from wattloom.chaincode.existence.records import Epoch
from wattloom.chaincode.governance.actions import SetParameters
from wattloom.chaincode.governance.messages import CastVote, Proposal, Propose, Status
from wattloom.chaincode.governance.records import ExistenceRules
from wattloom.chaincode.registry.records import Manufacturer
from wattloom.identity.certificates import Authority, ClientIdentity, MeterIdentity
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.server import IdentityThread
from wattloom.identity.service.settings import Settings
from wattloom.identity.tls import TlsIdentity
from wattloom.market.meter.commands import app
from wattloom.network.chain.block import Block
from wattloom.network.client import AsyncClient, Client
from wattloom.network.gateway import GatewayThread
from wattloom.network.registering.publisher import LedgerPublisher

START_S = int(time.time()) - 3_600
MAKER = Authority.create("Acme root", organisation="acme", not_before_s=START_S, path_length=1)
FACTORY = MAKER.issue_intermediate("Acme meters", not_before_s=START_S)
HILLS = Authority.create("hills CA", organisation="hills", not_before_s=START_S, path_length=1)
RULES = ExistenceRules(epoch_s=3_600, request_s=2, publish_s=1, witnesses=2, needed=2)
SUBJECT = sha256(b"a commitment")


class Town:
    """A ledger and an identity service, and how the commands reach both."""

    def __init__(self, path, ledger, reach, service_folder, service):
        self.path, self.address, self.reach = path, ledger, reach
        (path / "ledger-ca.pem").write_bytes(reach["ca_certificate"])
        self.ledger = ["--ledger", ledger, "--ledger-ca", str(path / "ledger-ca.pem")]
        service_ca = service_folder.tls_path / "tls-ca.pem"
        self.service = ["--service", service.address, "--service-ca", str(service_ca)]
        self.spool = path / "spool"
        self.spool.mkdir()

    def meter(self, serial):
        """Return the folder of an enrolled meter."""
        folder = self.path / serial
        FACTORY.issue_meter(serial, manufactured_at_s=START_S).save(folder)
        run("prepare", folder, "--chain-id", CHAIN_ID)
        run("enrol", folder, *self.service)
        return folder

    def collect(self, folder):
        return run("collect", folder, *self.ledger, *self.service, "--spool", self.spool)

    def witness(self, folder):
        return run("witness", folder, *self.ledger, *self.service)

    def relay(self):
        return run("relay", self.spool, "--identity", self.path / "relay", *self.ledger)


def run(*words, code=0):
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def community():
    return Community(HILLS)


@pytest.fixture
def town(tmp_path, community):
    folder = community.create_ledger(tmp_path / "ledger")
    tls = TlsIdentity.load(folder.tls_path)
    community.member("relay", "relayer").save(tmp_path / "relay")
    registrar = community.member("office", "registrar")
    identity_folder = ServiceFolder.create(
        tmp_path / "identity", HILLS, [MAKER.certificate], settings=Settings(burst=1_000)
    )
    with running(folder) as engine, GatewayThread(engine, tls=tls) as gateway:
        reach = {"ca_certificate": tls.ca_pem, "chain_id": CHAIN_ID}

        def connect():
            return LedgerPublisher(AsyncClient([gateway.address], identity=registrar, **reach))

        with Client(
            [gateway.address], identity=community.member("admin", "consortium-admin"), **reach
        ) as admin:
            maker = Manufacturer(manufacturer="acme", root_certificate=MAKER.certificate)
            admin.submit("registry:add_manufacturer", maker)
            decide(admin, SetParameters(existence=RULES))
        with IdentityThread(identity_folder, connect) as service:
            town = Town(tmp_path, gateway.address, reach, identity_folder, service)
            town.drain = service.drain
            yield town


def decide(admin, action):
    proposed = admin.submit("governance:propose", Propose(action=action), Proposal).result
    if proposed.status is Status.OPEN:
        admin.submit("governance:vote", CastVote(number=proposed.number, approve=True), Proposal)


def wait_for(client, name, from_height):
    events = client.events(from_height, contract="existence", name=name)
    try:
        return next(events)
    finally:
        events.close()


def handed_in(client, first, last):
    """Return the transactions of an observer's blocks that publish and spend."""
    blocks = [Block.decode(found.block) for found in client.blocks(first, to_height=last)]
    found = [
        tx for block in blocks for tx in block.txs if b"existence:publish" in tx or b"existence:spend" in tx
    ]
    assert len(found) == 2
    return found


def test_a_receipt_goes_all_the_way(town, community):
    witnesses = [town.meter("w-1"), town.meter("w-2")]
    meter = town.meter("m-1")
    town.drain()
    for folder in witnesses:
        assert "enlisted" in town.witness(folder)
    with Client([town.address], identity=community.member("office", "registrar"), **town.reach) as office:
        opened = office.submit("existence:open_epoch", None, Epoch)
        assert "asked for 1 trees of epoch 1" in run("ask", meter, *town.ledger)
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
        blocks = office.blocks(opened.height)
        next(block for block in blocks if block.block_time_s >= opened.result.starts_at_s)
        blocks.close()
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
