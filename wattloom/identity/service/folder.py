"""A service's folder: settings, issuing authorities, the log's key, trusted manufacturers, TLS."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wattloom.identity import files
from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import ClientIdentity, load_pem, to_pem
from wattloom.identity.errors import InvalidRequest
from wattloom.identity.keys import SigningKey
from wattloom.identity.parsing import parse
from wattloom.identity.service.errors import ServiceNotStarted
from wattloom.identity.service.issuers import BACKDATE_S, Issuers
from wattloom.identity.service.settings import LedgerSettings, Settings
from wattloom.identity.store import Database
from wattloom.identity.tls import LOOPBACK, TlsAuthority, TlsFolder
from wattloom.identity.verify import verify_anchor

ISSUING: Final = "issuing"
LOG_KEY: Final = "log.key"
LOG_PUBLIC: Final = "log.pem"
MANUFACTURERS: Final = "manufacturers"
TLS: Final = "tls"


class ServiceFolder:
    """One service on disk; `password` opens the private keys of the issuing authorities and of the log."""

    def __init__(self, path: Path, *, password: str | None = None) -> None:
        self.path: Final = path
        self.settings: Final = Settings.read(path)
        self._password = password

    @classmethod
    def create(
        cls,
        path: Path,
        organisation: Authority,
        manufacturers: Sequence[bytes],
        *,
        settings: Settings,
        hosts: Sequence[str] = LOOPBACK,
        password: str | None = None,
    ) -> "ServiceFolder":
        """Make the folder of a new service, with an issuing authority below the organisation's root."""
        if path.exists() and any(path.iterdir()):
            raise ServiceNotStarted(f"{path}: is not empty; nothing is overwritten")
        start_s = int(time.time()) - BACKDATE_S
        issuing = _issuing(organisation, number=1, start_s=start_s)
        settings.write(path)
        issuing.save(path / ISSUING / "1", password=password)
        _save_log_key(path, SigningKey.generate(), password)
        tls = TlsAuthority.create(f"{organisation.organisation} identity TLS", not_before_s=start_s)
        tls.save(path / TLS)
        tls.issue_server(hosts, not_before_s=start_s).save(path / TLS)
        folder = cls(path, password=password)
        for root in manufacturers:
            folder.trust(root)
        return folder

    @property
    def tls_path(self) -> Path:
        """Where the TLS key and certificates are."""
        return self.path / TLS

    def trust(self, root: bytes) -> str:
        """Trust a manufacturer's root certificate (DER), which may have expired; return its name."""
        anchor = verify_anchor(root, at_s=parse(root).not_before_s)
        if not anchor.path_length:
            raise InvalidRequest(f"manufacturer {anchor.organisation}: is no root that has intermediates")
        path = self.path / MANUFACTURERS / f"{anchor.organisation}.pem"
        files.write_new(path, to_pem((root,)), mode=files.PUBLIC)
        return anchor.organisation

    def manufacturers(self) -> dict[str, bytes]:
        """Return the DER roots that are trusted, by name."""
        return {path.stem: load_pem(path)[0] for path in sorted((self.path / MANUFACTURERS).glob("*.pem"))}

    def issuers(self) -> Issuers:
        """Return the issuing authorities; raise `ServiceNotStarted` where there are none."""
        numbers = self._numbers()
        if not numbers:
            raise ServiceNotStarted(f"{self.path / ISSUING}: holds no issuing authority")
        loaded = [
            Authority.load(self.path / ISSUING / str(number), password=self._password) for number in numbers
        ]
        return Issuers(loaded, days=self.settings.certificate_days)

    def rotate(self, organisation: Authority) -> Path:
        """Make the next issuing authority, which a running service takes over when it is told."""
        number = max(self._numbers(), default=0) + 1
        issuing = _issuing(organisation, number=number, start_s=int(time.time()) - BACKDATE_S)
        path = self.path / ISSUING / str(number)
        issuing.save(path, password=self._password)
        return path

    def log_key(self) -> SigningKey:
        """Return the key that signs the log's heads."""
        return SigningKey.load(self.path / LOG_KEY, password=self._password)

    def registrar(self, ledger: LedgerSettings) -> ClientIdentity:
        """Return who speaks with the ledger; the service's passphrase opens an encrypted key."""
        return ClientIdentity.load(self.path / ledger.registrar, password=self._password)

    def tls(self) -> TlsFolder:
        """Return the server's TLS identity, which may be renewed while it runs."""
        return TlsFolder(self.tls_path)

    def database(self) -> Database:
        """Open the database and bring it up to date; raise `DatabaseUnusable`."""
        url = self.settings.database
        if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
            url = f"sqlite:///{self.path.resolve() / url.removeprefix('sqlite:///')}"
        database = Database(url)
        database.migrate()
        return database

    def _numbers(self) -> list[int]:
        folders = (path.name for path in (self.path / ISSUING).glob("*") if path.name.isdecimal())
        return sorted(map(int, folders))


def _issuing(organisation: Authority, *, number: int, start_s: int) -> Authority:
    begins_s = max(start_s, parse(organisation.certificate).not_before_s)
    name = f"{organisation.organisation} issuing {number}"[:64]
    return organisation.issue_intermediate(name, not_before_s=begins_s)


def _save_log_key(path: Path, key: SigningKey, password: str | None) -> None:
    key.save(path / LOG_KEY, password=password)
    public = key.public_key.native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    files.write_new(path / LOG_PUBLIC, public, mode=files.PUBLIC)
