"""Byte forms that every record of the chain is built from."""

import hashlib
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from wattloom.network.chain.errors import MalformedRecord

AnyMessage = TypeVar("AnyMessage", bound=Message)

HASH_BYTES = 32
ADDRESS_BYTES = 20


def sha256(data: bytes) -> bytes:
    """SHA-256, CometBFT's only hash."""
    return hashlib.sha256(data).digest()


def uvarint(number: int) -> bytes:
    """Encode an unsigned 64-bit number in protobuf's base-128 form; two's complement for a negative one."""
    number &= 0xFFFF_FFFF_FFFF_FFFF
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def length_prefixed(data: bytes) -> bytes:
    """Put the length before the bytes, as protobuf's delimited streams and CometBFT's proof leaves do."""
    return uvarint(len(data)) + data


def parse(kind: type[AnyMessage], data: bytes) -> AnyMessage:
    """Read one protobuf message, or raise `MalformedRecord`."""
    message = kind()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise MalformedRecord(kind.DESCRIPTOR.name, "is not valid protobuf") from error
    return message


def require_canonical(kind: type[Message], given: bytes, encoded_again: bytes) -> None:
    """Refuse bytes with unknown fields, padded numbers or another field order.

    CometBFT hashes encodings, so a record has one alone: whatever else decodes to the same was altered.
    """
    if given != encoded_again:
        raise MalformedRecord(kind.DESCRIPTOR.name, "is not in its canonical encoding")
