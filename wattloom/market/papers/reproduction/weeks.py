"""The communities that a paper's experiment is run on: measured weeks, or a generated one."""

from datetime import date
from pathlib import Path

from wattloom.market.data.errors import NotMeasured
from wattloom.market.day.run import Tell
from wattloom.market.homes.community import Community
from wattloom.market.papers.communities import measured_community, random_community
from wattloom.market.papers.config import Configuration

WEEKS = (date(2012, 11, 5), date(2016, 9, 6))
"""First days of the weeks that are looked for: New South Wales, and Fontana in the papers' own week."""

SEED = 1


def communities(
    configuration: Configuration, folder: Path | None, *, homes: int, days: int, tell: Tell
) -> list[Community]:
    """Return a community for each of `WEEKS` that a folder holds, else for the first days that it does.

    `tell` is given the reason where it holds one of them only.

    Raises
    ------
    DataError : the folder holds no such days, or faulty files
    """
    if folder is None:
        return [random_community(configuration, homes=homes, slots=24 * days, seed=SEED)]
    found, missing = [], []
    for week in WEEKS:
        try:
            found.append(measured_community(configuration, folder, homes=homes, first_day=week, days=days))
        except NotMeasured as error:
            missing.append(str(error))
    if not found:
        return [measured_community(configuration, folder, homes=homes, days=days)]
    for reason in missing:
        tell(f"{configuration.name}: a week is left out: {reason}")
    return found
