"""Commands of `wattloom meter` that reach a ledger or an identity service."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from wattloom.identity.certificates import ClientIdentity, MeterIdentity
from wattloom.identity.client import IdentityClient
from wattloom.identity.keys import SigningKey
from wattloom.identity.parsing import parse
from wattloom.market.meter import ledger, letters
from wattloom.market.meter.options import (
    USUAL,
    Anchor,
    Folder,
    Keys,
    LedgerAddress,
    LedgerCa,
    Password,
    ServiceAddress,
    ServiceCa,
    Spool,
    opened,
    user_mistakes,
)
from wattloom.market.meter.relay import Relay
from wattloom.market.meter.spool import leave_tree
from wattloom.market.meter.witness import Witness
from wattloom.network.client import Client, ClientError


def enrol(
    folder: Folder,
    service: ServiceAddress,
    service_ca: ServiceCa,
    password: Password = None,
) -> None:
    """Get the meter's operational certificate from the identity service."""
    with user_mistakes(ClientError):
        meter = MeterIdentity.load(folder, password=password)
        made_at_s = parse(meter.certificate).not_before_s
        with _service(service, service_ca) as client:
            identity = client.enrol(meter, manufactured_at_s=made_at_s, key=SigningKey.generate())
        identity.save(folder, password=password)
    typer.echo(f"meter {meter.lfdi} is enrolled: {folder / 'client.pem'}")


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
        user_mistakes(ClientError),
        opened(folder, anchor, keys, password) as meter,
        _client(folder, ledger_address, ledger_ca, password) as client,
    ):
        epoch = ledger.newest_epoch(client)
        client.submit("existence:ask_for_trees", meter.ask(epoch.number, trees))
    typer.echo(
        f"asked for {trees} trees of epoch {epoch.number}; witnesses are drawn {_at(epoch.requests_until_s)}"
    )


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
        user_mistakes(ClientError),
        opened(folder, anchor, keys, password) as meter,
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
        user_mistakes(ClientError),
        opened(folder, anchor, keys, password) as meter,
        _client(folder, ledger_address, ledger_ca, password) as client,
    ):
        ledger.follow(meter, client.events(from_height, contract=ledger.CONTRACT))


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
    with user_mistakes(ClientError), opened(folder, anchor, keys, password) as meter:
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
    with user_mistakes(ClientError):
        member = ClientIdentity.load(identity, password=password)
        with Client([ledger_address], ca_certificate=ledger_ca.read_bytes(), identity=member) as client:
            done = Relay(spool, client).run()
    early = f", {done.early} wait for their epoch" if done.early else ""
    typer.echo(f"{done.trees} trees published, {done.receipts} receipts taken{early}")
    for name, code in done.refused.items():
        typer.echo(f"refused: {name}: {code}", err=True)


COMMANDS: Final = (enrol, ask, collect, follow, witness, relay)
"""In the order in which they are shown."""


def _client(folder: Path, address: str, ca: Path, password: str | None) -> Client:
    identity = ClientIdentity.load(folder, password=password)
    return Client([address], ca_certificate=ca.read_bytes(), identity=identity)


def _service(address: str, ca: Path) -> IdentityClient:
    return IdentityClient(address, ca_certificate=ca.read_bytes())


def _at(time_s: int) -> str:
    when = datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"after {when}" if time_s > time.time() else f"since {when}"
