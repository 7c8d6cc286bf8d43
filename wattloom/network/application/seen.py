"""Transaction ids seen: each is remembered until its validity has passed, so nothing executes twice."""

from itertools import islice

from wattloom.chaincode.api import keys
from wattloom.chaincode.api.codec import Record, encode
from wattloom.chaincode.api.overlay import Overlay, Reader
from wattloom.chaincode.api.timers import LEDGER

FORGOTTEN_PER_BLOCK = 5_000
"""How many ids one block forgets at most, so that its work stays bounded."""


class Seen(Record, frozen=True, kw_only=True):
    """What became of an id: the status of its result, and the code where it was refused."""

    status: int
    code: str = ""


def _key(valid_until_s: int, tx_id: bytes) -> str:
    return f"seen/{keys.number(valid_until_s)}/{tx_id.hex()}"


def is_seen(reader: Reader, *, valid_until_s: int, tx_id: bytes) -> bool:
    """Tell whether the ledger remembers the id."""
    return reader.get(LEDGER, _key(valid_until_s, tx_id)) is not None


def remember(overlay: Overlay, seen: Seen, *, valid_until_s: int, tx_id: bytes) -> None:
    """Record an id with its status."""
    overlay.put(LEDGER, _key(valid_until_s, tx_id), encode(seen))


def forget_passed(overlay: Overlay, *, block_time_s: int) -> None:
    """Drop ids whose validity ended before the block's time, oldest first: no block can execute them."""
    start, _ = keys.prefix_range("seen")
    passed = overlay.scan(LEDGER, start, keys.join("seen", keys.number(block_time_s)))
    for key, _ in list(islice(passed, FORGOTTEN_PER_BLOCK)):
        overlay.put(LEDGER, key, None)
