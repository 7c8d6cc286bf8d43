"""One-time keys out of one secret: a tree is a salt on disk, and without the secret the salt says nothing."""

import hmac
from typing import Final

ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order n of the P-256 group. Source: SEC 2, 2.4.2."""
SECRET_BYTES: Final = 32
SALT_BYTES: Final = 32


def scalar(secret: bytes, salt: bytes, index: int) -> int:
    """Return the private number of a tree's key, evenly in 1 .. n-1.

    64 bytes of HMAC-SHA-256 output are reduced, twice as many as the number has, so that no number is
    favoured by more than 2^-250. Source: FIPS 186-5, A.2.1.
    """
    label = b"wattloom/existence/key/v1" + salt + index.to_bytes(4, "big")
    long = b"".join(hmac.digest(secret, label + bytes([half]), "sha256") for half in (0, 1))
    return int.from_bytes(long, "big") % (ORDER - 1) + 1
