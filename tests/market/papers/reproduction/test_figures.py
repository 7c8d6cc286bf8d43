import numpy as np
import pytest
from msgspec.structs import replace

from tests.market.papers.reproduction.samples import findings, run
from wattloom.market.papers.config import MODELS
from wattloom.market.papers.reproduction.claims import paper
from wattloom.market.papers.reproduction.figures import draw
from wattloom.market.report.style import as_png

PNG = b"\x89PNG\r\n\x1a\n"


def drawn(found):
    return dict(draw(paper(found.model), found))


@pytest.mark.parametrize("model", MODELS)
def test_every_figure_becomes_a_picture(model):
    pictures = {key: as_png(figure) for key, figure in drawn(findings(model)).items()}
    assert pictures
    assert all(picture.startswith(PNG) for picture in pictures.values())


def test_a_line_per_home_shows_its_own_series():
    found = findings()
    grid = drawn(found)["figure-2"].axes[1]
    assert [line.get_ydata().tolist() for line in grid.lines] == found.series.grid


def test_the_seller_and_the_buyer_are_shown_by_name_with_their_trades():
    _, seller, buyer = drawn(findings())["figure-4"].axes
    assert seller.get_title() == "(b) ann, seller"
    assert buyer.get_title() == r"(c)  _bob \$, buyer"
    assert [bar.get_height() for bar in buyer.patches] == [0.5, 0.25, 0.0, -0.125]


def test_convergence_shows_every_run_and_where_the_paper_stopped():
    (axes,) = drawn(findings())["figure-3"].axes
    printed, ours, planned, count, threshold = axes.lines
    assert printed.get_ydata().tolist() == [0.75, 0.5, 0.375]
    assert ours.get_ydata()[:2].tolist() == [0.5, 0.04]
    assert ours.get_ydata()[2] > 0  # an exact zero has a place on the axis
    assert planned.get_ydata().tolist() == [8.0, 1.0, 0.125, 1e-4, 1e-7]
    assert set(count.get_xdata()) == {26}
    assert set(threshold.get_ydata()) == {1e-6}


def test_a_threshold_that_the_paper_does_not_state_is_not_drawn():
    (axes,) = drawn(findings("der-2021"))["figure-3"].axes
    assert len(axes.lines) == 4


def test_without_rounds_off_the_ledger_none_are_drawn():
    (axes,) = drawn(findings(second_order=run()))["figure-3"].axes
    assert len(axes.lines) == 4


def test_costs_are_annotated_with_what_each_home_saves():
    (axes,) = drawn(findings())["figure-6"].axes
    assert [text.get_text() for text in axes.texts] == ["-10 %", "-10 %"]
    assert axes.get_title() == "total -9.4 %"


def test_hours_follow_the_length_of_a_slot():
    grid = drawn(replace(findings(), slot_s=900))["figure-2"].axes[1]
    assert np.diff(grid.lines[0].get_xdata()).tolist() == [0.25] * 3
