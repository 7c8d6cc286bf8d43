import json
import subprocess
import sys
from hashlib import sha256

import ecdsa
import pytest
from ecdsa.util import sigdecode_string
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.meter.fleet import vouched
from wattloom.chaincode.api.codec import encode
from wattloom.identity.errors import KeyFileError
from wattloom.identity.existence import openssl, portable
from wattloom.identity.existence.derivation import ORDER
from wattloom.identity.keys import SigningKey
from wattloom.identity.signatures import VerifyingKey
from wattloom.market.meter.meter import Meter

WITHOUT_OPENSSL = """
import sys
for name in ("cryptography", "_ssl", "ssl"):
    sys.modules[name] = None
from pathlib import Path
from wattloom.chaincode.api.codec import encode
from wattloom.market.meter.meter import Meter
folder, epoch, subject = sys.argv[1:]
with Meter(Path(folder), keys="portable") as meter:
    receipt = meter.receipt(epoch=int(epoch), subject=bytes.fromhex(subject), energy_wh=7)
sys.stdout.buffer.write(encode(receipt))
"""


@settings(max_examples=25, deadline=None)
@given(scalar=st.integers(1, ORDER - 1), message=st.binary(max_size=100))
def test_both_profiles_give_the_same_key_and_the_same_signature(scalar, message):
    theirs, ours = openssl.Signer(scalar), portable.Signer(scalar)
    assert theirs.spki == ours.spki
    assert theirs.sign(message) == ours.sign(message)
    VerifyingKey(ours.spki).verify(ours.sign(message), message)
    oracle = ecdsa.VerifyingKey.from_der(theirs.spki)
    assert oracle.verify(theirs.sign(message), message, hashfunc=sha256, sigdecode=sigdecode_string)


def test_both_profiles_read_the_same_key_file():
    pem = SigningKey.generate().to_pem()
    assert openssl.scalar_of(pem) == portable.scalar_of(pem)


def test_the_portable_profile_says_what_it_cannot_read():
    with pytest.raises(KeyFileError, match="encrypted"):
        portable.scalar_of(SigningKey.generate().to_pem("secret"))
    with pytest.raises(KeyFileError, match="encrypted"):
        portable.scalar_of(SigningKey.generate().to_pem(), "secret")
    with pytest.raises(KeyFileError, match="cannot be read"):
        portable.scalar_of(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(KeyFileError, match="P-256"):
        portable.scalar_of(ecdsa.SigningKey.generate(ecdsa.NIST384p).to_pem())


def test_an_encrypted_key_takes_its_password():
    key = SigningKey.generate()
    assert openssl.scalar_of(key.to_pem("secret"), "secret") == openssl.scalar_of(key.to_pem())
    with pytest.raises(KeyFileError, match="password"):
        openssl.scalar_of(key.to_pem("secret"), "wrong")


def test_a_meter_without_openssl_signs_the_same_receipts(folder, ledger):
    with Meter(folder) as meter:
        epoch = vouched(meter, ledger)
    subject = sha256(b"a commitment").hexdigest()
    command = [sys.executable, "-c", WITHOUT_OPENSSL, str(folder), str(epoch.number), subject]
    portable_receipt = subprocess.run(command, capture_output=True, check=True).stdout
    with Meter(folder) as meter:
        receipt = meter.receipt(epoch=epoch.number, subject=bytes.fromhex(subject), energy_wh=7)
    assert json.loads(portable_receipt) == json.loads(encode(receipt))


def test_the_command_signs_without_openssl(folder, ledger):
    with Meter(folder) as meter:
        epoch = vouched(meter, ledger)
    words = ["receipt", folder, "--epoch", epoch.number, "--subject", "ab" * 32, "--energy-wh", 5]
    signed = json.loads(without_openssl("meter", *words, "--keys", "portable").stdout)
    with Meter(folder) as meter:
        assert signed == json.loads(
            encode(meter.receipt(epoch=epoch.number, subject=bytes.fromhex("ab" * 32), energy_wh=5))
        )
    assert "collect" not in without_openssl("meter", "--help").stdout


def without_openssl(*words):
    script = (
        "import sys\nfor name in ('cryptography', '_ssl', 'ssl'):\n    sys.modules[name] = None\n"
        "from wattloom.cli import main\nmain()"
    )
    command = [sys.executable, "-c", script, *map(str, words)]
    return subprocess.run(command, capture_output=True, check=True, text=True)


def test_a_meter_without_openssl_has_its_trees_vouched_for(folder, ledger):
    with Meter(folder, keys="portable") as meter:
        epoch = vouched(meter, ledger)
        assert meter.left(epoch.number) == 16
