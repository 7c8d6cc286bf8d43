import json
from pathlib import Path

import pytest

from tests.identity.existence import samples
from wattloom.identity.errors import Code, IdentityRejected, KeyFileError
from wattloom.identity.existence import blinding
from wattloom.identity.existence.blind_keys import EXPONENT, MODULUS_BYTES, modulus
from wattloom.identity.existence.verifying import verify_voucher
from wattloom.identity.existence.witness_keys import WitnessKey
from wattloom.identity.keys import SigningKey

VECTORS = Path(__file__).parent / "vectors"
VECTOR = json.loads((VECTORS / "rsabssa.json").read_text())
CIRCL = json.loads((VECTORS / "circl.json").read_text())
"""What CIRCL computed, the blind signatures that Go programs use; see tools/golden/README.md."""
MESSAGE = b"a tree of keys"


@pytest.fixture
def key() -> WitnessKey:
    return samples.witness_key()


def signed(key: WitnessKey, message: bytes = MESSAGE) -> bytes:
    n = modulus(key.blind_key)
    blinded = blinding.blind(n, message)
    return blinding.finalize(n, message, key.blind_sign(blinded.message), blinded.inverse)


def code_of(call, *arguments) -> Code:
    with pytest.raises(IdentityRejected) as rejection:
        call(*arguments)
    return rejection.value.code


def test_blinding_and_finalizing_give_the_published_values():
    n, inverse = int(VECTOR["n"], 16), int(VECTOR["inv"], 16)
    message, blind_signature = bytes.fromhex(VECTOR["msg"]), bytes.fromhex(VECTOR["blind_sig"])
    blinded = blinding.blind(n, message, salt=bytes.fromhex(VECTOR["salt"]), r=pow(inverse, -1, n))
    assert int.from_bytes(blinded.message, "big") == pow(int.from_bytes(blind_signature, "big"), EXPONENT, n)
    assert blinded.inverse == inverse
    assert blinding.finalize(n, message, blind_signature, inverse).hex() == VECTOR["sig"]


@pytest.mark.parametrize("witness", CIRCL, ids=range(len(CIRCL)))
def test_meter_and_witness_come_to_the_same_bytes_as_those_of_another_implementation(witness, tmp_path):
    (tmp_path / "witness.key").touch(mode=0o600)
    (tmp_path / "witness.key").write_text(witness["key"])
    key = WitnessKey.load(tmp_path / "witness.key")
    n = modulus(key.blind_key)
    for case in witness["cases"]:
        message, salt = bytes.fromhex(case["msg"]), bytes.fromhex(case["salt"])
        blinded = blinding.blind(n, message, salt=salt, r=int(case["r"], 16))
        assert (blinded.message.hex(), blinded.inverse) == (case["blinded_msg"], int(case["inv"], 16))
        blind_signature = key.blind_sign(blinded.message)
        assert blind_signature.hex() == case["blind_sig"]
        assert blinding.finalize(n, message, blind_signature, blinded.inverse).hex() == case["sig"]


def test_a_blind_signature_is_an_ordinary_one_to_openssl_and_to_us(key):
    signature = signed(key)
    verify_voucher(key.blind_key, MESSAGE, signature)
    blinding.verify(modulus(key.blind_key), MESSAGE, signature)


def test_no_signature_verifies_with_any_byte_changed(key):
    signature, n = signed(key), modulus(key.blind_key)
    for at in range(MODULUS_BYTES):
        turned = bytearray(signature)
        turned[at] ^= 1 << (at % 8)
        for verify, public in ((verify_voucher, key.blind_key), (blinding.verify, n)):
            with pytest.raises(IdentityRejected):
                verify(public, MESSAGE, bytes(turned))


@pytest.mark.parametrize("wrong", [b"", bytes(255), bytes(257), bytes(256), b"\xff" * 256], ids=len)
def test_signatures_of_other_forms_are_refused(key, wrong):
    code_of(verify_voucher, key.blind_key, MESSAGE, wrong)
    code_of(blinding.verify, modulus(key.blind_key), MESSAGE, wrong)


def test_another_message_or_witness_is_refused(key):
    other = samples.witness_key(1)
    assert code_of(verify_voucher, key.blind_key, b"another", signed(key)) is Code.SIGNATURE_INVALID
    assert code_of(verify_voucher, other.blind_key, MESSAGE, signed(key)) is Code.SIGNATURE_INVALID


def test_a_witness_that_answers_wrongly_is_found_out(key):
    n = modulus(key.blind_key)
    blinded = blinding.blind(n, MESSAGE)
    answer = key.blind_sign(blinded.message)
    other = blinding.blind(n, b"another")
    assert code_of(blinding.finalize, n, MESSAGE, answer, other.inverse) is Code.SIGNATURE_INVALID
    assert code_of(blinding.finalize, n, MESSAGE, answer[1:], blinded.inverse) is Code.SIGNATURE_LENGTH


def test_every_signing_can_be_that_of_every_tree(key):
    """Whatever the witness saw fits any signature: there is a blinding that leads from one to the other."""
    n = modulus(key.blind_key)
    seen = key.blind_sign(blinding.blind(n, b"mine").message)
    signature = int.from_bytes(signed(key, b"somebody else's"), "big")
    inverse = signature * pow(int.from_bytes(seen, "big"), -1, n) % n
    assert int.from_bytes(seen, "big") * inverse % n == signature
    blinding.finalize(n, b"somebody else's", seen, inverse)


def test_a_witness_whose_arithmetic_fails_gives_nothing_away(key, monkeypatch):
    n = modulus(key.blind_key)
    right = WitnessKey._power
    monkeypatch.setattr(WitnessKey, "_power", lambda self, base: right(self, base) ^ 1)
    assert code_of(key.blind_sign, blinding.blind(n, MESSAGE).message) is Code.SIGNATURE_INVALID


@pytest.mark.parametrize("blinded", [b"", bytes(256), b"\xff" * 256, bytes(255)], ids=len)
def test_a_witness_signs_only_numbers_below_its_modulus(key, blinded):
    assert code_of(key.blind_sign, blinded) is Code.SIGNATURE_RANGE


@pytest.mark.parametrize(
    "wrong", [b"", b"\xff" * 255, b"\xff" * 257, b"\x7f" + b"\xff" * 255, b"\xff" * 255 + b"\xfe"], ids=len
)
def test_moduli_of_other_forms_are_refused(wrong):
    assert code_of(modulus, wrong) is Code.KEY_MALFORMED
    assert code_of(verify_voucher, wrong, MESSAGE, bytes(256)) is Code.KEY_MALFORMED


@pytest.mark.parametrize("password", [None, "secret"])
def test_a_witness_key_is_kept_for_its_owner_alone(tmp_path, key, password):
    path = tmp_path / "witness.key"
    key.save(path, password=password)
    assert path.stat().st_mode & 0o777 == 0o600
    again = WitnessKey.load(path, password=password)
    assert again.blind_key == key.blind_key


def test_a_witness_key_file_of_another_kind_is_refused(tmp_path, key):
    SigningKey.generate().save(tmp_path / "p256.key")
    key.save(tmp_path / "locked.key", password="secret")
    with pytest.raises(KeyFileError, match="RSA key of 2048 bits"):
        WitnessKey.load(tmp_path / "p256.key")
    with pytest.raises(KeyFileError, match="password is wrong or missing"):
        WitnessKey.load(tmp_path / "locked.key")
