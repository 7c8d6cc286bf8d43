import pytest

from wattloom.market.papers.config import MODELS, ConfigurationError
from wattloom.market.papers.reproduction.claims import paper
from wattloom.market.papers.reproduction.figures import PANELS


@pytest.mark.parametrize("model", MODELS)
def test_every_figure_that_is_described_is_drawn_and_every_drawn_one_described(model):
    assert set(paper(model).words.figures) == set(PANELS[model])


def test_what_a_paper_reports_is_told_in_percent():
    hvac = paper("hvac-2020")
    assert (hvac.iterations, hvac.saving_percent) == (26, 23.0)
    assert sorted(hvac.user_savings_percent)[::9] == [15.0, 50.0]


def test_what_a_paper_does_not_report_is_none():
    vpp = paper("vpp-2021")
    assert (vpp.iterations, vpp.saving_percent, vpp.user_savings_percent) == (None, None, [])


def test_another_model_is_refused_by_name():
    with pytest.raises(ConfigurationError, match="hvac-1999"):
        paper("hvac-1999")
