"""Applications that tests look into."""

import threading

from wattloom.network.abci import AbciApplication
from wattloom.network.abci import abci_pb2 as wire

PATIENCE_S = 10


class Mirror(AbciApplication):
    """Answers each transaction with itself."""

    def check_tx(self, request):
        return wire.ResponseCheckTx(data=request.tx)


class Gate(Mirror):
    """Holds a transaction `held` until it is let go, and says when it has come."""

    def __init__(self):
        self.came, self.let_go = threading.Event(), threading.Event()

    def check_tx(self, request):
        if request.tx == b"held":
            self.came.set()
            assert self.let_go.wait(PATIENCE_S)
        return super().check_tx(request)


class Failing(Mirror):
    """Raises at a transaction `bad`."""

    def check_tx(self, request):
        if request.tx == b"bad":
            secret = "a private value"  # noqa: F841 - must not be logged
            raise OSError("the disk is full")
        return super().check_tx(request)
