"""A day by auction on a real solo ledger: every home with its own key over TLS."""

import json
import time

import numpy as np
import pytest

from tests.market.auction.day.conftest import random_community
from wattloom.market.auction.day.run import last_day_s, run_day
from wattloom.market.auction.day.summary import as_json
from wattloom.network.solo import LedgerFolder, LedgerFolderError
from wattloom.network.solo.verify import verify_ledger


def silent(_):
    pass


def test_every_check_of_a_day_holds(kept):
    day, *_ = kept
    assert {check.name: check.holds for check in day.checks} == {
        "energy balances": True,
        "money is conserved": True,
        "nobody loses": True,
        "ledger verified": True,
    }
    assert day.missed == 0


def test_neighbours_trade_and_the_community_saves(kept):
    day, *_ = kept
    assert 500 < day.traded_wh <= day.surplus_wh
    assert day.cost_with_auction < day.cost_alone - 0.01


def test_what_books_and_requests_traded_is_what_homes_traded(kept):
    day, *_ = kept
    assert day.volume_wh.sum() + day.supplied_wh == day.traded_wh
    needed = sum(np.maximum(home.expected_wh, 0).sum() for home in day.homes)
    assert day.volume_wh.sum() + day.requested_wh == needed


def test_prices_lie_between_what_the_grid_pays_and_charges(kept):
    day, *_ = kept
    traded = day.volume_wh > 0
    assert traded.any()
    assert (day.feed_in[traded] <= day.price[traded]).all()
    assert (day.price[traded] <= day.grid[traded]).all()


def test_every_step_is_told_and_every_slot_counted(kept):
    _, _, steps, slots = kept
    assert [step.split()[0] for step in steps] == ["every", "the", "homes", "homes", "meters", "the"]
    assert slots == [0, 1, 2, 3]


def test_the_days_ledger_ends_before_the_present_and_can_be_verified(kept):
    day, folder, *_ = kept
    found = verify_ledger(LedgerFolder(folder), genesis_hash=bytes.fromhex(day.ledger.genesis_hash))
    assert (found.height, found.app_hash.hex()) == (day.ledger.blocks, day.ledger.state_root)


def test_the_day_is_over_by_the_machines_clock():
    community = random_community(3, slots=4)
    begins_s = last_day_s(community)
    assert begins_s % 86_400 == 0
    assert begins_s + 4 * 3_600 <= time.time() - 3_600 < begins_s + 86_400 + 4 * 3_600


def test_the_json_has_the_figures_of_the_day(kept):
    day, *_ = kept
    told = json.loads(json.dumps(as_json(day)))
    assert told["cost_with_auction"] < told["cost_alone"]
    assert told["strategy"] == "random"
    assert sum(int(home["neighbours_nano"]) for home in told["homes"].values()) == 0
    assert sum(sum(home["neighbours_wh"]) for home in told["homes"].values()) == 0
    assert told["transactions"] == day.ledger.transactions > 4 * len(day.homes)
    assert all(told["checks"].values())


def test_a_day_on_a_folder_in_use_is_refused_before_anything_is_written(tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(LedgerFolderError, match="is not empty"):
        run_day(random_community(3, slots=2), tmp_path, tell=silent, progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 5))
def test_every_check_holds_on_many_communities(tmp_path, seed):
    day = run_day(random_community(seed, slots=24), tmp_path / "ledger", tell=silent, progress=silent)
    assert not day.failed
    assert day.missed == 0
