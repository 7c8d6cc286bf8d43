"""`wattloom network`: make, run, watch, govern, extend, back up and export a network of validators."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE
from rich.table import Table

from wattloom.network.consortium import governance_commands, processes, upkeep_commands
from wattloom.network.consortium.checks import require_node, require_ready
from wattloom.network.consortium.config_toml import write_config
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder
from wattloom.network.consortium.log_view import tail
from wattloom.network.consortium.processes import READY_S, STOP_S
from wattloom.network.consortium.reading import load_spec
from wattloom.network.consortium.status import network_status, status_row
from wattloom.network.consortium.terminal import (
    AsJson,
    Network,
    NewNetwork,
    NodeName,
    fail,
    out,
    tell,
    user_mistakes,
    warn,
)
from wattloom.network.engine_binary import install_engine
from wattloom.network.logs import configure as configure_logs

app = typer.Typer(
    name="network",
    help="Make, run and look after a network of validators.",
    no_args_is_help=True,
    add_completion=False,
)
ReadyS = Annotated[float, typer.Option("--ready-within", min=1, help="Seconds until a node must answer.")]
GraceS = Annotated[float, typer.Option("--grace", min=0, help="Seconds to end in, then it is killed.")]


@app.command()
def init(
    network: NewNetwork,
    spec: Annotated[
        Path | None,
        typer.Option("--spec", help="YAML file; without it: four organisations with one validator each."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a network: keys, certificates, genesis and configuration of every node."""
    with user_mistakes():
        wanted = load_spec(spec)
        for warning in wanted.warnings():
            warn(warning)
        folder = create_network(wanted, network, tell=tell)
        genesis, nodes = folder.genesis(), folder.nodes()
    if as_json:
        facts = {
            "chain_id": genesis.chain_id,
            "genesis_hash": genesis.hash.hex(),
            "nodes": [node.name for node in nodes],
        }
        typer.echo(json.dumps(facts, indent=2))
        return
    typer.echo(f"network {genesis.chain_id} in {network}: {', '.join(node.name for node in nodes)}")
    typer.echo(f"genesis hash {genesis.hash.hex()}")
    typer.echo(f"Give this hash to whoever verifies the chain; start it with: wattloom network up {network}")


@app.command()
def up(network: Network, ready_s: ReadyS = READY_S) -> None:
    """Start every node that does not run, after looking at everything that could stand in the way."""
    with user_mistakes():
        _start(NetworkFolder.open(network).nodes(), ready_s)


@app.command()
def down(network: Network, grace_s: GraceS = STOP_S) -> None:
    """Stop every node."""
    with user_mistakes():
        processes.stop(NetworkFolder.open(network).nodes(), grace_s=grace_s, tell=tell)


@app.command()
def start(network: Network, node: NodeName, ready_s: ReadyS = READY_S) -> None:
    """Start one node."""
    with user_mistakes():
        _start([NetworkFolder.open(network).node(node)], ready_s)


@app.command()
def stop(network: Network, node: NodeName, grace_s: GraceS = STOP_S) -> None:
    """Stop one node."""
    with user_mistakes():
        processes.stop([NetworkFolder.open(network).node(node)], grace_s=grace_s, tell=tell)


@app.command()
def restart(network: Network, node: NodeName, ready_s: ReadyS = READY_S, grace_s: GraceS = STOP_S) -> None:
    """Stop one node and start it again."""
    with user_mistakes():
        found = NetworkFolder.open(network).node(node)
        processes.stop([found], grace_s=grace_s, tell=tell)
        _start([found], ready_s)


@app.command()
def status(network: Network, as_json: AsJson = False) -> None:
    """Show every node: whether it runs, where it stands, whether its state is the chain's."""
    with user_mistakes():
        found = network_status(NetworkFolder.open(network))
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    table = Table("node", "kind", "state", "height", "age", "peers", "agrees", "root", box=SIMPLE)
    for node in found.nodes:
        table.add_row(*status_row(node))
    out.print(table)
    for alarm in found.alarms:
        typer.echo(f"alarm: {alarm}")


@app.command()
def logs(
    network: Network,
    node: Annotated[str | None, typer.Argument(help="Which node; without it, all.")] = None,
    lines: Annotated[int, typer.Option(min=0, help="How many of each node's last lines.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with new lines until interrupted.")] = False,
    engine: Annotated[bool, typer.Option("--engine", help="The engine's log instead.")] = False,
) -> None:
    """Show the nodes' logs."""
    with user_mistakes():
        folder = NetworkFolder.open(network)
        shown = folder.nodes() if node is None else [folder.node(node)]
    paths = {each.name: each.engine_log_path if engine else each.log_path for each in shown}
    for name, line in tail(paths, lines=lines, follow=follow):
        typer.echo(line if node else f"{name:>{max(map(len, paths))}}  {line}")


@app.command()
def node(folder: Annotated[Path, typer.Argument(help="A node's folder.")]) -> None:
    """Run one node in the foreground until it is interrupted: what `up` starts, and services run."""
    # The gateway and its transport take a second to import, which no other command needs.
    from wattloom.network.abci.errors import AbciError
    from wattloom.network.consortium.node import NodeStopped, run_node
    from wattloom.network.gateway import GatewayNotStarted

    configure_logs(logging.INFO)
    with user_mistakes():
        found = NodeFolder(folder)
        require_node(found)
        write_config(found)
        try:
            run_node(found, on_ready=lambda at: tell(f"{found.name} serves its clients at {at}"))
        except (NodeStopped, AbciError, GatewayNotStarted) as error:
            raise fail(f"{found.name}: {error}", status=1) from None


@app.command("install-engine")
def install_engine_command() -> None:
    """Find the engine, or build it at the pinned version."""
    with user_mistakes():
        typer.echo(install_engine(tell))


def _start(nodes: Sequence[NodeFolder], ready_s: float) -> None:
    stopped = [node for node in nodes if processes.process_of(node) is None]
    if not stopped:
        tell("everything runs already")
        return
    require_ready(stopped)
    tell(f"starting {', '.join(node.name for node in stopped)}")
    processes.start(stopped, ready_s=ready_s, tell=tell)


app.command("add-observer")(upkeep_commands.add_observer_command)
app.command("backup")(upkeep_commands.backup_command)
app.command("restore")(upkeep_commands.restore_command)
app.command("export")(upkeep_commands.export_command)
app.command("from-solo")(upkeep_commands.from_solo_command)
app.command("readiness")(governance_commands.readiness_command)
app.command("proposals")(governance_commands.proposals_command)
app.command("propose")(governance_commands.propose_command)
app.command("vote")(governance_commands.vote_command)
app.command("withdraw")(governance_commands.withdraw_command)
