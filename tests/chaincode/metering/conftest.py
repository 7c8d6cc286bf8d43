import pytest

from tests.chaincode.metering.world import World


@pytest.fixture
def world():
    return World()
