from datetime import date
from importlib import resources
from itertools import takewhile
from pathlib import Path

import pytest
import yaml

from wattloom.chaincode.transactive.terms import Form, RhoSchedule
from wattloom.market.papers.config import (
    MODELS,
    ConfigurationError,
    load_model,
    parse_configuration,
)


def printed(model):
    return load_model(model).as_printed


def changed(model, **fields):
    """Return a model's YAML with fields replaced; a dotted path goes into sections."""
    tree = load_yaml(model)
    for path, value in fields.items():
        *sections, last = path.split("__")
        place = tree
        for section in sections:
            place = place[section]
        place[last] = value
    return yaml.safe_dump(tree)


def load_yaml(model):
    return yaml.safe_load((resources.files("wattloom.market.papers") / f"{model}.yaml").read_text())


@pytest.mark.parametrize("model", MODELS)
def test_what_all_three_papers_state_is_in_their_files(model):
    paper = printed(model)
    assert (paper.homes, paper.days, paper.slot_s) == (10, 7, 3600)
    assert (paper.admm.form, paper.admm.relaxation, paper.admm.dual_tolerance) == (Form.PAIRWISE, 1.0, None)
    assert load_model(model).name == model


def test_paper_000_states_its_week_its_house_its_steps_and_its_results():
    paper, house = printed("hvac-2020"), load_model("hvac-2020").equipment.heat_pump
    assert (paper.first_day, paper.trade_sign) == (date(2016, 9, 6), "buy_positive")
    assert (house.capacity_kwh_per_k, house.resistance_k_per_kw, house.discretisation) == (3.3, 1.35, "euler")
    assert (paper.admm.rho, paper.admm.rho_schedule, paper.admm.tolerance) == (1.0, RhoSchedule.PAPER, 1e-6)
    assert (paper.reported.iterations, paper.reported.cost_reduction) == (26, 0.23)
    reductions = paper.reported.home_cost_reductions
    assert (len(reductions), min(reductions), max(reductions)) == (10, 0.15, 0.50)


def test_paper_001_has_batteries_with_reserve_and_flexible_loads_and_no_room():
    equipment = load_model("vpp-2021").equipment
    assert equipment.heat_pump is None
    assert (equipment.battery.share, bool(equipment.reserve)) == (1.0, True)
    assert (equipment.flexible.first_hour, equipment.flexible.hours) == (0.0, 24.0)
    assert equipment.tariff.feed_in_price_per_kwh is None
    assert (printed("vpp-2021").trade_sign, printed("vpp-2021").admm.tolerance) == ("buy_positive", 1e-6)


def test_paper_003_sells_positive_feeds_in_and_reduces_for_pay():
    equipment = load_model("der-2021").equipment
    assert printed("der-2021").trade_sign == "sell_positive"
    assert printed("der-2021").reported.iterations == 10
    assert equipment.heat_pump.discretisation == "exact"
    assert equipment.tariff.feed_in_price_per_kwh > 0
    assert equipment.demand_response
    assert not equipment.reserve


@pytest.mark.parametrize("model", MODELS)
def test_our_own_way_of_iterating_stops_on_both_residuals(model):
    ours = load_model(model).admm
    assert (ours.form, ours.rho, ours.relaxation) == (Form.EXCHANGE, 0.1, 1.6)
    assert ours.tolerance == ours.dual_tolerance == 1e-6


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(ConfigurationError, match="'hvac' is unknown; choose one of hvac-2020, vpp-2021"):
        load_model("hvac")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"equipment__battery": {"size_kwh": 9}}, r"battery\.size_kwh: is unknown; write one of share, cap"),
        ({"equipment__battery": {"capacity_kwh": [9, 3]}}, r"battery: .*write the lower end first"),
        ({"equipment__pv__share": 2}, r"equipment\.pv\.share: expected a number <= 1\.0"),
        ({"equipment__demand_response": [{"price": "much"}]}, r"demand_response\[0\]\.price: expected"),
        ({"admm__form": "gossip"}, r"admm\.form: invalid enum value 'gossip'"),
        ({"as_printed__admm__rho": 0}, r"as_printed\.admm\.rho: expected a number > 0\.0"),
        ({"as_printed__trade_sign": "buy"}, r"as_printed\.trade_sign: invalid enum value 'buy'"),
        ({"generated_peak_prices_per_kw": []}, r"peak_prices_per_kw: expected a list of length >= 1"),
        ({"prices": 1}, r"prices: is unknown; write one of name, paper"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_field(fields, says):
    with pytest.raises(ConfigurationError, match=says):
        parse_configuration(changed("vpp-2021", **fields))


def test_a_copied_document_can_be_changed_and_used():
    mine = parse_configuration(
        changed("der-2021", name="mine", equipment__battery=None, equipment__reserve=[])
    )
    assert (mine.name, mine.equipment.battery) == ("mine", None)


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def on_the_page():
    """Return the fields of docs/papers.md, each with its cell for every model."""
    lines = (Path(__file__).parents[3] / "docs" / "papers.md").read_text().splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("| field |"))
    rows = [cells(line) for line in takewhile(lambda line: line.startswith("|"), lines[start + 2 :])]
    return {row[0].strip("`"): dict(zip(MODELS, row[1:4], strict=True)) for row in rows}


def leaves(tree, path=""):
    """Yield the path and value of every field; a window of prices is one value, as the page writes it."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{name}.")
        elif isinstance(value, list) and isinstance(value[0], dict):
            [window] = value
            yield path + name, f"{window['price']} from {window['first_hour']} to {window['end_hour']} h"
        elif value is not None:
            yield path + name, value


@pytest.mark.parametrize("model", MODELS)
def test_the_page_has_every_value_of_the_files_and_no_other(model):
    tree = load_yaml(model)
    apart = ("admm.", "name", "paper", "as_printed.reported.home_cost_reductions")
    stated = {
        path: value
        for path, value in leaves({key: value for key, value in tree.items() if key != "repairs"})
        if not path.startswith(apart)
    }
    page = {path: row[model].removesuffix(" P") for path, row in on_the_page().items()}
    assert {path: yaml.safe_load(cell) for path, cell in page.items() if cell != "-"} == stated
