"""`wattloom simulate homes`: communities of any size, coordinated in process, beside one central solve."""

import json
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from wattloom.chaincode.transactive.terms import MAX_HOMES, MIN_HOMES
from wattloom.market.coordination.repair import NobodyCanBalance
from wattloom.market.coordination.second_order.errors import NotConverged
from wattloom.market.homes.errors import BadHome, SolveFailed
from wattloom.market.papers.config import MODELS, ConfigurationError
from wattloom.market.report.terminal import fail, telling
from wattloom.market.scale import newton, relaxed
from wattloom.market.scale.case import Case, Tell, prepare
from wattloom.market.scale.measured import Measured
from wattloom.market.scale.tables import measured_table, target_table

app = typer.Typer(add_completion=False)
out, err = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 110), Console(stderr=True)


FIRST_HOMES = 10
"""At most so many homes are coordinated first, unmeasured, so that compiled code is there."""


class Method(StrEnum):
    """How trades are found: by relaxed ADMM, by second-order coordination, or each on its own."""

    ADMM = "admm"
    SECOND_ORDER = "second-order"
    BOTH = "both"


def sizes(text: str) -> list[int]:
    """Return the numbers of homes in `10,100`, ascending."""
    if not re.fullmatch(r"\d{1,5}(,\d{1,5})*", text):
        raise typer.BadParameter(f"{text}: write numbers, such as 10,100")
    found = sorted({int(number) for number in text.split(",")})
    for number in found:
        if not MIN_HOMES <= number <= MAX_HOMES:
            raise typer.BadParameter(f"{number} homes: choose from {MIN_HOMES} to {MAX_HOMES}")
    return found


@app.command("homes")
def simulate(
    homes: Annotated[
        str, typer.Option(metavar="N,N,...", help="How many homes; several sizes one after the other.")
    ] = "10,100",
    model: Annotated[str, typer.Option(help=f"Whose homes: {', '.join(MODELS)}.")] = MODELS[0],
    slots: Annotated[int, typer.Option(min=1, max=672, help="Hourly slots.")] = 24,
    method: Annotated[Method, typer.Option(help="How trades are found.")] = Method.BOTH,
    seed: Annotated[int, typer.Option(help="Which generated community.")] = 1,
    iterations: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of ADMM.")] = 500,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every figure to this file.")] = None,
) -> None:
    """Coordinate generated communities in process, and say what that takes beside a central solve."""
    numbers, found = sizes(homes), list[Measured]()
    try:
        if json_file is not None:
            json_file.open("a").close()  # refuses before the work, not after
        with telling(err, "loading compiled code") as tell:
            case = prepare(model, homes=min(numbers[-1], FIRST_HOMES), slots=slots, seed=seed, tell=tell)
            list(_measure(case, method, 1, tell))
        for number in numbers:
            with telling(err, f"{number} homes") as tell:
                case = prepare(model, homes=number, slots=slots, seed=seed, tell=tell)
                found += _measure(case, method, iterations, tell)
        if json_file is not None:
            json_file.write_text(json.dumps(msgspec.to_builtins(found), indent=2) + "\n", encoding="utf-8")
    except (ConfigurationError, BadHome, OSError) as error:
        fail(err, str(error))
    except (SolveFailed, NobodyCanBalance, NotConverged) as error:
        fail(err, str(error), code=1)
    out.print(measured_table(found))
    out.print(target_table(found))


def _measure(case: Case, method: Method, iterations: int, tell: Tell) -> Iterator[Measured]:
    if method is not Method.SECOND_ORDER:
        yield relaxed.measure(case, most=iterations, tell=tell)
    if method is not Method.ADMM:
        yield newton.measure(case, tell=tell)
