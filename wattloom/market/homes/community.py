"""A community: homes that plan the same slots and may trade with each other."""

from dataclasses import dataclass

from wattloom.market.homes.errors import BadHome
from wattloom.market.homes.home import Home


@dataclass(frozen=True, slots=True, eq=False)
class Community:
    """Homes on common slots.

    Attributes
    ----------
    name : short name for reports
    slots, slot_s : how many slots are planned together, and each one's seconds
    slot_start_s : when the first slot begins, Unix seconds, UTC; slots are half-open
    homes : at least two, ordered by home_id
    synthetic : True when loads and weather were generated, not measured
    description : where the data comes from, for people
    """

    name: str
    slots: int
    slot_s: int
    slot_start_s: int
    homes: tuple[Home, ...]
    synthetic: bool
    description: str

    def __post_init__(self) -> None:
        ids = [home.home_id for home in self.homes]
        if len(ids) < 2 or ids != sorted(set(ids)):
            raise BadHome(
                field="homes", problem=f"are {ids}", remedy="give two or more, by ascending unique home_id"
            )
        for home in self.homes:
            if (home.slots, home.slot_s) != (self.slots, self.slot_s):
                problem = f"plans {home.slots} slots of {home.slot_s} s"
                remedy = f"use the community's {self.slots} slots of {self.slot_s} s"
                raise BadHome(field=f"home {home.home_id}", problem=problem, remedy=remedy)
