"""The service as operators meet it: keys, health, metrics, TLS, databases, mistakes."""

import asyncio
import socket
import time
import urllib.request
from hashlib import sha256

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from sqlalchemy import select

from wattloom.identity.certificates import Authority
from wattloom.identity.client import IdentityClient, NotAnswered
from wattloom.identity.errors import IdentityError, InvalidRequest, KeyFileError
from wattloom.identity.keys import SigningKey
from wattloom.identity.service.errors import LedgerSilent, ServiceNotStarted
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.publishing import Event, NotPublished
from wattloom.identity.service.server import IdentityServer, IdentityThread
from wattloom.identity.service.settings import Settings
from wattloom.identity.store.schema import audit, outbox
from wattloom.identity.tls import TlsAuthority
from wattloom.identity.tls_renewal import renew_tls
from wattloom.identity.wire import identity_pb2 as wire

from .conftest import START_S, connected
from .requests import enrolled, nonce_of

SERVICE = "wattloom.identity.v1.Identity"


@pytest.fixture
def channel(service, folder):
    ca_pem = (folder.tls_path / "tls-ca.pem").read_bytes()
    with grpc.secure_channel(service.address, grpc.ssl_channel_credentials(ca_pem)) as channel:
        yield channel


def test_a_stock_health_client_reads_that_it_serves(channel):
    request = health_pb2.HealthCheckRequest(service=SERVICE)
    answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_a_stock_reflection_client_reads_its_methods(channel):
    database = ProtoReflectionDescriptorDatabase(channel)
    assert SERVICE in database.get_services()


def test_bytes_that_are_no_message_are_a_bad_request(channel):
    call = channel.unary_unary(f"/{SERVICE}/Enrol")
    with pytest.raises(grpc.RpcError) as refusal:
        call(b"\xff\xff\xff", timeout=10)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_request_above_the_limit_is_refused(channel):
    call = channel.unary_unary(f"/{SERVICE}/Enrol")
    with pytest.raises(grpc.RpcError) as refusal:
        call(bytes(100_000), timeout=10)
    assert refusal.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_metrics_tell_what_was_issued_and_refused(folder, new_meter):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = IdentityServer(folder, metrics_port=port)
    await server.start()

    def use():
        with connected(server, folder) as client:
            enrolled(client, new_meter())
            with pytest.raises(IdentityError):
                client.call(client.stub.Renew, wire.RenewRequest(certificate_id=bytes(32)))
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()

    try:
        page = await asyncio.to_thread(use)
    finally:
        await server.stop()
    assert 'wattloom_identity_issued_total{kind="enrol"} 1.0' in page
    assert 'wattloom_identity_calls_total{code="NOT_FOUND",method="Renew"} 1.0' in page
    assert "wattloom_identity_unpublished 1.0" in page
    assert "wattloom_identity_waiting_orders 0.0" in page


def test_keys_at_rest_are_encrypted_and_open_with_the_passphrase_alone(make_folder, new_meter):
    folder = make_folder("locked", password="long enough")
    for name in ("log.key", "issuing/1/ca.key"):
        assert b"ENCRYPTED" in (folder.path / name).read_bytes()
    for wrong in (None, "short"):
        with pytest.raises(KeyFileError, match="password"):
            ServiceFolder(folder.path, password=wrong).issuers()
    again = ServiceFolder(folder.path, password="long enough")
    with IdentityThread(again) as service, connected(service, again) as client:
        enrolled(client, new_meter())


def test_an_issuing_ca_may_live_in_a_token(make_folder, new_meter, utility, token):
    folder = make_folder("hard")
    key = SigningKey.in_hardware(token.format("issuing"))
    issuing = utility.issue_intermediate("north issuing 2", not_before_s=START_S, key=key)
    issuing.save(folder.path / "issuing" / "2")
    with IdentityThread(folder) as service, connected(service, folder) as client:
        identity = enrolled(client, new_meter())
        assert identity.chain[1] == issuing.certificate
        assert client.crl()


def test_a_renewed_tls_certificate_is_shown_without_a_restart(folder):
    with IdentityThread(folder) as service:
        ca_pem = (folder.tls_path / "tls-ca.pem").read_bytes()
        renamed = [("grpc.ssl_target_name_override", "identity.example")]

        def reached(options):
            root = grpc.ssl_channel_credentials(ca_pem)
            with grpc.secure_channel(service.address, root, options=options) as channel:
                health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)

        with pytest.raises(grpc.RpcError):
            reached(renamed)
        hosts = renew_tls(
            folder.tls_path,
            TlsAuthority.load(folder.tls_path),
            hosts=["identity.example"],
            not_before_s=int(time.time()) - 60,
            days=30,
        )
        assert hosts == ("localhost", "127.0.0.1", "::1", "identity.example")
        reached(renamed)
        reached([])


