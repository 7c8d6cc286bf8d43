"""The commands of `wattloom network` that extend a network, back it up, and carry it elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from wattloom.identity.certificates import Authority
from wattloom.network.consortium import add_node, backup, export, restore
from wattloom.network.consortium.from_solo import network_from_solo, read_solo
from wattloom.network.consortium.layout import NetworkFolder
from wattloom.network.consortium.reading import load_spec
from wattloom.network.consortium.signing import read_signing_state
from wattloom.network.consortium.terminal import Network, NewNetwork, NodeName, tell, user_mistakes
from wattloom.network.solo import LedgerFolder


def add_observer_command(
    network: Network,
    organisation: Annotated[str, typer.Option(help="Who runs the node.")],
    name: Annotated[str | None, typer.Option(help="Its name; without it the next free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Where others reach it.")] = None,
    first_port: Annotated[int | None, typer.Option(help="First of its ports.")] = None,
) -> None:
    """Make a node that follows the chain, and print what members may have to vote for."""
    with user_mistakes():
        added = add_node.add_observer(
            NetworkFolder.open(network), organisation, name=name, host=host, first_port=first_port
        )
        settings = added.node.settings()
    begins = "a snapshot of the others" if settings.state_sync else "the chain's first block"
    typer.echo(f"node {added.node.name} in {added.node.path}; it begins with {begins}")
    typer.echo(f"start it with: wattloom network start {network} {added.node.name}")
    propose = f"wattloom network propose {network} - --as ORGANISATION"
    typer.echo(f"where observers are listed, hand this to: {propose}")
    typer.echo(add_node.action_text(added.to_observe))
    typer.echo(f"to make it a validator later, hand this to: {propose}")
    typer.echo(add_node.action_text(added.to_validate))


def export_command(
    network: Network,
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must be new or empty.")],
) -> None:
    """Write a compose file, systemd units and a Mermaid picture of the topology."""
    with user_mistakes():
        for path in export.export(NetworkFolder.open(network), folder):
            typer.echo(path)


def backup_command(
    network: Network,
    node: NodeName,
    out: Annotated[Path, typer.Option(help="File to write; it must be new.")],
    with_keys: Annotated[bool, typer.Option("--with-keys", help="With the node's private keys.")] = False,
) -> None:
    """Back a node up: genesis, settings, state, signing state; the engine's stores if it is stopped."""
    with user_mistakes():
        tell(f"copying {node}")
        made = backup.back_up(NetworkFolder.open(network).node(node), out, with_keys=with_keys)
    typer.echo(f"{out}: {node}, state of height {made.height}, signed up to {made.signing}")
    if made.was_running:
        tell("it was made while the node ran, so its signing state is out of date already")


def restore_command(
    network: Network,
    archive: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    keep_signing_state: Annotated[
        bool, typer.Option("--keep-signing-state", help="Keep the folder's newer signing state.")
    ] = False,
    new_validator_key: Annotated[
        bool, typer.Option("--new-validator-key", help="With a new key; it observes until voted in.")
    ] = False,
) -> None:
    """Bring a node back from a backup; never with a signing state older than the newest known."""
    with user_mistakes():
        found = restore.restore(
            NetworkFolder.open(network),
            archive,
            keep_signing_state=keep_signing_state,
            new_validator_key=new_validator_key,
        )
        signed = read_signing_state(found)
    typer.echo(f"{found.name} is restored; what stood there before is kept in {network / restore.REPLACED}")
    typer.echo(f"its key signs nothing up to {signed}")


def from_solo_command(
    ledger: Annotated[Path, typer.Argument(help="Folder of a solo ledger that is not served now.")],
    network: NewNetwork,
    spec: Annotated[
        Path | None, typer.Option("--spec", help="YAML file; without it one validator per organisation.")
    ] = None,
    organisation: Annotated[
        list[Path] | None, typer.Option(help="Folder of an organisation's CA; may be repeated.")
    ] = None,
) -> None:
    """Make a network that goes on from a solo ledger's state: money, ids, registry, sessions."""
    with user_mistakes():
        authorities = [Authority.load(path) for path in organisation or []]
        wanted = None if spec is None else load_spec(spec)
        tell("reading the ledger and checking every hash of its state")
        solo = read_solo(LedgerFolder(ledger))
        folder = network_from_solo(solo, network, spec=wanted, authorities=authorities, tell=tell)
        nodes = ", ".join(node.name for node in folder.nodes())
    typer.echo(f"network {solo.genesis.chain_id} in {network}: {nodes}")
    typer.echo(f"its genesis holds {len(solo.entries)} entries, the ledger's state at height {solo.height}")
    typer.echo(f"genesis hash {folder.genesis().hash.hex()}")
