"""Whoever follows an engine: told of each block, and once that none follows any more."""

import threading
from collections.abc import Callable

from wattloom.network.engine import NewBlock

Listener = Callable[[NewBlock], None]


class Followers:
    """The followers of one engine; any thread may come and go, the engine's own announces and stops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[tuple[Listener, Callable[[], None]]] = []
        self._stopped = False

    def add(self, listener: Listener, on_stop: Callable[[], None]) -> Callable[[], None]:
        """Take a follower and return what ends the following; one who comes after the end is told at once."""
        follower = (listener, on_stop)
        with self._lock:
            is_late = self._stopped
            self._all = [*self._all, follower]
        if is_late:
            on_stop()

        def end() -> None:
            with self._lock:
                self._all = [each for each in self._all if each is not follower]

        return end

    def announce(self, block: NewBlock) -> None:
        """Tell everyone of a block."""
        for listener, _ in self._all:
            listener(block)

    def stop(self) -> None:
        """Tell everyone, once, that no block follows."""
        with self._lock:
            self._stopped = True
            told, self._all = self._all, []
        for _, on_stop in told:
            on_stop()
