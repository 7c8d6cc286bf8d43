import ssl
import time

import pytest

from wattloom.identity.errors import InvalidRequest
from wattloom.identity.tls import TlsAuthority, TlsIdentity

STARTED_S = int(time.time()) - 60
AUTHORITY = TlsAuthority.create("Test TLS", not_before_s=STARTED_S)
SERVER = AUTHORITY.issue_server(not_before_s=STARTED_S)


def server_context(folder, identity, *, client_ca=None):
    identity.save(folder / "server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server" / "tls.pem", folder / "server" / "tls.key")
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=client_ca.decode())
    return context


def client_context(ca_pem):
    context = ssl.create_default_context(cadata=ca_pem.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def shake_hands(server, client, host):
    """Complete a handshake in memory; raise what either side raises."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(3):
        for side in list(sides):
            try:
                side.do_handshake()
                sides.remove(side)
            except ssl.SSLWantReadError:
                continue
    assert not sides


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_client_that_trusts_the_root_reaches_the_server_by_each_of_its_names(tmp_path, host):
    shake_hands(server_context(tmp_path, SERVER), client_context(AUTHORITY.ca_pem), host)


def test_another_name_is_refused(tmp_path):
    server, client = server_context(tmp_path, SERVER), client_context(AUTHORITY.ca_pem)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(server, client, "example.org")


def test_another_root_is_refused(tmp_path):
    other = TlsAuthority.create("Test TLS", not_before_s=STARTED_S)
    server, client = server_context(tmp_path, SERVER), client_context(other.ca_pem)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, client, "localhost")


def test_a_client_can_show_a_certificate_too(tmp_path):
    identity = AUTHORITY.issue_client("gateway", not_before_s=STARTED_S)
    identity.save(tmp_path / "client")
    server, client = (
        server_context(tmp_path, SERVER, client_ca=AUTHORITY.ca_pem),
        client_context(AUTHORITY.ca_pem),
    )
    client.load_cert_chain(tmp_path / "client" / "tls.pem", tmp_path / "client" / "tls.key")
    shake_hands(server, client, "localhost")


def test_a_saved_identity_is_the_same(tmp_path):
    SERVER.save(tmp_path)
    loaded = TlsIdentity.load(tmp_path)
    assert (loaded.key_pem, loaded.certificate_pem) == (SERVER.key_pem, SERVER.certificate_pem)
    assert loaded.ca_pem == AUTHORITY.ca_pem
    assert (tmp_path / "tls.key").stat().st_mode & 0o777 == 0o600


def test_a_name_may_be_longer_than_a_common_name(tmp_path):
    host = ".".join(["a" * 50] * 3)
    server = server_context(tmp_path, AUTHORITY.issue_server([host], not_before_s=STARTED_S))
    shake_hands(server, client_context(AUTHORITY.ca_pem), host)


@pytest.mark.parametrize("hosts", [(), ("ü.example",), ("",), ("a b",), ("a" * 254,)])
def test_a_server_needs_names_that_can_be_written(hosts):
    with pytest.raises(InvalidRequest, match=r"^hosts?:"):
        AUTHORITY.issue_server(hosts, not_before_s=STARTED_S)
