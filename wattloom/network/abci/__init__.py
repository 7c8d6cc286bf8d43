"""ABCI 2.0 in Python: serve any application to a stock CometBFT node."""

from wattloom.network.abci.application import AbciApplication
from wattloom.network.abci.errors import AbciError, AbciNotStarted, PeerRefused
from wattloom.network.abci.limits import DEFAULT_LIMITS, Limits
from wattloom.network.abci.server import AbciServer
from wattloom.network.abci.serving import serve

__all__ = [
    "DEFAULT_LIMITS",
    "AbciApplication",
    "AbciError",
    "AbciNotStarted",
    "AbciServer",
    "Limits",
    "PeerRefused",
    "serve",
]
