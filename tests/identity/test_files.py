import os
import stat

import pytest

from wattloom.identity import files
from wattloom.identity.errors import KeyFileError


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o177, 0o777])
def test_a_new_file_has_its_mode_whatever_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        files.write_new(tmp_path / "k", b"secret", mode=files.PRIVATE)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    assert files.read_private(tmp_path / "k") == b"secret"


def test_a_new_folder_is_for_its_owner_alone(tmp_path):
    files.write_new(tmp_path / "new" / "k", b"secret", mode=files.PRIVATE)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_dangling_link_is_not_written_through(tmp_path):
    (tmp_path / "k").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError, match="exists already"):
        files.write_new(tmp_path / "k", b"secret", mode=files.PRIVATE)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("read", [files.read_private, files.read_public])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(KeyFileError, match="absent"):
        read(tmp_path / "absent")


def test_a_folder_is_no_key(tmp_path):
    with pytest.raises(KeyFileError, match="cannot be read"):
        files.read_private(tmp_path)


def test_a_huge_file_is_not_read_in(tmp_path):
    (tmp_path / "k").write_bytes(bytes(files.MAX_FILE_BYTES + 1))
    with pytest.raises(KeyFileError, match="larger than"):
        files.read_public(tmp_path / "k")


def test_a_folder_that_cannot_be_made_is_our_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError, match="cannot be made"):
        files.write_new(tmp_path / "file" / "k", b"", mode=files.PRIVATE)
