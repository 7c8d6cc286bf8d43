"""`wattloom identity`: make and show keys and certificates."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from wattloom.identity.certificates import AUTHORITY_DAYS, CLIENT_DAYS, METER_DAYS, Authority
from wattloom.identity.credentials import load_pem
from wattloom.identity.describe import Description, describe
from wattloom.identity.errors import IdentityError
from wattloom.identity.parsing import to_seconds

BACKDATE_S: Final = 3_600
"""Certificates begin this much before now, because a ledger's time runs a little behind every clock."""

INTERMEDIATE: Final = "intermediate"
"""Folder, inside a manufacturer's, of the authority that issues meters."""

app = typer.Typer(
    name="identity",
    help="Make and show keys and certificates.",
    no_args_is_help=True,
    add_completion=False,
)

NewFolder = Annotated[Path, typer.Argument(help="Folder to make; existing keys are never overwritten.")]
OutFolder = Annotated[Path, typer.Option("--out", help="Folder to write key and certificates into.")]
Days = Annotated[int, typer.Option(min=1, help="How many days the certificate is valid.")]
OrganisationName = Annotated[str, typer.Option("--name", help="Its id: a-z, 0-9 and '-', up to 64.")]


@app.command("create-organisation")
def create_organisation(folder: NewFolder, name: OrganisationName, days: Days = AUTHORITY_DAYS) -> None:
    """Make an organisation's certificate authority."""
    with user_mistakes():
        authority = Authority.create(f"{name} CA", organisation=name, not_before_s=_start_s(), days=days)
        authority.save(folder)
    typer.echo(f"organisation {name}: {folder / 'ca.pem'}; keep {folder / 'ca.key'} to yourself")


@app.command("issue-client")
def issue_client(
    organisation: Annotated[Path, typer.Argument(help="The organisation's folder, with its CA.")],
    name: Annotated[str, typer.Option(help="The member's pseudonym: a-z, 0-9 and '-', up to 64.")],
    role: Annotated[str, typer.Option(help="The member's role, such as home.")],
    out: OutFolder,
    attribute: Annotated[
        list[str] | None, typer.Option(help="An attribute as name=value; may be repeated.")
    ] = None,
    days: Days = CLIENT_DAYS,
) -> None:
    """Make a member's key and certificate."""
    attributes = _attributes(attribute or [])
    with user_mistakes():
        authority = Authority.load(organisation)
        client = authority.issue_client(
            name, role=role, attributes=attributes, not_before_s=_start_s(), days=days
        )
        client.save(out)
    typer.echo(f"client {client.client_id}: {out / 'client.pem'}; keep {out / 'client.key'} to yourself")


@app.command("create-manufacturer")
def create_manufacturer(folder: NewFolder, name: OrganisationName, days: Days = AUTHORITY_DAYS) -> None:
    """Make a manufacturer's root, and the intermediate that issues its meters."""
    with user_mistakes():
        start_s = _start_s()
        root = Authority.create(
            f"{name} root", organisation=name, not_before_s=start_s, days=days, path_length=1
        )
        intermediate = root.issue_intermediate(f"{name} meters", not_before_s=start_s, days=days)
        root.save(folder)
        intermediate.save(folder / INTERMEDIATE)
    typer.echo(f"manufacturer {name}: {folder / 'ca.pem'}; keep {folder / 'ca.key'} offline")


@app.command("issue-meter")
def issue_meter(
    manufacturer: Annotated[Path, typer.Argument(help="The manufacturer's folder.")],
    serial: Annotated[str, typer.Option(help="The meter's serial: a-z, 0-9 and '-', up to 64.")],
    out: OutFolder,
    manufactured_at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"], help="In UTC; otherwise now."),
    ] = None,
    days: Days = METER_DAYS,
) -> None:
    """Make a meter's key and certificate."""
    made_at_s = _now_s() if manufactured_at is None else to_seconds(manufactured_at.replace(tzinfo=UTC))
    with user_mistakes():
        authority = Authority.load(manufacturer / INTERMEDIATE)
        meter = authority.issue_meter(serial, manufactured_at_s=made_at_s, days=days)
        meter.save(out)
    typer.echo(f"meter {meter.lfdi}: {out / 'meter.pem'}; keep {out / 'meter.key'} to yourself")


@app.command("show")
def show(
    file: Annotated[Path, typer.Argument(help="A PEM file of certificates.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what the certificates in a file say, without judging them."""
    with user_mistakes():
        described = [describe(certificate) for certificate in load_pem(file)]
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(described), indent=2))
    else:
        typer.echo("\n\n".join(map(_lines, described)))


@contextmanager
def user_mistakes() -> Iterator[None]:
    """Print one of our errors to standard error and leave with code 2."""
    try:
        yield
    except IdentityError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None


def _attributes(pairs: list[str]) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise typer.BadParameter(f"{pair!r} must be name=value", param_hint="--attribute")
        if name in attributes:
            raise typer.BadParameter(f"{name!r} is given twice", param_hint="--attribute")
        attributes[name] = value
    return attributes


def _lines(description: Description) -> str:
    fields = msgspec.to_builtins(description)
    membership = fields.pop("membership", None)
    if membership is not None:
        fields |= {
            "role": membership["role"],
            **{f"attribute {k}": v for k, v in membership["attributes"].items()},
        }
    return "\n".join(f"{name.replace('_', ' '):<16} {_text(value)}" for name, value in fields.items())


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _start_s() -> int:
    return _now_s() - BACKDATE_S


def _now_s() -> int:
    return int(time.time())
