"""A paper's configuration: what it prints, what it leaves open, and which formulas are repaired."""

from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal

from msgspec import Meta

from wattloom.chaincode.transactive.terms import Form, RhoSchedule
from wattloom.market.data.equipment import (
    Batteries,
    Equipment,
    FlexibleLoads,
    HeatPumps,
    Photovoltaics,
    Positive,
    Price,
    PriceWindow,
    Section,
    TariffTerms,
    Turbines,
)
from wattloom.network.consortium.errors import SpecError
from wattloom.network.consortium.yaml_form import as_record, parse_yaml

MODELS = ("hvac-2020", "vpp-2021", "der-2021")
"""The papers numbered 000, 001 and 003."""


class ConfigurationError(Exception):
    """A configuration cannot be used; the sentence names the field and the remedy."""


class Admm(Section, frozen=True, kw_only=True):
    """How trades are iterated.

    Attributes
    ----------
    rho : $/kWh^2 of the first iteration
    rho_schedule : constant, or paper: rho / k in iteration k
    relaxation : 1 is none
    tolerance : of the primal residual, kWh
    dual_tolerance : of the dual residual, $; None: the primal residual alone stops
    """

    form: Form
    rho: Positive
    rho_schedule: RhoSchedule
    relaxation: Annotated[float, Meta(ge=1.0, le=2.0)]
    tolerance: Positive
    dual_tolerance: Positive | None


class Reported(Section, frozen=True, kw_only=True):
    """The results that a paper states; None and empty where it states none.

    Attributes
    ----------
    iterations : until its tolerance was met
    cost_reduction : of the community, as a share of its cost without trade
    home_cost_reductions : of the homes, in the order of the text of its figure
    """

    iterations: int | None = None
    cost_reduction: float | None = None
    home_cost_reductions: tuple[float, ...] = ()


class AsPrinted(Section, frozen=True, kw_only=True):
    """What the paper says that it did.

    Attributes
    ----------
    homes, days, slot_s : size of its simulation
    first_day : of its data; None where not stated
    trade_sign : what a positive p_ij means in its formulas and figures
    """

    homes: int
    days: int
    slot_s: Literal[900, 1800, 3600]
    first_day: date | None
    trade_sign: Literal["buy_positive", "sell_positive"]
    admm: Admm
    reported: Reported


class Repair(Section, frozen=True, kw_only=True):
    """One formula that cannot be built as printed: where it stands, and what stands here instead."""

    formula: str
    printed: str
    repaired: str
    reason: str


class Configuration(Section, frozen=True, kw_only=True):
    """One paper's configuration.

    Attributes
    ----------
    paper : citation
    equipment : devices, tariff and services; docs/papers.md says which values are the paper's
    trading_price_per_kwh : pi, $, the fixed price of trades in the papers' settlement
    generated_peak_prices_per_kw : a generated community draws its peak price from these
    admm : how we iterate
    """

    name: str
    paper: str
    as_printed: AsPrinted
    repairs: tuple[Repair, ...]
    equipment: Equipment
    trading_price_per_kwh: Price
    generated_peak_prices_per_kw: Annotated[tuple[Price, ...], Meta(min_length=1)]
    admm: Admm


_KNOWN = tuple(
    (start, record.__struct_fields__)
    for start, record in (
        ("the file", Configuration),
        ("as_printed.admm", Admm),
        ("as_printed.reported", Reported),
        ("as_printed", AsPrinted),
        ("repairs", Repair),
        ("admm", Admm),
        ("equipment.tariff.energy_price_per_kwh", PriceWindow),
        ("equipment.tariff", TariffTerms),
        ("equipment.heat_pump", HeatPumps),
        ("equipment.pv", Photovoltaics),
        ("equipment.turbine", Turbines),
        ("equipment.battery", Batteries),
        ("equipment.flexible", FlexibleLoads),
        ("equipment.reserve", PriceWindow),
        ("equipment.demand_response", PriceWindow),
        ("equipment", Equipment),
    )
)
"""The names that stand under the fields whose path begins so."""


@lru_cache
def load_model(name: str) -> Configuration:
    """Return the configuration of one of `MODELS`; raise `ConfigurationError` for another name."""
    if name not in MODELS:
        raise ConfigurationError(f"model {name!r} is unknown; choose one of {', '.join(MODELS)}")
    return parse_configuration(resources.files(__package__).joinpath(f"{name}.yaml").read_text("utf-8"))


def parse_configuration(text: str) -> Configuration:
    """Return the configuration in a YAML document; raise `ConfigurationError` naming the field."""
    try:
        return as_record(parse_yaml(text), Configuration, _KNOWN)
    except SpecError as error:
        raise ConfigurationError(str(error)) from error
