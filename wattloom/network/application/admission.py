"""Admission: whether a transaction is a member's, meant for this ledger, for now, and for the first time."""

from collections import OrderedDict
from functools import lru_cache
from typing import TypeVar

from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.registry.membership import Client, admit
from wattloom.identity.errors import IdentityRejected
from wattloom.identity.keys import VerifyingKey
from wattloom.network.application.seen import is_seen
from wattloom.network.refusals import (
    DuplicateTransaction,
    SignatureRefused,
    TransactionExpired,
    ValidityTooFar,
    WrongChain,
)
from wattloom.network.transactions import MAX_VALIDITY_S, SignedTransaction, decode

REMEMBERED = 20_000
"""How many transactions' bytes, and how many verified signatures, are remembered between check and block."""

REMEMBERED_BYTES = 4_096
"""Longer transactions are decoded again each time, so that strangers' bytes cannot fill the memory."""

K = TypeVar("K")
V = TypeVar("V")

_verifying_key = lru_cache(maxsize=10_000)(VerifyingKey.from_spki)


class Admission:
    """Judges transactions from a view of the state alone; remembers only facts about bytes.

    What bytes say and whether a signature is right is found out once per node; membership, validity and
    duplicates are judged at every call, because they depend on the state.
    """

    def __init__(self) -> None:
        self._read: OrderedDict[bytes, SignedTransaction] = OrderedDict()
        self._verified: OrderedDict[tuple[bytes, bytes], bool] = OrderedDict()

    def read(self, raw: bytes) -> SignedTransaction:
        """Decode a transaction; raise `TransactionTooLarge` or `MalformedTransaction`."""
        tx = self._read.get(raw)
        if tx is None:
            tx = decode(raw)
            if len(raw) <= REMEMBERED_BYTES:
                _remember(self._read, raw, tx)
        return tx

    def judge(self, overlay: Overlay, tx: SignedTransaction, *, chain_id: str, time_s: int) -> Client:
        """Return the member who signed; a certificate's first use is written to `overlay`.

        Raises
        ------
        LedgerRefusal, MembershipRefusal : in the order of the steps
        """
        if tx.chain_id != chain_id:  # (1) meant for this ledger
            raise WrongChain(chain_id=tx.chain_id, expected=chain_id)
        check_validity(tx, time_s=time_s)  # (2) meant for now
        if is_seen(overlay, valid_until_s=tx.valid_until_s, tx_id=tx.tx_id):  # (3) for the first time
            raise DuplicateTransaction(tx_id=tx.tx_id.hex())
        client = admit(overlay, tx.creator, tx.certificates, at_s=time_s)  # (4) by a member
        self._check_signature(client.public_key, tx)  # (5) who signed these bytes
        return client

    def _check_signature(self, public_key: bytes, tx: SignedTransaction) -> None:
        fact = (tx.tx_id, tx.signature)
        if fact in self._verified:
            return
        try:
            _verifying_key(public_key).verify(tx.signature, tx.body)
        except IdentityRejected as error:
            raise SignatureRefused(reason=error.code) from None
        _remember(self._verified, fact, True)


def _remember(facts: OrderedDict[K, V], key: K, value: V) -> None:
    facts[key] = value
    if len(facts) > REMEMBERED:
        facts.popitem(last=False)


def check_validity(tx: SignedTransaction, *, time_s: int) -> None:
    """Raise `TransactionExpired` or `ValidityTooFar` unless the validity ends within the next minutes."""
    if tx.valid_until_s < time_s:
        raise TransactionExpired(valid_until_s=tx.valid_until_s, block_time_s=time_s)
    if tx.valid_until_s > time_s + MAX_VALIDITY_S:
        raise ValidityTooFar(valid_until_s=tx.valid_until_s, latest_s=time_s + MAX_VALIDITY_S)
