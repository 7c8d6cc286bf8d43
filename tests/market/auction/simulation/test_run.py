"""Runs: what is conserved, what changes nothing, and that a real ledger comes to the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.market.auction.simulation.samples import SMALL, outcome
from wattloom.chaincode.auction.matching import Pricing
from wattloom.market.auction.simulation.memory import InMemory
from wattloom.market.auction.simulation.setup import Form
from wattloom.market.auction.simulation.solo import on_solo
from wattloom.market.auction.strategies import StrategyName
from wattloom.network.solo import LedgerFolder
from wattloom.network.solo.verify import verify_ledger

CHANGES = st.fixed_dictionaries(
    {
        "users": st.integers(2, 12),
        "share": st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]),
        "form": st.sampled_from(Form),
        "strategy": st.sampled_from(StrategyName),
        "pricing": st.sampled_from(Pricing),
        "keeps_own": st.booleans(),
        "seed": st.integers(0, 1_000),
    }
)
ONE_HOUR_IN_ANOTHER = 1.01
"""A request that crosses an hour flows evenly at the mean of two prices, while loads change with the hour."""
FORMS = pytest.mark.parametrize("form", list(Form))


@settings(max_examples=15, deadline=None)
@given(CHANGES)
def test_energy_and_money_are_conserved_and_nobody_pays_more_than_the_grid_alone(changes):
    found = outcome(**changes)
    assert found.money_kept
    served_kwh = found.used_kwh - found.needed_kwh
    left = found.generated_kwh - served_kwh - found.traded_kwh - found.fed_in_kwh - found.left_kwh
    assert abs(left) < 1e-6
    grid_kwh = sum(found.grid_wh) * found.setup.users / 1000
    assert abs(found.needed_kwh - found.traded_kwh - grid_kwh) < 1e-6
    for costs in (found.consumers, found.generators):
        assert costs.market <= costs.original * ONE_HOUR_IN_ANOTHER


@FORMS
def test_the_same_seed_gives_the_same_figures_and_another_others(form):
    assert outcome(form=form) == outcome(form=form)
    assert outcome(form=form).need_wh != outcome(form=form, seed=2).need_wh


@FORMS
@pytest.mark.parametrize("block_calls", [1, 7])
def test_how_many_calls_a_block_takes_changes_nothing(form, block_calls):
    assert outcome(InMemory(block_calls=block_calls), form=form) == outcome(form=form)


@FORMS
def test_a_solo_ledger_comes_to_the_same_and_verifies(form, tmp_path):
    with on_solo(tmp_path / "ledger") as ledger:
        found = outcome(ledger, form=form, users=4)
    assert found == outcome(form=form, users=4)
    assert verify_ledger(LedgerFolder(tmp_path / "ledger")).transactions > SMALL.users


@FORMS
def test_without_generation_everybody_pays_the_grid(form):
    found = outcome(form=form, share=0.0)
    assert (found.traded_kwh, found.generators.users) == (0.0, 0)
    allowed = ONE_HOUR_IN_ANOTHER if form is Form.REQUEST else 1 + 1e-12
    assert 1 / allowed <= found.consumers.market / found.consumers.original <= allowed


@FORMS
def test_neighbours_supply_more_where_more_generate(form):
    few, many = (outcome(form=form, users=20, share=share) for share in (0.1, 0.5))
    assert many.traded_kwh > few.traded_kwh
    assert many.consumers.percent < few.consumers.percent


def test_who_keeps_back_what_it_needs_itself_sells_less_and_buys_less():
    usual, keeping = outcome(users=20), outcome(users=20, keeps_own=True)
    assert keeping.traded_kwh < usual.traded_kwh
    assert keeping.needed_kwh < usual.needed_kwh


def test_results_do_not_depend_on_what_a_ledger_in_memory_forgets(monkeypatch):
    forgetting = outcome(days=2)
    monkeypatch.setattr(InMemory, "tidy", lambda _: None)
    assert outcome(days=2) == forgetting


@pytest.mark.soak
@FORMS
def test_a_month_of_a_hundred_users_is_conserved(form):
    found = outcome(form=form, users=100, days=30)
    served_kwh = found.used_kwh - found.needed_kwh
    left = found.generated_kwh - served_kwh - found.traded_kwh - found.fed_in_kwh - found.left_kwh
    assert found.money_kept
    assert abs(left) < 1e-5


@pytest.mark.soak
@FORMS
def test_a_solo_ledger_of_twenty_users_comes_to_the_same(form, tmp_path):
    with on_solo(tmp_path / "ledger") as ledger:
        found = outcome(ledger, form=form, users=20, strategy=StrategyName.LEARNING)
    assert found == outcome(form=form, users=20, strategy=StrategyName.LEARNING)
