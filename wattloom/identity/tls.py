"""Certificates for the transport: their own authority, apart from those that say who is who on the ledger."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar, Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from wattloom.identity import issuing
from wattloom.identity.credentials import Credential, to_pem
from wattloom.identity.errors import InvalidRequest, KeyFileError
from wattloom.identity.keys import SigningKey
from wattloom.identity.parsing import load_certificate

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
TLS_AUTHORITY_DAYS: Final = 3_650
TLS_DAYS: Final = 365
MAX_DNS_NAME: Final = 253
_DNS_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")


@dataclass(frozen=True)
class TlsIdentity(Credential):
    """A server's or client's TLS key and certificate, as the PEM that gRPC takes."""

    STEM: ClassVar[str] = "tls"

    @property
    def key_pem(self) -> bytes:
        """The private key, PKCS #8."""
        return self.key.to_pem()

    @property
    def certificate_pem(self) -> bytes:
        """Its own certificate alone, which is what it shows to the other side."""
        return to_pem(self.chain[:1])

    def pair(self) -> tuple[bytes, bytes]:
        """Return key and certificate, as a server shows them."""
        return self.key_pem, self.certificate_pem

    @property
    def ca_pem(self) -> bytes:
        """The root by which the other side is to be judged."""
        return to_pem(self.chain[-1:])


class TlsFolder:
    """A TLS identity on disk that may be renewed while a server runs; raise `KeyFileError` without one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._changed_ns()
        self._identity = TlsIdentity.load(path)

    def pair(self) -> tuple[bytes, bytes]:
        """Return key and certificate as they are now, or the last ones that belonged together."""
        stamp = self._changed_ns()
        if stamp != self._stamp:
            with suppress(KeyFileError):
                self._identity = TlsIdentity.load(self._path)
                self._stamp = stamp
        return self._identity.pair()

    def _changed_ns(self) -> int:
        with suppress(OSError):
            return (self._path / f"{TlsIdentity.STEM}.pem").stat().st_mtime_ns
        return 0


@dataclass(frozen=True)
class TlsAuthority(Credential):
    """The root of one deployment's TLS certificates."""

    STEM: ClassVar[str] = "tls-ca"

    @classmethod
    def create(cls, common_name: str, *, not_before_s: int, days: int = TLS_AUTHORITY_DAYS) -> "TlsAuthority":
        """Make a self-signed root (times: Unix seconds, UTC)."""
        key = SigningKey.generate()
        certificate = issuing.issue(
            _subject(common_name),
            key.public_key,
            issuer_name=_subject(common_name),
            issuer_key=key,
            extensions=issuing.authority_extensions(0),
            not_before_s=not_before_s,
            not_after_s=issuing.end_s(not_before_s, days),
        )
        return cls(key=key, chain=(certificate,))

    @property
    def ca_pem(self) -> bytes:
        """Its certificate, by which clients judge servers."""
        return to_pem(self.chain)

    def issue_server(
        self, hosts: Sequence[str] = LOOPBACK, *, not_before_s: int, days: int = TLS_DAYS
    ) -> TlsIdentity:
        """Make a server's key and certificate for these DNS names and IP addresses."""
        if not hosts:
            raise InvalidRequest("hosts: name at least one DNS name or IP address that clients will use")
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        extensions = [*issuing.leaf_extensions(ExtendedKeyUsageOID.SERVER_AUTH), (names, False)]
        return self._issue("server", extensions, not_before_s, days)

    def issue_client(self, common_name: str, *, not_before_s: int, days: int = TLS_DAYS) -> TlsIdentity:
        """Make a client's key and certificate, for servers that ask for one."""
        return self._issue(
            common_name, issuing.leaf_extensions(ExtendedKeyUsageOID.CLIENT_AUTH), not_before_s, days
        )

    def _issue(
        self, common_name: str, extensions: issuing.Draft, not_before_s: int, days: int
    ) -> TlsIdentity:
        key = SigningKey.generate()
        certificate = issuing.issue(
            _subject(common_name),
            key.public_key,
            issuer_name=load_certificate(self.certificate).subject,
            issuer_key=self.key,
            extensions=extensions,
            not_before_s=not_before_s,
            not_after_s=issuing.end_s(not_before_s, days),
        )
        return TlsIdentity(key=key, chain=(certificate, *self.chain))


def _subject(common_name: str) -> x509.Name:
    try:
        return issuing.subject(common_name)
    except ValueError as error:
        raise InvalidRequest(f"common name: {common_name[:80]!a} must be 1 to 64 characters") from error


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        pass
    if not (_DNS_NAME.fullmatch(host) and len(host) <= MAX_DNS_NAME):
        raise InvalidRequest(f"host: {host[:80]!a} is neither an IP address nor an ASCII DNS name")
    return x509.DNSName(host)
