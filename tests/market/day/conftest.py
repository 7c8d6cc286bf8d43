import pytest

from tests.market.transactive.marketplace import small_community
from wattloom.market.day.run import run_day


@pytest.fixture(scope="package")
def kept(tmp_path_factory):
    """A small market day, run once, with its ledger's folder and what was told on the way."""
    folder = tmp_path_factory.mktemp("kept") / "ledger"
    steps, views = [], []
    day = run_day(small_community(homes=4, slots=8), folder, tell=steps.append, progress=views.append)
    return day, folder, steps, views
