"""The communities that a paper's experiment is run on: measured weeks, or a generated one."""

from datetime import date
from pathlib import Path

from wattloom.market.data.errors import NotMeasured
from wattloom.market.homes.community import Community
from wattloom.market.papers.communities import measured_community, random_community
from wattloom.market.papers.config import Configuration

WEEKS = (date(2012, 11, 5), date(2016, 9, 6))
"""First days of the weeks that are looked for: New South Wales, and Fontana in the papers' own week."""

SEED = 1


def communities(
    configuration: Configuration, folder: Path | None, *, homes: int, days: int
) -> list[Community]:
    """Return a community for each of `WEEKS` that a folder holds, else for the first days that it does.

    Raises
    ------
    DataError : the folder holds no such days, or faulty files
    """
    if folder is None:
        return [random_community(configuration, homes=homes, slots=24 * days, seed=SEED)]
    found = []
    for week in WEEKS:
        try:
            found.append(measured_community(configuration, folder, homes=homes, first_day=week, days=days))
        except NotMeasured:
            continue
    return found or [measured_community(configuration, folder, homes=homes, days=days)]
