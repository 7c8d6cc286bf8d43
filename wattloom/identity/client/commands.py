"""`wattloom identity enrol | renew | revoke | list | crl`: what meters and registrars ask of a service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from wattloom.identity import files
from wattloom.identity.certificates import ClientIdentity, MeterIdentity
from wattloom.identity.client.calling import IdentityClient
from wattloom.identity.client.log_source import load_log_key
from wattloom.identity.keys import SigningKey
from wattloom.identity.parsing import parse, to_seconds
from wattloom.identity.passphrases import PassphraseFile, read_passphrase
from wattloom.identity.terminal import fail, user_mistakes
from wattloom.identity.wire import identity_pb2 as wire

Address = Annotated[str, typer.Option("--service", help="host:port of the identity service.")]
TlsCa = Annotated[Path, typer.Option("--tls-ca", help="PEM of the root of the service's TLS.")]
LogKey = Annotated[
    Path | None,
    typer.Option("--log-key", help="PEM of the log's public key; with it the answer must stand in the log."),
]
As = Annotated[Path, typer.Option("--as", help="Folder of the registrar's key and certificate.")]
USUAL_ADDRESS = "127.0.0.1:7470"
SHA256_BYTES = 32


class ReasonName(StrEnum):
    """Why a certificate is taken back."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key-compromise"
    AFFILIATION_CHANGED = "affiliation-changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation-of-operation"

    @property
    def value_on_wire(self) -> wire.Reason.ValueType:
        """The reason's number."""
        return wire.Reason.Value(f"REASON_{self.name}")


def enrol(
    meter: Annotated[Path, typer.Argument(help="Folder of the meter's key and its certificates.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write key and certificate to.")],
    tls_ca: TlsCa,
    service: Address = USUAL_ADDRESS,
    log_key: LogKey = None,
    manufactured_at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M:%SZ"], help="In UTC; otherwise when its certificate begins."),
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Enrol a meter: prove its manufacturer's certificate, receive one of the organisation."""
    with user_mistakes(), _client(service, tls_ca, log_key) as client:
        passphrase = read_passphrase(passphrase_file)
        identity = MeterIdentity.load(meter, password=passphrase)
        made_at_s = (
            parse(identity.certificate).not_before_s
            if manufactured_at is None
            else to_seconds(manufactured_at.replace(tzinfo=UTC))
        )
        enrolled = client.enrol(identity, manufactured_at_s=made_at_s, key=SigningKey.generate())
        enrolled.save(out, password=passphrase)
    typer.echo(f"client {enrolled.client_id}: {out / 'client.pem'}; keep {out / 'client.key'} to yourself")


def renew(
    present: Annotated[Path, typer.Argument(help="Folder of what is to be replaced.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write the next ones to.")],
    tls_ca: TlsCa,
    service: Address = USUAL_ADDRESS,
    log_key: LogKey = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Renew a meter's certificate, for a new key."""
    with user_mistakes(), _client(service, tls_ca, log_key) as client:
        passphrase = read_passphrase(passphrase_file)
        identity = ClientIdentity.load(present, password=passphrase)
        renewed = client.renew(identity, key=SigningKey.generate())
        renewed.save(out, password=passphrase)
    typer.echo(f"client {renewed.client_id}: {out / 'client.pem'}; {present} is not taken any more")


def revoke(
    certificate_id: Annotated[str, typer.Argument(help="SHA-256 of the certificate, hexadecimal.")],
    registrar: As,
    tls_ca: TlsCa,
    service: Address = USUAL_ADDRESS,
    reason: Annotated[ReasonName, typer.Option(help="Why.")] = ReasonName.UNSPECIFIED,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take a certificate back for ever, here and on the ledger."""
    wanted = _digest("CERTIFICATE_ID", certificate_id)
    with user_mistakes(), _client(service, tls_ca) as client:
        operator = ClientIdentity.load(registrar, password=read_passphrase(passphrase_file))
        client.revoke(operator, wanted, reason=reason.value_on_wire)
    typer.echo(f"revoked {certificate_id}")


def list_certificates(
    registrar: As,
    tls_ca: TlsCa,
    service: Address = USUAL_ADDRESS,
    only_valid: Annotated[bool, typer.Option(help="Leave out what is revoked, replaced or expired.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """List the certificates that were issued, in the log's order."""
    with user_mistakes(), _client(service, tls_ca) as client:
        operator = ClientIdentity.load(registrar, password=read_passphrase(passphrase_file))
        rows = [_row(each) for each in client.list(operator, only_valid=only_valid)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['index']:>6}  {row['certificate_id']}  {row['lfdi']}  {row['state']}")


def crl(
    out: Annotated[Path, typer.Option("--out", help="PEM file to write; an older one is replaced.")],
    tls_ca: TlsCa,
    service: Address = USUAL_ADDRESS,
    issuer: Annotated[
        str, typer.Option(help="SHA-256 of the issuing CA's certificate; otherwise the present one's.")
    ] = "",
) -> None:
    """Fetch the newest list of revoked certificates."""
    wanted = _digest("--issuer", issuer) if issuer else b""
    with user_mistakes(), _client(service, tls_ca) as client:
        loaded = x509.load_der_x509_crl(client.crl(wanted))
        files.replace(out, loaded.public_bytes(Encoding.PEM), mode=files.PUBLIC)
    typer.echo(f"{out}: {len(loaded)} revoked, next update {loaded.next_update_utc:%Y-%m-%dT%H:%M:%SZ}")


def _digest(what: str, text: str) -> bytes:
    """Read a SHA-256; leave with a sentence where it is none."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != SHA256_BYTES:
        fail(f"{what}: expected 64 hexadecimal digits")
    return found


@contextmanager
def _client(address: str, tls_ca: Path, log_key: Path | None = None) -> Iterator[IdentityClient]:
    key = None if log_key is None else load_log_key(log_key)
    with IdentityClient(address, ca_certificate=files.read_public(tls_ca), log_key=key) as client:
        yield client


def _row(record: wire.Record) -> dict[str, Any]:
    return {
        "index": record.leaf_index,
        "certificate_id": record.certificate_id.hex(),
        "lfdi": record.lfdi,
        "name": record.name,
        "state": _state(record),
        "issued_at": _iso(record.issued_at_s),
        "not_after": _iso(record.not_after_s),
        "on_ledger": record.on_ledger,
    }


def _state(record: wire.Record) -> str:
    if record.replaced_by:
        return f"replaced by {record.replaced_by.hex()}"
    return f"revoked {_iso(record.revoked_at_s)}" if record.revoked_at_s else "valid"


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
