import pytest

from tests.market.transactive.samples import random_community
from wattloom.market.auction.day.run import run_day
from wattloom.market.auction.strategies import StrategyName


@pytest.fixture(scope="package")
def kept(tmp_path_factory):
    """A day of a few slots by auction, run once, with its ledger's folder and what was told on the way."""
    folder = tmp_path_factory.mktemp("kept") / "ledger"
    steps, slots = [], []
    community = random_community(3, slots=4)
    day = run_day(community, folder, strategy=StrategyName.RANDOM, tell=steps.append, progress=slots.append)
    return day, folder, steps, slots
