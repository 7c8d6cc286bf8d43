"""Why a node ended by itself, as it left word of."""

import msgspec

from wattloom.network.consortium.layout import NodeFolder


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """The reason, with the height that the node stood at and the time (Unix seconds)."""

    reason: str
    height: int
    at_s: int


def why_stopped(node: NodeFolder) -> Stopped | None:
    """Return why a node ended by itself; None where it did not, or could not say."""
    try:
        return msgspec.json.decode(node.stopped_path.read_bytes(), type=Stopped)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
