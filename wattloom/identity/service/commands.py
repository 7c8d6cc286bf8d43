"""`wattloom identity init | trust | rotate`: make and keep the folder of an identity service."""

from pathlib import Path
from typing import Annotated

import typer

from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import load_pem
from wattloom.identity.passphrases import PassphraseFile, read_passphrase
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.settings import LedgerSettings, Settings
from wattloom.identity.terminal import fail, user_mistakes
from wattloom.identity.tls import LOOPBACK

Service = Annotated[Path, typer.Argument(help="The service's folder.")]
Root = Annotated[Path, typer.Option("--organisation", help="Folder of the organisation's CA, its root.")]
RootPassphraseFile = Annotated[
    Path | None,
    typer.Option("--organisation-passphrase-file", help="File (mode 0600) that opens the root's key."),
]


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must be new or empty.")],
    organisation: Root,
    manufacturer: Annotated[
        list[Path] | None,
        typer.Option(help="PEM of a manufacturer's root whose meters are taken; may be repeated."),
    ] = None,
    database: Annotated[
        str, typer.Option(help="sqlite:///FILE, in the folder, or postgresql://USER@HOST/NAME.")
    ] = Settings().database,
    host: Annotated[
        list[str] | None, typer.Option(help="DNS name or IP address of the service; may be repeated.")
    ] = None,
    gateway: Annotated[
        list[str] | None, typer.Option(help="host:port of the ledger's gateway; may be repeated.")
    ] = None,
    gateway_ca: Annotated[Path | None, typer.Option(help="PEM of the root of the gateways' TLS.")] = None,
    registrar: Annotated[
        Path | None, typer.Option(help="Folder of the registrar that tells the ledger.")
    ] = None,
    chain_id: Annotated[str, typer.Option(help="The ledger's name.")] = "wattloom",
    passphrase_file: PassphraseFile = None,
    organisation_passphrase_file: RootPassphraseFile = None,
) -> None:
    """Make the folder of an identity service, with an issuing CA below the organisation's root."""
    ledger = _ledger(gateway or [], gateway_ca, registrar, chain_id)
    with user_mistakes():
        root = Authority.load(organisation, password=read_passphrase(organisation_passphrase_file))
        made = ServiceFolder.create(
            folder,
            root,
            [load_pem(path)[0] for path in manufacturer or []],
            settings=Settings(database=database, ledger=ledger),
            hosts=tuple(host or LOOPBACK),
            password=read_passphrase(passphrase_file),
        )
    typer.echo(
        f"identity service of {root.organisation}: {made.path}; clients trust {made.tls_path}/tls-ca.pem"
    )
    typer.echo(f"give {made.path / 'log.pem'} to whoever follows the log; the root's key is not needed here")


def trust(
    folder: Service,
    manufacturer: Annotated[Path, typer.Argument(help="PEM of the manufacturer's root.")],
) -> None:
    """Take a manufacturer's meters; a running service does so on SIGHUP."""
    with user_mistakes():
        name = ServiceFolder(folder).trust(load_pem(manufacturer)[0])
    typer.echo(f"manufacturer {name} is trusted; send SIGHUP to a running service")


def rotate(
    folder: Service,
    organisation: Root,
    passphrase_file: PassphraseFile = None,
    organisation_passphrase_file: RootPassphraseFile = None,
) -> None:
    """Make the next issuing CA; a running service takes it over on SIGHUP, and goes on answering."""
    with user_mistakes():
        root = Authority.load(organisation, password=read_passphrase(organisation_passphrase_file))
        service = ServiceFolder(folder, password=read_passphrase(passphrase_file))
        if root.organisation != (expected := service.issuers().organisation):
            fail(f"--organisation {organisation}: is of {root.organisation}, not of {expected}")
        made = service.rotate(root)
    typer.echo(f"issuing CA {made}; send SIGHUP to a running service")


def _ledger(
    gateways: list[str], gateway_ca: Path | None, registrar: Path | None, chain_id: str
) -> LedgerSettings | None:
    if not gateways:
        return None
    if gateway_ca is None or registrar is None:
        fail("--gateway: needs --gateway-ca and --registrar too")
    return LedgerSettings(
        gateways=gateways,
        tls_ca=str(gateway_ca.resolve()),
        registrar=str(registrar.resolve()),
        chain_id=chain_id,
    )
