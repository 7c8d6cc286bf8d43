"""The `wattloom` command: each room has its own commands, imported when they are called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from wattloom.network import logs

COMMANDS = {
    "auction": "wattloom.market.auction.day.commands:app",
    "compare": "wattloom.market.comparison.commands:app",
    "demo": "wattloom.market.day.commands:app",
    "identity": "wattloom.network.registering.commands:app",
    "ledger": "wattloom.network.commands:app",
    "lint-chaincode": "wattloom.chaincode.lint.commands:app",
    "meter": "wattloom.market.meter.commands:app",
    "network": "wattloom.network.consortium.commands:app",
    "reproduce": "wattloom.market.papers.reproduction.commands:app",
}
"""Command to the `Typer` that serves it."""

SIMULATIONS = {
    "auction": "wattloom.market.auction.simulation.commands:app",
    "homes": "wattloom.market.scale.commands:app",
    "linking": "wattloom.market.linking.commands:app",
}
"""The same below `wattloom simulate`."""


class _Rooms(TyperGroup):
    """Finds a command by its `places`, so that one room's commands never wait for another's imports."""

    places: Mapping[str, str] = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer keeps click's types to itself
        return sorted([*self.places, *super().list_commands(ctx)])

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        place = self.places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = place.partition(":")
        return typer.main.get_command(getattr(import_module(module), name))


class _Simulations(_Rooms):
    places = SIMULATIONS


app = typer.Typer(
    name="wattloom",
    cls=_Rooms,
    help="Community energy trading on a permissioned ledger.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


simulate = typer.Typer(
    cls=_Simulations, help="Studies of communities, each with what it takes and gains.", no_args_is_help=True
)
app.add_typer(simulate, name="simulate")


@app.callback()
@simulate.callback()
def _root() -> None: ...


def main() -> None:
    """Run the command line; results go to stdout, the log to stderr."""
    logs.configure()
    app()
