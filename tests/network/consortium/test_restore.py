import json
import stat
import tarfile

import pytest
from msgspec.structs import replace

from tests.network.consortium.conftest import until
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.cometbft.rpc import RpcClient
from wattloom.network.consortium import processes
from wattloom.network.consortium.backup import back_up, read_manifest
from wattloom.network.consortium.errors import FolderError, RestoreRefused
from wattloom.network.consortium.free_ports import free_ports
from wattloom.network.consortium.restore import REPLACED, restore
from wattloom.network.consortium.signing import read_signing_state
from wattloom.network.consortium.signing_guard import HEIGHTS_ABSTAINED, last_vote, newest_height
from wattloom.network.consortium.spec import NodeKind


def sign(node, height):
    """Let a node's key have signed up to a height, as the engine writes it."""
    node.signing_state_path.write_text(json.dumps({"height": str(height), "round": 0, "step": 3}))


def height_of(node):
    return int(read_signing_state(node).height)


@pytest.fixture
def network(make):
    return make()


@pytest.fixture
def node(network):
    found = network.node("a-1")
    sign(found, 10)
    return found


@pytest.fixture
def backup(node, tmp_path):
    back_up(node, tmp_path / "backup", with_keys=True)
    return tmp_path / "backup"


def contents(node):
    files = [path for path in node.path.rglob("*") if path.is_file()]
    return {path.relative_to(node.path): path.read_bytes() for path in files}


def first_vote(node, address, *, after_height):
    """Return the first height after the given one whose commit holds a validator's vote."""
    with RpcClient(node.settings().rpc_url) as rpc:
        for height in range(after_height + 1, newest_height(node) + 1):
            votes = rpc.call("commit", height=height)["signed_header"]["commit"]["signatures"]
            if address.hex().upper() in [vote["validator_address"] for vote in votes]:
                return height
    return None


def lose(node):
    """Let a machine be gone, with its folder."""
    node.path.rename(node.path.parent.parent / "lost")


def test_a_node_that_was_lost_comes_back_as_it_was(network, node, backup):
    before = {
        path.relative_to(node.path): path.read_bytes() for path in node.path.rglob("*") if path.is_file()
    }
    lose(node)
    restored = restore(network, backup)
    after = {
        path.relative_to(node.path): path.read_bytes() for path in node.path.rglob("*") if path.is_file()
    }
    assert restored.path == node.path
    assert after == before
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in node.path.rglob("*") if path.is_dir())
    assert stat.S_IMODE(node.validator_key_path.stat().st_mode) == 0o600


