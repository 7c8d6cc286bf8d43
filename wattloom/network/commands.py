"""`wattloom ledger`: make, serve, look at and verify a solo ledger."""

import asyncio
import json
import logging
import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from wattloom.chaincode.api.errors import MachineFault
from wattloom.identity.certificates import PublicAuthority
from wattloom.identity.errors import IdentityError
from wattloom.identity.tls import TlsFolder
from wattloom.network import logs
from wattloom.network.chain.block import Block
from wattloom.network.chain.errors import ChainError
from wattloom.network.cometbft.inspecting import NodeUnreadable
from wattloom.network.cometbft.rpc import RpcError
from wattloom.network.consortium.errors import ConsortiumError
from wattloom.network.engine import EngineStopped
from wattloom.network.engine_binary import EngineMissing
from wattloom.network.gateway import GatewayNotStarted, serve_gateway
from wattloom.network.replay import LedgerRejected
from wattloom.network.solo import LedgerFolder, LedgerFolderError, SoloEngine
from wattloom.network.solo.blocks import BLOCKS, TRANSACTIONS, height_key
from wattloom.network.solo.create import create_ledger
from wattloom.network.verifying import verify_target
from wattloom.network.wire.ledger_pb2 import BlockRecord

app = typer.Typer(
    name="ledger",
    help="Make, serve, look at and verify a solo ledger.",
    no_args_is_help=True,
    add_completion=False,
)
out, err = Console(), Console(stderr=True)

MAX_HEIGHT = 2**63 - 1

Folder = Annotated[Path, typer.Argument(help="The ledger's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must be new or empty.")],
    chain_id: Annotated[str, typer.Option(help="The ledger's name, part of every signature.")] = "wattloom",
    organisation: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of an organisation's CA (see `wattloom identity`); may be repeated."),
    ] = None,
) -> None:
    """Make a ledger of the given organisations."""
    if not organisation:
        _fail(
            "no organisation is given: make one with `wattloom identity create-organisation`, "
            "then name its folder with --organisation"
        )
    with _user_mistakes():
        authorities = [PublicAuthority.load(path) for path in organisation or []]
        _require_once([authority.organisation for authority in authorities])
        ledger = create_ledger(folder, chain_id=chain_id, organisations=authorities)
        genesis_hash = ledger.genesis().hash.hex()
    out.print(f"ledger {chain_id} in {folder}")
    out.print(f"genesis hash {genesis_hash}", soft_wrap=True)
    out.print(
        f"Give this hash to whoever verifies the ledger; start it with: wattloom ledger serve {folder}",
        soft_wrap=True,
    )


@app.command()
def serve(
    folder: Folder,
    address: Annotated[str, typer.Option(help="Where the gateway listens.")] = "127.0.0.1:7460",
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Serve Prometheus metrics on loopback.")
    ] = None,
) -> None:
    """Run the ledger and its gateway until it is interrupted."""
    logs.configure(logging.INFO)
    with _user_mistakes():
        ledger = LedgerFolder(folder)
        with SoloEngine(ledger) as engine:
            tls = TlsFolder(ledger.tls_path)

            def tell(at: str) -> None:
                trust = ledger.tls_path / "tls-ca.pem"
                err.print(f"serving {engine.chain_id} at {at}; clients trust {trust}", soft_wrap=True)

            asyncio.run(
                serve_gateway(engine, tls=tls, address=address, metrics_port=metrics_port, on_ready=tell)
            )


@app.command()
def status(folder: Folder, as_json: AsJson = False) -> None:
    """Show where a ledger stands."""
    with _user_mistakes():
        ledger = LedgerFolder(folder)
        genesis = ledger.genesis()
        with ledger.read_store() as store, store.snapshot() as view:
            newest = deque(view.items(BLOCKS), maxlen=1)
            transactions = sum(1 for _ in view.items(TRANSACTIONS))
        facts: dict[str, Any] = {
            "chain_id": genesis.chain_id,
            "engine": "solo",
            "genesis_hash": genesis.hash.hex(),
            "height": 0,
            "transactions": transactions,
            "bytes": sum(path.stat().st_size for path in ledger.data_path.iterdir()),
        }
        for _, value in newest:
            block = Block.decode(BlockRecord.FromString(value).block)
            facts |= {"height": block.header.height, "block_time": block.header.time.to_rfc3339()}
    _show(facts, as_json=as_json)


