"""Refusals of `existence`.

ChaincodeError
|-- RequestsClosed     the epoch's witnesses are drawn, or about to be
|-- EpochNotDrawn      the epoch's witnesses are not drawn yet
|-- EpochFull          more trees would be asked for than one epoch has
|-- TooManyTrees       more trees than one meter may have, or than all meters have asked for
|-- TooFewWitnesses    fewer of the drawn witnesses have signed than must
|-- ProofRefused       a signature or path does not hold; `reason` says why
|-- EpochNotRunning    receipts of the epoch do not count now
|-- TreeNotVouched     everybody who vouched for the tree is revoked
|-- KeySpent           the one-time key is used up
+-- MeterRevoked       the meter neither vouches nor asks any more
"""

from wattloom.chaincode.api import ChaincodeError


class RequestsClosed(ChaincodeError):
    """The epoch takes no more requests."""

    code = "REQUESTS_CLOSED"

    def __init__(self, *, epoch: int, closed_s: int) -> None:
        sentence = f"epoch {epoch} took requests until {closed_s}: ask for a tree of the next one"
        super().__init__(sentence, epoch=epoch, closed_s=closed_s)


class EpochNotDrawn(ChaincodeError):
    """The epoch's witnesses are not drawn yet."""

    code = "EPOCH_NOT_DRAWN"

    def __init__(self, *, epoch: int, requests_until_s: int) -> None:
        sentence = f"epoch {epoch} takes requests until {requests_until_s}, its witnesses are drawn then"
        super().__init__(sentence, epoch=epoch, requests_until_s=requests_until_s)


class EpochFull(ChaincodeError):
    """More trees would be asked for than one epoch has."""

    code = "EPOCH_FULL"

    def __init__(self, *, epoch: int, limit: int) -> None:
        sentence = f"epoch {epoch} has {limit} trees, as many as one witness vouches for: ask in the next one"
        super().__init__(sentence, epoch=epoch, limit=limit)


class TooManyTrees(ChaincodeError):
    """More trees than one meter may have, or than all meters have asked for."""

    code = "TOO_MANY_TREES"

    def __init__(self, *, epoch: int, limit: int) -> None:
        super().__init__(f"epoch {epoch} allows {limit} trees here", epoch=epoch, limit=limit)


class TooFewWitnesses(ChaincodeError):
    """Fewer of the drawn witnesses have signed the tree than must."""

    code = "TOO_FEW_WITNESSES"

    def __init__(self, *, needed: int, signed: int) -> None:
        sentence = f"{needed} of the drawn witnesses must have signed a tree, {signed} have"
        super().__init__(sentence, needed=needed, signed=signed)


class ProofRefused(ChaincodeError):
    """A signature or path does not hold; `reason` is the verifier's stable code."""

    code = "PROOF_REFUSED"

    def __init__(self, *, reason: str, sentence: str) -> None:
        super().__init__(sentence, reason=reason)


class EpochNotRunning(ChaincodeError):
    """Receipts of the epoch do not count at the block's time."""

    code = "EPOCH_NOT_RUNNING"

    def __init__(self, *, epoch: int, starts_at_s: int, until_s: int, block_time_s: int) -> None:
        sentence = f"receipts of epoch {epoch} count from {starts_at_s} to {until_s}, it is {block_time_s}"
        super().__init__(
            sentence, epoch=epoch, starts_at_s=starts_at_s, until_s=until_s, block_time_s=block_time_s
        )


class TreeNotVouched(ChaincodeError):
    """Everybody who vouched for the tree is revoked."""

    code = "TREE_NOT_VOUCHED"

    def __init__(self, *, epoch: int, root: str) -> None:
        sentence = f"everybody who vouched for the tree {root} is revoked: have a new one signed"
        super().__init__(sentence, epoch=epoch, root=root)


class KeySpent(ChaincodeError):
    """The one-time key is used up."""

    code = "KEY_SPENT"

    def __init__(self, *, epoch: int, key_hash: str) -> None:
        sentence = f"the one-time key {key_hash} is used up: if its meter was restored, discard the tree"
        super().__init__(sentence, epoch=epoch, key_hash=key_hash)


class MeterRevoked(ChaincodeError):
    """The meter is revoked."""

    code = "METER_REVOKED"

    def __init__(self, *, lfdi: str) -> None:
        super().__init__(f"the meter {lfdi} is revoked, for ever", lfdi=lfdi)
