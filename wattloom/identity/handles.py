"""Short public handles of certificates."""

from hashlib import sha256

LFDI_BYTES = 20
SFDI_HEX_DIGITS = 9


def client_id(certificate: bytes) -> str:
    """Return a client's handle: the SHA-256 of its DER certificate, 64 lower-case hexadecimal digits."""
    return sha256(certificate).hexdigest()


def lfdi(certificate: bytes) -> str:
    """Return a device's long-form identifier: the leftmost 160 bits of the SHA-256, 40 lower-case digits.

    Source: IEEE 2030.5-2018, 6.3.4.
    """
    return sha256(certificate).digest()[:LFDI_BYTES].hex()


def sfdi(lfdi: str) -> str:
    """Return the short-form identifier, for people to type: the LFDI's leftmost 36 bits and a check digit.

    Eleven decimal digits or fewer, padded with zeros, then one that makes the sum of all digits end in 0.
    Source: IEEE 2030.5-2018, 6.3.3.
    """
    digits = f"{int(lfdi[:SFDI_HEX_DIGITS], 16):011d}"
    return f"{digits}{-sum(map(int, digits)) % 10}"
