"""The observer: reads the ledger, the log of one gateway and that of the identity service, and links.

Each function gives a clue, (trees, meters): how well each tree fits each meter, in log-likelihood; a tree
that could be anybody's has a row of equal numbers. `accuse` makes of a clue one meter for each tree.
"""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.optimize import linear_sum_assignment

from wattloom.market.linking.village import SLOTS, Floats, Ints, Village

AMOUNTS = np.geomspace(20, 20_000, 25)
"""Bounds of the classes of amounts, Wh."""

SURE = 50.0

MATCHED = 400
"""So many trees of an epoch are matched with meters at once; beyond, each is looked at by itself."""


def by_creator(village: Village) -> Floats:
    """Read who signed the transactions: the meter itself, or a relay."""
    clue = np.zeros((len(village.tree_meter), village.setting.meters))
    if not village.setting.relayed:
        clue[np.arange(len(clue)), village.tree_meter] = SURE
    return clue


def by_publication(village: Village) -> Floats:
    """Compare when witnesses answered a meter, by the service's log, with when a tree appeared.

    Trees that appear at once could be anybody's.
    """
    if village.setting.trees_batched:
        return np.zeros((len(village.tree_meter), village.setting.meters))
    answered = np.full((village.setting.meters, int(village.tree_day.max()) + 1), np.nan)
    answered[village.tree_meter, village.tree_day] = village.tree_answered
    late = village.tree_published[:, None] - answered[:, village.tree_day].T
    return np.where(late >= 0, -np.abs(late) * SURE, -SURE)


def by_time(village: Village) -> Floats:
    """Compare when a tree's receipts came in with the hours at which meters used to use energy."""
    every = village.setting.relay_every
    rounds = -(-SLOTS // every)
    known = _histogram(village.history.meter, village.history.slot // every, village.setting.meters, rounds)
    return _fit(village, village.receipts.slot // every, known)


def by_amount(village: Village) -> Floats:
    """Compare what a tree's receipts are over with the amounts that meters used to use."""
    classes = len(AMOUNTS) + 1
    past = np.digitize(village.history.energy_wh, AMOUNTS)
    known = _histogram(village.history.meter, past, village.setting.meters, classes)
    return _fit(village, np.digitize(village.receipts.energy_wh, AMOUNTS), known)


def by_readings(village: Village) -> Floats:
    """Look each receipt's amount up among the readings of its day, where these are public under names."""
    clue = np.zeros((len(village.tree_meter), village.setting.meters))
    if village.setting.own_amounts:
        read = village.receipts
        key = read.day * 10**9 + read.energy_wh
        for at in range(village.setting.meters):
            same = np.isin(key, key[read.meter == at])
            np.add.at(clue[:, at], village.tree, same * 5.0)
    return clue


CLUES: Mapping[str, Callable[[Village], Floats]] = {
    "creator": by_creator,
    "publication": by_publication,
    "time": by_time,
    "amount": by_amount,
    "readings": by_readings,
}
"""What the observer looks at; that receipts share a tree is part of each."""


def accuse(village: Village, clue: Floats, seed: int) -> Ints:
    """Return the likeliest owner of every tree, (trees,); chance decides between equals.

    Where an epoch has few enough trees, each meter is named as often as it has asked, which is public.
    """
    rng = np.random.default_rng(seed)
    fair = clue + rng.random(clue.shape) * 1e-9
    named: Ints = fair.argmax(axis=1)
    meters, per_day = village.setting.meters, max(1, village.setting.trees_per_day)
    if meters * per_day > MATCHED:
        return named
    for day in np.unique(village.tree_day):
        trees = np.flatnonzero(village.tree_day == day)
        places = np.repeat(np.arange(meters), per_day)
        rows, columns = linear_sum_assignment(fair[np.ix_(trees, places)], maximize=True)
        named[trees[rows]] = places[columns]
    return named


def _histogram(meter: Ints, kind: Ints, meters: int, kinds: int) -> Floats:
    """Return the logarithm of how likely each kind is for each meter, (meters, kinds)."""
    counted = np.ones((meters, kinds))
    np.add.at(counted, (meter, kind), 1)
    likely: Floats = np.log(counted / counted.sum(axis=1, keepdims=True))
    return likely


def _fit(village: Village, kind: Ints, known: Floats) -> Floats:
    clue = np.zeros((len(village.tree_meter), village.setting.meters))
    np.add.at(clue, village.tree, known[:, kind].T)
    return clue
