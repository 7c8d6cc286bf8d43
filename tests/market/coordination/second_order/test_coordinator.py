"""The coordinator: what it makes of totals, and what becomes of a coordination that is disturbed."""

from dataclasses import replace

import numpy as np
import pytest

from tests.market.coordination.second_order.samples import (
    SLOTS,
    check_clearing_prices,
    community,
    conclude,
    sides,
)
from wattloom.market.coordination.second_order.coordinator import coordinate
from wattloom.market.coordination.second_order.errors import BadTotals, NotConverged
from wattloom.market.coordination.second_order.homes import Homes, HomeSide
from wattloom.market.coordination.second_order.messages import Answer, Kind, Totals, total
from wattloom.market.coordination.second_order.settings import FROZEN


def test_sums_are_all_that_the_coordinator_needs():
    """Numbers that cancel between homes, far larger than their own, change nothing."""
    alone = [HomeSide(home) for home in community()]
    random = np.random.default_rng(1)

    def masked(question):
        answers = [side.answer(question) for side in alone]
        masks = random.integers(-(2**20), 2**20, (len(answers), answers[0].addends.size))
        masks[-1] -= masks.sum(axis=0)
        return total([Answer(a.addends + m, a.vetoes) for a, m in zip(answers, masks, strict=True)])

    found = conclude(masked, len(alone))
    assert not found.fell_back
    check_clearing_prices(found, community())


def test_homes_move_until_the_barrier_is_small_and_then_check():
    found = conclude(sides().total, len(community()))
    kinds = [entry.kind for entry in found.rounds]
    checks = kinds.count(Kind.CHECK)
    assert kinds == [Kind.START] + [Kind.MOVE] * (len(kinds) - checks - 1) + [Kind.CHECK] * checks
    assert found.exchanges == len(kinds)
    assert found.rounds[-1].meets(FROZEN.tolerance)


@pytest.mark.parametrize("last", [1, 2, 6, 10])
def test_after_a_home_has_left_the_others_start_again_at_other_prices(last):
    """After so many questions only the first three of four homes answer."""
    alone, asked = [HomeSide(home) for home in community()], []

    def answer(question):
        asked.append(question)
        return total([side.answer(question) for side in alone[: 4 if len(asked) <= last else 3]])

    found = conclude(answer, 4)
    assert asked[last + 1].kind is Kind.START
    assert (asked[last + 1].values[:SLOTS] > asked[0].values[:SLOTS]).all()
    assert (found.homes, found.fell_back) == (3, False)
    check_clearing_prices(found, community()[:3])


@pytest.mark.parametrize("at", [1, 2, 5, 10])
def test_after_a_breakdown_exchange_admm_finds_the_prices(at):
    homes, asked = sides(), []

    def answer(question):
        asked.append(question)
        totals = homes.total(question)
        return replace(totals, vetoed=np.array([True])) if len(asked) == at else totals

    found = conclude(answer, homes.count)
    assert found.fell_back
    assert found.rounds[-1].kind is Kind.ITERATE
    check_clearing_prices(found, community())


def test_when_rounds_run_out_exchange_admm_finds_the_prices():
    found = conclude(sides().total, len(community()), settings=replace(FROZEN, most_rounds=3))
    assert found.fell_back
    check_clearing_prices(found, community())


def test_homes_may_leave_exchange_admm_too():
    alone, asked = [HomeSide(home) for home in community()], []

    def answer(question):
        asked.append(question)
        staying = 4 if len(asked) < 20 else 3
        return total([side.answer(question) for side in alone[:staying]])

    found = conclude(answer, 4, settings=replace(FROZEN, most_rounds=3))
    assert (found.homes, found.fell_back) == (3, True)
    check_clearing_prices(found, community()[:3])


def test_a_check_that_fails_leads_to_smaller_barriers():
    homes = Homes(community())
    found = conclude(homes.total, homes.count, settings=replace(FROZEN, switch_barrier=1e-4, check_rounds=1))
    kinds = [entry.kind for entry in found.rounds]
    assert Kind.MOVE in kinds[kinds.index(Kind.CHECK) :]
    assert not found.fell_back
    check_clearing_prices(found, community())


def test_there_is_no_result_where_a_home_always_vetoes():
    homes = sides()
    with pytest.raises(NotConverged, match="cannot solve its own problem"):
        conclude(lambda question: replace(homes.total(question), vetoed=np.array([True])), homes.count)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda totals: replace(totals, homes=totals.homes + 1),
        lambda totals: replace(totals, homes=0),
        lambda totals: replace(totals, sums=totals.sums[1:]),
        lambda totals: replace(totals, sums=totals.sums * np.nan),
        lambda totals: replace(totals, vetoed=np.zeros(2, dtype=bool)),
    ],
)
def test_what_are_no_totals_of_all_homes_is_refused(wrong):
    homes = sides()
    steps = coordinate(SLOTS, homes.count)
    totals = homes.total(next(steps))
    with pytest.raises(BadTotals):
        steps.send(wrong(totals))


def test_totals_that_hold_no_number_end_in_no_result():
    steps = coordinate(SLOTS, 4)
    size = next(steps).values.size
    with pytest.raises(BadTotals):
        steps.send(Totals(4, np.zeros(size), np.zeros(1, dtype=bool)))
