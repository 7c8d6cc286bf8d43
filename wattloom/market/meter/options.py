"""Options and helpers that the meter's commands share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from wattloom.identity.errors import IdentityError
from wattloom.market.meter.errors import MeterError
from wattloom.market.meter.meter import Meter
from wattloom.market.meter.profiles import PROFILES

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


@contextmanager
def user_mistakes(*others: type[Exception]) -> Iterator[None]:
    """Print one of our errors, or of `others`, to standard error and leave with code 2."""
    mistakes: tuple[type[Exception], ...] = (IdentityError, MeterError, OSError, *others)
    try:
        yield
    except mistakes as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None


@contextmanager
def opened(folder: Path, anchor: Path | None, keys: str, password: str | None) -> Iterator[Meter]:
    """Open a meter, and say so if it has been restored; raise `MeterError` on an unknown profile."""
    if keys not in PROFILES:
        raise MeterError(f"--keys {keys}: choose from {', '.join(PROFILES)}")
    with Meter(folder, anchor=anchor, password=password, keys=keys) as meter:
        if meter.discarded:
            typer.echo(f"restored from a backup: {meter.discarded} trees are discarded", err=True)
        yield meter
