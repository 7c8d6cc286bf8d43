"""How many iterations agreement takes, over many communities: `python -m benchmarks.convergence --help`."""

import json
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from wattloom.chaincode.transactive.terms import Form
from wattloom.market.coordination import admm
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.repair import NobodyCanBalance, repair, surplus_lost
from wattloom.market.homes.community import Community
from wattloom.market.papers.communities import measured_community, random_community
from wattloom.market.papers.config import MODELS
from wattloom.market.scale.central import CentralProgram
from wattloom.market.transactive.terms import offered_terms

USABLE = (10, 26)
"""Iterations after which the surplus lost is told, with the trades repaired."""

WEEKS = {date(2012, 11, 5), date(2016, 9, 6)}
"""First days of the measured weeks."""

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Instance:
    """One community: its name, and how it is made."""

    name: str
    make: Callable[[], Community]


@dataclass(frozen=True, slots=True)
class Found:
    """What one session came to; surplus in percent, None where not looked for or not to be balanced."""

    instance: str
    converged: bool
    iterations: int
    primal_kwh: float
    dual: float
    cost_gap: float | None
    lost_10: float | None
    lost_26: float | None


def generated(model: str, *, count: int, first_seed: int, homes: int, slots: int) -> Iterator[Instance]:
    """Yield communities of consecutive seeds."""
    for seed in range(first_seed, first_seed + count):
        make = partial(random_community, model, homes=homes, slots=slots, seed=seed)
        yield Instance(f"seed {seed}", make)


def measured(model: str, folder: Path, *, count: int, homes: int, slots: int) -> Iterator[Instance]:
    """Yield draws of measured homes, spread over the days of the measured weeks."""
    days = slots // 24
    starts = [first + timedelta(days=day) for first in sorted(WEEKS) for day in range(8 - days)]
    for draw in range(count):
        first_day = starts[draw % len(starts)]
        make = partial(
            measured_community, model, folder, homes=homes, first_day=first_day, days=days, draw=draw
        )
        yield Instance(f"{first_day} draw {draw}", make)


def hold(instance: Instance, *, form: Form, most: int, central: bool) -> Found:
    """Run one session and, with `central`, set its cost beside the optimum."""
    community = instance.make()
    fleet = Fleet(community.homes)
    terms = offered_terms(community, slot_start_s=community.slot_start_s, form=form, max_iterations=most)
    run = admm.run(fleet, terms)
    gap = lost_10 = lost_26 = None
    if central:
        best = CentralProgram(community.homes).solve().cost
        alone = sum(plan.cost for plan in fleet.stand_alone())
        costs = [_repaired(fleet, run, iteration) for iteration in (*USABLE, most)]
        lost_10, lost_26, _ = (_lost(cost, alone, best) for cost in costs)
        gap = None if costs[-1] is None else abs(costs[-1] - best) / abs(best)
    last = run.last
    return Found(instance.name, run.converged, last.number, last.primal_kwh, last.dual, gap, lost_10, lost_26)


def run() -> list[Figures]:
    """Return the figures of ten generated days of each model."""
    return [
        summary(
            model, 24, "exchange", [hold(each, form=Form.EXCHANGE, most=1500, central=True) for each in ten]
        )
        for model in MODELS
        for ten in [list(generated(model, count=10, first_seed=2001, homes=10, slots=24))]
    ]


def summary(model: str, slots: int, form: str, found: list[Found]) -> Figures:
    """Return medians and worst cases of many sessions."""
    iterations = [each.iterations for each in found]
    figures: Figures = {
        "model": model,
        "slots": slots,
        "form": form,
        "sessions": len(found),
        "median": statistics.median(iterations),
        "90 %": statistics.quantiles(iterations, n=10)[-1] if len(found) > 1 else iterations[0],
        "worst": max(iterations),
        "not converged": sum(not each.converged for each in found),
    }
    for name in ("lost_10", "lost_26", "cost_gap"):
        known = [value for each in found if (value := getattr(each, name)) is not None]
        figures |= {f"{name} median": statistics.median(known), f"{name} worst": max(known)} if known else {}
    return figures


def main(
    models: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join(MODELS)}; all without one.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many communities of each model.")] = 60,
    first_seed: Annotated[int, typer.Option(help="Of the generated communities.")] = 1001,
    data: Annotated[Path | None, typer.Option(help="Draw measured homes out of this folder instead.")] = None,
    homes: Annotated[int, typer.Option(min=2)] = 10,
    days: Annotated[int, typer.Option(min=1, max=7)] = 1,
    form: Annotated[Form, typer.Option()] = Form.EXCHANGE,
    most: Annotated[int, typer.Option(min=1, help="Iterations after which a session has failed.")] = 1500,
    central: Annotated[bool, typer.Option(help="Set the cost beside the central optimum.")] = True,
    workers: Annotated[int, typer.Option(min=1)] = 1,
    out: Annotated[Path, typer.Option(help="Where every session's figures go.")] = Path("build/convergence"),
) -> None:
    """Hold a session on each community, print medians and worst cases, and write every session's figures."""
    out.mkdir(parents=True, exist_ok=True)
    console, slots = Console(width=200), 24 * days
    for model in models or MODELS:
        if data is None:
            instances = generated(model, count=count, first_seed=first_seed, homes=homes, slots=slots)
        else:
            instances = measured(model, data, count=count, homes=homes, slots=slots)
        with ProcessPoolExecutor(workers) as pool:
            one = partial(hold, form=form, most=most, central=central)
            found = list(track(pool.map(one, instances), total=count, description=model))
        console.print(summary(model, slots, form.value, found))
        source = "generated" if data is None else "measured"
        path = out / f"{model}-{form}-{homes}-{slots}-{source}-{count}.json"
        path.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", encoding="utf-8")


def _repaired(fleet: Fleet, run: admm.Run, iteration: int) -> float | None:
    at = run.iterates[min(iteration, len(run.iterates)) - 1]
    try:
        return repair(fleet, at.trade_kwh).cost
    except NobodyCanBalance:
        return None


def _lost(cost: float | None, alone: float, best: float) -> float | None:
    return None if cost is None else 100 * surplus_lost(cost, alone=alone, optimum=best)


if __name__ == "__main__":
    typer.run(main)
