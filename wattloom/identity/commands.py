"""`wattloom identity`: make, renew and show keys and certificates; the service's commands join them."""

import json
import time
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from wattloom.identity.certificates import AUTHORITY_DAYS, CLIENT_DAYS, METER_DAYS, Authority
from wattloom.identity.client import commands as client_commands
from wattloom.identity.credentials import load_pem
from wattloom.identity.describe import Description, describe
from wattloom.identity.issuing import DAY_S
from wattloom.identity.keys import SigningKey
from wattloom.identity.parsing import to_seconds
from wattloom.identity.passphrases import KeyPassphraseFile, PassphraseFile, read_passphrase
from wattloom.identity.service import commands as service_commands
from wattloom.identity.succession import succession_statement
from wattloom.identity.terminal import user_mistakes
from wattloom.identity.tls import TLS_DAYS, TlsAuthority
from wattloom.identity.tls_renewal import renew_tls

BACKDATE_S: Final = 3_600
"""Certificates begin this much before now, because a ledger's time runs a little behind every clock."""

INTERMEDIATE: Final = "intermediate"
"""Folder, inside a manufacturer's, of the authority that issues meters."""

OVERLAP_DAYS: Final = 90

app = typer.Typer(
    name="identity",
    help="Keys and certificates, and the service that enrols meters.",
    no_args_is_help=True,
    add_completion=False,
)

NewFolder = Annotated[Path, typer.Argument(help="Folder to make; existing keys are never overwritten.")]
OutFolder = Annotated[Path, typer.Option("--out", help="Folder to write key and certificates into.")]
Days = Annotated[int, typer.Option(min=1, help="How many days the certificate is valid.")]
KeyUri = Annotated[
    str | None,
    typer.Option(
        "--key-uri",
        help="Make the key in a hardware token: pkcs11:token=T;object=O?module-path=M&pin-source=file:P.",
    ),
]
OrganisationName = Annotated[str, typer.Option("--name", help="Its id: a-z, 0-9 and '-', up to 64.")]


@app.command("create-organisation")
def create_organisation(
    folder: NewFolder,
    name: OrganisationName,
    days: Days = AUTHORITY_DAYS,
    passphrase_file: PassphraseFile = None,
    key_uri: KeyUri = None,
) -> None:
    """Make an organisation's certificate authority, which may have issuing ones below it."""
    with user_mistakes():
        authority = Authority.create(
            f"{name} CA",
            organisation=name,
            not_before_s=_start_s(),
            days=days,
            path_length=1,
            key=None if key_uri is None else SigningKey.in_hardware(key_uri),
        )
        authority.save(folder, password=read_passphrase(passphrase_file))
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
    passphrase_file: PassphraseFile = None,
    key_passphrase_file: KeyPassphraseFile = None,
) -> None:
    """Make a member's key and certificate."""
    attributes = _attributes(attribute or [])
    with user_mistakes():
        authority = Authority.load(organisation, password=read_passphrase(passphrase_file))
        client = authority.issue_client(
            name, role=role, attributes=attributes, not_before_s=_start_s(), days=days
        )
        client.save(out, password=read_passphrase(key_passphrase_file))
    typer.echo(f"client {client.client_id}: {out / 'client.pem'}; keep {out / 'client.key'} to yourself")


@app.command("create-manufacturer")
def create_manufacturer(
    folder: NewFolder,
    name: OrganisationName,
    days: Days = AUTHORITY_DAYS,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a manufacturer's root, and the intermediate that issues its meters."""
    with user_mistakes():
        start_s = _start_s()
        root = Authority.create(
            f"{name} root", organisation=name, not_before_s=start_s, days=days, path_length=1
        )
        intermediate = root.issue_intermediate(f"{name} meters", not_before_s=start_s, days=days)
        passphrase = read_passphrase(passphrase_file)
        root.save(folder, password=passphrase)
        intermediate.save(folder / INTERMEDIATE, password=passphrase)
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
    passphrase_file: PassphraseFile = None,
    key_passphrase_file: KeyPassphraseFile = None,
) -> None:
    """Make a meter's key and certificate."""
    made_at_s = _now_s() if manufactured_at is None else to_seconds(manufactured_at.replace(tzinfo=UTC))
    with user_mistakes():
        authority = Authority.load(manufacturer / INTERMEDIATE, password=read_passphrase(passphrase_file))
        meter = authority.issue_meter(serial, manufactured_at_s=made_at_s, days=days)
        meter.save(out, password=read_passphrase(key_passphrase_file))
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


@app.command("renew-tls")
def renew_tls_certificate(
    folder: Annotated[
        Path, typer.Argument(help="Folder of tls.key and tls.pem: of a ledger, a node or a service.")
    ],
    authority: Annotated[
        Path | None, typer.Option(help="Folder of tls-ca.key, where it is kept elsewhere.")
    ] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(help="DNS name or IP address to add to those that it has; may be repeated."),
    ] = None,
    days: Days = TLS_DAYS,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Replace a server's TLS key and certificate; a running server shows them from the next connection on."""
    with user_mistakes():
        issuer = TlsAuthority.load(authority or folder, password=read_passphrase(passphrase_file))
        hosts = renew_tls(folder, issuer, hosts=host or [], not_before_s=_start_s(), days=days)
    typer.echo(f"{folder / 'tls.pem'}: {days} days, for {', '.join(hosts)}")


@app.command("sign-successor")
def sign_successor(
    present: Annotated[Path, typer.Argument(help="Folder of the organisation's present CA.")],
    successor: Annotated[Path, typer.Argument(help="PEM of the CA that takes over.")],
    overlap_days: Annotated[
        int, typer.Option(min=1, help="How long the present CA's certificates may still be introduced.")
    ] = OVERLAP_DAYS,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print the argument of `registry:rotate_authority`, which its consortium-admin submits to the ledger."""
    with user_mistakes():
        certificate = load_pem(successor)[0]
        authority = Authority.load(present, password=read_passphrase(passphrase_file))
        signature = authority.sign(succession_statement(certificate))
    request = {
        "accept_until_s": _now_s() + overlap_days * DAY_S,
        "ca_certificate": b64encode(certificate).decode(),
        "signature": b64encode(signature).decode(),
    }
    typer.echo(json.dumps(request))


app.command("init")(service_commands.init)
app.command("trust")(service_commands.trust)
app.command("rotate")(service_commands.rotate)
app.command("enrol")(client_commands.enrol)
app.command("renew")(client_commands.renew)
app.command("revoke")(client_commands.revoke)
app.command("list")(client_commands.list_certificates)
app.command("crl")(client_commands.crl)


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
