import pytest

from tests.chaincode.existence.world import World
from tests.market.meter.fleet import prepared


@pytest.fixture
def ledger() -> World:
    return World()


@pytest.fixture
def folder(tmp_path):
    return prepared(tmp_path / "meter")
