"""The deterministic application under both engines: the same calls as ABCI 2.0, without its transport."""

from wattloom.network.application.application import Application
from wattloom.network.application.records import BlockToExecute, Executed, Happened, Info

__all__ = ["Application", "BlockToExecute", "Executed", "Happened", "Info"]
