"""The stacked programme is the community that `solve_central` states."""

import numpy as np
import pytest

from tests.market.homes.samples import home
from wattloom.market.homes.central import solve_central
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.errors import SolveFailed
from wattloom.market.homes.home import Tariff
from wattloom.market.papers.communities import random_community
from wattloom.market.papers.config import MODELS
from wattloom.market.scale.central import CentralProgram


@pytest.mark.parametrize("model", MODELS)
def test_its_optimum_is_that_of_the_stated_community(model):
    homes = random_community(model, homes=3, slots=8, seed=1).homes
    assert CentralProgram(homes).solve().cost == pytest.approx(solve_central(homes).cost, rel=1e-9)


def test_a_community_without_a_plan_has_no_optimum():
    starved = Tariff(0.2, 1.0, grid_limit_kw=0.5)
    homes = [home(MustRun(np.ones(24)), home_id=name, tariff=starved) for name in ("ann", "bob")]
    with pytest.raises(SolveFailed):
        CentralProgram(homes).solve()
