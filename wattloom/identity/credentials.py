"""A private key with the certificates that vouch for it, and its folder on disk."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from wattloom.identity import files, handles
from wattloom.identity.errors import IdentityRejected, KeyFileError
from wattloom.identity.keys import SigningKey, VerifyingKey
from wattloom.identity.parsing import load_certificate, malformed_is_ours


@dataclass(frozen=True)
class Credential:
    """A key and its chain of DER certificates, from its own up to the root."""

    STEM: ClassVar[str]
    """The name of its two files: STEM.key (mode 0600) and STEM.pem."""

    key: SigningKey = field(repr=False)
    chain: tuple[bytes, ...]

    @property
    def certificate(self) -> bytes:
        """Its own DER certificate."""
        return self.chain[0]

    @property
    def public_key(self) -> VerifyingKey:
        """The key that verifies its signatures."""
        return self.key.public_key

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over `message`."""
        return self.key.sign(message)

    def save(self, folder: Path, *, password: str | None = None) -> None:
        """Write key and chain into `folder`, made if need be; raise `KeyFileError` rather than overwrite."""
        for name in (f"{self.STEM}.key", f"{self.STEM}.pem"):
            if (folder / name).exists():
                raise KeyFileError(
                    f"{folder / name}: exists already; choose another folder, nothing is overwritten"
                )
        self.key.save(folder / f"{self.STEM}.key", password=password)
        files.write_new(folder / f"{self.STEM}.pem", to_pem(self.chain), mode=files.PUBLIC)

    @classmethod
    def load(cls, folder: Path, *, password: str | None = None) -> Self:
        """Read what `save` wrote; raise `KeyFileError` if key and certificate do not belong together."""
        key = SigningKey.load(folder / f"{cls.STEM}.key", password=password)
        chain = load_pem(folder / f"{cls.STEM}.pem")
        if VerifyingKey.from_certificate(chain[0]).spki != key.public_key.spki:
            raise KeyFileError(f"{folder}: {cls.STEM}.pem is not the certificate of {cls.STEM}.key")
        return cls(key=key, chain=chain)


@dataclass(frozen=True)
class ClientIdentity(Credential):
    """A member's key and certificates."""

    STEM: ClassVar[str] = "client"

    @property
    def client_id(self) -> str:
        """The handle by which the ledger knows this client."""
        return handles.client_id(self.certificate)


@dataclass(frozen=True)
class MeterIdentity(Credential):
    """A meter's key and its three certificates."""

    STEM: ClassVar[str] = "meter"

    @property
    def lfdi(self) -> str:
        """The handle by which the ledger knows this meter."""
        return handles.lfdi(self.certificate)


def to_pem(chain: tuple[bytes, ...]) -> bytes:
    """Return the chain as PEM, in its order."""
    return b"".join(load_certificate(certificate).public_bytes(Encoding.PEM) for certificate in chain)


def load_pem(path: Path) -> tuple[bytes, ...]:
    """Read all certificates of a PEM file as DER; raise `KeyFileError` if there are none."""
    try:
        with malformed_is_ours():
            loaded = x509.load_pem_x509_certificates(files.read_public(path))
    except IdentityRejected as error:
        raise KeyFileError(f"{path}: holds no readable PEM certificates") from error
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in loaded)
