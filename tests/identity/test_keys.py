import stat

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from wattloom.identity.errors import KeyFileError
from wattloom.identity.keys import SigningKey

from .flaws import P384_KEY

KEY = SigningKey.generate()


@pytest.mark.parametrize("password", [None, "correct horse"])
def test_a_saved_key_signs_as_before(tmp_path, password):
    path = tmp_path / "a.key"
    KEY.save(path, password=password)
    loaded = SigningKey.load(path, password=password)
    KEY.public_key.verify(loaded.sign(b"m"), b"m")


def test_a_key_file_is_for_its_owner_alone(tmp_path):
    KEY.save(tmp_path / "a.key")
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666])
def test_a_key_that_others_can_reach_is_not_loaded_and_the_remedy_is_named(tmp_path, mode):
    path = tmp_path / "a.key"
    KEY.save(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        SigningKey.load(path)


def test_a_key_is_never_overwritten(tmp_path):
    path = tmp_path / "a.key"
    KEY.save(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="exists already"):
        SigningKey.generate().save(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("password", [None, "wrong"])
def test_an_encrypted_key_needs_its_password(tmp_path, password):
    KEY.save(tmp_path / "a.key", password="right")
    assert b"ENCRYPTED" in (tmp_path / "a.key").read_bytes()
    with pytest.raises(KeyFileError, match="password"):
        SigningKey.load(tmp_path / "a.key", password=password)


def test_a_password_that_a_plain_key_does_not_need_is_not_looked_at():
    assert SigningKey.from_pem(KEY.to_pem(), "needless").public_key.spki == KEY.public_key.spki


@pytest.mark.parametrize(
    "pem", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\xff" * 99]
)
def test_noise_is_no_key(pem):
    with pytest.raises(KeyFileError):
        SigningKey.from_pem(pem)


def test_a_key_on_another_curve_is_refused():
    pem = P384_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyFileError, match="P-256"):
        SigningKey.from_pem(pem)


def test_a_private_key_does_not_show_itself(client):
    assert "PRIVATE" not in repr(KEY) + repr(client)
    assert "SigningKey" not in repr(client)
