"""Damage below the store: bits of the data file flip. Any failure may follow, but never a clean ledger."""

import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.network.community import Community
from tests.network.solo.day import make_day
from wattloom.network.solo import LedgerFolder

REPOSITORY = Path(__file__).parents[3]
PAGE_BYTES = 4096


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    return make_day(tmp_path_factory.mktemp("day") / "ledger", Community())


def judge(folder, flips):
    """Return what became of each flip; one that kills the reading process is `died`, and another goes on."""
    answers = []
    while len(answers) < len(flips):
        asked = "".join(f"{at} {bit}\n" for at, bit in flips[len(answers) :])
        scratch = folder.path.with_name("scratch")
        shutil.copytree(folder.path, scratch)
        reader = subprocess.run(
            [sys.executable, "-m", "tests.network.solo.flipper", scratch],
            cwd=REPOSITORY,
            input=asked,
            capture_output=True,
            text=True,
            check=False,
        )
        shutil.rmtree(scratch)
        answers += reader.stdout.splitlines()
        if reader.returncode:
            assert reader.returncode < 0, reader.stderr  # a signal: the storage engine trusts its pages
            answers.append("died")
    return answers


def used_bytes(folder: LedgerFolder):
    """Return places in the data file that hold something."""
    data = (folder.data_path / "data.mdb").read_bytes()
    return [at for at, byte in enumerate(data) if byte]


def flips_are_never_called_clean(day, *, count):
    draw = random.Random(count)
    flips = [(at, draw.randrange(8)) for at in draw.sample(used_bytes(day), k=count)]
    found = Counter(judge(day, flips))
    assert "different" not in found, found
    assert found["LedgerRejected"] > found.total() / 10, "too few of the flips fell on anything that counts"


def test_flipped_bits_of_the_data_file_are_never_called_clean(day):
    flips_are_never_called_clean(day, count=150)


@pytest.mark.soak
def test_thousands_of_flipped_bits_of_the_data_file_are_never_called_clean(day):
    flips_are_never_called_clean(day, count=5_000)


def test_a_flip_in_the_head_of_the_data_file_is_an_error_or_gives_an_earlier_end_of_the_chain(day):
    heads = [(at, at % 8) for page in (0, PAGE_BYTES) for at in range(page, page + 152, 3)]
    found = Counter(judge(day, heads))
    assert "different" not in found, found
    assert set(found) - {"same", "shorter"}, "no flip fell on anything that counts"
