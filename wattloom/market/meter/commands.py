"""`wattloom meter`: what a meter does alone. What takes OpenSSL and a connection is in `online`."""

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from wattloom.chaincode.api.codec import encode
from wattloom.market.meter.errors import MeterError
from wattloom.market.meter.meter import Meter
from wattloom.market.meter.options import (
    USUAL,
    Anchor,
    Folder,
    Keys,
    Password,
    Subject,
    opened,
    user_mistakes,
)
from wattloom.market.meter.spool import leave_receipt

app = typer.Typer(
    name="meter",
    help="Run a reference meter, a witness of other meters' trees, or a relay.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def prepare(
    folder: Folder,
    chain_id: Annotated[str, typer.Option(help="The ledger that it will sign for.")],
    anchor: Anchor = None,
) -> None:
    """Make a meter's memory, once, beside the keys that its manufacturer has made."""
    with user_mistakes():
        Meter.prepare(folder, chain_id=chain_id, anchor=anchor)
    typer.echo(f"meter prepared in {folder} for {chain_id}")


@app.command()
def receipt(
    folder: Folder,
    epoch: Annotated[int, typer.Option(min=1, help="The epoch that runs.")],
    subject: Subject,
    energy_wh: Annotated[int, typer.Option(min=0, help="What was received, whole Wh.")],
    spool: Annotated[Path | None, typer.Option("--spool", help="Leave it for the relay, too.")] = None,
    anchor: Anchor = None,
    keys: Keys = USUAL,
    password: Password = None,
) -> None:
    """Sign a receipt with a one-time key, and print it as JSON."""
    with user_mistakes(), opened(folder, anchor, keys, password) as meter:
        signed = meter.receipt(epoch=epoch, subject=_digest(subject), energy_wh=energy_wh)
        if spool is not None:
            leave_receipt(spool, signed)
    typer.echo(encode(signed).decode())


@app.command()
def reading(
    folder: Folder,
    slot_start_s: Annotated[int, typer.Option(min=0, help="Beginning of the slot, Unix seconds.")],
    net_wh: Annotated[int, typer.Option(help="Net energy, whole Wh; positive drawn.")],
    slot_s: Annotated[int, typer.Option(min=1, help="Length of the slot, seconds.")] = 1_800,
    anchor: Anchor = None,
    keys: Keys = USUAL,
    password: Password = None,
) -> None:
    """Sign a reading under the meter's own name, and print it as JSON."""
    with user_mistakes(), opened(folder, anchor, keys, password) as meter:
        signed = meter.read(slot_start_s=slot_start_s, slot_s=slot_s, net_wh=net_wh)
    typer.echo(json.dumps({**signed._asdict(), "signature": signed.signature.hex()}))


@app.command()
def status(
    folder: Folder,
    epoch: Annotated[int, typer.Option(min=1, help="The epoch to count for.")],
    anchor: Anchor = None,
    keys: Keys = USUAL,
    password: Password = None,
) -> None:
    """Show who the meter is, and how many receipts it can still sign in an epoch."""
    with user_mistakes(), opened(folder, anchor, keys, password) as meter:
        typer.echo(f"meter {meter.lfdi} of {meter.chain_id}: {meter.left(epoch)} keys ready in epoch {epoch}")


def _digest(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise MeterError(f"--subject {text[:80]}: write a SHA-256 as 64 hexadecimal digits")
    return digest


if find_spec("cryptography") is not None:
    for command in import_module("wattloom.market.meter.online").COMMANDS:
        app.command()(command)
