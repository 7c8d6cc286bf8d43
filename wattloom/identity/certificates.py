"""Authorities: an organisation's CA and a manufacturer's root and intermediate, and what they issue."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from wattloom.identity import issuing
from wattloom.identity.credentials import ClientIdentity, Credential, MeterIdentity, load_pem
from wattloom.identity.errors import InvalidRequest
from wattloom.identity.issuing import Draft
from wattloom.identity.keys import SigningKey, VerifyingKey
from wattloom.identity.membership import MEMBERSHIP_OID, encode_membership, name_problem
from wattloom.identity.parsing import parse

__all__ = ["Authority", "ClientIdentity", "MeterIdentity", "PublicAuthority"]

CLIENT_DAYS: Final = 365
AUTHORITY_DAYS: Final = 3_650
METER_DAYS: Final = 30 * 365
_AUTHORITY_NAME = re.compile(r"[ -~]{1,64}")


@dataclass(frozen=True)
class PublicAuthority:
    """An authority as others know it: whom it vouches for, and its DER certificate."""

    organisation: str
    certificate: bytes

    @classmethod
    def load(cls, folder: Path) -> "PublicAuthority":
        """Read what `Authority.save` wrote, without its key; raise `KeyFileError`."""
        certificate = load_pem(folder / f"{Authority.STEM}.pem")[0]
        return cls(parse(certificate).organisation, certificate)


@dataclass(frozen=True)
class Authority(Credential):
    """A certificate authority: its key, and its certificates up to the root.

    All times are Unix seconds, UTC. What an authority issues ends with it at the latest, except meters,
    which are judged at their manufacture and outlive it.
    """

    STEM: ClassVar[str] = "ca"

    @classmethod
    def create(
        cls,
        common_name: str,
        *,
        organisation: str,
        not_before_s: int,
        days: int = AUTHORITY_DAYS,
        path_length: int = 0,
        key: SigningKey | None = None,
    ) -> "Authority":
        """Make a self-signed root; `path_length` is how many authorities may stand below it.

        Parameters
        ----------
        key : such as one in a token; otherwise a new one is made
        """
        _require_authority_name(common_name)
        _require_name("organisation", organisation)
        key = key or SigningKey.generate()
        name = issuing.subject(common_name, organisation)
        certificate = issuing.issue(
            name,
            key.public_key,
            issuer_name=name,
            issuer_key=key,
            extensions=issuing.authority_extensions(path_length),
            not_before_s=not_before_s,
            not_after_s=issuing.end_s(not_before_s, days),
        )
        return cls(key=key, chain=(certificate,))

    @property
    def organisation(self) -> str:
        """The organisation (or manufacturer) that it vouches for."""
        return parse(self.certificate).organisation

    def issue_intermediate(
        self,
        common_name: str,
        *,
        not_before_s: int,
        days: int = AUTHORITY_DAYS,
        key: SigningKey | None = None,
    ) -> "Authority":
        """Make an authority below this one, which can issue leaves only; `key` as of `create`."""
        _require_authority_name(common_name)
        if not parse(self.certificate).extensions.path_length:
            raise InvalidRequest(
                "path length: this authority allows none below it; create it with path_length=1"
            )
        key = key or SigningKey.generate()
        chain = self._certify(
            common_name,
            key.public_key,
            extensions=issuing.authority_extensions(0),
            not_before_s=not_before_s,
            not_after_s=self._end_within(not_before_s, days),
        )
        return Authority(key=key, chain=chain)

    def issue_client(
        self,
        name: str,
        *,
        role: str,
        attributes: Mapping[str, str] | None = None,
        not_before_s: int,
        days: int = CLIENT_DAYS,
    ) -> ClientIdentity:
        """Make a member's key and certificate; `name` is a pseudonym, its link to a person stays outside."""
        key = SigningKey.generate()
        chain = self.certify_client(
            key.public_key, name, role=role, attributes=attributes, not_before_s=not_before_s, days=days
        )
        return ClientIdentity(key=key, chain=chain)

    def certify_client(
        self,
        public_key: VerifyingKey,
        name: str,
        *,
        role: str,
        attributes: Mapping[str, str] | None = None,
        not_before_s: int,
        days: int = CLIENT_DAYS,
    ) -> tuple[bytes, ...]:
        """Return the chain for a key that was made elsewhere and stays there, as in a browser."""
        _require_name("name", name)
        membership = x509.UnrecognizedExtension(
            x509.ObjectIdentifier(MEMBERSHIP_OID), encode_membership(role, attributes or {})
        )
        return self._certify(
            name,
            public_key,
            extensions=[*issuing.leaf_extensions(ExtendedKeyUsageOID.CLIENT_AUTH), (membership, False)],
            not_before_s=not_before_s,
            not_after_s=self._end_within(not_before_s, days),
        )

    def issue_meter(self, serial: str, *, manufactured_at_s: int, days: int = METER_DAYS) -> MeterIdentity:
        """Make a meter's key and certificate; only an intermediate can, so that a chain has exactly three."""
        _require_name("serial", serial)
        if len(self.chain) != 2:
            raise InvalidRequest(
                "issuer: a meter is issued by a manufacturer's intermediate, not by its root"
            )
        key = SigningKey.generate()
        chain = self._certify(
            serial,
            key.public_key,
            extensions=issuing.leaf_extensions(None),
            not_before_s=manufactured_at_s,
            not_after_s=issuing.end_s(manufactured_at_s, days),
        )
        return MeterIdentity(key=key, chain=chain)

    def _certify(
        self,
        common_name: str,
        public_key: VerifyingKey,
        *,
        extensions: Draft,
        not_before_s: int,
        not_after_s: int,
    ) -> tuple[bytes, ...]:
        own = parse(self.certificate)
        if not own.not_before_s <= not_before_s <= own.not_after_s:
            raise InvalidRequest(
                f"validity: begins at {not_before_s} s, while its issuer is valid from {own.not_before_s}"
                f" to {own.not_after_s} s"
            )
        certificate = issuing.issue(
            issuing.subject(common_name, own.organisation),
            public_key,
            issuer_name=issuing.subject(own.common_name, own.organisation),
            issuer_key=self.key,
            extensions=extensions,
            not_before_s=not_before_s,
            not_after_s=not_after_s,
        )
        return (certificate, *self.chain)

    def _end_within(self, not_before_s: int, days: int) -> int:
        """Return the end of the validity, cut to this authority's own."""
        return min(issuing.end_s(not_before_s, days), parse(self.certificate).not_after_s)


def _require_name(field: str, name: str) -> None:
    if problem := name_problem(field, name):
        raise InvalidRequest(problem)


def _require_authority_name(common_name: str) -> None:
    if not _AUTHORITY_NAME.fullmatch(common_name):
        raise InvalidRequest(f"common name: {common_name[:80]!a} must be 1 to 64 printable ASCII characters")
