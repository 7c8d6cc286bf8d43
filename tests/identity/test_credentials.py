import stat

import pytest

from wattloom.identity.certificates import Authority, ClientIdentity, MeterIdentity
from wattloom.identity.errors import KeyFileError
from wattloom.identity.handles import client_id

from .flaws import NOW_S


def test_a_saved_client_is_the_same_client(tmp_path, client):
    client.save(tmp_path / "c")
    loaded = ClientIdentity.load(tmp_path / "c")
    assert (loaded.client_id, loaded.chain) == (client.client_id, client.chain)
    client.public_key.verify(loaded.sign(b"m"), b"m")


def test_a_saved_authority_still_issues(tmp_path, organisation):
    organisation.save(tmp_path / "ca", password="secret")
    loaded = Authority.load(tmp_path / "ca", password="secret")
    issued = loaded.issue_client("home-2", role="participant", not_before_s=NOW_S)
    assert issued.chain[1:] == organisation.chain


def test_a_saved_meter_keeps_its_handle(tmp_path, organisation):
    meter = organisation.issue_intermediate("Meters", not_before_s=NOW_S).issue_meter(
        "m-1", manufactured_at_s=NOW_S
    )
    meter.save(tmp_path)
    assert MeterIdentity.load(tmp_path).lfdi == meter.lfdi


def test_the_key_is_private_and_the_certificate_is_not(tmp_path, client):
    client.save(tmp_path / "c")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "c").iterdir()}
    assert modes == {"client.key": 0o600, "client.pem": 0o644}


def test_saving_over_anything_leaves_it_as_it_was(tmp_path, client):
    (tmp_path / "client.pem").write_text("mine")
    with pytest.raises(KeyFileError, match="exists already"):
        client.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["client.pem"]


def test_a_certificate_of_another_key_is_not_loaded(tmp_path, organisation, client):
    other = organisation.issue_client("home-1", role="participant", not_before_s=NOW_S)
    client.save(tmp_path / "a")
    other.save(tmp_path / "b")
    (tmp_path / "b" / "client.pem").replace(tmp_path / "a" / "client.pem")
    with pytest.raises(KeyFileError, match="not the certificate of"):
        ClientIdentity.load(tmp_path / "a")


@pytest.mark.parametrize(
    "content", [b"", b"noise", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificates_is_refused(tmp_path, client, content):
    client.save(tmp_path)
    (tmp_path / "client.pem").write_bytes(content)
    with pytest.raises(KeyFileError, match="no readable PEM"):
        ClientIdentity.load(tmp_path)


def test_a_client_id_is_the_hash_of_its_certificate(client):
    assert client.client_id == client_id(client.certificate)
