"""A folder out of a backup does not know which keys were used since; so none of them is used."""

import shutil
from hashlib import sha256

import pytest

from tests.chaincode.existence.world import RELAYER
from tests.market.meter.fleet import prepared, vouched
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.existence.messages import Received
from wattloom.market.meter.errors import MeterUnusable, NoKeyLeft
from wattloom.market.meter.meter import Meter, anchor_beside


def subject(number):
    return sha256(bytes([number])).digest()


class Backup:
    """A copy of a meter's folder, or of the folder and its anchor."""

    def __init__(self, folder):
        self.folder, self.copy = folder, folder.with_name("backup")
        shutil.copytree(folder, self.copy)
        self.anchor = anchor_beside(folder).read_bytes()

    def restore(self, *, with_anchor=False):
        shutil.rmtree(self.folder)
        shutil.copytree(self.copy, self.folder)
        if with_anchor:
            anchor_beside(self.folder).write_bytes(self.anchor)


@pytest.fixture
def epoch(folder, ledger):
    with Meter(folder) as meter:
        return vouched(meter, ledger, trees=2)


def receipts(folder, epoch, numbers):
    with Meter(folder) as meter:
        return [meter.receipt(epoch=epoch.number, subject=subject(n), energy_wh=n) for n in numbers]


def test_a_restored_meter_discards_its_trees(folder, epoch):
    receipts(folder, epoch, range(3))
    backup = Backup(folder)
    receipts(folder, epoch, range(3, 5))
    backup.restore()
    with Meter(folder) as meter:
        assert meter.discarded == 2
        assert meter.left(epoch.number) == 0
        with pytest.raises(NoKeyLeft, match="2 trees were discarded after a restored backup"):
            meter.receipt(epoch=epoch.number, subject=subject(9), energy_wh=9)
        with pytest.raises(NoKeyLeft):
            meter.receipt(epoch=epoch.number, subject=subject(0), energy_wh=0)


def test_what_was_discarded_stays_discarded(folder, epoch):
    backup = Backup(folder)
    receipts(folder, epoch, range(1))
    backup.restore()
    Meter(folder).close()
    with Meter(folder) as meter:
        assert meter.discarded == 0
        assert meter.left(epoch.number) == 0


def test_a_restored_meter_has_trees_again_in_the_next_epoch(folder, ledger, epoch):
    backup = Backup(folder)
    receipts(folder, epoch, range(1))
    backup.restore()
    ledger.refill()
    with Meter(folder) as meter:
        following = vouched(meter, ledger)
        ledger.submit(
            RELAYER,
            "existence:spend",
            meter.receipt(epoch=following.number, subject=subject(7), energy_wh=7),
        )


def test_a_meter_without_its_anchor_counts_as_restored(folder, epoch):
    anchor_beside(folder).unlink()
    with Meter(folder) as meter:
        assert meter.discarded == 2


def test_a_backup_since_which_nothing_was_signed_is_as_good_as_the_folder(folder, epoch):
    backup = Backup(folder)
    backup.restore()
    with Meter(folder) as meter:
        assert meter.discarded == 0
        assert meter.left(epoch.number) == 32


def test_the_ledger_finds_out_a_meter_whose_anchor_was_restored_too(folder, ledger, epoch):
    backup = Backup(folder)
    spent = receipts(folder, epoch, range(1))[0]
    ledger.submit(RELAYER, "existence:spend", spent)
    backup.restore(with_anchor=True)
    with Meter(folder) as meter:
        assert meter.discarded == 0
        assert meter.heed(told(ledger)) == 2
        assert meter.left(epoch.number) == 0


def told(ledger):
    """What the ledger tells everybody who follows it."""
    return [decode(event.payload, Received) for event in ledger.events if event.name == "received"]


def test_receipts_that_are_ours_or_others_alarm_nobody(folder, ledger, epoch, tmp_path):
    ledger.submit(RELAYER, "existence:spend", receipts(folder, epoch, range(1))[0])
    other = prepared(tmp_path / "other", 1)
    with Meter(folder) as meter:
        assert meter.heed(told(ledger)) == 0
        assert meter.left(epoch.number) == 31
    with Meter(other) as meter:
        assert meter.heed(told(ledger)) == 0


def test_an_anchor_that_is_none_is_named(folder, epoch):
    anchor_beside(folder).write_text("seven")
    with pytest.raises(MeterUnusable, match="is no anchor"):
        Meter(folder)


def test_an_anchor_may_stand_on_another_disk(tmp_path):
    away = tmp_path / "nvram" / "counter"
    folder = prepared(tmp_path / "meter", anchor=away)
    assert away.stat().st_mode & 0o777 == 0o600
    with Meter(folder, anchor=away) as meter:
        assert meter.discarded == 0
