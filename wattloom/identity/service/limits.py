"""How much the service does for one caller, and for all."""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from wattloom.identity.service.errors import TooOften
from wattloom.rpc.border import PEER

MAX_REQUEST_BYTES: Final = 64 * 1024
_MAX_PEERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one service.

    Attributes
    ----------
    per_second, burst : calls that change or challenge, of one address: how many go on, and at once
    calls : of all kinds at a time
    grace_s : how long calls in hand may take to end when the service stops
    """

    per_second: float = 20.0
    burst: int = 100
    calls: int = 2_048
    grace_s: float = 5.0


class RateLimiter:
    """A bucket of tokens for each address; the addresses heard of longest ago are forgotten first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self) -> None:
        """Take a token of the caller's; raise `TooOften` where there is none."""
        host, now = _host(PEER.get()), time.monotonic()
        tokens, since = self._buckets.pop(host, (float(self._limits.burst), now))
        tokens = min(self._limits.burst, tokens + (now - since) * self._limits.per_second)
        taken = tokens >= 1
        self._buckets[host] = (tokens - 1 if taken else tokens, now)
        if len(self._buckets) > _MAX_PEERS:
            self._buckets.popitem(last=False)
        if not taken:
            wait_s = math.ceil((1 - tokens) / self._limits.per_second * 10) / 10
            raise TooOften(limit=f"{self._limits.per_second:g} calls a second", retry_after_s=wait_s)


def _host(peer: str) -> str:
    """Return the address without the port, which every connection has another of."""
    return peer.rpartition(":")[0]
