"""How much the gateway holds for others at a time, and for how long."""

from dataclasses import dataclass
from typing import Final

from wattloom.network.transactions import MAX_TRANSACTION_BYTES

MAX_REQUEST_BYTES: Final = 2 * MAX_TRANSACTION_BYTES
"""Above the largest transaction, so that one somewhat too large is refused by the ledger's own sentence."""

MAX_WAIT_MS: Final = 30_000
"""The longest that CommitStatus waits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one gateway.

    Attributes
    ----------
    pending : transactions received and not in a block yet
    pending_per_member : of these, by one certificate, so that one member cannot take every place
    streams : Events, Blocks and SubmitStream calls at a time
    calls : calls of all kinds at a time
    stall_s : how long a follower may leave one message unread before it is disconnected
    grace_s : how long calls in hand may take to end when the gateway stops
    """

    pending: int = 4_096
    pending_per_member: int = 1_024
    streams: int = 1_024
    calls: int = 8_192
    stall_s: float = 20.0
    grace_s: float = 5.0


DEFAULT_LIMITS: Final = Limits()
