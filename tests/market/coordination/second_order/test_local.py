"""What a home does alone."""

import numpy as np
import pytest

from tests.market.coordination.second_order.samples import SLOTS, community
from wattloom.market.coordination.second_order import local
from wattloom.market.coordination.second_order.interior import InteriorPoint
from wattloom.market.homes.batch.kkt import KktBatch
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.papers.config import MODELS

PRICE = np.linspace(0.05, 0.3, SLOTS)


def point(model):
    return InteriorPoint(KktBatch([HomeSolver(community(model)[0]).standard]))


@pytest.mark.parametrize("model", MODELS)
def test_a_centred_home_has_room_on_all_sides(model):
    home = point(model)
    local.centre(home, PRICE, 0.3, 1e-3)
    assert ((home.s * home.y > 0.15) & (home.s * home.y < 0.45)).all()
    home.linearise(PRICE, anchor=home.trade_kwh, rho=1e-3)
    assert home.residual().max() < local.FEASIBLE


def test_a_home_that_finds_no_place_begins_where_it_can(monkeypatch):
    monkeypatch.setattr(local, "MOST_CENTRING", 1)
    home = point(MODELS[0])
    local.centre(home, PRICE, 0.3, 1e-3)
    np.testing.assert_allclose(home.s * home.y, 0.3)
    assert (home.s >= 1.0).all()
