"""An engine whose orders can be held back, so that a test decides when a transaction reaches a block."""

import threading

from wattloom.network.engine import Busy, EngineStopped
from wattloom.network.transactions import SignedTransaction


class HeldEngine:
    """Everything is the engine's own, but `order` waits in `held` while `holds`.

    `room` is how many may wait; `stopped` makes it take nothing more.
    """

    def __init__(self, engine):
        self._engine = engine
        self.holds = False
        self.stopped = False
        self.room = 10_000
        self.held: list[SignedTransaction] = []
        self._news = threading.Condition()

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def order(self, transaction: SignedTransaction) -> None:
        if self.stopped:
            raise EngineStopped("told to")
        if not self.holds:
            self._engine.order(transaction)
        elif len(self.held) >= self.room:
            raise Busy("told to")
        else:
            with self._news:
                self.held.append(transaction)
                self._news.notify_all()

    def wait_held(self, count: int, timeout_s: float = 10) -> None:
        with self._news:
            assert self._news.wait_for(lambda: len(self.held) >= count, timeout_s)

    def release(self) -> None:
        self.holds = False
        for transaction in self.held:
            self._engine.order(transaction)
        self.held.clear()
