"""A power loss takes what was not synced, in any order: what was acknowledged is still there."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.network.crash.storage import Disk
from tests.network.crash.trial import REPOSITORY
from wattloom.network.solo import LedgerFolder, SoloEngine
from wattloom.network.solo.verify import verify_ledger


@pytest.fixture
def make_disk(shim, tmp_path):
    def make(root):
        journal = tmp_path / "journal"
        journal.unlink(missing_ok=True)
        return Disk(shim, root=root, journal=journal)

    return make


def lose_power(trial, make_disk, *options, kill_at=None, reorderings=1):
    """Kill the ledger, try what its disk may then hold, go on with the least; return what was at risk."""
    disk = make_disk(trial.folder.path)
    after_s = None if options or kill_at else trial.draw.uniform(0, 0.4)
    environment = disk.environment(kill_at=kill_at)
    crash = trial.crash(trial.make_load(150), *options, after_s=after_s, environment=environment)
    assert crash.exit_code == -signal.SIGKILL
    unsynced = disk.unsynced()
    assert unsynced.syncs, "the shim saw no sync"
    for number in range(reorderings):
        folder = trial.copy_to(trial.path / f"copy-{number}")
        unsynced.drop_some(disk.root, folder.path, trial.draw)
        trial.survive(crash, folder)
        trial.verify(folder)
        shutil.rmtree(folder.path)
    unsynced.drop_all(disk.root, disk.root)
    trial.survive(crash)
    return unsynced


def lose_power_often(trial, make_disk, *, rounds, reorderings):
    at_risk = 0
    for _ in range(rounds):
        lose_power(trial, make_disk, reorderings=reorderings)
        nth = str(trial.draw.randint(1, 6))
        lose_power(trial, make_disk, "--die-at", "durable", "--nth", nth, reorderings=reorderings)
        for _ in range(4):
            kill_at = trial.draw.randint(20, 80)
            at_risk += lose_power(trial, make_disk, kill_at=kill_at, reorderings=reorderings).block_count
    trial.verify()
    assert at_risk, "no crash fell between a write and its sync"
    assert len(trial.acknowledged) > 10 * rounds


def test_what_is_acknowledged_survives_the_loss_of_all_that_was_not_synced(make_trial, make_disk):
    lose_power_often(make_trial(20), make_disk, rounds=1, reorderings=1)


@pytest.mark.soak
def test_what_is_acknowledged_survives_many_losses_of_what_was_not_synced(make_trial, make_disk):
    lose_power_often(make_trial(21), make_disk, rounds=10, reorderings=3)


@pytest.mark.soak
def test_a_loss_of_power_before_any_of_the_writes_and_syncs_of_some_blocks_is_survived(make_trial, make_disk):
    trial = make_trial(22)
    for operation in range(10, 60):
        lose_power(trial, make_disk, kill_at=operation)
    trial.verify()


def test_a_store_that_does_not_sync_is_found_out(make_trial, make_disk):
    trial = make_trial(23)
    disk = make_disk(trial.folder.path)
    crash = trial.crash(trial.make_load(40), "--sloppy", environment=disk.environment())
    assert len(crash.acks) == 40
    trial.examine()  # a kill alone takes nothing from it
    disk.unsynced().drop_all(disk.root, disk.root)
    with pytest.raises(AssertionError, match="an acknowledged one is lost"):
        trial.examine()


def test_a_ledger_that_was_just_made_survives_with_its_first_transaction(shim, tmp_path, make_disk):
    disk = make_disk(tmp_path / "disk")
    disk.root.mkdir()
    founder = subprocess.run(
        [sys.executable, "-m", "tests.network.crash.founder", disk.root / "ledger"],
        cwd=REPOSITORY,
        env={**os.environ, **disk.environment()},
        stdout=subprocess.PIPE,
        check=False,
    )
    assert founder.returncode == -signal.SIGKILL
    tx_id = bytes.fromhex(founder.stdout.split()[1].decode())
    disk.unsynced().drop_all(disk.root, disk.root)
    folder = LedgerFolder(disk.root / "ledger")
    assert verify_ledger(folder).transactions == 1
    with SoloEngine(folder) as engine:
        assert engine.committed(tx_id).status == 0
