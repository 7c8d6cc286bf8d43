"""What a CA's key signs when another CA takes over."""

from hashlib import sha256
from typing import Final

_LABEL: Final = b"wattloom/identity/succession/v1\0"


def succession_statement(ca_certificate: bytes) -> bytes:
    """Return the bytes that name the next CA by its DER certificate."""
    return _LABEL + sha256(ca_certificate).digest()
