"""What each height replaced, for the heights that are kept: past state is the present with that put back."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from wattloom.network.state.errors import HeightUnavailable, StateCorrupt
from wattloom.network.state.forest import Changes
from wattloom.network.state.store import META, UNDO
from wattloom.network.state.views import Batch, View

T = TypeVar("T")

Entry = tuple[str, str, bytes | None]

PRUNED_PER_COMMIT = 4
"""More than one, so that a window that was made smaller is reached in the end."""

_STANDING = b"state/standing"


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """Where a state stands: its height, its root, and the contracts that the root covers."""

    height: int
    root: bytes
    contracts: tuple[str, ...]


class Undo(msgspec.Struct, frozen=True, array_like=True):
    """One height's way back: where the state stood before it, and every value that it replaced."""

    before: Standing
    entries: list[Entry]

    def put_back(self, changes: Changes) -> None:
        """Add what was replaced to changes that lead from newer heights to this one."""
        for contract, key, old in self.entries:
            changes.setdefault(contract, {})[key] = old


_encode = msgspec.msgpack.Encoder().encode
_standing_decoder = msgspec.msgpack.Decoder(Standing)
_undo_decoder = msgspec.msgpack.Decoder(Undo)


def read_standing(view: View) -> Standing | None:
    """Return where the state stands in a view; None before the first commit."""
    record = view.get(META, _STANDING)
    return None if record is None else _decode(_standing_decoder, record, "the record of the height")


def stands(view: View) -> bool:
    """Tell whether the state stands at a height in a view."""
    return view.get(META, _STANDING) is not None


def write_step(batch: Batch, standing: Standing, undo: bytes | None, *, kept_heights: int) -> None:
    """Write a height's standing and its way back, and drop the ways back that are no longer kept."""
    batch.put(META, _STANDING, _encode(standing))
    if undo is not None:
        batch.put(UNDO, _key(standing.height), undo)
    passed = batch.scan(UNDO, b"", _key(max(0, standing.height - kept_heights + 1)))
    for key in [key for (key, _), _ in zip(passed, range(PRUNED_PER_COMMIT), strict=False)]:
        batch.delete(UNDO, key)


def encode_undo(before: Standing, entries: list[Entry]) -> bytes:
    """Return the record of a height's way back."""
    return _encode(Undo(before, entries))


def oldest_kept(view: View, latest: int, *, kept_heights: int) -> int:
    """Return the oldest height whose state can still be read."""
    return max(oldest_recorded(view, latest), latest - kept_heights)


def oldest_recorded(view: View, latest: int) -> int:
    """Return the oldest height that ways back lead to."""
    first = next(view.items(UNDO), None)
    return latest if first is None else int.from_bytes(first[0], "big") - 1


def steps_back(view: View, latest: int, height: int) -> Iterator[tuple[int, Undo]]:
    """Yield the ways back from `latest` to `height`, newest first, with the height that each leaves."""
    for step in range(latest, height, -1):
        record, place = view.get(UNDO, _key(step)), f"the undo record of height {step}"
        if record is None:
            raise StateCorrupt(place, "it is missing")
        yield step, _decode(_undo_decoder, record, place)


def go_back(view: View, height: int, *, latest: int | None, kept_heights: int) -> tuple[Standing, Changes]:
    """Return where the state stood at a height, and what has to be put back in the view for it.

    Raises
    ------
    HeightUnavailable : the height is not kept, or it is above `latest` (None: the view's own height)
    """
    standing = read_standing(view)
    if standing is None:
        raise HeightUnavailable(height, oldest=0, latest=0)
    newest = standing.height if latest is None else latest
    oldest = oldest_kept(view, standing.height, kept_heights=kept_heights)
    if not oldest <= height <= newest:
        raise HeightUnavailable(height, oldest=oldest, latest=newest)
    changes: Changes = {}
    for _, undo in steps_back(view, standing.height, height):
        undo.put_back(changes)
        standing = undo.before
    return standing, changes


def _decode(decoder: msgspec.msgpack.Decoder[T], record: bytes, place: str) -> T:
    try:
        return decoder.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StateCorrupt(place, str(error)) from error


def _key(height: int) -> bytes:
    return height.to_bytes(8, "big")
