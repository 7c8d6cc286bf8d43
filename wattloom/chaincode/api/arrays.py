"""Arrays of integers: packed 64-bit little-endian on the wire and in state, a tuple of ints in a contract."""

import binascii
import struct
from collections.abc import Iterable, Iterator

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


class Int64Array:
    """An immutable sequence of signed 64-bit integers.

    Raises
    ------
    ValueError : an element does not fit in 64 bits, or a packed form is not a whole number of elements
    """

    __slots__ = ("values",)
    values: tuple[int, ...]

    def __init__(self, values: Iterable[int]) -> None:
        self.values = tuple(values)
        if self.values and not (min(self.values) >= INT64_MIN and max(self.values) <= INT64_MAX):
            raise ValueError("an element does not fit in a signed 64-bit integer")

    @classmethod
    def zeros(cls, length: int) -> "Int64Array":
        """Return `length` zeros."""
        return cls((0,) * length)

    @classmethod
    def unpack(cls, text: str) -> "Int64Array":
        """Read the wire form: base64 of packed 64-bit little-endian integers."""
        try:
            packed = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error as error:
            raise ValueError("expected base64 of packed 64-bit little-endian integers") from error
        if len(packed) % 8:
            raise ValueError(f"{len(packed)} bytes are not a whole number of 64-bit integers")
        array = cls.__new__(cls)
        array.values = struct.unpack(f"<{len(packed) // 8}q", packed)  # 64 bits each: nothing to check
        return array

    def pack(self) -> str:
        """Write the wire form."""
        return binascii.b2a_base64(struct.pack(f"<{len(self.values)}q", *self.values), newline=False).decode()

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[int]:
        return iter(self.values)

    def __getitem__(self, index: int) -> int:
        return self.values[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Int64Array) and self.values == other.values

    __hash__ = None  # type: ignore[assignment]  # a rule never keys by an array

    def __repr__(self) -> str:
        return f"Int64Array({list(self.values)!r})"
