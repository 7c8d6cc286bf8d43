"""Signing: arguments into bytes, bytes into a transaction, and the certificate sent along while it is new."""

import time
from collections.abc import Callable, Mapping

from wattloom.chaincode.api.codec import Record, encode
from wattloom.network.transactions import MAX_VALIDITY_S, SignedTransaction, Signer, sign

Arguments = Record | Mapping[str, object] | None

Clock = Callable[[], float]
"""Tells Unix seconds: the machine's, or those of a ledger whose time is moved by hand."""


def sign_offline(
    identity: Signer,
    *,
    chain_id: str,
    function: str,
    arguments: Arguments = None,
    valid_for_s: int = 60,
    introduce: bool = True,
    clock: Clock = time.time,
) -> SignedTransaction:
    """Sign a transaction, or a query, that somebody else may send.

    Parameters
    ----------
    valid_for_s : 1 to 600 by `clock`; the ledger judges by its block time, and a refusal because
        the validity has passed or ends too far ahead has both times in its details
    introduce : whether the certificate chain travels along; the ledger needs it on a certificate's first use
    """
    if not 1 <= valid_for_s <= MAX_VALIDITY_S:
        raise ValueError(f"valid_for_s is between 1 and {MAX_VALIDITY_S}, this is {valid_for_s}")
    return sign(
        identity,
        chain_id=chain_id,
        function=function,
        arguments=b"" if arguments is None else encode(arguments),
        valid_until_s=int(clock()) + valid_for_s,
        introduce=introduce,
    )
