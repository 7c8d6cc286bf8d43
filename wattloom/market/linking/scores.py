"""How often the observer is right, and the table of settings that says what it depends on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from wattloom.market.linking.observer import CLUES, accuse
from wattloom.market.linking.village import Ints, Setting, live


@dataclass(frozen=True)
class Score:
    """The share of receipts whose meter the observer names, by clue and by all together.

    Attributes
    ----------
    chance : what naming meters blindly gives
    pairs : the share of pairs of one meter's receipts that their common tree links
    """

    chance: float
    pairs: float
    by_clue: dict[str, float]
    together: float


def score(setting: Setting, *, villages: int = 3, seed: int = 1) -> Score:
    """Let some villages live under a setting, and return the mean of the observer's scores."""
    found: dict[str, list[float]] = {name: [] for name in (*CLUES, "together")}
    pairs = []
    for number in range(seed, seed + villages):
        village = live(setting, number)
        clues = {name: clue(village) for name, clue in CLUES.items()}
        clues["together"] = np.sum(list(clues.values()), axis=0)
        for name, clue in clues.items():
            named = accuse(village, clue, number)
            found[name].append(float(np.mean(named[village.tree] == village.receipts.meter)))
        pairs.append(_pairs(village.tree) / _pairs(village.receipts.meter))
    means = {name: float(np.mean(shares)) for name, shares in found.items()}
    together = means.pop("together")
    return Score(1 / setting.meters, float(np.mean(pairs)), means, together)


USUAL = Setting()

SETTINGS: dict[str, Setting] = {
    "CONTROL one tree throughout a month": replace(USUAL, trees_per_day=0, days=30),
    "CONTROL handed in by the meters themselves": replace(USUAL, relayed=False),
    "CONTROL trees published as they are signed": replace(USUAL, trees_batched=False),
    "CONTROL readings public, amounts exact": replace(USUAL, own_amounts=True, unit_wh=1),
    "one tree a day": USUAL,
    "two trees a day": replace(USUAL, trees_per_day=2),
    "four trees a day": replace(USUAL, trees_per_day=4),
    "a tree for each receipt, nearly": replace(USUAL, trees_per_day=48, days=3),
    "one tree a day, 20 meters": replace(USUAL, meters=20),
    "one tree a day, 400 meters": replace(USUAL, meters=400, days=3),
    "four trees, relayed every half hour": replace(USUAL, trees_per_day=4, relay_every=1),
    "four trees, relayed once a day": replace(USUAL, trees_per_day=4, relay_every=48),
    "four trees, steps of 500 Wh": replace(USUAL, trees_per_day=4, unit_wh=500),
    "four trees, steps of 500 Wh, once a day": replace(USUAL, trees_per_day=4, unit_wh=500, relay_every=48),
}
"""What is compared; controls are what nobody should do, and what the observer must see through."""


def table(settings: dict[str, Setting] = SETTINGS, *, villages: int = 3) -> Iterator[dict[str, Any]]:
    """Yield one row for each setting, shares in percent."""
    for name, setting in settings.items():
        result = score(setting, villages=villages)
        yield {
            "setting": name,
            "meters": setting.meters,
            "pairs_%": _percent(result.pairs),
            "chance_%": _percent(result.chance),
            **{f"{clue}_%": _percent(share) for clue, share in result.by_clue.items()},
            "together_%": _percent(result.together),
        }


def _pairs(owner: Ints) -> float:
    sizes = np.bincount(owner)
    return float((sizes * (sizes - 1)).sum())


def _percent(share: float) -> float:
    return round(100 * share, 1)
