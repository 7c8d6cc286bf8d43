"""Pages of studies: one file that needs no other, beside its numbers and pictures."""

import json

import pytest
from jinja2 import UndefinedError

from wattloom.market.report.standalone import render, write

PACKAGE, TEMPLATE = "wattloom.market.auction.simulation", "study.html"


def test_a_value_that_the_template_needs_and_nobody_gave_is_an_error():
    with pytest.raises(UndefinedError):
        render(PACKAGE, TEMPLATE, pictures={})


def test_a_page_its_numbers_and_its_pictures_are_written_beside_each_other(tmp_path):
    page = write(tmp_path / "page.html", "<p>", numbers={"one": [1]}, pictures={"a.png": b"picture"})
    assert page.read_text() == "<p>"
    assert json.loads((tmp_path / "page.json").read_text()) == {"one": [1]}
    assert (tmp_path / "a.png").read_bytes() == b"picture"
