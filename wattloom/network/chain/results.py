"""Results of transactions, as far as all validators must agree on them."""

from collections.abc import Iterable

import msgspec

from wattloom.network.chain import merkle
from wattloom.network.wire import cometbft_pb2 as wire


class TxResult(msgspec.Struct, frozen=True):
    """The part of a transaction's result that the next header's `last_results_hash` covers.

    Attributes
    ----------
    code : 0 for success
    data : what the transaction returned
    gas_wanted, gas_used : units of the application's choice, 0 when it counts none
    """

    code: int = 0
    data: bytes = b""
    gas_wanted: int = 0
    gas_used: int = 0

    def encode(self) -> bytes:
        """Return the leaf of the results hash."""
        return wire.ExecTxResult(
            code=self.code, data=self.data, gas_wanted=self.gas_wanted, gas_used=self.gas_used
        ).SerializeToString()


def results_hash(results: Iterable[TxResult]) -> bytes:
    """Merkle root over the results of one block, in transaction order."""
    return merkle.root([each.encode() for each in results])
