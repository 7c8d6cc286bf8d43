"""A village of meters with habits, and all that its certificates of existence leave behind.

Nothing is signed here: blind signatures leave nothing to compute with, so what remains is who hands in, when,
how much, and which receipts share a tree.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SLOTS = 48
"""Half hours of a day."""

HISTORY_DAYS = 7
"""Days of readings under meters' own names that the observer has from before."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """What a village does.

    Attributes
    ----------
    meters, days, receipts_per_day : how many, each meter, on average
    trees_per_day : each meter's, used in no order; 0 is one tree throughout, whatever its size
    relayed : receipts and trees go through a relay, instead of under the meter's own name
    relay_every : half hours between two rounds of the relay
    trees_batched : trees are published together at the end of the window, instead of as they are signed
    unit_wh : receipts are over multiples of it
    own_amounts : readings of the same half hours are public under meters' names
    """

    meters: int = 100
    days: int = 7
    receipts_per_day: int = 12
    trees_per_day: int = 1
    relayed: bool = True
    relay_every: int = 12
    trees_batched: bool = True
    unit_wh: int = 10
    own_amounts: bool = False


@dataclass(frozen=True)
class Events:
    """Receipts, or readings: each with its meter, day, half hour and Wh; shapes (n,)."""

    meter: Ints
    day: Ints
    slot: Ints
    energy_wh: Ints


@dataclass(frozen=True)
class Village:
    """What happened; the observer is told parts of it.

    Attributes
    ----------
    history : readings of the days before
    receipts, tree : (n,) what was receipted, and under which tree
    tree_meter, tree_day : (t,) whose tree it is, and of which epoch (a day; 0 for one throughout)
    tree_answered, tree_published : (t,) when its last witness answered, and when the ledger had it, in 0 .. 1
        of the time to publish
    """

    setting: Setting
    history: Events
    receipts: Events
    tree: Ints
    tree_meter: Ints
    tree_day: Ints
    tree_answered: Floats
    tree_published: Floats


def live(setting: Setting, seed: int) -> Village:
    """Let a village live for some days."""
    rng = np.random.default_rng(seed)
    hours, size = _habits(rng, setting.meters)
    history = _events(rng, setting, hours, size, HISTORY_DAYS)
    receipts = _events(rng, setting, hours, size, setting.days)
    tree, tree_meter, tree_day = _trees(rng, setting, receipts)
    answered = rng.random(len(tree_meter))
    return Village(
        setting=setting,
        history=history,
        receipts=receipts,
        tree=tree,
        tree_meter=tree_meter,
        tree_day=tree_day,
        tree_answered=answered,
        tree_published=np.ones_like(answered) if setting.trees_batched else answered + 1e-6,
    )


def _habits(rng: np.random.Generator, meters: int) -> tuple[Floats, Floats]:
    """Return how likely each half hour is, (meters, 48), and the usual Wh of a receipt, (meters,).

    Morning and evening are common to all; how much each, and when, is a meter's own.
    """
    at = np.arange(SLOTS)
    peaks = np.array([15.0, 37.0]) + rng.normal(0, 2.5, (meters, 2))
    weight = rng.dirichlet([2.0, 3.0], meters)
    bumps = np.exp(-0.5 * ((at[None, None, :] - peaks[:, :, None]) / 3.0) ** 2)
    hours = (weight[:, :, None] * bumps).sum(axis=1) + 0.02
    return hours / hours.sum(axis=1, keepdims=True), rng.lognormal(np.log(600), 0.6, meters)


def _events(rng: np.random.Generator, setting: Setting, hours: Floats, size: Floats, days: int) -> Events:
    number = rng.poisson(setting.receipts_per_day, (setting.meters, days))
    meter = np.repeat(np.repeat(np.arange(setting.meters), days), number.ravel())
    day = np.repeat(np.tile(np.arange(days), setting.meters), number.ravel())
    order = rng.permutation(len(meter))
    meter, day = meter[order], day[order]
    draw = rng.random(len(meter))
    slot = (draw[:, None] > np.cumsum(hours, axis=1)[meter]).sum(axis=1).clip(0, SLOTS - 1)
    energy = rng.lognormal(np.log(size[meter]), 0.5)
    energy_wh = np.maximum(1, np.rint(energy / setting.unit_wh)) * setting.unit_wh
    return Events(meter=meter, day=day, slot=slot, energy_wh=energy_wh.astype(np.int64))


def _trees(rng: np.random.Generator, setting: Setting, receipts: Events) -> tuple[Ints, Ints, Ints]:
    """Return the tree of each receipt, and of each tree its meter and epoch."""
    if setting.trees_per_day == 0:
        return receipts.meter, np.arange(setting.meters), np.zeros(setting.meters, dtype=np.int64)
    per_day = setting.trees_per_day
    which = rng.integers(per_day, size=len(receipts.meter))
    tree = (receipts.day * setting.meters + receipts.meter) * per_day + which
    every = np.arange(setting.days * setting.meters * per_day)
    return tree, every // per_day % setting.meters, every // (per_day * setting.meters)
