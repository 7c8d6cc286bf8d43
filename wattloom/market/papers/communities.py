"""Communities to measure on, dressed as a paper has them: generated, or from measured series."""

from dataclasses import replace

from msgspec import structs

from wattloom.market.data import draws
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


def _configuration(model: str | Configuration) -> Configuration:
    return load_model(model) if isinstance(model, str) else model
