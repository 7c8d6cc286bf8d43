"""Nonces that cost us nothing until they are used: time, randomness, and our own mark on both.

A used one is remembered, in the transaction that it was used for, until it would have expired anyway.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

from wattloom.identity.service.errors import NonceRefused

VALID_FOR_S: Final = 120
NONCE_BYTES: Final = 64
_TIME_BYTES: Final = 8
_RANDOM_BYTES: Final = 24


class Challenges:
    """Makes nonces and knows its own again; services with the same secret take each other's."""

    def __init__(self, secret: bytes) -> None:
        self._secret: Final = secret

    def make(self, *, now_s: int) -> tuple[bytes, int]:
        """Return a nonce and the second after which it is refused (Unix time)."""
        expires_at_s = now_s + VALID_FOR_S
        body = expires_at_s.to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
        return body + self._mark(body), expires_at_s

    def check(self, nonce: bytes, *, now_s: int) -> int:
        """Return when the nonce expires; raise `NonceRefused` unless it is ours and has not."""
        body = nonce[:-32]
        if len(nonce) != NONCE_BYTES or not hmac.compare_digest(nonce[-32:], self._mark(body)):
            raise NonceRefused(reason="is none of this service")
        expires_at_s = int.from_bytes(body[:_TIME_BYTES], "big")
        if now_s > expires_at_s:
            raise NonceRefused(reason=f"expired at {expires_at_s} s, now it is {now_s} s")
        return expires_at_s

    def _mark(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, "sha256")


def remembered(nonce: bytes) -> bytes:
    """Return the form in which a used nonce is stored."""
    return sha256(nonce).digest()
