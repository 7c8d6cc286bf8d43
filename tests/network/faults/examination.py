"""What must hold of a network after any fault: one history, one state, and every word that was given kept."""

from collections.abc import Sequence
from contextlib import ExitStack

from tests.network.crash.books import Books
from tests.network.faults.load import End, Sent, send
from tests.network.faults.network import ACCOUNTS, Network
from tests.network.faults.nodes import Node
from tests.network.waiting import wait_for
from wattloom.network.cometbft import records
from wattloom.network.cometbft.chain_reader import ChainReader
from wattloom.network.cometbft.records import TABLES
from wattloom.network.cometbft.rpc import RpcClient
from wattloom.network.state import Snapshot, Store
from wattloom.network.state.history import read_standing

RESOLVE_S = 60.0


class Examiner:
    """Keeps the books of a network's chain, block by block, and holds nodes and clients against them.

    `proposers` are the addresses of those whose proposals became blocks; `joined_at` has the height of the
    snapshot that a node of this name has begun at, and knows nothing before.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.books = Books.opened(network.community, ACCOUNTS)
        self.proposers: set[bytes] = set()
        self.joined_at: dict[str, int] = {}

    def examine(self, sent: Sequence[Sent], nodes: Sequence[Node] = ()) -> None:
        """Check everything; all nodes run, and nobody sends."""
        nodes = nodes or self.network.nodes
        self._require_kept(sent, nodes)
        self.network.wait_height(self.network.height(), nodes)
        with ExitStack() as stack:
            views = {node: self._view(node, stack) for node in nodes[1:]}
            tallest = max(map(_height, views.values()))
            wait_for(
                lambda: nodes[0].executed() >= tallest, f"{nodes[0].name} has executed as much as others"
            )
            views[nodes[0]] = self._view(nodes[0], stack)
            for node, view in sorted(views.items(), key=lambda each: _height(each[1])):
                self._read_blocks(_height(view), nodes[0], views[nodes[0]])
                self._check(node, view)
        self._require_one_chain(nodes)
        self._require_ends(sent)

    def _check(self, node: Node, view: Snapshot) -> None:
        """Hold a node's store against the books, and its root against the one that two thirds have signed."""
        height, begin = _height(view), self.joined_at.get(node.name, 0)
        header = wait_for(lambda: node.ask("commit", height=height + 1), f"a header after height {height}")
        signed_root = bytes.fromhex(header["signed_header"]["header"]["app_hash"])
        assert read_standing(view).root == signed_root, "another state root than the signed one"
        assert records.oldest(view) == begin + 1
        self.books.check(view, indexed_from=begin + 1)

    def _view(self, node: Node, stack: ExitStack) -> Snapshot:
        store = stack.enter_context(Store(node.folder.state_path, tables=TABLES, read_only=True))
        return stack.enter_context(store.snapshot())

    def _read_blocks(self, to_height: int, node: Node, view: Snapshot) -> None:
        """Go on reading the chain from a node: its blocks, and what execution made of them."""
        with RpcClient(node.settings.rpc_url) as rpc:
            for signed in ChainReader(rpc).blocks(self.books.height + 1, to_height):
                header = signed.block.header
                record = records.read(view, header.height)
                assert record is not None, f"{node.name} keeps no results of height {header.height}"
                assert record.hash == header.hash, "executed under another hash than the block's"
                record.block = signed.block.encode()
                self.books.read(record)
                self.proposers.add(header.proposer_address)

    def _require_one_chain(self, nodes: Sequence[Node]) -> None:
        """Hold the nodes' newest common block against each other; its hash covers all before it."""
        height = min(node.height() for node in nodes)
        hashes = {node.block_hash(height) for node in nodes}
        assert len(hashes) == 1, f"a fork below height {height}: {hashes}"
        assert hashes != {""}

    def _require_kept(self, sent: Sequence[Sent], nodes: Sequence[Node]) -> None:
        """Send again what is unknown, and some that is not: the answers must be those of before."""
        with self.network.client(*nodes, patience_s=RESOLVE_S) as client:
            for each in sent:
                if each.end is End.UNKNOWN:
                    send(client, each)
                    assert each.end in (End.COMMITTED, End.REFUSED), f"{each.end}: {each.code}"
            for each in [each for each in sent if each.is_acknowledged][-3:]:
                again = send(client, Sent(each.tx))
                assert (again.end, again.height, again.code) == (each.end, each.height, each.code)

    def _require_ends(self, sent: Sequence[Sent]) -> None:
        """Hold what clients were told against the blocks."""
        places = self.books.places
        for each in sent:
            height, _, status = places.get(each.tx.tx_id, (0, 0, -1))
            assert each.end is not None, "a submit has no end"
            assert height == each.height, f"told {each.end} at {each.height}, the blocks say {height}"
            if each.is_acknowledged:
                assert (status == 0) == (each.end is End.COMMITTED)


def _height(view: Snapshot) -> int:
    return read_standing(view).height
