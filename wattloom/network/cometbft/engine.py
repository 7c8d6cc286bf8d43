"""One node of a CometBFT network as an engine: what the gateway calls."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wattloom.network.application import Application
from wattloom.network.chain.genesis import Genesis
from wattloom.network.cometbft import records
from wattloom.network.cometbft.chain_reader import ChainReader, HeightMissing
from wattloom.network.cometbft.outbox import Outbox
from wattloom.network.cometbft.rpc import RpcClient, RpcUnavailable
from wattloom.network.engine import EngineStopped, Evaluated, NewBlock, ProofUnavailable
from wattloom.network.followers import Followers
from wattloom.network.state import HeightUnavailable, KeyAbsent, Store
from wattloom.network.transactions import SignedTransaction
from wattloom.network.wire import gateway_pb2, ledger_pb2


class CometEngine:
    """What a node offers to its gateway; see `network.engine.Engine` for the calls.

    State and results are the application's own and read at once; blocks and commits are the stock node's and
    asked from its RPC.

    Parameters
    ----------
    rpc_address : where the node's own RPC listens
    """

    name = "cometbft"

    def __init__(self, application: Application, store: Store, genesis: Genesis, *, rpc_address: str) -> None:
        self.chain_id = genesis.chain_id
        self.genesis_hash = genesis.hash
        self._application = application
        self._store = store
        self._outbox = Outbox(RpcClient(rpc_address), block_time_s=lambda: self.latest()[1])
        self._chain = ChainReader(RpcClient(rpc_address))
        self._followers = Followers()

    def stop(self) -> None:
        """Take no more transactions, and tell every follower that no block follows."""
        self._outbox.stop()
        self._followers.stop()

    def announce(self, block: NewBlock) -> None:
        """Tell every follower of a committed block."""
        self._outbox.settle(result.tx_id for result in block.record.results)
        self._followers.announce(block)

    def latest(self) -> tuple[int, int]:
        """Return height and block time of the last committed block."""
        info = self._application.info()
        return info.height, info.block_time_s

    def check(self, raw: bytes) -> SignedTransaction:
        """Judge a transaction against committed state; raise its refusal."""
        return self._application.check(raw)

    def order(self, transaction: SignedTransaction) -> None:
        """Queue a checked transaction for the mempool; raise `Busy` or `EngineStopped`."""
        self._outbox.put(transaction)

    def evaluate(self, raw: bytes) -> Evaluated:
        """Run a signed query on committed state; raise its refusal."""
        data, height = self._application.evaluate(raw)
        return Evaluated(data=data, height=height)

    def committed(self, tx_id: bytes) -> gateway_pb2.Committed | None:
        """Return a transaction's place and result, or None."""
        with self._store.snapshot() as snapshot:
            return records.find_transaction(snapshot, tx_id)

    def results(self, height: int) -> ledger_pb2.BlockRecord | None:
        """Return what execution made of a block, without the block; None where it is not kept."""
        with self._store.snapshot() as snapshot:
            return records.read(snapshot, height)

    def block(self, height: int) -> ledger_pb2.BlockRecord | None:
        """Return a block's whole record, asked from the node; None where it is not kept."""
        record = self.results(height)
        if record is None:
            return None
        try:
            with _asking():
                signed = self._chain.block(height)
        except HeightMissing:
            return None
        record.block, record.commit = signed.block.encode(), signed.commit.encode()
        record.ClearField("time_s")
        record.ClearField("hash")
        return record

    def prove(self, contract: str, key: str, height: int) -> gateway_pb2.ProveResponse:
        """Return a value with its proof up to a signed header; height 0 is the last that can be proven."""
        latest, _ = self.latest()
        proven = height or latest - 1
        if not 0 <= proven < latest:
            raise ProofUnavailable(reason=f"no signed header holds the state root of height {proven} yet")
        try:
            proof = self._application.prove(contract, key, height=proven)
            with _asking():
                header, commit = self._chain.signed_header(proven + 1)
        except (HeightUnavailable, KeyAbsent, HeightMissing) as error:
            raise ProofUnavailable(reason=str(error)) from error
        return gateway_pb2.ProveResponse(
            height=proven,
            value=proof.value,
            proof=proof.encode(),
            header=header.encode(),
            commit=commit.encode(),
        )

    def follow(
        self, listener: Callable[[NewBlock], None], on_stop: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        """Call `listener` for each new block and `on_stop` after the last; return what ends the following.

        Who comes too late, because the stock node has ended already, is told at once.
        """
        return self._followers.add(listener, on_stop)

    def rules(self) -> tuple[int, list[int]]:
        """Return the version of the rules of the next block, and all that this software can execute."""
        return self._application.info().rules_version, self._application.rules.versions

    def describe_contracts(self) -> list[dict[str, Any]]:
        """Return the metadata of every contract of the next block's rules; raise `WrongRules`."""
        return self._application.describe_contracts()


@contextmanager
def _asking() -> Iterator[None]:
    """Turn the stock node's silence into the error that sends a client to another gateway."""
    try:
        yield
    except RpcUnavailable as error:
        raise EngineStopped(str(error)) from error
