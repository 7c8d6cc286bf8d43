import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.network.community import Community
from tests.network.solo.day import make_day
from tests.replay.roots import replay
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.day.run import run_day
from wattloom.network.chain.block import Block
from wattloom.network.solo import LedgerFolder
from wattloom.network.solo.blocks import read_block

ROOT = Path(__file__).parents[2]


def trading_day(path):
    community = synthetic_community(homes=3, slots=4)
    run_day(community, path, tell=lambda _: None, progress=lambda _: None)
    return LedgerFolder(path)


@pytest.fixture(scope="module", params=["trials", "installed"], ids=["everything", "market day"])
def contracts(request):
    return request.param


@pytest.fixture(scope="module")
def ledger(contracts, tmp_path_factory):
    path = tmp_path_factory.mktemp("replay") / "ledger"
    return make_day(path, Community()) if contracts == "trials" else trading_day(path)


@pytest.fixture(scope="module")
def signed_roots(ledger):
    """The state roots that the validator signed: that of each height stands in the next header."""
    roots = []
    with ledger.read_store() as store, store.snapshot() as snapshot:
        while (record := read_block(snapshot, len(roots) + 1)) is not None:
            roots.append(Block.decode(record.block).header.app_hash.hex())
    assert len(roots) > 5
    return roots


def roots_elsewhere(ledger, contracts, hash_seed, python=sys.executable):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [python, "-m", "tests.replay.roots", str(ledger.path), contracts]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("hash_seed", ["0", "1", "4242"])
def test_another_process_under_another_hash_seed_finds_the_same_root_at_every_height(
    ledger, contracts, signed_roots, hash_seed
):
    roots = roots_elsewhere(ledger, contracts, hash_seed)
    assert roots[:-1] == signed_roots
    assert roots == replay(ledger, contracts)


def other_pythons():
    """Interpreters to try: those that `WATTLOOM_PYTHONS` lists as PATH would, else those found on PATH."""
    named = os.environ.get("WATTLOOM_PYTHONS", "")
    found = (
        named.split(os.pathsep) if named else map(shutil.which, ("python3.11", "python3.12", "python3.13"))
    )
    return [python for python in found if python]


def version_of(python):
    """Return the version of an interpreter; None where what a ledger depends on is missing."""
    answer = subprocess.run(
        [python, "-c", "import sys, tests.replay.roots; print(*sys.version_info[:2])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return tuple(map(int, answer.stdout.split())) if answer.returncode == 0 else None


def test_other_python_versions_find_the_same_root_at_every_height(ledger, contracts, signed_roots):
    versions = {python: version_of(python) for python in other_pythons()}
    others = [python for python, version in versions.items() if version not in (None, sys.version_info[:2])]
    if not others:
        pytest.skip("no other supported Python with the dependencies is here: name one in WATTLOOM_PYTHONS")
    for python in others:
        assert roots_elsewhere(ledger, contracts, "0", python)[:-1] == signed_roots
