"""A validator's signing state: the last vote that its key gave, before which it must never vote again."""

from typing import Annotated

import msgspec

from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.layout import NodeFolder


class SigningState(msgspec.Struct, frozen=True):
    """Height, round and step of the last vote; a later one is greater. CometBFT writes the height as text."""

    height: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,19}$")]
    round: int
    step: int

    @property
    def place(self) -> tuple[int, int, int]:
        """What votes are compared by."""
        return int(self.height), self.round, self.step

    def __str__(self) -> str:
        return f"height {self.height}, round {self.round}, step {self.step}"


def parse_signing_state(data: bytes) -> SigningState:
    """Read the file's bytes; raise `FolderError`."""
    try:
        return msgspec.json.decode(data, type=SigningState)
    except msgspec.MsgspecError as error:
        raise FolderError(f"priv_validator_state.json cannot be read: {error}") from error


def read_signing_state(node: NodeFolder) -> SigningState:
    """Return what a node's key signed last; raise `FolderError` where that is not known."""
    return parse_signing_state(read_signing_bytes(node))


def read_signing_bytes(node: NodeFolder) -> bytes:
    """Return the file as it is, with the last vote itself; raise `FolderError` where there is none."""
    try:
        return node.signing_state_path.read_bytes()
    except OSError as error:
        raise FolderError(
            f"{node.signing_state_path} cannot be read ({error.strerror}): without it the node could sign "
            "twice; put it back, or give the node a new validator key"
        ) from error
