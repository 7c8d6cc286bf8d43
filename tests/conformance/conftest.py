"""One running ledger per engine for the whole session; a town of its own for each test."""

import pytest

from tests.conformance.coverage import Exercised
from tests.conformance.ledgers import ENGINES
from tests.conformance.town import Town


@pytest.fixture(scope="session")
def exercised_by_engine():
    """What each engine was asked, kept beyond the ledgers themselves."""
    return {}


@pytest.fixture(scope="session", params=ENGINES)
def ledger(request, tmp_path_factory, exercised_by_engine):
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as running:
        exercised_by_engine[running.engine] = Exercised()
        yield running


@pytest.fixture(scope="session")
def exercised(ledger, exercised_by_engine):
    return exercised_by_engine[ledger.engine]


@pytest.fixture
def town(ledger, exercised):
    town = Town(ledger, exercised)
    yield town
    town.close()
