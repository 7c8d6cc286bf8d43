from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from typer.testing import CliRunner

from wattloom.market.linking import commands
from wattloom.market.linking.observer import CLUES, accuse
from wattloom.market.linking.scores import SETTINGS, score, table
from wattloom.market.linking.village import Setting, live

SMALL = Setting(meters=40, days=5)
CHANCE_AT_MOST = 0.1
"""Four times what naming one of forty blindly gives."""


def measured(**changes):
    return score(replace(SMALL, **changes), villages=2)


@pytest.fixture(scope="module")
def usual():
    return measured()


def test_who_hands_in_when_trees_appear_and_readings_name_nobody(usual):
    for clue in ("creator", "publication", "readings"):
        assert usual.by_clue[clue] < CHANCE_AT_MOST


def test_habits_name_more_than_chance_does(usual):
    assert usual.by_clue["time"] > usual.chance
    assert usual.by_clue["amount"] > usual.chance
    assert usual.together > max(usual.by_clue.values())


class TestPositiveControls:
    def test_one_tree_throughout_links_every_receipt_of_a_meter_and_names_most(self, usual):
        control = measured(trees_per_day=0, days=30)
        assert control.pairs == 1.0
        assert control.together > 0.75
        assert control.together > usual.together

    def test_meters_that_hand_in_by_themselves_are_named(self):
        assert measured(relayed=False).by_clue["creator"] == 1.0

    def test_trees_that_are_published_as_they_are_signed_name_their_meters(self):
        assert measured(trees_batched=False).by_clue["publication"] > 0.95

    def test_exact_amounts_beside_public_readings_name_their_meters(self):
        assert measured(own_amounts=True, unit_wh=1).by_clue["readings"] > 0.95


class TestWhatItDependsOn:
    def test_smaller_trees_link_less_and_name_less(self, usual):
        four = measured(trees_per_day=4)
        assert four.pairs < usual.pairs / 3
        assert four.together < usual.together

    def test_a_larger_village_hides_better(self, usual):
        assert usual.together < measured(meters=10).together

    def test_a_relay_that_runs_once_a_day_takes_time_away(self):
        rare = measured(relay_every=48)
        assert rare.by_clue["time"] < CHANCE_AT_MOST

    def test_coarser_amounts_say_less(self, usual):
        assert measured(unit_wh=5_000).by_clue["amount"] < usual.by_clue["amount"]


def test_a_clue_that_says_nothing_names_as_chance_does():
    village = live(Setting(meters=50, days=40), 3)
    named = accuse(village, np.zeros((len(village.tree_meter), 50)), 1)
    assert np.mean(named == village.tree_meter) == pytest.approx(1 / 50, abs=0.012)


@pytest.mark.parametrize("clue", ["time", "amount"])
def test_habits_are_read_from_trees_and_not_from_their_meters(clue):
    village = live(replace(SMALL, meters=8, days=3), 5)
    turned = replace(village.receipts, meter=np.roll(village.receipts.meter, 1))
    blinded = replace(village, receipts=turned, tree_meter=np.roll(village.tree_meter, 1))
    assert np.array_equal(CLUES[clue](village), CLUES[clue](blinded))


def test_the_same_seed_gives_the_same_village():
    first, second = live(SMALL, 1), live(SMALL, 1)
    assert np.array_equal(first.receipts.energy_wh, second.receipts.energy_wh)
    assert not np.array_equal(first.tree_answered, live(SMALL, 2).tree_answered)


def test_every_setting_is_measured_by_the_command(tmp_path, monkeypatch):
    few = {name: replace(setting, meters=5, days=1) for name, setting in list(SETTINGS.items())[:3]}
    monkeypatch.setattr(commands, "table", partial(table, few))
    figures = tmp_path / "figures.json"
    result = CliRunner().invoke(commands.app, ["--villages", "1", "--figures", str(figures)])
    assert result.exit_code == 0, result.output
    assert figures.read_text().count('"setting"') == 3
