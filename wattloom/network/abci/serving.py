"""For an application that is a program of its own."""

from wattloom.network.abci.application import AbciApplication
from wattloom.network.abci.limits import DEFAULT_LIMITS, Limits
from wattloom.network.abci.server import AbciServer


def serve(application: AbciApplication, address: str, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Serve until interrupted; raise `AbciNotStarted`, or what the application raised."""
    with AbciServer(application, address, limits=limits) as server:
        error = server.wait()
    if error is not None:
        raise error
