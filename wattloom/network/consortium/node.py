"""One node of a network: application, gateway and stock engine, which live and end together."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import msgspec
import structlog

from wattloom.chaincode.installed import RULES, Rules
from wattloom.identity.tls import TlsFolder
from wattloom.network.abci import AbciServer
from wattloom.network.abci.address import remove_stale
from wattloom.network.application import Application
from wattloom.network.application.rules import WrongRules
from wattloom.network.chain.genesis import Genesis
from wattloom.network.cometbft.engine import CometEngine
from wattloom.network.cometbft.engine_process import EngineProcess
from wattloom.network.cometbft.node_application import NodeApplication
from wattloom.network.cometbft.records import TABLES
from wattloom.network.cometbft.snapshots import Snapshots
from wattloom.network.consortium.layout import NodeFolder, write_whole
from wattloom.network.consortium.pid_file import ProcessMark, write_mark
from wattloom.network.consortium.stopped import Stopped
from wattloom.network.engine import EngineStopped
from wattloom.network.engine_binary import find_engine
from wattloom.network.gateway import serve_gateway
from wattloom.network.origin import started_from
from wattloom.network.state import Store
from wattloom.network.state.history import read_standing

THREAD_TURN_S = 0.0005
"""How long a thread may keep the others waiting: the engine's calls must not wait behind the gateway's."""

log = structlog.get_logger(__name__)


class NodeStopped(Exception):
    """The node cannot start, or ended by itself; the sentence says why."""


class _Ending:
    """The first reason to end, from whichever thread it comes."""

    def __init__(self, engine: CometEngine) -> None:
        self._engine = engine
        self.reason = ""

    def because(self, reason: str) -> None:
        """Keep the first reason, and let the gateway end."""
        self.reason = self.reason or reason
        self._engine.stop()


def run_node(
    folder: NodeFolder, *, rules: Rules = RULES, on_ready: Callable[[str], None] = lambda _: None
) -> None:
    """Run a node until SIGINT or SIGTERM; `on_ready` hears the gateway's address.

    Parameters
    ----------
    rules : the contracts that it executes blocks by; others than the network's stop it

    Raises
    ------
    NodeStopped : it ended by itself, or holds another chain's state
    FolderError, EngineMissing, IdentityError, AbciNotStarted, GatewayNotStarted : it cannot start
    MachineFault : its storage cannot be used, or it lacks the ledger's rules
    """
    sys.setswitchinterval(THREAD_TURN_S)
    settings, genesis = folder.settings(), folder.genesis()
    program, tls = find_engine(), TlsFolder(folder.tls_path)
    folder.make_run_folders()
    folder.stopped_path.unlink(missing_ok=True)
    with ExitStack() as stack:
        store = stack.enter_context(_open_store(folder, genesis))
        write_mark(folder.pid_path, ProcessMark.of(os.getpid()))  # whoever started it: `backup` must know
        application = _open_application(folder, store, rules)
        engine = CometEngine(application, store, genesis, rpc_address=f"unix://{folder.rpc_socket}")
        ending = _Ending(engine)
        stack.callback(engine.stop)
        snapshots = Snapshots(
            folder.snapshots_path,
            store,
            application,
            genesis_hash=genesis.hash,
            every_blocks=settings.snapshot_every_blocks,
        )
        stack.callback(snapshots.close)
        server = AbciServer(
            NodeApplication(
                application,
                store,
                genesis,
                snapshots,
                keep_blocks=None if settings.archive else settings.keep_blocks,
                announce=engine.announce,
            ),
            f"unix://{folder.app_socket}",
            on_end=lambda error: ending.because(f"the application failed: {error}"),
        )
        stack.enter_context(server)
        remove_stale(folder.rpc_socket)  # a killed engine leaves it, and the next one would not start
        process = EngineProcess(program, folder.path, folder.engine_log_path, on_end=ending.because)
        stack.callback(process.stop)
        try:
            asyncio.run(
                serve_gateway(
                    engine,
                    tls=tls,
                    address=settings.gateway_address,
                    metrics_port=settings.ports.metrics,
                    on_ready=on_ready,
                )
            )
        except EngineStopped:
            height, _ = engine.latest()
            _tell_why(folder, Stopped(reason=ending.reason, height=height, at_s=int(time.time())))
            raise NodeStopped(ending.reason) from None


def _open_store(folder: NodeFolder, genesis: Genesis) -> Store:
    """Open the node's state; raise `NodeStopped` where it is another chain's."""
    store = Store(folder.state_path, tables=TABLES, replayed=True)
    origin = started_from(store)
    if origin is not None and origin != genesis.hash:
        store.close()
        raise NodeStopped(
            f"{folder.state_path} holds the state of another chain than {folder.genesis_path}: "
            "put that chain's genesis back, or remove `state` and `data` to follow this one from its start"
        )
    return store


def _open_application(folder: NodeFolder, store: Store, rules: Rules) -> Application:
    """Open the application; leave word, and raise `WrongRules`, where the next block needs other rules."""
    try:
        return Application(store, rules)
    except WrongRules as error:
        with store.snapshot() as view:
            standing = read_standing(view)
        height = 0 if standing is None else standing.height
        _tell_why(folder, Stopped(reason=str(error), height=height, at_s=int(time.time())))
        raise


def _tell_why(folder: NodeFolder, stopped: Stopped) -> None:
    log.critical("the node stops", reason=stopped.reason, height=stopped.height)
    write_whole(folder.stopped_path, msgspec.json.encode(stopped))
