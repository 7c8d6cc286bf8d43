import json
import stat
import subprocess

import pytest

from wattloom.identity.errors import KeyFileError
from wattloom.network.consortium.node_key import NodeKey


def test_the_engine_reads_a_key_of_ours_and_names_the_same_id(tmp_path, engine_program):
    key = NodeKey.generate()
    key.save(tmp_path / "config" / "node_key.json")
    shown = subprocess.run(
        [engine_program, "show-node-id", "--home", tmp_path], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == key.node_id


def test_a_key_survives_its_file_and_is_its_owner_s_alone(tmp_path):
    path, key = tmp_path / "node_key.json", NodeKey.generate()
    key.save(path)
    assert NodeKey.load(path).node_id == key.node_id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path):
    NodeKey.generate().save(tmp_path / "node_key.json")
    with pytest.raises(KeyFileError, match="exists already"):
        NodeKey.generate().save(tmp_path / "node_key.json")


def test_an_exposed_key_is_refused_with_the_remedy(tmp_path):
    NodeKey.generate().save(tmp_path / "node_key.json")
    (tmp_path / "node_key.json").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        NodeKey.load(tmp_path / "node_key.json")


@pytest.mark.parametrize("value", ["", "AAAA", "!", "A" * 88])
def test_what_is_no_key_is_refused(tmp_path, value):
    path = tmp_path / "node_key.json"
    tree = {"priv_key": {"type": "tendermint/PrivKeyEd25519", "value": value}}
    path.write_text(json.dumps(tree))
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match=r"node key file|no Ed25519 key"):
        NodeKey.load(path)
