"""`wattloom meter`: the reference meter, and the relay that hands its receipts in."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from wattloom.chaincode.api.codec import encode
from wattloom.identity.certificates import ClientIdentity, MeterIdentity
from wattloom.identity.client import IdentityClient
from wattloom.identity.errors import IdentityError
from wattloom.identity.keys import SigningKey
from wattloom.identity.parsing import parse
from wattloom.market.meter import ledger, letters
from wattloom.market.meter.errors import MeterError
from wattloom.market.meter.meter import Meter
from wattloom.market.meter.profiles import PROFILES
from wattloom.market.meter.relay import Relay, leave_receipt, leave_tree
from wattloom.market.meter.witness import Witness
from wattloom.network.client import Client, ClientError

app = typer.Typer(
    name="meter",
    help="Run a reference meter, a witness of other meters' trees, or a relay.",
    no_args_is_help=True,
    add_completion=False,
)

Folder = Annotated[Path, typer.Argument(help="The meter's folder, with meter.key and meter.pem.")]
Anchor = Annotated[
    Path | None, typer.Option(help="The meter's counter, outside of backups; otherwise beside its folder.")
]
Keys = Annotated[str, typer.Option("--keys", help=f"How it computes: {' or '.join(PROFILES)}.")]
Password = Annotated[
    str | None, typer.Option(envvar="WATTLOOM_METER_PASSWORD", help="Of its keys, if they are encrypted.")
]
LedgerAddress = Annotated[str, typer.Option("--ledger", help="A gateway's host:port.")]
LedgerCa = Annotated[Path, typer.Option("--ledger-ca", help="PEM of the gateway's TLS root.")]
ServiceAddress = Annotated[str, typer.Option("--service", help="The identity service's host:port.")]
ServiceCa = Annotated[Path, typer.Option("--service-ca", help="PEM of the identity service's TLS root.")]
Spool = Annotated[Path, typer.Option("--spool", help="The folder that a relay empties.")]
Subject = Annotated[str, typer.Option(help="SHA-256 of what the energy was received under, hexadecimal.")]

USUAL: Final = PROFILES[0]


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
def enrol(
    folder: Folder,
    service: ServiceAddress,
    service_ca: ServiceCa,
    password: Password = None,
) -> None:
    """Get the meter's operational certificate from the identity service."""
    with user_mistakes():
        meter = MeterIdentity.load(folder, password=password)
        made_at_s = parse(meter.certificate).not_before_s
        with _service(service, service_ca) as client:
            identity = client.enrol(meter, manufactured_at_s=made_at_s, key=SigningKey.generate())
        identity.save(folder, password=password)
    typer.echo(f"meter {meter.lfdi} is enrolled: {folder / 'client.pem'}")


@app.command()
def ask(
    folder: Folder,
    ledger_address: LedgerAddress,
    ledger_ca: LedgerCa,
    trees: Annotated[
        int, typer.Option(min=1, help="How many trees; best as many as all others ask for.")
    ] = 1,
    anchor: Anchor = None,
    keys: Keys = USUAL,
    password: Password = None,
) -> None:
    """Ask on the ledger, under the meter's own name, for trees of the next epoch."""
    with (
        user_mistakes(),
        _opened(folder, anchor, keys, password) as meter,
        _client(folder, ledger_address, ledger_ca, password) as client,
    ):
        epoch = ledger.newest_epoch(client)
        client.submit("existence:ask_for_trees", meter.ask(epoch.number, trees))
    typer.echo(
        f"asked for {trees} trees of epoch {epoch.number}; witnesses are drawn {_at(epoch.requests_until_s)}"
    )


@app.command()
def collect(
    folder: Folder,
    ledger_address: LedgerAddress,
    ledger_ca: LedgerCa,
    service: ServiceAddress,
    service_ca: ServiceCa,
    spool: Spool,
    anchor: Anchor = None,
    keys: Keys = USUAL,
    password: Password = None,
) -> None:
    """Ask the newest epoch's witnesses, leave signed trees for the relay, and note what is published."""
    with (
        user_mistakes(),
        _opened(folder, anchor, keys, password) as meter,
        _client(folder, ledger_address, ledger_ca, password) as client,
        _service(service, service_ca) as identity_service,
    ):
        epoch = ledger.newest_epoch(client)
        asked = ledger.asked(client, epoch.number, meter.lfdi)
        for root in ledger.published(client, epoch):
            meter.mark_published(root)
        awaited = letters.exchange(meter, meter.questions(epoch, asked.trees), identity_service)
        signed = meter.signed_trees(epoch)
        for tree in signed:
            leave_tree(spool, epoch.number, tree)
        left = meter.left(epoch.number)
    typer.echo(
        f"epoch {epoch.number}: {awaited} answers awaited, {len(signed)} trees left for the relay,"
        f" {left} keys ready"
    )


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
    with user_mistakes(), _opened(folder, anchor, keys, password) as meter:
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
    with user_mistakes(), _opened(folder, anchor, keys, password) as meter:
        signed = meter.read(slot_start_s=slot_start_s, slot_s=slot_s, net_wh=net_wh)
    typer.echo(json.dumps({**signed._asdict(), "signature": signed.signature.hex()}))


