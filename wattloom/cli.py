"""The `wattloom` command: each room has its own commands, imported when one of them is called."""

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from wattloom.network import logs

PLACES: Final = {
    "auction": "wattloom.market.auction.day.commands:app",
    "compare": "wattloom.market.comparison.commands:app",
    "demo": "wattloom.market.day.commands:app",
    "identity": "wattloom.network.registering.commands:app",
    "ledger": "wattloom.network.commands:app",
    "lint-chaincode": "wattloom.chaincode.lint.commands:app",
    "meter": "wattloom.market.meter.commands:app",
    "network": "wattloom.network.consortium.commands:app",
    "reproduce": "wattloom.market.papers.reproduction.commands:app",
    "simulate auction": "wattloom.market.auction.simulation.commands:app",
    "simulate homes": "wattloom.market.scale.commands:app",
    "simulate linking": "wattloom.market.linking.commands:app",
}
"""Command to the `Typer` that serves it."""

SUMMARIES: Final = {
    "auction": "Trade one day of a community by auction on a new ledger, slot by slot, and check everything.",
    "compare": "Set a community's day with the grid only, by auction and by ADMM beside each other.",
    "demo": "Trade one day of a community on a new ledger, and check everything.",
    "identity": "Keys and certificates, and the service that enrols meters.",
    "ledger": "Make, serve, look at and verify a solo ledger.",
    "lint-chaincode": (
        "Refuse what would make validators disagree: floats, clocks, randomness, files, set order, ..."
    ),
    "meter": "Run a reference meter, a witness of other meters' trees, or a relay.",
    "network": "Make, run and look after a network of validators.",
    "reproduce": "Run the papers' experiments with the ledger in the loop, and draw their figures from them.",
    "simulate auction": (
        "Simulate a community that trades by auction: the CE-SDT paper's study, its numbers beside ours."
    ),
    "simulate homes": (
        "Coordinate generated communities in process, and say what that takes beside a central solve."
    ),
    "simulate linking": (
        "Let an observer link receipts to meters under several settings, and print how often it is right."
    ),
}
"""What the lists of commands say; a test compares them with the commands' own words."""


class Room(TyperCommand):
    """Stands for a command until it is called, so that a list of commands waits for no room's imports."""

    def __init__(self, name: str) -> None:
        super().__init__(name.rpartition(" ")[2], help=SUMMARIES[name])
        self._place = PLACES[name]

    def load(self) -> Any:  # noqa: ANN401 - typer keeps click's types to itself
        """Import the command and return it."""
        module, _, attribute = self._place.partition(":")
        return typer.main.get_command(getattr(import_module(module), attribute))

    def make_context(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as above
        """Go on with the command itself."""
        return self.load().make_context(*arguments, **named)


class _Rooms(TyperGroup):
    """A group of rooms, those whose names begin with `below`."""

    below = ""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(**attributes)
        names = (name for name in PLACES if name.rpartition(" ")[0] == self.below)
        for room in map(Room, names):
            self.add_command(room)
        self.commands = {name: self.commands[name] for name in sorted(self.commands)}


class _Simulations(_Rooms):
    below = "simulate"


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
