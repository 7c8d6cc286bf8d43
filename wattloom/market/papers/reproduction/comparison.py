"""Our numbers beside the paper's, line by line."""

from collections.abc import Callable, Iterator
from operator import attrgetter

from wattloom.market.papers.reproduction.claims import Paper
from wattloom.market.papers.reproduction.findings import Compared, Findings, Run
from wattloom.market.papers.reproduction.gains import CLEARING, PLANNED, PRINTED


def compare(paper: Paper, found: Findings) -> list[Compared]:
    """Return every line: what the paper reports, what its printed algorithm gave here, what ours did."""
    return [
        *_iterations(paper, found),
        *_at_the_papers_count(paper, found),
        *_savings(paper, found),
        *_time(found),
    ]


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
    planned = found.second_order.planned
    yield _line("rounds off the ledger", second_order=planned.rounds if planned else None)
    yield _line(
        "iterations on the ledger, to both residuals within 1e-6",
        ours=_count(found.ours),
        second_order=_count(found.second_order),
    )


def _at_the_papers_count(paper: Paper, found: Findings) -> Iterator[Compared]:
    if paper.iterations is None:
        return
    yield _line(
        f"primal residual after {paper.iterations} iterations",
        "kWh",
        paper=None if paper.words.threshold is None else float(paper.words.threshold),
        printed=_at(found.printed, paper.iterations),
        ours=_at(found.ours, paper.iterations),
    )
    what = f"of what can be saved, missed if repaired after {paper.iterations}"
    yield _of_runs(found, what, "%", attrgetter("missed_at_count_percent"))


def _savings(paper: Paper, found: Findings) -> Iterator[Compared]:
    yield _of_runs(found, "saving of all", "%", attrgetter("saving_percent"), paper=paper.saving_percent)
    yield _of_runs(found, "of what can be saved, missed", "%", attrgetter("surplus_lost_percent"))
    printed, clearing, planned = map(found.gains.way, (PRINTED, CLEARING, PLANNED))
    reported = paper.user_savings_percent
    unit, field = ("%", "saving_percent") if reported else ("$", "saving")
    for word, pick in (("least", min), ("largest", max)):
        yield _line(
            f"{word} saving of a user",
            unit,
            paper=pick(reported, default=None),
            printed=pick(getattr(gain, field) for gain in printed.homes),
            ours=pick(getattr(gain, field) for gain in clearing.homes),
            second_order=pick(getattr(gain, field) for gain in planned.homes),
        )
    yield _line(
        "users who pay more than alone",
        paper=sum(saving < 0 for saving in reported) if reported else None,
        printed=printed.losers,
        ours=clearing.losers,
        second_order=planned.losers,
    )


def _time(found: Findings) -> Iterator[Compared]:
    yield _of_runs(found, "wall time of an iteration on the ledger", "s", attrgetter("iteration_s"))
    yield _of_runs(found, "wall time of the session", "s", attrgetter("seconds"))
    yield _of_runs(found, "transactions of the ledger", "", attrgetter("transactions"))
    planned = found.second_order.planned
    yield _line("homes off the ledger to the end", second_order=planned.homes if planned else None)
    yield _line("exchanges off the ledger", second_order=planned.exchanges if planned else None)
    yield _line("megabytes off the ledger", second_order=planned.megabytes if planned else None)
    yield _line("wall time off the ledger", "s", second_order=planned.seconds if planned else None)


def _of_runs(
    found: Findings, what: str, unit: str, read: Callable[[Run], float | None], *, paper: float | None = None
) -> Compared:
    printed, ours, second_order = map(read, (found.printed, found.ours, found.second_order))
    return _line(what, unit, paper=paper, printed=printed, ours=ours, second_order=second_order)


def _line(
    what: str,
    unit: str = "",
    *,
    paper: float | None = None,
    printed: float | None = None,
    ours: float | None = None,
    second_order: float | None = None,
) -> Compared:
    return Compared(what=what, unit=unit, paper=paper, printed=printed, ours=ours, second_order=second_order)


def _count(run: Run) -> int | None:
    return run.iterations if run.converged else None


def _at(run: Run, iteration: int) -> float | None:
    return run.primal_kwh[iteration - 1] if iteration <= run.iterations else None
