"""Refusals by the ledger itself, before any contract is asked.

ChaincodeError
+-- LedgerRefusal
    |-- MalformedTransaction     the bytes are not one canonical transaction
    |-- TransactionTooLarge      more bytes than the limit
    |-- BlockTooLarge            a proposed block has more bytes than the limit
    |-- WrongChain               signed for another ledger
    |-- TransactionExpired       its validity has passed
    |-- ValidityTooFar           its validity ends later than a block may remember it
    |-- DuplicateTransaction     its id stands in the ledger already
    +-- SignatureRefused         the signature is not the creator's

Membership has its own refusals in `wattloom.chaincode.registry.membership`.
"""

from wattloom.chaincode.api.errors import ChaincodeError


class LedgerRefusal(ChaincodeError):
    """Refused before any contract was asked."""


class MalformedTransaction(LedgerRefusal):
    """The bytes are not one canonical transaction."""

    code = "MALFORMED_TRANSACTION"

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"not a transaction: {reason}", reason=reason)


class TransactionTooLarge(LedgerRefusal):
    """More bytes than the limit."""

    code = "TRANSACTION_TOO_LARGE"

    def __init__(self, *, size_bytes: int, limit_bytes: int) -> None:
        sentence = f"the transaction has {size_bytes} bytes, the limit is {limit_bytes}"
        super().__init__(sentence, size_bytes=size_bytes, limit_bytes=limit_bytes)


class BlockTooLarge(LedgerRefusal):
    """A proposed block has more bytes than the limit."""

    code = "BLOCK_TOO_LARGE"

    def __init__(self, *, size_bytes: int, limit_bytes: int) -> None:
        sentence = f"the block's transactions have {size_bytes} bytes, the limit is {limit_bytes}"
        super().__init__(sentence, size_bytes=size_bytes, limit_bytes=limit_bytes)


class WrongChain(LedgerRefusal):
    """Signed for another ledger."""

    code = "WRONG_CHAIN"

    def __init__(self, *, chain_id: str, expected: str) -> None:
        super().__init__(f"signed for the chain {chain_id!r}, this is {expected!r}", chain_id=chain_id)


class TransactionExpired(LedgerRefusal):
    """Its validity has passed."""

    code = "TRANSACTION_EXPIRED"

    def __init__(self, *, valid_until_s: int, block_time_s: int) -> None:
        sentence = f"valid until {valid_until_s}, the block's time is {block_time_s}: sign it again"
        super().__init__(sentence, valid_until_s=valid_until_s, block_time_s=block_time_s)


class ValidityTooFar(LedgerRefusal):
    """Its validity ends later than the ledger remembers ids."""

    code = "VALIDITY_TOO_FAR"

    def __init__(self, *, valid_until_s: int, latest_s: int) -> None:
        sentence = f"valid until {valid_until_s}, at most {latest_s} is taken now: sign a shorter validity"
        super().__init__(sentence, valid_until_s=valid_until_s, latest_s=latest_s)


class DuplicateTransaction(LedgerRefusal):
    """Its id stands in the ledger already."""

    code = "DUPLICATE_TRANSACTION"

    def __init__(self, *, tx_id: str) -> None:
        super().__init__(f"the transaction {tx_id} stands in the ledger already", tx_id=tx_id)


class SignatureRefused(LedgerRefusal):
    """The signature is not the creator's over these bytes."""

    code = "SIGNATURE_REFUSED"

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"the signature is refused: {reason}", reason=reason)
