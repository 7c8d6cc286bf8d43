"""Communities to measure on, dressed as a paper has them: generated, or from measured series."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from msgspec import structs

from wattloom.market.data import draws
from wattloom.market.data.folder import read_first_that_fits
from wattloom.market.data.measured import community_of
from wattloom.market.data.synthetic import synthetic_community
from wattloom.market.homes.community import Community
from wattloom.market.papers.config import Configuration, load_model


def random_community(
    model: str | Configuration, *, homes: int = 10, slots: int = 24, seed: int, slot_s: int = 3600
) -> Community:
    """Return a generated community of unlike homes; the same arguments always give the same one.

    Loads, sun, wind and weather are those of `synthetic_community`. The peak price is drawn from the model's
    list. Every home has a plan of its own: its load is far below the grid limit, comfort is soft, flexible
    loads can stay where they were, batteries can rest, and the usual draw keeps within the baseline.

    Parameters
    ----------
    model : one of `config.MODELS`, or a configuration
    slots, slot_s : slots of `slot_s` seconds (3600, 1800 or 900), the first at midnight
    """
    configuration = _configuration(model)
    prices, equipment = configuration.generated_peak_prices_per_kw, configuration.equipment
    peak_price = prices[int(draws.uniform(0.0, len(prices), seed, "peak_price"))]
    tariff = structs.replace(equipment.tariff, peak_price_per_kw=peak_price)
    equipment = structs.replace(equipment, tariff=tariff)
    community = synthetic_community(homes=homes, slots=slots, seed=seed, slot_s=slot_s, equipment=equipment)
    return replace(community, name=f"{configuration.name} {community.name}")


def measured_community(
    model: str | Configuration,
    folder: Path,
    *,
    homes: int = 10,
    first_day: date | None = None,
    days: int = 1,
    draw: int = 0,
    slot_s: int = 3600,
) -> Community:
    """Return a community of measured homes; the same arguments and files always give the same one.

    The first pair of files in the folder (`folder.PAIRS`) that holds the days, that many homes and slots that
    fine is read. Of its homes `draw` picks: they are taken in the order of a number drawn from the draw and
    the home's id. Devices, and roofs where a home has none in the data, are the model's.

    Parameters
    ----------
    model : one of `config.MODELS`, or a configuration
    first_day, days : whole days of the file's clock; None: its first
    slot_s : 3600, 1800 or 900, never finer than measured

    Raises
    ------
    NotMeasured : no pair of files holds what is asked for
    DataError : no pair of files, or faulty ones
    BadHome : a home that cannot live through those days with this equipment
    """
    configuration = _configuration(model)
    measured, weather = read_first_that_fits(
        folder,
        homes=homes,
        day=first_day,
        days=days,
        slot_s=slot_s,
        weather_needed=configuration.equipment.heat_pump is not None,
    )
    ranked = sorted(measured.homes, key=lambda home: draws.uniform(0.0, 1.0, "draw", draw, home.home_id))
    chosen = sorted(ranked[:homes], key=lambda home: home.home_id)
    name = f"{configuration.name} {measured.file.name.split('.')[0]} draw {draw}"
    return community_of(measured, weather, chosen, configuration.equipment, name=name)


def _configuration(model: str | Configuration) -> Configuration:
    return load_model(model) if isinstance(model, str) else model
