"""A small community whose homes plan alone, for days by auction."""

from functools import cache

from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.homes.solver import HomeSolver


@cache
def planned(homes=5, slots=16, seed=1):
    """Return a generated community and its homes' stand-alone plans; the day's first slots are at night."""
    community = synthetic_community(homes=homes, slots=slots, seed=seed)
    return community, [HomeSolver(home).stand_alone() for home in community.homes]
