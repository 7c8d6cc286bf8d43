"""Communities small enough to iterate in a blink, and what they cost alone and at best."""

from functools import cache

from wattloom.chaincode.transactive.terms import Form
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.homes.central import solve_central
from wattloom.market.transactive.terms import offered_terms


@cache
def community(seed=1, homes=4, slots=8):
    return synthetic_community(homes=homes, slots=slots, seed=seed)


@cache
def fleet(seed=1, **size):
    return Fleet(community(seed, **size).homes)


@cache
def optimum(seed=1, **size):
    return solve_central(community(seed, **size).homes)


def terms(seed=1, form=Form.EXCHANGE, **changes):
    return offered_terms(community(seed), slot_start_s=0, form=form, **changes)
