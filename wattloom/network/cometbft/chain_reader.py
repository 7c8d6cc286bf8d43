"""Reads a chain from a node's RPC into our forms, and takes nothing that does not hash to what it claims."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from wattloom.network.abci import abci_pb2 as abci
from wattloom.network.chain.block import Block
from wattloom.network.chain.commit import Commit
from wattloom.network.chain.errors import ChainError, ChainRejected, Fault, MalformedRecord
from wattloom.network.chain.genesis import Genesis
from wattloom.network.chain.header import BlockID, Header
from wattloom.network.chain.validators import Validator, ValidatorSet
from wattloom.network.chain.verify import check_block_id, check_content
from wattloom.network.cometbft.rpc import RpcClient, RpcRefused
from wattloom.network.cometbft.rpc_json import read_message
from wattloom.network.wire import cometbft_pb2 as wire

HEIGHTS_PER_REQUEST = 10
"""The engine's default limit of calls in one request."""

VALIDATORS_PER_PAGE = 100


class HeightMissing(ChainError):
    """The node does not have a height (any more, or yet); its own sentence says why."""

    def __init__(self, height: int, what: str) -> None:
        super().__init__(f"height {height}: the node does not give it: {what}")
        self.height = height


class SignedBlock(msgspec.Struct, frozen=True):
    """A block, the id that its own bytes have, and a commit for it."""

    block: Block
    block_id: BlockID
    commit: Commit


class ChainReader:
    """Blocks, commits, results and validators from one node.

    Every method raises `HeightMissing` for a height that the node does not give, `ChainRejected` for one that
    does not hash to its own id, `MalformedRecord` for what is not in the engine's form, and `RpcUnavailable`.
    """

    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def genesis(self) -> Genesis:
        """Return the node's genesis document; raise `GenesisRejected`."""
        chunks: list[bytes] = []
        total = 1
        while len(chunks) < total:
            answer = self._client.call("genesis_chunked", chunk=len(chunks))
            total = _number("Genesis", answer, "total")
            try:
                chunks.append(base64.b64decode(_member("Genesis", answer, "data"), validate=True))
            except (TypeError, ValueError) as error:
                raise MalformedRecord("Genesis", f"data: {error}") from error
        return Genesis.decode(b"".join(chunks))

    def last_height(self) -> int:
        """Return the height of the node's last block; 0 before the first."""
        header = _member("Header", self._client.call("header"), "header")
        return 0 if header is None else read_message(wire.Header, header).height

    def blocks(self, first: int, last: int) -> Iterator[SignedBlock]:
        """Read heights in order; a block's commit is the one that the block after it carries."""
        waiting: tuple[Block, BlockID] | None = None
        for heights in _portions(first, last):
            for height, tree in zip(heights, self._trees("block", heights), strict=True):
                with _naming(height):
                    block, block_id = _block(height, tree)
                if waiting is not None:
                    yield SignedBlock(*waiting, block.last_commit)
                waiting = block, block_id
        if waiting is not None:
            _, commit = self.signed_header(last)
            yield SignedBlock(*waiting, commit)

    def block(self, height: int) -> SignedBlock:
        """Read one height."""
        return next(self.blocks(height, height))

    def signed_header(self, height: int) -> tuple[Header, Commit]:
        """Return a height's header and a commit for it."""
        (tree,) = self._trees("commit", [height])
        signed = _member("Commit", tree, "signed_header")
        header = Header.from_message(read_message(wire.Header, _member("Commit", signed, "header")))
        commit = Commit.from_message(read_message(wire.Commit, _member("Commit", signed, "commit")))
        _require_height(Fault.HEIGHT, height, header.height)
        if commit.block_id.hash != header.hash:
            raise ChainRejected(Fault.COMMIT_BLOCK_ID, height, "the commit is for another block")
        return header, commit

    def results(self, first: int, last: int) -> Iterator[abci.ResponseFinalizeBlock]:
        """Return what the application answered for each height, in order, as the node has stored it."""
        for heights in _portions(first, last):
            for height, tree in zip(heights, self._trees("block_results", heights), strict=True):
                with _naming(height):
                    _require_height(Fault.HEIGHT, height, _number("Results", tree, "height"))
                    renamed = dict(tree) | {"events": tree.get("finalize_block_events")}
                    results = read_message(abci.ResponseFinalizeBlock, renamed)
                yield results

    def validators(self, height: int) -> ValidatorSet:
        """Return the set that signs a height."""
        found: list[wire.Validator] = []
        total, page = 1, 0
        while len(found) < total:
            page += 1
            params = {"height": height, "page": page, "per_page": VALIDATORS_PER_PAGE}
            (tree,) = self._answers("validators", [height], [params])
            total = _number("ValidatorSet", tree, "total")
            part = read_message(wire.ValidatorSet, tree).validators
            if not part:
                raise MalformedRecord("ValidatorSet", f"page {page} of {total} validators is empty")
            found += part
        return ValidatorSet.of(Validator(each.pub_key.ed25519, each.voting_power) for each in found)

    def _trees(self, method: str, heights: Sequence[int]) -> list[Any]:
        return self._answers(method, heights, [{"height": height} for height in heights])

    def _answers(self, method: str, heights: Sequence[int], calls: Sequence[Mapping[str, int]]) -> list[Any]:
        trees = []
        for height, answer in zip(heights, self._client.batch(method, calls), strict=True):
            if isinstance(answer, RpcRefused):
                raise HeightMissing(height, answer.data or answer.message) from answer
            trees.append(msgspec.json.decode(answer))
        return trees


def _block(height: int, tree: Any) -> tuple[Block, BlockID]:  # noqa: ANN401 - JSON
    content = _member("Block", tree, "block")
    if content is None:
        raise HeightMissing(height, "it has no such block")
    block = Block.from_message(read_message(wire.Block, content))
    block_id = BlockID.from_message(read_message(wire.BlockID, _member("Block", tree, "block_id")))
    _require_height(Fault.HEIGHT, height, block.header.height)
    check_content(block)
    check_block_id(block, block_id)
    return block, block_id


@contextmanager
def _naming(height: int) -> Iterator[None]:
    """Say of which height a record is malformed."""
    try:
        yield
    except MalformedRecord as error:
        raise MalformedRecord(error.record, f"of height {height}: {error.what}") from error


def _member(record: str, tree: Any, name: str) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(tree, Mapping) or name not in tree:
        raise MalformedRecord(record, f"{name}: is missing")
    return tree[name]


def _number(record: str, tree: Any, name: str) -> int:  # noqa: ANN401 - JSON
    try:
        return int(_member(record, tree, name))
    except (TypeError, ValueError) as error:
        raise MalformedRecord(record, f"{name}: {error}") from error


def _require_height(code: Fault, height: int, found: int) -> None:
    if found != height:
        raise ChainRejected(code, height, f"the node answers with height {found}")


def _portions(first: int, last: int) -> Iterator[range]:
    for start in range(first, last + 1, HEIGHTS_PER_REQUEST):
        yield range(start, min(start + HEIGHTS_PER_REQUEST, last + 1))
