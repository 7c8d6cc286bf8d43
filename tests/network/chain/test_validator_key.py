import json
import stat

import pytest

from tests.network.chain.golden import vectors
from wattloom.network.chain.errors import ValidatorKeyRejected
from wattloom.network.chain.validator_key import ValidatorKey

GOLDEN = vectors("key_file")


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "priv_validator_key.json"
    path.write_text(GOLDEN["text"], encoding="utf-8")
    path.chmod(0o600)
    return path


def test_cometbft_s_key_file_is_read_and_signs_the_same(key_file):
    key = ValidatorKey.load(key_file)
    assert key.sign(GOLDEN["message"].encode()).hex() == GOLDEN["signature"]


def test_a_key_is_written_as_cometbft_writes_it(key_file, tmp_path):
    copy = tmp_path / "copy.json"
    ValidatorKey.load(key_file).save(copy)
    assert copy.read_text(encoding="utf-8") == GOLDEN["text"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_generated_key_survives_its_file(tmp_path):
    key = ValidatorKey.generate()
    key.save(tmp_path / "key.json")
    assert ValidatorKey.load(tmp_path / "key.json").public_key == key.public_key


def test_a_key_shows_its_address_alone():
    key = ValidatorKey.of_seed(b"s" * 32)
    assert repr(key) == f"ValidatorKey({key.address.hex()})"


def test_a_key_file_is_never_overwritten(key_file):
    key = ValidatorKey.generate()
    with pytest.raises(ValidatorKeyRejected, match="never overwritten"):
        key.save(key_file)
    assert key_file.read_text(encoding="utf-8") == GOLDEN["text"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_or_write_is_refused_with_the_remedy(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(ValidatorKeyRejected, match="chmod 600"):
        ValidatorKey.load(key_file)


def test_a_missing_key_file_is_named(tmp_path):
    with pytest.raises(ValidatorKeyRejected, match="No such file"):
        ValidatorKey.load(tmp_path / "none.json")


def _swap(tree, *path, value):
    *parents, last = path
    for name in parents:
        tree = tree[name]
    tree[last] = value


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        (("address",), "00" * 20, "address"),
        (("pub_key", "value"), "A" * 43 + "=", "belong to priv_key"),
        (("pub_key", "value"), "not base64!", "base64"),
        (("priv_key", "value"), "AAAA", "not an Ed25519 key"),
        (("priv_key", "type"), "tendermint/PrivKeySecp256k1", "not a validator key file"),
        (("extra",), 1, "not a validator key file"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(key_file, path, value, what):
    tree = json.loads(GOLDEN["text"])
    _swap(tree, *path, value=value)
    key_file.write_text(json.dumps(tree), encoding="utf-8")
    with pytest.raises(ValidatorKeyRejected, match=what):
        ValidatorKey.load(key_file)


@pytest.mark.parametrize("text", ["", "{", "\xff", "[]"])
def test_a_damaged_file_is_refused(key_file, text):
    key_file.write_text(text, encoding="latin-1")
    with pytest.raises(ValidatorKeyRejected, match="not a validator key file"):
        ValidatorKey.load(key_file)
