import copy
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from wattloom.identity.certificates import Authority
from wattloom.identity.errors import KeyFileError
from wattloom.identity.hardware import HardwareKey
from wattloom.identity.keys import SigningKey
from wattloom.identity.verify import verify_client

from .flaws import NOW_S


@pytest.fixture(scope="session")
def authority(token):
    return Authority.create(
        "Hard CA",
        organisation="harbour",
        not_before_s=NOW_S,
        path_length=1,
        key=SigningKey.in_hardware(token.format("root")),
    )


def test_an_authority_in_a_token_issues_what_verifies(authority):
    issuing = authority.issue_intermediate("Issuing", not_before_s=NOW_S)
    client = issuing.issue_client("home-1", role="home", not_before_s=NOW_S)
    assert verify_client(client.chain, authority.certificate, at_s=NOW_S).name == "home-1"


def test_a_tokens_key_signs_in_our_form(authority):
    authority.public_key.verify(authority.sign(b"message"), b"message")


def test_a_tokens_key_signs_revocation_lists(authority):
    loaded = x509.load_der_x509_certificate(authority.certificate)
    draft = x509.CertificateRevocationListBuilder().issuer_name(loaded.subject)
    draft = draft.last_update(loaded.not_valid_before_utc).next_update(loaded.not_valid_after_utc)
    crl = x509.load_der_x509_crl(authority.key.sign_crl(draft))
    assert crl.is_signature_valid(loaded.public_key())


def test_a_saved_authority_is_a_uri_and_found_again(authority, tmp_path):
    authority.save(tmp_path / "ca")
    text = (tmp_path / "ca" / "ca.key").read_text()
    assert text.startswith("pkcs11:token=test;object=root?")
    assert "2468" not in text
    loaded = Authority.load(tmp_path / "ca")
    loaded.public_key.verify(loaded.sign(b"x"), b"x")


def test_many_threads_share_one_session(authority):
    with ThreadPoolExecutor(8) as pool:
        for message, signature in pool.map(
            lambda number: (bytes([number]), authority.sign(bytes([number]))), range(64)
        ):
            authority.public_key.verify(signature, message)


def test_a_key_of_the_same_name_is_not_overwritten(authority, token):
    with pytest.raises(KeyFileError, match="nothing is overwritten"):
        SigningKey.in_hardware(token.format("root"))


def test_a_tokens_key_stays_in_it(authority, token):
    key = HardwareKey(token.format("root"))
    assert copy.deepcopy(key) is copy.copy(key) is key
    with pytest.raises(KeyFileError, match="does not leave"):
        key.private_numbers()
    with pytest.raises(KeyFileError, match="does not leave"):
        key.exchange(ec.ECDH(), key.public_key())
    with pytest.raises(KeyFileError, match="does not leave"):
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    with pytest.raises(KeyFileError, match="SHA-256 alone"):
        key.sign(b"", ec.ECDSA(hashes.SHA384()))


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        ("pkcs11:token=test;object=absent?", "module-path"),
        ("pkcs11:object=root?module-path=/none&pin-source=file:/none", "token"),
    ],
)
def test_a_uri_that_names_too_little_is_said_to(broken, match, token):
    with pytest.raises(KeyFileError, match=match):
        HardwareKey(broken)


def test_a_key_or_module_that_is_not_there_is_said_to_be(token, authority):
    with pytest.raises(KeyFileError, match="absent"):
        HardwareKey(token.format("absent"))
    with pytest.raises(KeyFileError, match="/none"):
        HardwareKey(token.format("root").replace("/usr/", "/none/"))