@app.command()
def blocks(
    folder: Folder,
    first: Annotated[int, typer.Option("--from", min=1, max=MAX_HEIGHT, help="First height.")] = 1,
    last: Annotated[
        int | None,
        typer.Option("--to", min=1, max=MAX_HEIGHT, help="Last height; without it up to the newest."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List blocks: height, time, transactions, refusals, events, hash."""
    with _user_mistakes():
        ledger = LedgerFolder(folder)
        ledger.genesis()
        stop = None if last is None else height_key(last + 1)
        with ledger.read_store() as store, store.snapshot() as view:
            rows = [_block_row(value) for _, value in view.scan(BLOCKS, height_key(first), stop)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("height", "time", "transactions", "refused", "events", "hash")
    for row in rows:
        table.add_row(*(str(row[name])[:32] for name in row))
    out.print(table)


@app.command()
def verify(
    target: Annotated[
        str,
        typer.Argument(
            help="Folder of a solo ledger, of a network or of one of its nodes (or a copy of it), "
            "or the RPC address of a running node, such as tcp://127.0.0.1:26657."
        ),
    ],
    genesis_hash: Annotated[
        str | None,
        typer.Option(help="The genesis hash that you trust; without it the ledger's own is taken."),
    ] = None,
    node: Annotated[
        str | None,
        typer.Option(help="Which of a network's nodes; without it the first that keeps the whole chain."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Execute the whole chain again and compare every stored byte; exit 1 at the first difference."""
    with _user_mistakes():
        trusted = None if genesis_hash is None else _hash(genesis_hash)
        with Progress(console=err, transient=True, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("verifying", total=None)
            try:
                found = verify_target(
                    target,
                    node=node,
                    genesis_hash=trusted,
                    progress=lambda done, total: progress.update(task, completed=done, total=total),
                )
            except LedgerRejected as difference:
                _show(
                    {"clean": False, "height": difference.height, "difference": difference.what},
                    as_json=as_json,
                )
                raise typer.Exit(1) from None
    if trusted is None:
        err.print(
            "note: the ledger's own genesis was taken on trust; give --genesis-hash to check it too",
            soft_wrap=True,
        )
    for unseen in found.unseen:
        err.print(f"note: not compared, as the node that was read does not give it: {unseen}", soft_wrap=True)
    _show(
        {
            "clean": True,
            "chain_id": found.chain_id,
            "genesis_hash": found.genesis_hash.hex(),
            "height": found.height,
            "transactions": found.transactions,
            "state_root": found.app_hash.hex(),
        },
        as_json=as_json,
    )


def _block_row(value: bytes) -> dict[str, Any]:
    record = BlockRecord.FromString(value)
    block = Block.decode(record.block)
    moment = datetime.fromtimestamp(block.header.time.seconds, UTC)
    return {
        "height": block.header.height,
        "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "transactions": len(block.txs),
        "refused": sum(1 for result in record.results if result.status),
        "events": len(record.events),
        "hash": block.header.hash.hex(),
    }


def _require_once(organisations: list[str]) -> None:
    for name, times in Counter(organisations).items():
        if times > 1:
            _fail(f"--organisation: {name} is given {times} times, each organisation stands in a ledger once")


def _hash(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        _fail("--genesis-hash: expected 64 hexadecimal digits")
    return found


def _show(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        typer.echo(f"{name.replace('_', ' '):>13}  {value}")


def _fail(sentence: str) -> None:
    err.print(f"[bold red]error[/]: {sentence}", soft_wrap=True)
    raise typer.Exit(2)


@contextmanager
def _user_mistakes() -> Iterator[None]:
    """Say what was wrong in one sentence and exit with 2."""
    try:
        yield
    except (
        LedgerFolderError,
        IdentityError,
        ChainError,
        GatewayNotStarted,
        EngineStopped,
        EngineMissing,
        ConsortiumError,
        NodeUnreadable,
        RpcError,
        MachineFault,
    ) as error:
        _fail(str(error))
