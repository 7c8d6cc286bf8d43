"""State keys: parts joined by `/`, so that a prefix is a range and key order is the order of the parts."""

from functools import lru_cache

MAX_KEY_BYTES = 200
SEPARATOR = "/"


@lru_cache(maxsize=4_096)
def join(*parts: str) -> str:
    """Join the parts of a composite key.

    Raises
    ------
    ValueError : a part is empty, holds `/` or anything but printable ASCII, or the key is too long
    """
    key = SEPARATOR.join(parts)
    plain = key.isascii() and key.isprintable() and " " not in key
    if not plain or "" in parts or key.count(SEPARATOR) != len(parts) - 1:
        raise ValueError(f"not a key part: one of {parts!r}")
    if len(key) > MAX_KEY_BYTES:
        raise ValueError(f"a key has at most {MAX_KEY_BYTES} bytes, this has {len(key)}")
    return key


def number(value: int) -> str:
    """Write a non-negative integer in ten digits, so that key order is numeric order."""
    if not 0 <= value < 10**10:
        raise ValueError(f"a key number is between 0 and 10^10, this is {value}")
    return f"{value:010d}"


def prefix_range(*parts: str) -> tuple[str, str]:
    """Return the half-open range of the keys below the given parts (of all keys, without parts)."""
    if not parts:
        return "!", "\x7f"
    stem = join(*parts)
    return stem + SEPARATOR, stem + chr(ord(SEPARATOR) + 1)
