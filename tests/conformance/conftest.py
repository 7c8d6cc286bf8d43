"""One running ledger per engine for the whole suite; a town of its own for each test."""

import time
from pathlib import Path

import pytest

from tests.conformance.assembly import Assembly
from tests.conformance.coverage import Exercised
from tests.conformance.existing import BRIEF, open_epoch
from tests.conformance.ledgers import ENGINES
from tests.conformance.metering import PERIOD_IN_S, open_period
from tests.conformance.town import Town
from wattloom.chaincode.governance.actions import SetParameters
from wattloom.chaincode.governance.records import MarketRules

HERE = Path(__file__).parent
LAST = ("test_metering.py", "test_expiry.py", "test_replay.py", "test_completeness.py")
WHOLE = pytest.StashKey[bool]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Let one engine's tests follow the other's, replay what they did last, and then look back."""
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    ordered = sorted((items[place] for place in places), key=_order)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item
    selected = bool(config.option.keyword) or any("::" in argument for argument in config.args)
    config.stash[WHOLE] = not selected and {item.path for item in ordered} == set(HERE.glob("test_*.py"))


def _order(item):
    last = LAST.index(item.path.name) if item.path.name in LAST else -1
    if "ledger" not in item.fixturenames:
        return len(ENGINES), last
    return list(ENGINES).index(item.callspec.params["ledger"]), last


@pytest.fixture(scope="session")
def whole_suite(pytestconfig):
    """What looks back on the whole session has nothing to say of a part."""
    if not pytestconfig.stash[WHOLE]:
        pytest.skip("only a part of the conformance suite was collected")


@pytest.fixture(scope="session")
def exercised_by_engine():
    """What each engine was asked, kept beyond the ledgers themselves."""
    return {}


@pytest.fixture(scope="package", params=ENGINES)
def ledger(request, tmp_path_factory, exercised_by_engine):
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as running:
        with running.client() as client:
            exercised = exercised_by_engine[request.param] = Exercised.of(client.describe())
        begin(running, exercised)
        yield running


def begin(running, exercised):
    """Open what `test_existence`, `test_expiry` and `test_metering` see the end of."""
    town = Town(running, exercised)
    assembly = Assembly(town)
    exercised.epoch = open_epoch(town, assembly, BRIEF)
    exercised.metered = open_period(town, slot_start_s=int(time.time()) + PERIOD_IN_S)
    unneeded = SetParameters(market=MarketRules())
    exercised.expiring = assembly.propose(unneeded, by="west", open_for_s=60)
    town.close()


@pytest.fixture(scope="package")
def exercised(ledger, exercised_by_engine):
    return exercised_by_engine[ledger.engine]


@pytest.fixture
def town(ledger, exercised):
    town = Town(ledger, exercised)
    yield town
    town.close()
