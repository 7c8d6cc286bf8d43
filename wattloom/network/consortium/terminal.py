"""What the commands of `wattloom network` share: where they print, and how they tell a mistake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wattloom.chaincode.api.errors import MachineFault
from wattloom.identity.errors import IdentityError
from wattloom.network.chain.errors import ChainError
from wattloom.network.consortium.errors import ConsortiumError
from wattloom.network.engine_binary import EngineMissing
from wattloom.network.solo import LedgerFolderError

out, err = Console(), Console(stderr=True)

Network = Annotated[Path, typer.Argument(help="The network's folder.")]
NewNetwork = Annotated[Path, typer.Argument(help="Folder to make; it must be new or empty.")]
NodeName = Annotated[str, typer.Argument(help="The node's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def tell(sentence: str) -> None:
    """Say what is being done, beside the results."""
    err.print(sentence, style="dim", soft_wrap=True, highlight=False, markup=False)


def warn(sentence: str) -> None:
    """Say what is allowed and should not stay so."""
    err.print("[bold yellow]warning[/]:", sentence, soft_wrap=True)


def fail(sentence: str, *, status: int = 2) -> typer.Exit:
    """Say what was wrong, and return what ends the command."""
    err.print("[bold red]error[/]:", end=" ")
    err.print(sentence, soft_wrap=True, highlight=False, markup=False)
    return typer.Exit(status)


@contextmanager
def user_mistakes() -> Iterator[None]:
    """Say what was wrong in one sentence and exit with 2."""
    try:
        yield
    except (
        ConsortiumError,
        IdentityError,
        ChainError,
        EngineMissing,
        LedgerFolderError,
        MachineFault,
    ) as error:
        raise fail(str(error)) from None
