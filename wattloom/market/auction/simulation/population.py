"""The users of a run: who is of which type, who generates, and what flows when."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wattloom.chaincode.auction.units import DAY_S
from wattloom.market.auction.simulation.profiles import HOUR_S, HOURS, LOCAL_S, Ints, Profiles
from wattloom.market.auction.simulation.setup import Setup

TYPES, INTERVALS, QUOTES, OFFERS = range(4)
"""What numbers are drawn for; each has a stream of its own, so that none depends on how many others take."""


def generator(seed: int, subject: int) -> np.random.Generator:
    """Return the stream of random numbers of one subject."""
    return np.random.default_rng([seed, subject])


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """N users; energies by hour of the day, (N, 24), Wh; power is even within an hour.

    Attributes
    ----------
    pv_wh : zero for whoever does not generate
    generating : (N,)
    """

    load_wh: Ints
    pv_wh: Ints
    generating: npt.NDArray[np.bool_]

    @property
    def net_wh(self) -> Ints:
        """Load less generation, (N, 24)."""
        return self.load_wh - self.pv_wh

    def own_need_wh(self) -> Ints:
        """Return what a user needs from each hour on until its generation exceeds its load again, (N, 24)."""
        net_wh = self.net_wh
        need_wh = np.zeros_like(net_wh)
        later = np.zeros(len(net_wh), dtype=np.int64)
        for hour in reversed(range(2 * HOURS)):
            now = net_wh[:, hour % HOURS]
            later = np.where(now < 0, 0, later + now)
            need_wh[:, hour % HOURS] = later
        return need_wh


def population(setup: Setup, profiles: Profiles) -> Population:
    """Draw the users of a run; more users, or a larger share, leave the types of the others as they are."""
    drawing = generator(setup.seed, TYPES)
    kinds = drawing.random((setup.users, 3))
    load_wh = profiles.load_wh[(kinds[:, 0] * len(profiles.load_wh)).astype(np.intp)]
    roofs_wh = profiles.pv_wh[(kinds[:, 1] * len(profiles.pv_wh)).astype(np.intp)]
    generating = np.zeros(setup.users, dtype=np.bool_)
    generating[np.argsort(kinds[:, 2])[: round(setup.share * setup.users)]] = True
    return Population(load_wh, np.where(generating[:, None], roofs_wh, 0), generating)


class Flows:
    """Energies of intervals, exact in Wh: parts of an interval always add up to it.

    Up to a time floor(energy of the hour x elapsed / 3600) of an hour's energy has flowed. Source: the CE-SDT
    paper, eq. (14), an hour's power times the interval's length, for intervals that may cross an hour.
    """

    def __init__(self, energy_wh: Ints) -> None:
        self._hours: list[list[int]] = energy_wh.tolist()
        before = np.concatenate(
            [np.zeros((len(energy_wh), 1), dtype=np.int64), energy_wh.cumsum(axis=1)], axis=1
        )
        self._before: list[list[int]] = before.tolist()

    def energy_wh(self, user: int, start_s: int, end_s: int) -> int:
        """Return what flows from one time to another, Unix seconds."""
        return self._until(user, end_s) - self._until(user, start_s)

    def _until(self, user: int, at_s: int) -> int:
        day, second = divmod(at_s + LOCAL_S, DAY_S)
        hour, passed_s = divmod(second, HOUR_S)
        before = self._before[user]
        return day * before[HOURS] + before[hour] + self._hours[user][hour] * passed_s // HOUR_S


def share_by_hour(energy_wh: int, start_s: int, end_s: int) -> list[tuple[int, float]]:
    """Split an even flow over the hours since 1970 that it touches: hour and energy, Wh."""
    first, last = start_s // HOUR_S, (end_s - 1) // HOUR_S
    bounds = [start_s, *((hour + 1) * HOUR_S for hour in range(first, last)), end_s]
    length_s = end_s - start_s
    return [
        (hour, energy_wh * (until - since) / length_s)
        for hour, since, until in zip(range(first, last + 1), bounds, bounds[1:], strict=False)
    ]


def local_hours(start_s: int, hours: int) -> Ints:
    """Return the local hour of the day of each hour from a time on, (hours,)."""
    first = (start_s + LOCAL_S) // HOUR_S
    return np.asarray((first + np.arange(hours)) % HOURS)
