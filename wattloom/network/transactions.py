"""Transactions: one canonical encoding, its id, and the limits judged before anything expensive."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from google.protobuf.message import DecodeError

from wattloom.network.refusals import MalformedTransaction, TransactionTooLarge
from wattloom.network.wire.transaction_pb2 import Transaction, TransactionBody

MAX_TRANSACTION_BYTES = 256 * 1024
MAX_CERTIFICATES = 3
NONCE_BYTES = 16
SIGNATURE_BYTES = 64
MAX_VALIDITY_S = 600
"""How far ahead of block time a validity may end: as long as the ledger remembers an id."""


class Signer(Protocol):
    """Who signs: a certified key, wherever it is kept (`wattloom.identity` has one on disk)."""

    @property
    def client_id(self) -> str:
        """SHA-256 of the certificate, lower-case hexadecimal."""
        ...

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificate and its intermediates, DER, leaf first."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return r then s, 32 bytes each, low s."""
        ...


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A decoded transaction: `raw` is what travels, `body` what is signed, `tx_id` the SHA-256 of `body`."""

    raw: bytes
    tx_id: bytes
    body: bytes
    signature: bytes
    chain_id: str
    function: str
    arguments: bytes
    creator: bytes
    certificates: tuple[bytes, ...]
    valid_until_s: int


def decode(raw: bytes) -> SignedTransaction:
    """Read a transaction.

    Raises
    ------
    TransactionTooLarge, MalformedTransaction : nothing else was looked at
    """
    if len(raw) > MAX_TRANSACTION_BYTES:
        raise TransactionTooLarge(size_bytes=len(raw), limit_bytes=MAX_TRANSACTION_BYTES)
    try:
        envelope = Transaction.FromString(raw)
        body = TransactionBody.FromString(envelope.body)
    except DecodeError:
        raise MalformedTransaction(reason="not a protobuf message of that kind") from None
    _check_canonical(raw, envelope, body)
    if len(envelope.signature) != SIGNATURE_BYTES:
        raise MalformedTransaction(reason=f"a signature has {SIGNATURE_BYTES} bytes")
    if len(body.creator) != 32:
        raise MalformedTransaction(reason="a creator has 32 bytes")
    if len(body.nonce) != NONCE_BYTES:
        raise MalformedTransaction(reason=f"a nonce has {NONCE_BYTES} bytes")
    if len(body.certificates) > MAX_CERTIFICATES:
        raise MalformedTransaction(reason=f"a chain has at most {MAX_CERTIFICATES} certificates")
    if body.valid_until_s >= 2**40:
        raise MalformedTransaction(reason="valid_until_s is not a time in seconds")
    return SignedTransaction(
        raw=raw,
        tx_id=sha256(envelope.body).digest(),
        body=envelope.body,
        signature=envelope.signature,
        chain_id=body.chain_id,
        function=body.function,
        arguments=body.arguments,
        creator=body.creator,
        certificates=tuple(body.certificates),
        valid_until_s=body.valid_until_s,
    )


def sign(
    signer: Signer,
    *,
    chain_id: str,
    function: str,
    arguments: bytes,
    valid_until_s: int,
    introduce: bool,
) -> SignedTransaction:
    """Make and sign a transaction; `introduce` encloses the certificate chain, needed on its first use."""
    body = TransactionBody(
        chain_id=chain_id,
        function=function,
        arguments=arguments,
        creator=bytes.fromhex(signer.client_id),
        certificates=signer.chain if introduce else (),
        nonce=secrets.token_bytes(NONCE_BYTES),
        valid_until_s=valid_until_s,
    ).SerializeToString()
    return decode(Transaction(body=body, signature=signer.sign(body)).SerializeToString())


def _check_canonical(raw: bytes, envelope: Transaction, body: TransactionBody) -> None:
    """Refuse every other encoding of the same content: unknown fields, other orders, padded numbers."""
    if Transaction(body=envelope.body, signature=envelope.signature).SerializeToString() != raw:
        raise MalformedTransaction(reason="not the canonical encoding")
    again = TransactionBody(
        chain_id=body.chain_id,
        function=body.function,
        arguments=body.arguments,
        creator=body.creator,
        certificates=body.certificates,
        nonce=body.nonce,
        valid_until_s=body.valid_until_s,
    )
    if again.SerializeToString() != envelope.body:
        raise MalformedTransaction(reason="its body is not the canonical encoding")
