"""Second-order coordination, measured: figures that belong together."""

import pytest

from wattloom.market.coordination.second_order.homes import Homes
from wattloom.market.coordination.second_order.running import run_in_process
from wattloom.market.scale import newton
from wattloom.market.scale.case import prepare

HOMES, SLOTS = 3, 8


@pytest.fixture(scope="module")
def case():
    return prepare("hvac-2020", homes=HOMES, slots=SLOTS, seed=2, tell=lambda _: None)


@pytest.fixture(scope="module")
def found(case):
    return newton.measure(case, tell=lambda _: None)


def test_it_reaches_both_targets_and_loses_nothing(found):
    tight, usable = found.targets
    assert usable.rounds <= tight.rounds == found.rounds
    assert usable.exchanges <= tight.exchanges == found.exchanges
    assert found.surplus_lost_percent == pytest.approx(0.0, abs=1e-3)


def test_rounds_are_prices_that_went_out_and_exchanges_are_all_questions(case, found):
    kinds = []
    outcome = run_in_process(Homes(case.community.homes), observe=lambda kind, _: kinds.append(kind)).outcome
    assert found.exchanges == outcome.exchanges == len(kinds)
    assert found.rounds == len(outcome.rounds) == len(kinds)


def test_masks_double_every_number_and_add_a_veto_an_exchange(found):
    clear = found.bytes_up * found.rounds / (8 * HOMES)
    masked = found.bytes_up_masked * found.rounds / HOMES
    assert masked == pytest.approx(16 * clear + 8 * found.exchanges, abs=found.rounds)
    assert clear > found.exchanges * SLOTS
