"""The identity service with a solo ledger behind it, over TLS."""

import time
from contextlib import contextmanager
from hashlib import sha256

import pytest

from tests.network.community import CHAIN_ID, Community, running
from wattloom.chaincode.registry.records import ClientId, Manufacturer, Meter, MeterId
from wattloom.identity.certificates import Authority
from wattloom.identity.client import IdentityClient, NotAnswered
from wattloom.identity.client import Refused as RefusedByService
from wattloom.identity.client.calling import PATIENCE_S
from wattloom.identity.keys import SigningKey
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.server import IdentityThread
from wattloom.identity.service.settings import Settings
from wattloom.identity.tls import TlsIdentity
from wattloom.identity.wire import identity_pb2 as wire
from wattloom.network.client import AsyncClient, Client, Refused
from wattloom.network.gateway import GatewayThread
from wattloom.network.registering import publisher
from wattloom.network.registering.announcements import AnnouncedOnLedger
from wattloom.network.registering.publisher import LedgerPublisher

NOW_S = int(time.time())
START_S = NOW_S - 3_600
MAKER = Authority.create("Acme root", organisation="acme", not_before_s=START_S, path_length=1)
FACTORY = MAKER.issue_intermediate("Acme meters", not_before_s=START_S)
HILLS = Authority.create("hills CA", organisation="hills", not_before_s=START_S, path_length=1)


@pytest.fixture(scope="module")
def community():
    return Community(HILLS)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory, community):
    folder = community.create_ledger(tmp_path_factory.mktemp("ledger") / "ledger")
    tls = TlsIdentity.load(folder.tls_path)
    with running(folder) as engine, GatewayThread(engine, tls=tls) as gateway:
        reach = {"ca_certificate": tls.ca_pem, "chain_id": CHAIN_ID}
        with Client(
            [gateway.address], identity=community.member("admin", "consortium-admin"), **reach
        ) as admin:
            manufacturer = Manufacturer(manufacturer="acme", root_certificate=MAKER.certificate)
            admin.submit("registry:add_manufacturer", manufacturer)
        yield gateway.address, reach


@pytest.fixture
def office(community, ledger):
    address, reach = ledger
    with Client([address], identity=community.member("office", "registrar"), **reach) as client:
        yield client


@pytest.fixture
def service(tmp_path, community, ledger):
    address, reach = ledger
    folder = ServiceFolder.create(
        tmp_path / "identity", HILLS, [MAKER.certificate], settings=Settings(burst=1_000)
    )
    registrar = community.member("office", "registrar")

    def connect():
        return LedgerPublisher(AsyncClient([address], identity=registrar, **reach))

    with IdentityThread(folder, connect) as running_service:
        yield running_service, folder


@contextmanager
def reached(service):
    running_service, folder = service
    ca_pem = (folder.tls_path / "tls-ca.pem").read_bytes()
    with IdentityClient(running_service.address, ca_certificate=ca_pem) as client:
        yield client


def enrolled(client, serial):
    meter = FACTORY.issue_meter(serial, manufactured_at_s=START_S)
    return meter, client.enrol(meter, manufactured_at_s=START_S, key=SigningKey.generate())


def test_an_enrolled_meter_stands_on_the_ledger_and_acts_there(service, ledger, office):
    address, reach = ledger
    with reached(service) as client:
        meter, identity = enrolled(client, "one")
    service[0].drain()
    registered = office.evaluate("registry:read_meter", MeterId(lfdi=meter.lfdi), Meter)
    assert (registered.serial, registered.organisation) == ("one", "hills")
    assert AnnouncedOnLedger(office).among([identity.client_id, "0" * 64]) == {identity.client_id}
    with Client([address], identity=identity, **reach) as as_meter, pytest.raises(Refused) as refusal:
        as_meter.evaluate("registry:read_meter", MeterId(lfdi=meter.lfdi), Meter)
    assert refusal.value.code == "FORBIDDEN"  # known, and in the role of a meter


