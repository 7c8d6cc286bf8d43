import pytest

from tests.chaincode.existence.world import World


@pytest.fixture
def world() -> World:
    return World()
