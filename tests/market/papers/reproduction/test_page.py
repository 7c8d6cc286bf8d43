"""The page needs nothing beside it, and says what the JSON says."""

import base64
import json
import re
from html.parser import HTMLParser

import pytest

from tests.market.papers.reproduction.samples import findings
from wattloom.market.papers.config import MODELS, load_model
from wattloom.market.papers.reproduction.document import Document

BRIEF = "vpp-2021"
"""The paper with the fewest figures: drawing takes its time."""

INLINE = "data:image/png;base64,"


class Page(HTMLParser):
    """Tags, links, pictures, and the numbers as they are marked: (exact value, text shown)."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.pictures, self.numbers, self.texts = [], [], [], [], []
        self._value = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [given[name] for name in ("href", "src") if name in given and tag != "img"]
        if tag == "img":
            self.pictures.append(given["src"])
        if tag == "data":
            self._value = float(given["value"])

    def handle_data(self, data):
        self.texts.append(data)
        if self._value is not None:
            self.numbers.append((self._value, data))
            self._value = None


def numbers_of(tree):
    """Return every number in a JSON document."""
    if isinstance(tree, dict):
        return {number for value in tree.values() for number in numbers_of(value)}
    if isinstance(tree, list):
        return {number for value in tree for number in numbers_of(value)}
    return {float(tree)} if isinstance(tree, int | float) else set()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    page = Document(findings(model) for model in MODELS).write(folder)
    return Page(page.read_text("utf-8")), json.loads(page.with_suffix(".json").read_text("utf-8")), folder


def test_every_number_of_the_page_is_a_number_of_the_json(written):
    page, document, _ = written
    known = numbers_of(document)
    assert len(page.numbers) > 150
    assert [number for number, _ in page.numbers if number not in known] == []


def test_a_number_is_shown_as_the_rounding_of_what_it_is(written):
    page, *_ = written
    for value, text in page.numbers:
        digits = len(text.partition(".")[2]) if re.fullmatch(r"-?\d+\.\d+", text) else 0
        assert float(text) == pytest.approx(value, rel=1e-3, abs=0.51 * 10**-digits)


def test_no_number_stands_in_a_table_unmarked():
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", Document([findings(BRIEF)]).page())
    assert len(cells) > 10
    assert [cell for cell in cells if re.fullmatch(r"-?\d+(\.\d+)?", cell.strip())] == []


def test_every_figure_of_every_paper_is_in_the_page_and_beside_it(written):
    page, document, folder = written
    files = [
        name
        for paper in document["papers"].values()
        for community in paper["communities"]
        for name in community["figures"].values()
    ]
    assert len(files) == 5 + 1 + 4
    inside = {base64.b64decode(source.removeprefix(INLINE)) for source in page.pictures}
    assert {(folder / name).read_bytes() for name in files} == inside


def test_the_page_needs_no_other_file_and_no_network(written):
    page, *_ = written
    assert page.links == []
    assert all(source.startswith(INLINE) for source in page.pictures)
    assert not {"script", "link", "iframe"} & set(page.tags)


def test_a_generated_community_is_called_synthetic_and_a_measured_one_not():
    assert "This community is synthetic" in Document([findings(BRIEF)]).page()
    assert "This community is synthetic" not in Document([findings(BRIEF, synthetic=False)]).page()


def test_names_are_shown_as_they_are_and_never_run():
    assert "<script" not in Document([findings(BRIEF, name="<script>alert(1)</script>")]).page()


def test_communities_of_one_paper_stand_under_it_in_the_order_they_were_measured():
    document = Document([findings(BRIEF, name="one"), findings(BRIEF, name="two")]).numbers
    (paper,) = document["papers"].values()
    assert [community["name"] for community in paper["communities"]] == ["one", "two"]


def test_every_paper_says_why_our_numbers_are_others(written):
    page, document, _ = written
    for paper in document["papers"].values():
        assert paper["differs"]
        assert all(reason in page.texts for reason in paper["differs"])


def test_every_repaired_formula_is_told_with_its_reason(written):
    page, *_ = written
    for model in MODELS:
        repairs = load_model(model).repairs
        assert repairs
        assert all({repair.formula, repair.repaired, repair.reason} <= set(page.texts) for repair in repairs)
