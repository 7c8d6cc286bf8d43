import json
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from tests.market.data.samples import SHARED, needs_shared_data
from tests.market.transactive.marketplace import small_community
from wattloom.chaincode.transactive.records import Phase
from wattloom.market.data.folder import read_community
from wattloom.market.day.run import run_day
from wattloom.market.homes.central import solve_central
from wattloom.market.report import as_json
from wattloom.network.solo import LedgerFolder, LedgerFolderError
from wattloom.network.solo.verify import verify_ledger


def silent(_):
    pass


def test_every_check_of_a_day_holds(kept):
    day, *_ = kept
    assert {check.name: check.holds for check in day.checks} == {
        "optimal before rounding": True,
        "optimal after rounding": True,
        "bills balance": True,
        "energy balances": True,
        "nobody loses": True,
        "ledger verified": True,
    }


def test_a_day_reaches_the_central_optimum_of_its_community(kept):
    day, *_ = kept
    optimum = solve_central(small_community(homes=4, slots=8).homes)
    assert day.cost_before_rounding == pytest.approx(optimum.cost, rel=1e-6)
    assert day.cost_with_trading == pytest.approx(optimum.cost, rel=1e-4)
    assert day.cost_with_trading < day.cost_alone - 0.05


def test_bills_and_trades_balance_to_the_last_unit(kept):
    day, *_ = kept
    assert sum(home.bill_nano for home in day.homes) == 0
    assert not np.sum([home.trade_wh for home in day.homes], axis=0).any()
    assert sum(map(abs, day.homes[0].trade_wh)) > 100


def test_nobody_loses_beyond_the_rounding_bound(kept):
    day, *_ = kept
    assert all(home.saving >= -home.rounding_bound for home in day.homes)


def test_a_bill_is_the_trade_at_the_price_that_is_shown(kept):
    day, *_ = kept
    for home in day.homes:
        shown_nano = float(np.dot(home.trade_wh, day.price * 1e6))
        half_nano_per_wh = np.abs(home.trade_wh).sum() / 2
        assert home.bill_nano == pytest.approx(shown_nano, abs=half_nano_per_wh)


def test_every_step_is_told_and_every_iteration_shown_in_order(kept):
    day, _, steps, views = kept
    assert [step.split()[0] for step in steps] == ["every", "the", "the", "homes", "homes", "the"]
    assert views[-1].progress.phase is Phase.SETTLED
    assert views[-1].progress.iteration == day.iterations
    assert all(one.progress.iteration <= other.progress.iteration for one, other in pairwise(views))


def test_the_kept_ledger_is_the_one_that_was_counted(kept):
    day, folder, *_ = kept
    verified = verify_ledger(LedgerFolder(folder), genesis_hash=bytes.fromhex(day.ledger.genesis_hash))
    assert (verified.height, verified.transactions) == (day.ledger.blocks, day.ledger.transactions)
    assert verified.app_hash.hex() == day.ledger.state_root


@pytest.mark.parametrize("seed", ["1", "77"])
def test_another_process_with_another_hash_seed_finds_the_same_state_root(kept, seed):
    day, folder, *_ = kept
    arguments = ["ledger", "verify", str(folder), "--json", "--genesis-hash", day.ledger.genesis_hash]
    told = subprocess.run(
        [sys.executable, "-c", "from wattloom.cli import main; main()", *arguments],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
        text=True,
    )
    assert day.ledger.state_root in told.stdout
    json.loads(told.stdout)


def test_the_json_has_the_figures_of_the_day(kept):
    day, *_ = kept
    told = json.loads(json.dumps(as_json(day)))
    assert told["homes"] == 4
    assert told["iterations"] == day.iterations > 10
    assert told["cost_with_trading"] < told["cost_alone"]
    assert told["central_optimum"] == pytest.approx(told["cost_with_trading"], rel=1e-4)
    assert set(told["bills"]) == {home.home for home in day.homes}
    assert sum(told["bills"].values()) == pytest.approx(0.0, abs=1e-9)
    assert sum(map(int, told["bills_nano"].values())) == 0
    assert told["blocks"] == day.ledger.blocks > 10
    assert told["transactions"] > 4 * day.iterations
    assert 0 < told["seconds"] < 60


def test_a_day_on_a_folder_in_use_is_refused_before_anything_is_written(tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(LedgerFolderError, match="is not empty"):
        run_day(small_community(), tmp_path, tell=silent, progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 9))
def test_every_check_holds_on_many_communities(tmp_path, seed):
    community = small_community(homes=10, slots=24, seed=seed)
    assert not run_day(community, tmp_path / "ledger", tell=silent, progress=silent).failed


@pytest.mark.soak
@needs_shared_data
def test_every_check_holds_on_real_homes(tmp_path):
    assert not run_day(read_community(SHARED), tmp_path / "ledger", tell=silent, progress=silent).failed
