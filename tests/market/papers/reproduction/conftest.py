import pytest

from wattloom.market.papers.communities import random_community
from wattloom.market.papers.config import load_model
from wattloom.market.papers.reproduction.measure import measure
from wattloom.market.papers.reproduction.ways import Most

MOST = Most(printed=6, ours=25)


@pytest.fixture(scope="package")
def measured():
    """A small community and what was found on it, with everything that was told on the way."""
    community = random_community("der-2021", homes=3, slots=24, seed=1)
    told = []
    return community, measure(load_model("der-2021"), community, most=MOST, tell=told.append), told
