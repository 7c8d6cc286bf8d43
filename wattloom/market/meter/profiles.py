"""The two ways in which a meter computes with keys; both give the same bytes."""

import binascii
import re
from collections.abc import Callable
from importlib import import_module
from typing import Final, NamedTuple, Protocol

from wattloom.market.meter.errors import MeterUnusable

PROFILES: Final = ("openssl", "portable")
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


class Signer(Protocol):
    """A private key with its DER SubjectPublicKeyInfo."""

    @property
    def spki(self) -> bytes:
        """The public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over `message`."""
        ...


class Profile(NamedTuple):
    """How to make a signer of a private number, and how to read that number from a PEM file."""

    signer: Callable[[int], Signer]
    scalar_of: Callable[[bytes, str | None], int]


def profile(name: str) -> Profile:
    """Return a profile; only now its library is imported."""
    module = import_module(f"wattloom.identity.existence.{name}")
    return Profile(signer=module.Signer, scalar_of=module.scalar_of)


def certificate_of(pem: bytes) -> bytes:
    """Return the first certificate of a PEM file as DER; raise `MeterUnusable` if there is none."""
    found = _PEM.search(pem)
    if found is None:
        raise MeterUnusable("meter.pem: holds no PEM certificate")
    return binascii.a2b_base64(found.group(1))
