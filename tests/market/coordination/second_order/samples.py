"""Small communities, and homes in process that a test can meddle with."""

from functools import cache

import numpy as np

from wattloom.market.coordination.second_order.coordinator import coordinate
from wattloom.market.coordination.second_order.homes import Homes
from wattloom.market.coordination.second_order.settings import FROZEN
from wattloom.market.homes.central import solve_central
from wattloom.market.papers.communities import random_community
from wattloom.market.papers.config import MODELS

SLOTS = 8


@cache
def community(model=MODELS[0], *, homes=4, slots=SLOTS, seed=1):
    return random_community(model, homes=homes, slots=slots, seed=seed).homes


@cache
def optimum(homes):
    return solve_central(homes)


def sides(**kind):
    return Homes(community(**kind))


def conclude(answer, homes, *, settings=FROZEN, slots=SLOTS):
    """Coordinate; `answer` turns each question into totals."""
    steps = coordinate(slots, homes, settings)
    question = next(steps)
    while True:
        totals = answer(question)
        try:
            question = steps.send(totals)
        except StopIteration as end:
            return end.value


def check_clearing_prices(outcome, homes):
    """Prices are those of the central optimum, which are unique in these communities."""
    best = optimum(homes)
    np.testing.assert_allclose(outcome.price_per_kwh, best.price_per_kwh, atol=2e-4)
