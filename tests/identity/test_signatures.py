import hashlib

import ecdsa
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from ecdsa.util import sigdecode_string, sigencode_string, sigencode_string_canonize
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.identity.errors import Code, IdentityError, IdentityRejected
from wattloom.identity.keys import SigningKey
from wattloom.identity.signatures import HALF_ORDER, ORDER, VerifyingKey

from .flaws import CLIENT_DER, LEAF_KEY, RSA_KEY

MESSAGE = b"ten watt-hours"
KEY = SigningKey.generate()


def refusal_of(signature, message=MESSAGE, key=KEY.public_key):
    with pytest.raises(IdentityRejected) as refusal:
        key.verify(signature, message)
    return refusal.value.code


def wire(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@given(st.binary(max_size=300))
def test_what_a_key_signs_its_public_key_verifies(message):
    KEY.public_key.verify(KEY.sign(message), message)


@given(st.binary(max_size=100))
def test_every_signature_we_make_has_low_s(message):
    assert int.from_bytes(KEY.sign(message)[32:], "big") <= HALF_ORDER


def test_every_flipped_bit_of_a_signature_is_refused():
    signature = KEY.sign(MESSAGE)
    for bit in range(512):
        flawed = bytearray(signature)
        flawed[bit // 8] ^= 1 << bit % 8
        assert refusal_of(bytes(flawed)) in (
            Code.SIGNATURE_INVALID,
            Code.SIGNATURE_HIGH_S,
            Code.SIGNATURE_RANGE,
        )


def test_another_message_or_another_key_is_refused():
    signature = KEY.sign(MESSAGE)
    assert refusal_of(signature, MESSAGE + b"!") == Code.SIGNATURE_INVALID
    assert refusal_of(signature, key=SigningKey.generate().public_key) == Code.SIGNATURE_INVALID


def test_the_high_twin_of_a_good_signature_is_refused():
    signature = KEY.sign(MESSAGE)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    assert refusal_of(wire(r, ORDER - s)) == Code.SIGNATURE_HIGH_S


@pytest.mark.parametrize("length", [0, 1, 63, 65, 70, 128])
def test_any_other_length_is_refused(length):
    assert refusal_of(bytes(length)) == Code.SIGNATURE_LENGTH


@pytest.mark.parametrize(
    ("r", "s"), [(0, 1), (1, 0), (ORDER, 1), (1, ORDER), (2**256 - 1, 1), (1, 2**256 - 1)]
)
def test_numbers_out_of_range_are_refused(r, s):
    assert refusal_of(wire(r, s)) == Code.SIGNATURE_RANGE


@pytest.mark.parametrize("s", [1, HALF_ORDER])
def test_the_lowest_and_highest_low_s_are_judged_by_the_signature_itself(s):
    assert refusal_of(wire(1, s)) == Code.SIGNATURE_INVALID


@given(st.binary(max_size=80))
def test_noise_is_always_our_error(noise):
    with pytest.raises(IdentityError):
        KEY.public_key.verify(noise, MESSAGE)


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200))
def test_an_independent_library_verifies_what_we_sign(message):
    theirs = ecdsa.VerifyingKey.from_der(KEY.public_key.spki)
    assert theirs.verify(KEY.sign(message), message, hashlib.sha256, sigdecode=sigdecode_string)


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200), st.integers(1, ORDER - 1))
def test_we_verify_what_an_independent_library_signs(message, secret):
    theirs = ecdsa.SigningKey.from_secret_exponent(secret, ecdsa.NIST256p)
    ours = VerifyingKey.from_spki(theirs.verifying_key.to_der())
    ours.verify(
        theirs.sign_deterministic(message, hashlib.sha256, sigencode=sigencode_string_canonize), message
    )


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=50))
def test_both_libraries_agree_on_which_signatures_are_high(message):
    theirs = ecdsa.SigningKey.from_secret_exponent(12345, ecdsa.NIST256p)
    plain = theirs.sign_deterministic(message, hashlib.sha256, sigencode=sigencode_string)
    canonical = theirs.sign_deterministic(message, hashlib.sha256, sigencode=sigencode_string_canonize)
    ours = VerifyingKey.from_spki(theirs.verifying_key.to_der())
    if plain == canonical:
        ours.verify(plain, message)
    else:
        assert refusal_of(plain, message, ours) == Code.SIGNATURE_HIGH_S


def test_a_public_key_is_found_in_a_certificate():
    spki = LEAF_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert VerifyingKey.from_certificate(CLIENT_DER).spki == spki


def off_curve():
    return KEY.public_key.spki[:-1] + bytes([KEY.public_key.spki[-1] ^ 1])


@pytest.mark.parametrize(
    "spki",
    [
        b"",
        KEY.public_key.spki + b"\x00",
        KEY.public_key.spki[:-1],
        off_curve(),
        KEY.public_key.spki[:27] + bytes(64),
        RSA_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        ec.generate_private_key(ec.SECP256K1())
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["nothing", "a byte too many", "a byte too few", "off the curve", "zero", "RSA", "another curve"],
)
def test_what_is_no_p256_key_is_refused(spki):
    with pytest.raises(IdentityRejected) as refusal:
        VerifyingKey.from_spki(spki)
    assert refusal.value.code == Code.KEY_MALFORMED