def test_tls_is_renewed_by_the_authority_that_clients_trust_alone(folder):
    stranger = TlsAuthority.create("other", not_before_s=START_S)
    before = (folder.tls_path / "tls.pem").read_bytes()
    with pytest.raises(InvalidRequest, match="not the one that issued"):
        renew_tls(folder.tls_path, stranger, not_before_s=START_S, days=30)
    assert (folder.tls_path / "tls.pem").read_bytes() == before


def test_who_did_what_is_written_down(service, client, new_meter, registrar):
    identity = enrolled(client, new_meter())
    client.revoke(registrar, sha256(identity.certificate).digest(), reason=wire.REASON_KEY_COMPROMISE)
    with service.server.register.database.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.number)).all()
    lfdi = rows[0].actor.removeprefix("meter ")
    assert [(row.action, row.subject, row.actor) for row in rows] == [
        ("enrolled", identity.client_id, f"meter {lfdi}"),
        ("revoked", identity.client_id, "north.office"),
    ]


class Flaky:
    """A publisher that fails first, says what it was told, and knows nothing of anybody."""

    def __init__(self, *failures):
        self.failures, self.told = list(failures), []

    async def publish(self, announcement):
        if self.failures:
            raise self.failures.pop(0)
        self.told.append((announcement.event, announcement.certificate_id))

    async def accepts(self, party_id, certificate_id):
        raise LedgerSilent(reason="away")

    async def close(self):
        pass


def test_what_the_ledger_could_not_be_told_is_told_later(folder, new_meter):
    with IdentityThread(folder) as service, connected(service, folder) as client:
        identity = enrolled(client, new_meter())
        renewed = client.renew(identity, key=SigningKey.generate())
        assert service.server.outbox.waiting() == 2
    publisher = Flaky(NotPublished("away", final=False), OSError("gone"))
    with IdentityThread(folder, lambda: publisher, retry_s=0.01) as service:
        service.drain()
        assert service.server.outbox.waiting() == 0
    assert publisher.told == [(Event.ENROLLED, identity.client_id), (Event.RENEWED, renewed.client_id)]


def test_a_registrar_is_heard_when_the_ledger_says_that_its_certificate_holds(folder, registrar):
    with (
        IdentityThread(folder, Flaky) as service,
        connected(service, folder) as client,
        pytest.raises(NotAnswered, match=r"does not say whether your certificate still holds.*away"),
    ):
        list(client.list(registrar))


def test_what_the_ledger_will_never_take_is_not_tried_for_ever(folder, new_meter):
    publisher = Flaky(NotPublished("revoked", final=True))
    with IdentityThread(folder, lambda: publisher) as service:
        with connected(service, folder) as client:
            enrolled(client, new_meter())
        service.drain()
        with service.server.register.database.reading() as connection:
            row = connection.execute(select(outbox)).one()
    assert (row.last_error, row.attempts) == ("revoked", 1)
    assert row.done_at_s is not None


def test_an_organisation_whose_root_allows_nothing_below_it_is_told_so(tmp_path, maker):
    flat = Authority.create("flat CA", organisation="flat", not_before_s=START_S)
    with pytest.raises(InvalidRequest, match="path length"):
        ServiceFolder.create(tmp_path / "flat", flat, [maker.certificate], settings=Settings())


def test_a_folder_is_not_made_twice_and_must_be_one(make_folder, tmp_path):
    make_folder("once")
    with pytest.raises(ServiceNotStarted, match="not empty"):
        make_folder("once")
    with pytest.raises(ServiceNotStarted, match="wattloom identity init"):
        ServiceFolder(tmp_path / "absent")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("databse: x", "databse"),
        ("burst: 0", "burst"),
        ("ledger: {gateways: []}", "gateways"),
        ("- a", "object"),
        ("a: [", "flow"),
    ],
)
def test_a_wrong_setting_is_named(make_folder, text, field):
    folder = make_folder()
    (folder.path / "identity.yaml").write_text(text)
    with pytest.raises(ServiceNotStarted, match=field):
        ServiceFolder(folder.path)


def test_an_address_that_is_taken_is_said_to_be(service, make_folder):
    with (
        pytest.raises(ServiceNotStarted, match="cannot listen"),
        IdentityThread(make_folder("second"), address=service.address),
    ):
        pass


def test_a_service_that_is_not_there_is_not_answered(folder):
    ca_pem = (folder.tls_path / "tls-ca.pem").read_bytes()
    with IdentityClient("127.0.0.1:1", ca_certificate=ca_pem) as client, pytest.raises(NotAnswered):
        nonce_of(client)


def test_a_manufacturer_is_trusted_by_its_root(make_folder, factory, maker):
    folder = make_folder("trusting")
    assert folder.manufacturers() == {"acme": maker.certificate}
    with pytest.raises(IdentityError):
        folder.trust(factory.certificate)
    with pytest.raises(KeyFileError, match="exists already"):
        folder.trust(maker.certificate)
