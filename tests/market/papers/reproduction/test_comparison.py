from tests.market.papers.reproduction.samples import findings, gains, run
from wattloom.market.papers.reproduction.claims import paper
from wattloom.market.papers.reproduction.comparison import compare
from wattloom.market.papers.reproduction.gains import CLEARING, PLANNED, PRINTED


def lines(found):
    """Return the lines by what they are about, as (paper, printed, ours, second order)."""
    return {
        line.what: (line.paper, line.printed, line.ours, line.second_order)
        for line in compare(paper(found.model), found)
    }


def test_iterations_stand_beside_the_papers_at_its_own_threshold_alone():
    told = lines(findings())
    assert told["iterations to a primal residual of 0.1 kWh"] == (None, None, 2, None)
    assert told["iterations to a primal residual of 1e-6 kWh"] == (26, None, 3, None)


def test_a_count_whose_threshold_the_paper_does_not_state_stands_alone():
    told = lines(findings("der-2021"))
    assert told["iterations, to a threshold that the paper does not state"] == (10, None, None, None)
    assert told["iterations to a primal residual of 1e-6 kWh"] == (None, None, 3, None)


def test_the_residual_is_told_at_the_papers_count_where_the_run_came_that_far():
    told = lines(findings(printed=run(iterations=26, primal_kwh=[1.0] * 25 + [0.625])))
    assert told["primal residual after 26 iterations"] == (1e-6, 0.625, None, None)


def test_a_run_that_was_cut_off_never_met_both_residuals():
    cut = findings(ours=run(converged=False))
    assert lines(cut)["iterations on the ledger, to both residuals within 1e-6"] == (None, None, None, 1)


def test_what_was_planned_off_the_ledger_is_told_apart_from_what_the_ledger_did():
    told = lines(findings())
    assert told["rounds off the ledger"] == (None, None, None, 5)
    assert told["exchanges off the ledger"] == (None, None, None, 8)
    assert told["wall time off the ledger"] == (None, None, None, 0.5)


def test_a_session_that_nothing_was_planned_for_has_no_rounds():
    told = lines(findings(second_order=run()))
    assert told["rounds off the ledger"] == told["exchanges off the ledger"] == (None,) * 4


def test_savings_and_losers_are_those_of_each_way_of_billing():
    told = lines(
        findings(gains=gains(**{PRINTED: [1.0, -1.0], CLEARING: [0.25, -0.25], PLANNED: [0.125, -0.125]}))
    )
    assert told["least saving of a user"] == (15.0, -10.0, 5.0, 7.5)
    assert told["largest saving of a user"] == (50.0, 30.0, 15.0, 12.5)
    assert told["users who pay more than alone"] == (0, 1, 0, 0)
    assert told["saving of all"] == (23.0, 9.375, 9.375, 9.375)


def test_savings_are_told_in_dollars_where_the_paper_reports_none():
    told = lines(findings("vpp-2021", gains=gains(**{CLEARING: [0.25, -0.25]})))
    assert told["least saving of a user"] == (None, 0.5, 0.25, 0.5)
    assert told["users who pay more than alone"] == (None, 0, 0, 0)
