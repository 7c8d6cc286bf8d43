"""How many rounds second-order coordination takes: `python -m benchmarks.second_order --help`."""

import json
import statistics
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from benchmarks.convergence import USABLE, Figures, Instance, generated, measured
from wattloom.market.coordination.fleet import Fleet
from wattloom.market.coordination.repair import NobodyCanBalance, repair, surplus_lost
from wattloom.market.coordination.second_order.homes import Homes
from wattloom.market.coordination.second_order.running import run_in_process
from wattloom.market.coordination.second_order.settings import FROZEN
from wattloom.market.homes.checks import FloatArray
from wattloom.market.papers.config import MODELS
from wattloom.market.scale.central import CentralProgram


@dataclass(frozen=True, slots=True)
class Found:
    """What one coordination came to; surplus in percent, None where not looked for or not to be balanced."""

    instance: str
    rounds: int
    exchanges: int
    fell_back: bool
    imbalance_kwh: float
    dual: float | None
    seconds: float
    cost_gap: float | None
    lost_10: float | None
    lost_26: float | None


def coordinated(instance: Instance, *, central: bool) -> Found:
    """Coordinate one community and, with `central`, set its cost beside the optimum."""
    community = instance.make()
    homes, trades = Homes(community.homes), list[FloatArray]()
    started = time.perf_counter()
    found = run_in_process(homes, observe=lambda _, trade_kwh: trades.append(trade_kwh))
    seconds = time.perf_counter() - started
    gap = lost_10 = lost_26 = None
    if central:
        fleet, best = Fleet(community.homes), CentralProgram(community.homes).solve().cost
        alone = sum(plan.cost for plan in fleet.stand_alone())
        gap = abs(repair(fleet, found.trade_kwh).cost - best) / abs(best)
        lost_10, lost_26 = (_lost(fleet, trades[:after][-1], alone, best) for after in USABLE)
    outcome = found.outcome
    last = outcome.rounds[-1]
    return Found(
        instance=instance.name,
        rounds=len(outcome.rounds),
        exchanges=outcome.exchanges,
        fell_back=outcome.fell_back,
        imbalance_kwh=last.imbalance_kwh,
        dual=last.dual,
        seconds=seconds,
        cost_gap=gap,
        lost_10=lost_10,
        lost_26=lost_26,
    )


def run() -> list[Figures]:
    """Return the figures of ten generated days of each model."""
    return [
        summary(
            model,
            [
                coordinated(each, central=True)
                for each in generated(model, count=10, first_seed=2001, homes=10, slots=24)
            ],
        )
        for model in MODELS
    ]


def summary(model: str, found: Iterable[Found]) -> Figures:
    """Return medians and worst cases of many coordinations."""
    known = [asdict(each) for each in found]
    figures: Figures = {"model": model, "communities": len(known)}
    for name in ("rounds", "exchanges", "seconds", "cost_gap", "lost_10", "lost_26"):
        numbers: list[Any] = [each[name] for each in known if each[name] is not None]
        figures |= {name: statistics.median(numbers), f"{name} worst": max(numbers)} if numbers else {}
    return figures | {"fell back": sum(each["fell_back"] for each in known)}


def main(
    models: Annotated[
        list[str] | None, typer.Argument(help=f"Of {', '.join(MODELS)}; all without one.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many communities of each model.")] = 60,
    first_seed: Annotated[int, typer.Option(help="Of the generated communities.")] = 1001,
    data: Annotated[Path | None, typer.Option(help="Draw measured homes out of this folder instead.")] = None,
    homes: Annotated[int, typer.Option(min=2)] = 10,
    days: Annotated[int, typer.Option(min=1, max=7)] = 1,
    central: Annotated[bool, typer.Option(help="Set the cost beside the central optimum.")] = True,
    workers: Annotated[int, typer.Option(min=1)] = 1,
    out: Annotated[Path, typer.Option(help="Where every community's figures go.")] = Path(
        "build/second_order"
    ),
) -> None:
    """Coordinate each community, print medians and worst cases, and write every community's figures."""
    out.mkdir(parents=True, exist_ok=True)
    console, slots = Console(width=200), 24 * days
    console.print(FROZEN)
    for model in models or MODELS:
        if data is None:
            instances = generated(model, count=count, first_seed=first_seed, homes=homes, slots=slots)
        else:
            instances = measured(model, data, count=count, homes=homes, slots=slots)
        with ProcessPoolExecutor(workers) as pool:
            one = partial(coordinated, central=central)
            found = list(track(pool.map(one, instances), total=count, description=model))
        console.print(summary(model, found))
        source = f"generated-{first_seed}" if data is None else "measured"
        path = out / f"{model}-{homes}-{slots}-{source}-{count}.json"
        path.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", encoding="utf-8")


def _lost(fleet: Fleet, trade_kwh: FloatArray, alone: float, best: float) -> float | None:
    try:
        return 100 * surplus_lost(repair(fleet, trade_kwh).cost, alone=alone, optimum=best)
    except NobodyCanBalance:
        return None


if __name__ == "__main__":
    typer.run(main)
