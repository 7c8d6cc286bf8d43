import pytest

from tests.chaincode.governance.world import Consortium, seat

FOUR = ("east", "north", "south", "west")


@pytest.fixture
def four() -> Consortium:
    """Four organisations with a validator each, and `guest`, which has none."""
    return Consortium([*FOUR, "guest"], [seat(name) for name in FOUR])


@pytest.fixture
def five() -> Consortium:
    """Five organisations with a validator each, so that one may be voted out."""
    names = [*FOUR, "upland"]
    return Consortium(names, [seat(name) for name in names])


@pytest.fixture
def solo() -> Consortium:
    """Two organisations on a ledger without validators."""
    return Consortium(["north", "south"])
