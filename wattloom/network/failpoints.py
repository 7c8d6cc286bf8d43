"""Named points that crash tests may stop a process at; in production nothing listens and nothing happens."""

from collections.abc import Callable

_listener: Callable[[str], None] | None = None


def reach(name: str) -> None:
    """Say that a point was reached."""
    if _listener is not None:
        _listener(name)


def listen(listener: Callable[[str], None] | None) -> None:
    """Call `listener` at every point from now on; None ends it."""
    global _listener
    _listener = listener
