"""What a service's `identity.yaml` says."""

from pathlib import Path
from typing import Annotated, Final

import msgspec
import yaml
from msgspec import Meta

from wattloom.identity import files
from wattloom.identity.certificates import CLIENT_DAYS
from wattloom.identity.service.errors import ServiceNotStarted
from wattloom.identity.service.register import PER_DAY

NAME: Final = "identity.yaml"

Positive = Annotated[int, Meta(ge=1)]


class LedgerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The ledger that is told: paths are relative to the service's folder.

    Attributes
    ----------
    gateways : host:port of each, the preferred one first
    tls_ca : PEM of the root that vouches for them
    registrar : folder of the registrar's key and certificate, which sign what the ledger is told
    """

    gateways: Annotated[list[str], Meta(min_length=1)]
    tls_ca: str
    registrar: str
    chain_id: str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Everything that may be set; the database's path, if it is SQLite, is relative to the folder.

    Attributes
    ----------
    certificate_days : how long a meter's certificate is valid
    certificates_per_day : that one meter may have issued in 24 hours
    calls_per_second, burst : that one address may make, in the long run and at once
    """

    database: str = "sqlite:///identity.db"
    certificate_days: Positive = CLIENT_DAYS
    certificates_per_day: Positive = PER_DAY
    calls_per_second: Annotated[float, Meta(gt=0)] = 20.0
    burst: Positive = 100
    ledger: LedgerSettings | None = None

    @classmethod
    def read(cls, folder: Path) -> "Settings":
        """Read a folder's; raise `ServiceNotStarted` naming the field that is wrong."""
        path = folder / NAME
        if not path.exists():
            raise ServiceNotStarted(
                f"{folder}: is no identity service; make one with `wattloom identity init`"
            )
        try:
            return msgspec.convert(yaml.safe_load(files.read_public(path)) or {}, cls)
        except (msgspec.ValidationError, yaml.YAMLError) as error:
            raise ServiceNotStarted(f"{path}: {error}") from error

    def write(self, folder: Path) -> None:
        """Write a new file; raise `KeyFileError` if it exists."""
        text = yaml.safe_dump(msgspec.to_builtins(self), sort_keys=False) or "{}\n"
        files.write_new(folder / NAME, text.encode(), mode=files.PRIVATE)
