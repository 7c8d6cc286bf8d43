"""The page and the JSON hold every figure and number of a study."""

import html
import json
import re
from contextlib import nullcontext

import pytest

from tests.market.auction.simulation.samples import PRICES, PROFILES, SMALL
from wattloom.market.auction.simulation.claims import claims
from wattloom.market.auction.simulation.document import as_table, compare, write_study
from wattloom.market.auction.simulation.memory import InMemory
from wattloom.market.auction.simulation.study import WAYS, Part, Plan, study

PNG = b"\x89PNG"


def made(*parts):
    plan = Plan(base=SMALL, users=[4, 6], shares=[0.3, 0.5, 0.7], parts=list(parts))
    told = []
    found = study(
        plan,
        PROFILES,
        PRICES,
        ledger="memory",
        open_ledger=lambda: nullcontext(InMemory()),
        tell=told.append,
    )
    return plan, found, told


@pytest.fixture(scope="module")
def whole():
    return made(*Part)


@pytest.fixture(scope="module")
def written(whole, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    page = write_study(whole[1], folder)
    return page.read_text("utf-8"), json.loads(page.with_suffix(".json").read_text("utf-8")), folder


def test_every_figure_of_the_paper_is_on_the_page_in_the_json_and_a_file(written):
    text, numbers, folder = written
    assert set(numbers["figures"]) == {f"figure-{number}" for number in range(3, 11)}
    for key, caption in numbers["figures"].items():
        assert (folder / f"{key}.png").read_bytes().startswith(PNG)
        assert f'id="{key}"' in text
        assert caption in html.unescape(text)
    assert text.count("data:image/png;base64,") == len(numbers["figures"])


def test_the_page_needs_no_other_host(written):
    assert not re.findall(r'(?:src|href)="(?!data:)', written[0])


def test_every_number_that_the_paper_reports_stands_beside_ours(whole, written):
    _, found, _ = whole
    lines = compare(found)
    for each, line in zip(claims().reported, lines, strict=False):
        assert line.paper == each.percent
        assert line.ours == getattr(found.at_share(each.share), each.who).percent
    assert [line["ours"] for line in written[1]["comparison"]] == [line.ours for line in lines]
    assert set(claims().differs) == set(written[1]["differs"])


def test_no_run_is_made_twice_and_each_is_told(whole):
    plan, found, told = whole
    runs = {line.partition(": day")[0] for line in told}
    assert len(runs) == len(plan.setups()) == len(set(plan.setups()))
    assert found.by_share[1] is found.base
    assert [way.name for way in found.ways] == list(WAYS)


def test_a_part_alone_leaves_out_the_figures_of_the_others(tmp_path):
    _, found, _ = made(Part.USERS)
    page = write_study(found, tmp_path)
    kept = json.loads(page.with_suffix(".json").read_text())["figures"]
    assert list(kept) == [f"figure-{number}" for number in range(3, 8)]
    assert found.by_share == found.ways == []
    assert as_table(found).row_count == len(compare(found))
