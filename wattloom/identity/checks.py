"""The single steps of verifying a chain of certificates: each raises, none returns a verdict."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.membership import name_problem
from wattloom.identity.parsing import ParsedCertificate
from wattloom.identity.signatures import VerifyingKey

_REMEMBERED: Final = 512


def check_length(chain: Sequence[bytes], lengths: tuple[int, ...]) -> None:
    """Raise unless the chain has one of the allowed lengths."""
    if len(chain) not in lengths:
        wanted = " or ".join(map(str, lengths))
        raise IdentityRejected(
            Code.CERTIFICATE_LIMIT, f"chain: {len(chain)} certificates, must be {wanted}, from leaf to root"
        )


def check_anchor(certificates: Sequence[ParsedCertificate], trusted: bytes) -> None:
    """Raise unless the chain is closed by exactly the trusted certificate."""
    if certificates[-1].der != trusted:
        raise IdentityRejected(
            Code.CERTIFICATE_UNTRUSTED, "chain: does not end in the certificate that is trusted"
        )


def check_links(certificates: Sequence[ParsedCertificate]) -> None:
    """Raise unless each certificate names the next as its issuer, by name and key, and is signed by it."""
    for certificate, issuer in pairwise(certificates):
        key_id = issuer.extensions.subject_key_id
        if key_id is None or certificate.extensions.authority_key_id != key_id:
            raise _untrusted(certificate, "its authority key identifier is not the issuer's key identifier")
        check_signed(certificate, issuer)


@lru_cache(maxsize=_REMEMBERED)
def _verified(spki: bytes, signature: bytes, tbs: bytes) -> None:
    """Raise unless the key has signed; what holds is remembered, because authorities stand in every chain."""
    VerifyingKey(spki).verify(signature, tbs)


def check_signed(certificate: ParsedCertificate, issuer: ParsedCertificate) -> None:
    """Raise unless `certificate` bears the issuer's name and low-s signature."""
    if certificate.issuer != issuer.subject:
        raise _untrusted(certificate, "it names another issuer than the next certificate")
    try:
        _verified(issuer.spki, certificate.signature, certificate.tbs)
    except IdentityRejected as rejected:
        if rejected.code is Code.SIGNATURE_INVALID:
            raise _untrusted(certificate, "it is not signed by the next certificate's key") from None
        raise IdentityRejected(Code.CERTIFICATE_MALFORMED, f"{_name(certificate)}: {rejected}") from None


def check_validity(certificates: Sequence[ParsedCertificate], *, at_s: int) -> None:
    """Raise unless every certificate is valid at `at_s`, both its bounds included."""
    for certificate in certificates:
        if at_s < certificate.not_before_s:
            raise IdentityRejected(
                Code.CERTIFICATE_NOT_YET_VALID,
                f"{_name(certificate)}: valid from {certificate.not_before_s} s, judged at {at_s} s",
            )
        if at_s > certificate.not_after_s:
            raise IdentityRejected(
                Code.CERTIFICATE_EXPIRED,
                f"{_name(certificate)}: valid until {certificate.not_after_s} s, judged at {at_s} s",
            )


def check_authorities(certificates: Sequence[ParsedCertificate]) -> None:
    """Raise unless all but the leaf are authorities, each with no more authorities below than it allows."""
    for authorities_below, certificate in enumerate(certificates[1:]):
        check_authority(certificate, authorities_below=authorities_below)


def check_authority(certificate: ParsedCertificate, *, authorities_below: int) -> None:
    """Raise unless this certificate may sign others, through so many authorities below it."""
    extensions = certificate.extensions
    if not extensions.is_authority:
        raise IdentityRejected(
            Code.CERTIFICATE_PATH, f"{_name(certificate)}: is no authority, yet it issued one"
        )
    if extensions.path_length is not None and extensions.path_length < authorities_below:
        raise IdentityRejected(
            Code.CERTIFICATE_PATH,
            f"{_name(certificate)}: allows {extensions.path_length} below it, not {authorities_below}",
        )
    if "key_cert_sign" not in extensions.usages or extensions.purposes:
        raise IdentityRejected(Code.CERTIFICATE_USAGE, f"{_name(certificate)}: may not sign certificates")


def check_leaf_usage(leaf: ParsedCertificate, *, purposes: tuple[str, ...]) -> None:
    """Raise unless the leaf may sign messages, is no authority, and serves exactly these purposes."""
    extensions = leaf.extensions
    if extensions.is_authority or "key_cert_sign" in extensions.usages:
        raise IdentityRejected(
            Code.CERTIFICATE_USAGE, f"{_name(leaf)}: is an authority; present one that it issued"
        )
    if "digital_signature" not in extensions.usages or extensions.purposes != purposes:
        raise IdentityRejected(
            Code.CERTIFICATE_USAGE,
            f"{_name(leaf)}: must allow digital signatures and the purposes {list(purposes)}, no others",
        )


def check_subject(certificates: Sequence[ParsedCertificate]) -> None:
    """Raise unless the leaf's name is within the pseudonyms' characters, all under one organisation."""
    leaf = certificates[0]
    if problem := name_problem("CN", leaf.common_name):
        raise IdentityRejected(Code.CERTIFICATE_SUBJECT, problem)
    for certificate in certificates[1:]:
        if certificate.organisation != leaf.organisation:
            raise IdentityRejected(
                Code.CERTIFICATE_SUBJECT,
                f"{_name(leaf)}: of {leaf.organisation}, but its issuer is of {certificate.organisation}",
            )


def _name(certificate: ParsedCertificate) -> str:
    return f"certificate {certificate.common_name!a}"


def _untrusted(certificate: ParsedCertificate, problem: str) -> IdentityRejected:
    return IdentityRejected(Code.CERTIFICATE_UNTRUSTED, f"{_name(certificate)}: {problem}")
