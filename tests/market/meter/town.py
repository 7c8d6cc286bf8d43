"""A solo ledger and an identity service, with meters, witnesses and a relay, run by their commands."""

import time
from contextlib import contextmanager

from typer.testing import CliRunner

from tests.network.community import CHAIN_ID, Community, running
from wattloom.chaincode.governance.actions import SetParameters
from wattloom.chaincode.governance.messages import CastVote, Proposal, Propose, Status
from wattloom.chaincode.governance.records import ExistenceRules
from wattloom.chaincode.registry.records import Manufacturer
from wattloom.identity.certificates import Authority
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.server import IdentityThread
from wattloom.identity.service.settings import Settings
from wattloom.identity.tls import TlsIdentity
from wattloom.market.meter.commands import app
from wattloom.network.client import AsyncClient, Client
from wattloom.network.gateway import GatewayThread
from wattloom.network.registering.publisher import LedgerPublisher

START_S = int(time.time()) - 3_600
MAKER = Authority.create("Acme root", organisation="acme", not_before_s=START_S, path_length=1)
FACTORY = MAKER.issue_intermediate("Acme meters", not_before_s=START_S)
HILLS = Authority.create("hills CA", organisation="hills", not_before_s=START_S, path_length=1)
RULES = ExistenceRules(epoch_s=3_600, request_s=2, publish_s=1, witnesses=2, needed=2)


class Town:
    """How the commands reach ledger and service; `identity` is the service's folder."""

    def __init__(self, path, community, address, reach, identity, service):
        self.path, self.address, self.reach, self.identity = path, address, reach, identity
        self.service_thread, self._community = service, community
        (path / "ledger-ca.pem").write_bytes(reach["ca_certificate"])
        self.ledger = ["--ledger", address, "--ledger-ca", str(path / "ledger-ca.pem")]
        service_ca = identity.tls_path / "tls-ca.pem"
        self.service = ["--service", service.address, "--service-ca", str(service_ca)]
        self.spool = path / "spool"
        self.spool.mkdir()

    def office(self):
        """Return a registrar's client of the ledger."""
        return Client([self.address], identity=self._community.member("office", "registrar"), **self.reach)

    def meter(self, serial):
        """Return the folder of an enrolled meter."""
        folder = self.path / serial
        FACTORY.issue_meter(serial, manufactured_at_s=START_S).save(folder)
        run("prepare", folder, "--chain-id", CHAIN_ID)
        run("enrol", folder, *self.service)
        return folder

    def ask(self, folder, trees=1):
        return run("ask", folder, *self.ledger, "--trees", trees)

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


@contextmanager
def running_town(path, rules=RULES):
    community = Community(HILLS)
    folder = community.create_ledger(path / "ledger")
    tls = TlsIdentity.load(folder.tls_path)
    community.member("relay", "relayer").save(path / "relay")
    registrar = community.member("office", "registrar")
    identity = ServiceFolder.create(
        path / "identity", HILLS, [MAKER.certificate], settings=Settings(burst=1_000)
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
            decide(admin, SetParameters(existence=rules))
        with IdentityThread(identity, connect) as service:
            yield Town(path, community, gateway.address, reach, identity, service)


def decide(admin, action):
    proposed = admin.submit("governance:propose", Propose(action=action), Proposal).result
    if proposed.status is Status.OPEN:
        admin.submit("governance:vote", CastVote(number=proposed.number, approve=True), Proposal)


def wait_for(client, name, from_height):
    """Return the ledger's first event of this name."""
    events = client.events(from_height, contract="existence", name=name)
    try:
        return next(events)
    finally:
        events.close()


def wait_until(client, time_s, from_height):
    """Wait for the first block that is not before a time."""
    blocks = client.blocks(from_height)
    next(block for block in blocks if block.block_time_s >= time_s)
    blocks.close()
