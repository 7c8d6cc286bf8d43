"""Admission: whether a transaction is a member's, meant for this ledger, for now, and for the first time."""

from collections import OrderedDict
from functools import lru_cache

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
from wattloom.network.transactions import MAX_VALIDITY_S, SignedTransaction

REMEMBERED_SIGNATURES = 50_000

_verifying_key = lru_cache(maxsize=10_000)(VerifyingKey.from_spki)


class Admission:
    """Judges transactions from a view of the state alone; remembers only which signatures it has verified.

    A signature is a fact about bytes, so it is checked once per node; membership, validity and duplicates are
    judged at every call, because they depend on the state.
    """

    def __init__(self) -> None:
        self._verified: OrderedDict[tuple[bytes, bytes], None] = OrderedDict()

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
        self._verified[fact] = None
        if len(self._verified) > REMEMBERED_SIGNATURES:
            self._verified.popitem(last=False)


def check_validity(tx: SignedTransaction, *, time_s: int) -> None:
    """Raise `TransactionExpired` or `ValidityTooFar` unless the validity ends within the next minutes."""
    if tx.valid_until_s < time_s:
        raise TransactionExpired(valid_until_s=tx.valid_until_s, block_time_s=time_s)
    if tx.valid_until_s > time_s + MAX_VALIDITY_S:
        raise ValidityTooFar(valid_until_s=tx.valid_until_s, latest_s=time_s + MAX_VALIDITY_S)
