"""`wattloom identity`: the commands of the identity room, and those of its that reach the ledger."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from wattloom.identity import files
from wattloom.identity.client.calling import IdentityClient
from wattloom.identity.client.commands import USUAL_ADDRESS, Address, TlsCa
from wattloom.identity.client.log_source import ServiceLog, load_log_key
from wattloom.identity.commands import app
from wattloom.identity.credentials import ClientIdentity
from wattloom.identity.describe import describe
from wattloom.identity.errors import IdentityError
from wattloom.identity.log.monitor import AnnouncedInFile, Announcements, LogForked, Monitor, Pending, Seen
from wattloom.identity.passphrases import PassphraseFile, read_passphrase
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.publishing import Publisher
from wattloom.identity.service.server import serve_identity
from wattloom.identity.terminal import fail, user_mistakes
from wattloom.network import logs
from wattloom.network.client import AsyncClient, Client, ClientError
from wattloom.network.registering.announcements import AnnouncedOnLedger
from wattloom.network.registering.publisher import LedgerPublisher

__all__ = ["app"]

GRACE_S: Final = 600
FOUND: Final = 1
"""Exit code where the log is not what it should be."""


@app.command()
def serve(
    folder: Annotated[Path, typer.Argument(help="The service's folder.")],
    address: Annotated[str, typer.Option(help="Where the service listens.")] = USUAL_ADDRESS,
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Serve Prometheus metrics on loopback.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Run an identity service until interrupted; SIGHUP takes over new issuing CAs and manufacturers."""
    logs.configure(logging.INFO)
    with user_mistakes():
        service = ServiceFolder(folder, password=read_passphrase(passphrase_file))
        connect = _publisher(service)

        def tell(at: str) -> None:
            typer.echo(f"serving at {at}; clients trust {service.tls_path / 'tls-ca.pem'}", err=True)

        asyncio.run(_serve(service, connect, address, metrics_port, tell))


@app.command()
def monitor(
    state: Annotated[Path, typer.Argument(help="File of what was seen, made on the first look.")],
    tls_ca: TlsCa,
    log_key: Annotated[Path, typer.Option(help="PEM of the log's public key, got on another way.")],
    service: Address = USUAL_ADDRESS,
    announced: Annotated[
        Path | None, typer.Option(help="File of announced certificates' SHA-256, one a line.")
    ] = None,
    gateway: Annotated[
        list[str] | None, typer.Option(help="host:port of a gateway of the ledger, which announces them.")
    ] = None,
    gateway_ca: Annotated[Path | None, typer.Option(help="PEM of the root of the gateways' TLS.")] = None,
    member: Annotated[
        Path | None, typer.Option("--as", help="Folder of the member's key and certificate that ask it.")
    ] = None,
    grace: Annotated[
        int, typer.Option(min=0, help="Seconds that an entry may wait for its announcement.")
    ] = GRACE_S,
    every: Annotated[
        int | None, typer.Option(min=1, help="Look again after so many seconds, until interrupted.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Look whether the log only grows, and name certificates that nobody announced (exit code 1)."""
    with (
        user_mistakes(),
        _announcements(
            announced, gateway or [], gateway_ca, member, read_passphrase(passphrase_file)
        ) as known,
    ):
        root, key = files.read_public(tls_ca), load_log_key(log_key)
        with IdentityClient(service, ca_certificate=root) as client:
            looking = Monitor(ServiceLog(client), key, known, grace_s=grace)
            while True:
                late = _look(looking, state)
                if every is None:
                    raise typer.Exit(FOUND if late else 0)
                time.sleep(every)


async def _serve(
    service: ServiceFolder,
    connect: Callable[[], Publisher] | None,
    address: str,
    metrics_port: int | None,
    tell: Callable[[str], None],
) -> None:
    publisher = connect() if connect else None
    await serve_identity(service, publisher, address=address, metrics_port=metrics_port, on_ready=tell)


def _publisher(service: ServiceFolder) -> Callable[[], Publisher] | None:
    """Return what makes the publisher on the service's event loop, where a ledger is set."""
    ledger = service.settings.ledger
    if ledger is None:
        return None
    registrar = service.registrar(ledger)
    root = files.read_public(service.path / ledger.tls_ca)
    return lambda: LedgerPublisher(
        AsyncClient(ledger.gateways, ca_certificate=root, identity=registrar, chain_id=ledger.chain_id)
    )


@contextmanager
def _announcements(
    announced: Path | None,
    gateways: list[str],
    gateway_ca: Path | None,
    member: Path | None,
    passphrase: str | None,
) -> Iterator[Announcements]:
    if announced is not None:
        yield AnnouncedInFile(announced)
        return
    if not gateways or gateway_ca is None or member is None:
        fail("say where certificates are announced: --announced, or --gateway with --gateway-ca and --as")
    identity, root = ClientIdentity.load(member, password=passphrase), files.read_public(gateway_ca)
    with Client(gateways, ca_certificate=root, identity=identity) as client:
        yield AnnouncedOnLedger(client)


def _look(looking: Monitor, state: Path) -> list[Pending]:
    """Look once, say what was found, remember it; leave where the log is forked."""
    try:
        seen, late = looking.look(Seen.load(state), now_s=int(time.time()))
    except LogForked as fork:
        typer.echo(f"alarm: {fork}; keep {state} as evidence", err=True)
        raise typer.Exit(FOUND) from None
    except ClientError as error:
        raise IdentityError(f"ledger: {error}") from error
    seen.save(state)
    for each in late:
        says = describe(each.der)
        typer.echo(f"unannounced: entry {each.leaf_index}, {each.certificate_id}, {says.subject}")
    typer.echo(f"log of {seen.tree_size} entries, root {seen.root.hex()}, {len(seen.pending)} not announced")
    return late
