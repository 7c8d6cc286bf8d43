"""`wattloom network`: make, run, watch, extend, back up and export a network of validators."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from wattloom.identity.errors import IdentityError
from wattloom.network.chain.errors import ChainError
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.errors import ConsortiumError
from wattloom.network.consortium.reading import load_spec
from wattloom.network.engine_binary import EngineMissing, install_engine

app = typer.Typer(
    name="network",
    help="Make, run and look after a network of validators.",
    no_args_is_help=True,
    add_completion=False,
)
out, err = Console(), Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def init(
    network: Annotated[Path, typer.Argument(help="Folder to make; it must be new or empty.")],
    spec: Annotated[
        Path | None,
        typer.Option("--spec", help="YAML file; without it: four organisations with one validator each."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a network: keys, certificates, genesis and configuration of every node."""
    with user_mistakes():
        wanted = load_spec(spec)
        for warning in wanted.warnings():
            err.print(f"[bold yellow]warning[/]: {warning}", soft_wrap=True)
        folder = create_network(wanted, network, tell=tell)
        genesis, nodes = folder.genesis(), folder.nodes()
    if as_json:
        facts = {
            "chain_id": genesis.chain_id,
            "genesis_hash": genesis.hash.hex(),
            "nodes": [node.name for node in nodes],
        }
        typer.echo(json.dumps(facts, indent=2))
        return
    typer.echo(f"network {genesis.chain_id} in {network}: {', '.join(node.name for node in nodes)}")
    typer.echo(f"genesis hash {genesis.hash.hex()}")
    typer.echo(f"Give this hash to whoever verifies the chain; start it with: wattloom network up {network}")


@app.command("install-engine")
def install_engine_command() -> None:
    """Find the engine, or build it at the pinned version."""
    with user_mistakes():
        typer.echo(install_engine(tell))


def tell(sentence: str) -> None:
    """Say what is being done, beside the results."""
    err.print(sentence, style="dim", soft_wrap=True, highlight=False)


@contextmanager
def user_mistakes() -> Iterator[None]:
    """Say what was wrong in one sentence and exit with 2."""
    try:
        yield
    except (ConsortiumError, IdentityError, ChainError, EngineMissing) as error:
        err.print(f"[bold red]error[/]: {error}", soft_wrap=True)
        raise typer.Exit(2) from None