def test_a_renewed_meter_acts_through_its_next_certificate_alone(service, ledger, office):
    address, reach = ledger
    with reached(service) as client:
        meter, first = enrolled(client, "two")
        renewed = client.renew(first, key=SigningKey.generate())
    service[0].drain()
    for identity, code in ((renewed, "FORBIDDEN"), (first, "PARTY_BOUND")):
        with Client([address], identity=identity, **reach) as as_meter, pytest.raises(Refused) as refusal:
            as_meter.evaluate("registry:read_meter", MeterId(lfdi=meter.lfdi), Meter)
        assert refusal.value.code == code


def test_a_revoked_meter_is_refused_by_the_ledger(service, ledger, community):
    address, reach = ledger
    with reached(service) as client:
        meter, identity = enrolled(client, "three")
        client.revoke(
            community.member("office", "registrar"),
            sha256(identity.certificate).digest(),
            reason=wire.REASON_KEY_COMPROMISE,
        )
    service[0].drain()
    with Client([address], identity=identity, **reach) as as_meter, pytest.raises(Refused) as refusal:
        as_meter.evaluate("registry:read_meter", MeterId(lfdi=meter.lfdi), Meter)
    assert refusal.value.code == "CLIENT_REVOKED"


def test_a_registrar_whose_certificate_was_taken_back_does_nothing_at_the_service_either(
    service, office, community
):
    leaver = community.member("leaver", "registrar")
    with reached(service) as client:
        _, identity = enrolled(client, "six")
        certificate_id = sha256(identity.certificate).digest()
        assert list(client.list(leaver))
        office.submit("registry:revoke_client", ClientId(client_id=leaver.client_id))
        for forbidden in (
            lambda: client.revoke(leaver, certificate_id, reason=wire.REASON_KEY_COMPROMISE),
            lambda: list(client.list(leaver)),
        ):
            with pytest.raises(RefusedByService, match="that the ledger accepts for hills"):
                forbidden()


def test_a_ledger_that_is_away_is_told_before_who_asks_gives_up(tmp_path, community, monkeypatch):
    monkeypatch.setattr(publisher, "ANSWER_S", 0.5)
    office = community.member("office", "registrar")
    folder = ServiceFolder.create(tmp_path / "alone", HILLS, [MAKER.certificate], settings=Settings())

    def connect():
        ca_pem = (folder.tls_path / "tls-ca.pem").read_bytes()
        return LedgerPublisher(AsyncClient(["127.0.0.1:1"], identity=office, ca_certificate=ca_pem))

    with IdentityThread(folder, connect) as running_service, reached((running_service, folder)) as client:
        started = time.monotonic()
        with pytest.raises(NotAnswered, match="does not say whether your certificate still holds"):
            list(client.list(office))
    assert time.monotonic() - started < PATIENCE_S / 4


def test_what_the_ledger_knows_already_is_taken_for_told(service, office):
    with reached(service) as client:
        _, identity = enrolled(client, "four")
    service[0].drain()
    database = service[0].server.register.database
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE outbox SET done_at_s = NULL")
    service[0].publish_again()
    service[0].drain()
    assert service[0].server.outbox.waiting() == 0
    assert AnnouncedOnLedger(office).among([identity.client_id]) == {identity.client_id}


def test_a_lost_key_is_replaced_by_enrolling_again(service, ledger):
    address, reach = ledger
    with reached(service) as client:
        meter, lost = enrolled(client, "five")
        found = client.enrol(meter, manufactured_at_s=START_S, key=SigningKey.generate())
    service[0].drain()
    for identity, code in ((found, "FORBIDDEN"), (lost, "PARTY_BOUND")):
        with Client([address], identity=identity, **reach) as as_meter, pytest.raises(Refused) as refusal:
            as_meter.evaluate("registry:read_meter", MeterId(lfdi=meter.lfdi), Meter)
        assert refusal.value.code == code
