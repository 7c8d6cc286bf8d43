import pytest

from tests.chaincode.registry.world import World


@pytest.fixture
def world() -> World:
    return World()
