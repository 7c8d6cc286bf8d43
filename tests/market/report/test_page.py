import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from tests.market.day.samples import day_result, home_day
from wattloom.market.day.checks import check_day
from wattloom.market.report import day_figures, write_page

SCRIPT = "<script>alert('x')</script>"
AWKWARD = (SCRIPT, "--><b>", "$x^{$", "a$b", "_hidden", "R&D", "Zoë")

LINKS = {"href", "src", "srcset", "xlink:href", "action", "data", "poster", "background", "formaction"}
NAMESPACES = re.compile(r"""(xmlns(:\w+)?|xmlns)=["'][^"']*["']""")


class Page(HTMLParser):
    """What a browser would make of a page: its tags, links, and texts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in LINKS]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def page(tmp_path):
    def render(day):
        write_page(replace(day, checks=check_day(day)), tmp_path / "report.html")
        return (tmp_path / "report.html").read_text(encoding="utf-8")

    return render


def named(names):
    homes = tuple(home_day(name) for name in names)
    return day_result(homes=homes, community=names[0], description=names[0])


def test_the_page_needs_no_other_file_and_no_network(page):
    text = page(day_result())
    assert all(link.startswith("#") for link in Page(text).links)
    assert not {"script", "link", "iframe", "img", "object", "embed"} & set(Page(text).tags)
    without_namespaces = NAMESPACES.sub("", text)
    styles = "".join(re.findall(r"<style[^>]*>(.*?)</style>", without_namespaces, re.DOTALL))
    assert "@import" not in styles
    assert not re.search(r"url\((?!['\"]?#)", without_namespaces)
    metadata = re.sub(r"<metadata>.*?</metadata>", "", without_namespaces, flags=re.DOTALL)
    assert not re.search(r"https?://|//\w+\.\w+/", metadata)


def test_the_page_has_all_its_tables_and_plots(page):
    day = day_result()
    text = page(day)
    found = Page(text)
    assert found.tags.count("table") == 3
    assert found.tags.count("svg") == 4
    for heading in ("Who gains", "Costs", "Convergence", "What was checked", "The ledger"):
        assert heading in found.texts
    for check in check_day(day):
        assert check.name in found.texts
    for fact in ("ann", "bob", "-0.50", "8.00 $", "7.20 $", "10.0 %", day.ledger.state_root):
        assert fact in found.texts


def test_names_are_shown_as_they_are_and_never_run(page):
    text = page(named(AWKWARD))
    assert "<script" not in text
    assert "<b>" not in text.replace("<li><b>", "")
    assert set(AWKWARD) <= set(Page(text).texts)


def test_a_check_that_fails_stands_out(page):
    assert 'class="bad"' not in page(day_result())
    assert 'class="bad">FAILS' in page(day_result(cost_before_rounding=9.0))


def test_only_a_synthetic_community_is_called_synthetic(page):
    assert "not measured" in page(day_result())
    assert "not measured" not in page(day_result(synthetic=False))


def test_a_day_that_costs_nothing_has_a_page(page):
    free = home_day(alone=0.0, operating=0.0, bill_nano=0)
    assert "- %" in page(day_result(homes=(free,), price=np.zeros(2)))


def test_a_residual_of_exactly_zero_can_be_drawn():
    day = day_result()
    zero = replace(day.residuals[-1], primal=0.0, dual=0.0)
    assert day_figures(replace(day, residuals=(day.residuals[0], zero)))["convergence"].startswith("<svg")


def test_who_loses_under_another_bill_is_marked(page):
    text = page(day_result())
    table = text[text.index("What each would pay under other bills") :]
    table = table[: table.index("</table>")]
    assert table.count('class="loses"') == 1
    assert 'bob</td><td>3.00</td><td class="">2.70</td><td class="loses">3.21</td>' in table
