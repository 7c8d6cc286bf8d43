"""Real processes are killed; no one-time key ever signs twice."""

import signal
import subprocess
import sys
from collections import defaultdict
from hashlib import sha256

import pytest
from msgspec.structs import replace

from tests.chaincode.existence.world import RELAYER, RULES, World
from tests.market.meter.fleet import vouched
from tests.market.meter.test_restoring import Backup
from wattloom.market.meter.meter import Meter

VICTIM = "tests.market.meter.victim"


def subject(number):
    return sha256(str(number).encode()).digest()


@pytest.fixture
def ledger():
    return World(rules=replace(RULES, depth=6))


@pytest.fixture
def epoch(folder, ledger):
    with Meter(folder) as meter:
        return vouched(meter, ledger)


def run(folder, epoch, first, *step, lines=0):
    """Let a process sign, kill it once it has told of so many receipts, and return all that it told of."""
    command = [sys.executable, "-m", VICTIM, str(folder), str(epoch.number), str(first), *step]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        told = [process.stdout.readline() for _ in range(lines)]
        if not step:
            process.kill()
        told += process.stdout.readlines()
        assert process.wait() == -signal.SIGKILL
    return [(key, int(number)) for key, number in (line.split() for line in told if line.endswith("\n"))]


def killed_again_and_again(folder, ledger, epoch, rounds):
    signed = defaultdict(set)
    first = 0
    for lines in rounds:
        for key, number in run(folder, epoch, first, lines=lines):
            signed[key].add(number)
            first = max(first, number)  # the last one is asked for again, as after any crash
    assert all(len(numbers) == 1 for numbers in signed.values())
    with Meter(folder) as meter:
        assert meter.discarded == 0
        used = (1 << epoch.depth) - meter.left(epoch.number)
        assert len(signed) <= used <= len(signed) + len(rounds)
        for number in {number for numbers in signed.values() for number in numbers}:
            receipt = meter.receipt(epoch=epoch.number, subject=subject(number), energy_wh=number)
            assert signed[sha256(receipt.public_key).hexdigest()] == {number}
            ledger.submit(RELAYER, "existence:spend", receipt)


def test_a_meter_that_is_killed_uses_no_key_twice(folder, ledger, epoch):
    killed_again_and_again(folder, ledger, epoch, rounds=[1, 7, 3])


@pytest.mark.soak
def test_a_meter_that_is_killed_often_uses_no_key_twice(folder, ledger, epoch):
    killed_again_and_again(folder, ledger, epoch, rounds=[1 + n % 2 for n in range(20)])


@pytest.mark.parametrize("step", ["anchor", "sign"])
def test_a_key_whose_signing_was_cut_short_signs_for_nothing_else(folder, ledger, epoch, step):
    assert run(folder, epoch, 0, step) == []
    with Meter(folder) as meter:
        assert meter.discarded == 0
        assert meter.left(epoch.number) == 63
        receipts = [
            meter.receipt(epoch=epoch.number, subject=subject(number), energy_wh=number)
            for number in range(64)
        ]
        assert meter.left(epoch.number) == 0
    assert len({receipt.public_key for receipt in receipts}) == 64
    ledger.submit(RELAYER, "existence:spend", receipts[0])


def test_a_key_that_signs_after_a_crash_is_not_forgotten_by_a_backup_from_before(folder, epoch):
    backup = Backup(folder)
    assert run(folder, epoch, 0, "anchor") == []
    with Meter(folder) as meter:
        meter.receipt(epoch=epoch.number, subject=subject(0), energy_wh=0)
    backup.restore()
    with Meter(folder) as meter:
        assert meter.discarded == 1