@app.command()
def follow(
    folder: Folder,
    ledger_address: LedgerAddress,
    ledger_ca: LedgerCa,
    from_height: Annotated[int, typer.Option(min=1, help="The block to begin with.")] = 1,
    anchor: Anchor = None,
    keys: Keys = USUAL,
    password: Password = None,
) -> None:
    """Hear what the ledger tells of all receipts, and discard trees whose keys somebody else has used."""
    with (
        user_mistakes(),
        _opened(folder, anchor, keys, password) as meter,
        _client(folder, ledger_address, ledger_ca, password) as client,
    ):
        ledger.follow(meter, client.events(from_height, contract=ledger.CONTRACT))


@app.command()
def witness(
    folder: Folder,
    ledger_address: LedgerAddress,
    ledger_ca: LedgerCa,
    service: ServiceAddress,
    service_ca: ServiceCa,
    anchor: Anchor = None,
    keys: Keys = USUAL,
    password: Password = None,
) -> None:
    """Be ready to vouch for other meters' trees, and answer what is asked; a key serves one epoch."""
    with user_mistakes(), _opened(folder, anchor, keys, password) as meter:
        duty = Witness(folder, meter.lfdi, password=password)
        with (
            _client(folder, ledger_address, ledger_ca, password) as client,
            _service(service, service_ca) as identity_service,
        ):
            enlisted = duty.enlist(meter, client)
            answered, refused = letters.serve(
                MeterIdentity.load(folder, password=password), duty.answering(client), identity_service
            )
        duty.close()
    typer.echo(f"{'enlisted with a new key, ' if enlisted else ''}{answered} trees signed")
    for reason in refused:
        typer.echo(f"not signed: {reason}", err=True)


@app.command()
def relay(
    spool: Annotated[Path, typer.Argument(help="The folder in which meters leave trees and receipts.")],
    identity: Annotated[Path, typer.Option(help="Folder of a member with the role relayer.")],
    ledger_address: LedgerAddress,
    ledger_ca: LedgerCa,
    password: Annotated[
        str | None, typer.Option(envvar="WATTLOOM_RELAY_PASSWORD", help="Of its key.")
    ] = None,
) -> None:
    """Hand in, once, all that meters have left, in an order of chance and under the relay's name."""
    with user_mistakes():
        member = ClientIdentity.load(identity, password=password)
        with Client([ledger_address], ca_certificate=ledger_ca.read_bytes(), identity=member) as client:
            done = Relay(spool, client).run()
    typer.echo(f"{done.trees} trees published, {done.receipts} receipts taken")
    for name, code in done.refused.items():
        typer.echo(f"refused: {name}: {code}", err=True)


@app.command()
def status(
    folder: Folder,
    epoch: Annotated[int, typer.Option(min=1, help="The epoch to count for.")],
    anchor: Anchor = None,
    keys: Keys = USUAL,
    password: Password = None,
) -> None:
    """Show who the meter is, and how many receipts it can still sign in an epoch."""
    with user_mistakes(), _opened(folder, anchor, keys, password) as meter:
        typer.echo(f"meter {meter.lfdi} of {meter.chain_id}: {meter.left(epoch)} keys ready in epoch {epoch}")


@contextmanager
def user_mistakes() -> Iterator[None]:
    """Print one of our errors to standard error and leave with code 2."""
    try:
        yield
    except (IdentityError, MeterError, ClientError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None


@contextmanager
def _opened(folder: Path, anchor: Path | None, keys: str, password: str | None) -> Iterator[Meter]:
    if keys not in PROFILES:
        raise MeterError(f"--keys {keys}: choose from {', '.join(PROFILES)}")
    with Meter(folder, anchor=anchor, password=password, keys=keys) as meter:
        if meter.discarded:
            typer.echo(f"restored from a backup: {meter.discarded} trees are discarded", err=True)
        yield meter


def _client(folder: Path, address: str, ca: Path, password: str | None) -> Client:
    identity = ClientIdentity.load(folder, password=password)
    return Client([address], ca_certificate=ca.read_bytes(), identity=identity)


def _service(address: str, ca: Path) -> IdentityClient:
    return IdentityClient(address, ca_certificate=ca.read_bytes())


def _digest(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise MeterError(f"--subject {text[:80]}: write a SHA-256 as 64 hexadecimal digits")
    return digest


def _at(time_s: int) -> str:
    when = datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"after {when}" if time_s > time.time() else f"since {when}"
