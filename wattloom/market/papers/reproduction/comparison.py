"""Our numbers beside the paper's, line by line."""

from collections.abc import Iterator

from wattloom.market.papers.reproduction.claims import Paper
from wattloom.market.papers.reproduction.findings import Compared, Findings, Run
from wattloom.market.papers.reproduction.gains import CLEARING, PRINTED


def compare(paper: Paper, found: Findings) -> list[Compared]:
    """Return every line: what the paper reports, what its printed algorithm gave here, what ours did."""
    return [*_iterations(paper, found), *_savings(paper, found), *_time(found)]


def _iterations(paper: Paper, found: Findings) -> Iterator[Compared]:
    if paper.iterations is not None and paper.words.threshold is None:
        yield _line("iterations, to a threshold that the paper does not state", paper=paper.iterations)
    for threshold in found.printed.reached:
        yield _line(
            f"iterations to a primal residual of {threshold} kWh",
            paper=paper.iterations if threshold == paper.words.threshold else None,
            printed=found.printed.reached[threshold],
            ours=found.ours.reached[threshold],
        )
    both = found.ours.iterations if found.ours.converged else None
    yield _line("iterations to both residuals within 1e-6", ours=both)
    if paper.iterations is not None:
        yield _line(
            f"primal residual after {paper.iterations} iterations",
            "kWh",
            paper=None if paper.words.threshold is None else float(paper.words.threshold),
            printed=_at(found.printed, paper.iterations),
            ours=_at(found.ours, paper.iterations),
        )
        yield _line(
            f"of what can be saved, missed if repaired after {paper.iterations}",
            "%",
            printed=found.printed.missed_at_count_percent,
            ours=found.ours.missed_at_count_percent,
        )


def _savings(paper: Paper, found: Findings) -> Iterator[Compared]:
    printed, ours = found.printed, found.ours
    yield _line(
        "saving of all",
        "%",
        paper=paper.saving_percent,
        printed=printed.saving_percent,
        ours=ours.saving_percent,
    )
    yield _line(
        "of what can be saved, missed",
        "%",
        printed=printed.surplus_lost_percent,
        ours=ours.surplus_lost_percent,
    )
    as_printed, clearing = found.gains.way(PRINTED), found.gains.way(CLEARING)
    reported = paper.user_savings_percent
    unit, field = ("%", "saving_percent") if reported else ("$", "saving")
    for word, pick in (("least", min), ("largest", max)):
        yield _line(
            f"{word} saving of a user",
            unit,
            paper=pick(reported, default=None),
            printed=pick(getattr(gain, field) for gain in as_printed.homes),
            ours=pick(getattr(gain, field) for gain in clearing.homes),
        )
    yield _line(
        "users who pay more than alone",
        paper=sum(saving < 0 for saving in reported) if reported else None,
        printed=as_printed.losers,
        ours=clearing.losers,
    )


def _time(found: Findings) -> Iterator[Compared]:
    for what, unit, field in (
        ("wall time of an iteration on the ledger", "s", "iteration_s"),
        ("wall time of the session", "s", "seconds"),
        ("transactions of the ledger", "", "transactions"),
    ):
        yield _line(what, unit, printed=getattr(found.printed, field), ours=getattr(found.ours, field))


def _line(
    what: str,
    unit: str = "",
    *,
    paper: float | None = None,
    printed: float | None = None,
    ours: float | None = None,
) -> Compared:
    return Compared(what=what, unit=unit, paper=paper, printed=printed, ours=ours)


def _at(run: Run, iteration: int) -> float | None:
    return run.primal_kwh[iteration - 1] if iteration <= run.iterations else None
