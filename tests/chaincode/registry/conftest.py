import pytest

from tests.chaincode.registry.world import SOUTH, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alone() -> World:
    """A ledger of one organisation, which needs to ask nobody."""
    return World(SOUTH)
