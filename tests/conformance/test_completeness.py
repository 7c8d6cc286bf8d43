"""Runs last: nothing was left out on either engine, and both came to the same."""

import pytest

from tests.conformance import refusals
from tests.conformance.ledgers import ENGINES

pytestmark = pytest.mark.usefixtures("whole_suite")


def test_every_engine_was_there_and_was_itself(exercised_by_engine):
    assert {name: found.engine for name, found in exercised_by_engine.items()} == {
        name: name for name in ENGINES
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_every_function_of_every_contract_came_to_a_result(exercised_by_engine, engine):
    found = exercised_by_engine[engine]
    assert found.installed - found.functions == refusals.FOR_ONE_ALONE


@pytest.mark.parametrize("engine", ENGINES)
def test_every_refusal_was_met_or_cannot_be(exercised_by_engine, engine):
    met = exercised_by_engine[engine].codes
    assert refusals.known() - met == {*refusals.NOT_MET, *refusals.NOT_MET_ON[engine]}


def test_the_story_came_to_the_same_on_every_engine(exercised_by_engine):
    first, *others = (found.story for found in exercised_by_engine.values())
    for other in others:
        for step, same in zip(first, other, strict=True):
            assert step == same
