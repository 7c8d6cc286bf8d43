"""What a server takes, and how long it waits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """A server's bounds; the defaults fit any CometBFT node.

    Attributes
    ----------
    message_bytes : longest request; a node's blocks have at most 100 MiB
    connections : at once; a node has four
    stop_s : how long `stop` waits for calls in hand
    """

    message_bytes: int = 128 * 1024 * 1024
    connections: int = 16
    stop_s: float = 30.0


DEFAULT_LIMITS = Limits()
