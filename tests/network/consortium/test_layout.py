import os
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.layout import MAX_SOCKET_BYTES, NodeFolder, write_whole


def test_sockets_stand_beside_the_logs_where_the_path_is_short_enough():
    node = NodeFolder(Path("/srv/net/nodes/a-1"))
    assert node.app_socket == node.run_path / "app.sock"


def test_a_deep_folder_has_its_sockets_in_a_short_private_one(tmp_path):
    deep = NodeFolder(tmp_path / ("d" * 60) / ("e" * 60) / "a-1")
    deep.make_run_folders()
    try:
        assert len(os.fsencode(deep.rpc_socket)) <= MAX_SOCKET_BYTES
        assert stat.S_IMODE(deep.sockets_path.stat().st_mode) == 0o700
        assert deep.sockets_path != NodeFolder(deep.path.with_name("a-2")).sockets_path
    finally:
        deep.sockets_path.rmdir()


def test_a_place_for_sockets_that_another_made_is_refused(tmp_path):
    deep = NodeFolder(tmp_path / ("d" * 60) / ("e" * 60) / "a-1")
    deep.sockets_path.symlink_to(tmp_path)
    try:
        with pytest.raises(FolderError, match="remove it"):
            deep.make_run_folders()
    finally:
        deep.sockets_path.unlink()


def test_a_temporary_folder_that_is_too_deep_for_sockets_is_told(tmp_path, monkeypatch):
    long = tmp_path / ("t" * 90)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with pytest.raises(FolderError, match="TMPDIR"):
        NodeFolder(long / "a-1").make_run_folders()


def test_settings_are_read_as_they_were_written(make):
    node = make().nodes()[0]
    changed = replace(node.settings(), heartbeat_s=9)
    node.write_settings(changed)
    assert node.settings() == changed


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"{", "truncated"), (b"{}", "missing required field"), (b'{"nodes": 1}', "unknown field `nodes`")],
)
def test_settings_that_cannot_be_read_are_told_with_their_field(make, content, words):
    node = make().nodes()[0]
    node.settings_path.write_bytes(content)
    with pytest.raises(FolderError, match=words):
        node.settings()


def test_a_missing_genesis_or_one_that_is_none_is_told(make):
    node = make().nodes()[0]
    node.genesis_path.write_text("{}")
    with pytest.raises(FolderError, match="genesis"):
        node.genesis()
    node.genesis_path.unlink()
    with pytest.raises(FolderError, match="wattloom network init"):
        node.genesis()


def test_a_file_is_replaced_whole_and_stays_private(tmp_path):
    path = tmp_path / "it"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["it"]