def test_a_backup_is_its_owner_s_alone_and_never_overwrites(node, backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with pytest.raises(FolderError, match="exists"):
        back_up(node, backup)


def test_a_backup_holds_no_key_unless_asked(node, tmp_path):
    back_up(node, tmp_path / "plain")
    with tarfile.open(tmp_path / "plain") as archive:
        names = archive.getnames()
        assert not read_manifest(archive, tmp_path / "plain").has_keys
    assert not [name for name in names if name.endswith(".key") or "_key" in name]


def test_the_keys_of_the_folder_go_on_where_the_backup_has_none(network, node, tmp_path):
    key = ValidatorKey.load(node.validator_key_path).public_key
    back_up(node, tmp_path / "plain")
    restored = restore(network, tmp_path / "plain")
    assert ValidatorKey.load(restored.validator_key_path).public_key == key


def test_without_keys_anywhere_nothing_is_restored(network, node, tmp_path):
    back_up(node, tmp_path / "plain")
    lose(node)
    with pytest.raises(FolderError, match="--with-keys"):
        restore(network, tmp_path / "plain")
    assert not node.path.exists()


def test_an_older_signing_state_is_refused_with_both_heights(network, node, backup):
    sign(node, 11)
    with pytest.raises(RestoreRefused, match=r"has signed height 11.*knows of height 10"):
        restore(network, backup)
    assert height_of(node) == 11


def test_a_later_round_or_step_of_the_same_height_is_newer(network, node, backup):
    node.signing_state_path.write_text('{"height": "10", "round": 1, "step": 1}')
    with pytest.raises(RestoreRefused, match="round 1, step 1"):
        restore(network, backup)


def test_the_newer_signing_state_can_be_kept(network, node, backup):
    sign(node, 11)
    restore(network, backup, keep_signing_state=True)
    assert height_of(node) == 11


def test_what_was_replaced_is_kept_aside(network, node, backup):
    (node.path / "mine").write_text("x")
    restore(network, backup)
    (kept,) = (network.path / REPLACED).iterdir()
    assert (kept / "mine").read_text() == "x"
    assert not (node.path / "mine").exists()


def test_a_folder_that_lost_its_signing_state_is_not_given_an_older_one(network, node, backup):
    node.signing_state_path.unlink()
    with pytest.raises(RestoreRefused, match=r"is missing.*--new-validator-key"):
        restore(network, backup)


def test_a_new_validator_key_has_signed_nothing_and_only_observes(network, node, backup):
    key = ValidatorKey.load(node.validator_key_path).public_key
    node.signing_state_path.unlink()
    restored = restore(network, backup, new_validator_key=True)
    assert ValidatorKey.load(restored.validator_key_path).public_key != key
    assert height_of(restored) == 0
    assert restored.settings().kind is NodeKind.OBSERVER


def test_a_folder_with_another_validator_key_is_not_written_over(network, node, backup):
    node.validator_key_path.unlink()
    ValidatorKey.generate().save(node.validator_key_path)
    with pytest.raises(RestoreRefused, match="another validator key"):
        restore(network, backup)


def test_a_backup_of_another_network_is_refused(make, backup):
    with pytest.raises(RestoreRefused, match="restore it where it belongs"):
        restore(make(name="other"), backup)


def test_a_backup_without_a_signing_state_is_refused(network, node, backup, tmp_path):
    with tarfile.open(backup) as archive, tarfile.open(tmp_path / "less", "w:gz") as less:
        for member in archive.getmembers():
            if "priv_validator_state" not in member.name:
                less.addfile(member, archive.extractfile(member))
    lose(node)
    with pytest.raises(RestoreRefused, match="holds no data/priv_validator_state"):
        restore(network, tmp_path / "less")
    assert not node.path.exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b\x08\x00" + b"\0" * 20])
def test_what_is_no_backup_is_refused(network, tmp_path, content):
    (tmp_path / "it").write_bytes(content)
    with pytest.raises(FolderError):
        restore(network, tmp_path / "it")


def test_an_archive_that_is_cut_short_changes_nothing(network, node, backup, tmp_path):
    (tmp_path / "cut").write_bytes(backup.read_bytes()[:-200])
    before = sorted(network.path.rglob("*"))
    with pytest.raises(FolderError):
        restore(network, tmp_path / "cut")
    assert sorted(network.path.rglob("*")) == before


def test_nothing_of_an_archive_lands_outside_the_node_s_folder(network, node, backup, tmp_path):
    with tarfile.open(backup) as archive, tarfile.open(tmp_path / "bad", "w:gz") as bad:
        for member in archive.getmembers():
            bad.addfile(member, archive.extractfile(member))
        for name in ("data/../../../evil", "/evil", "stray"):
            extra = tarfile.TarInfo(name)
            bad.addfile(extra)
    with pytest.raises(FolderError):
        restore(network, tmp_path / "bad")
    assert not list(tmp_path.rglob("evil"))


def test_a_running_validator_s_backup_brings_back_no_signing_state(running, tmp_path):
    """The machine is gone, and nobody knows what it signed after the backup."""
    node = running.node("b-1")
    until(running, lambda found: found.nodes[1].height > 1)
    manifest = back_up(node, tmp_path / "live", with_keys=True)
    assert manifest.was_running
    assert not manifest.has_engine_data
    assert manifest.height > 0
    with pytest.raises(FolderError, match="stop it first"):
        restore(running, tmp_path / "live")
    until(running, lambda found: found.nodes[1].height > int(manifest.signing.height) + 1)
    processes.stop([node])
    with pytest.raises(RestoreRefused, match="has signed height"):
        restore(running, tmp_path / "live")
    kept = node.path.rename(running.path / "kept")
    try:
        with pytest.raises(RestoreRefused, match="was made while b-1 ran"):
            restore(running, tmp_path / "live")
    finally:
        kept.rename(node.path)
        processes.start([node])


@pytest.fixture
def still(running, tmp_path):
    """Return a validator that is stopped, its backup, and the height that it had signed."""
    node = running.node("b-1")
    processes.stop([node])
    manifest = back_up(node, tmp_path / "still", with_keys=True)
    assert manifest.has_engine_data
    yield node, tmp_path / "still", int(manifest.signing.height)
    processes.start([node])


def test_a_backup_is_refused_once_the_chain_has_a_later_vote(running, still):
    node, backup, signed = still
    processes.start([node])
    address = ValidatorKey.load(node.validator_key_path).address
    until(running, lambda found: last_vote(running.node("a-1"), address, after_height=signed) is not None)
    processes.stop([node])
    kept = node.path.rename(running.path / "kept")
    try:
        with pytest.raises(RestoreRefused, match=f"has its vote for height .* knows of height {signed}"):
            restore(running, backup)
    finally:
        kept.rename(node.path)


def test_a_validator_that_is_lost_while_the_chain_goes_on_signs_again_above_it(running, still):
    node, backup, signed = still
    until(running, lambda found: found.nodes[0].height > signed + 1)
    lost = node.path.rename(running.path / "lost")
    newest = newest_height(running.node("a-1"))
    try:
        restore(running, backup)
    except RestoreRefused:
        lost.rename(node.path)
        raise
    assert height_of(node) >= newest + HEIGHTS_ABSTAINED
    processes.start([node])
    address = ValidatorKey.load(node.validator_key_path).address
    until(running, lambda found: last_vote(running.node("a-1"), address, after_height=newest) is not None)
    first = first_vote(running.node("a-1"), address, after_height=signed)
    assert first > newest + 1


def test_a_stopped_validator_goes_on_from_its_backup(running, still):
    node, backup, signed = still
    restore(running, backup)
    assert height_of(node) == signed
    processes.start([node])
    found = until(running, lambda found: found.nodes[1].state == "running" and found.nodes[1].agrees)
    assert found.nodes[1].signs


def test_a_node_that_does_not_answer_cannot_tell_what_was_signed(running, still):
    node, backup, _ = still
    lost = node.path.rename(running.path / "set-aside")
    other = running.node("a-1")
    settings = other.settings()
    wrong = replace(settings.ports, rpc=free_ports(1)[0])
    other.write_settings(replace(settings, ports=wrong))
    try:
        with pytest.raises(RestoreRefused, match="a-1 cannot be asked what was signed"):
            restore(running, backup)
    finally:
        other.write_settings(settings)
        lost.rename(node.path)
