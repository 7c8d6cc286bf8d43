"""Waiting for what other processes do, with a limit."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_AGAIN_S = 0.05
PATIENCE_S = 60.0


def wait_for(look: Callable[[], T], what: str, *, patience_s: float = PATIENCE_S) -> T:
    """Return what `look` sees as soon as it is true; fail the test, naming it, when patience ends."""
    ends_s = time.monotonic() + patience_s
    while not (found := look()):
        assert time.monotonic() < ends_s, f"waited {patience_s:g} s in vain: {what}"
        time.sleep(LOOK_AGAIN_S)
    return found
