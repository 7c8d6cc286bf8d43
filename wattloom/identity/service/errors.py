"""Why the service does not do what it was asked, each with a stable code and gRPC's name for it.

IdentityError
├── ServiceNotStarted            its folder, database or address cannot be used
└── ServiceRefusal
    ├── BadRequest               a field of the call does not fit
    ├── NonceRefused             no nonce of ours, expired, or used already: ask for another one
    ├── UnknownManufacturer      its root is not among those that the service trusts
    ├── NotPossessed             a signature is missing that proves who holds a key
    ├── NotFound                 no such certificate, list or size
    ├── NotValid                 the certificate is revoked, replaced or expired
    ├── NotAllowed               the caller is no registrar of the organisation, or no longer
    ├── LedgerSilent             the ledger, which knows who may still act, does not answer: come back later
    ├── TooOften                 above a rate limit: come back later
    └── Busy                     too many certificates are being issued: come back later
"""

from typing import ClassVar

from grpc import StatusCode

from wattloom.identity.errors import IdentityError


class ServiceNotStarted(IdentityError):
    """Its folder, database or address cannot be used."""


class ServiceRefusal(IdentityError):
    """The service does not do what it was asked; `retry_after_s` hints when it may."""

    code: ClassVar[str]
    status: ClassVar[StatusCode]

    def __init__(self, sentence: str, *, retry_after_s: float | None = None, **facts: object) -> None:
        super().__init__(sentence)
        self.facts = facts
        self.retry_after_s = retry_after_s


class BadRequest(ServiceRefusal):
    """A field of the call does not fit."""

    code, status = "BAD_REQUEST", StatusCode.INVALID_ARGUMENT

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}", field=field, reason=reason)


class NonceRefused(ServiceRefusal):
    """No nonce of ours, expired, or used already."""

    code, status = "NONCE_REFUSED", StatusCode.FAILED_PRECONDITION

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"the nonce {reason}: ask for a new challenge and sign that", reason=reason)


class UnknownManufacturer(ServiceRefusal):
    """Its root is not among those that the service trusts."""

    code, status = "UNKNOWN_MANUFACTURER", StatusCode.PERMISSION_DENIED

    def __init__(self, *, manufacturer: str) -> None:
        super().__init__(f"{manufacturer!a} is no manufacturer trusted here", manufacturer=manufacturer)


class NotPossessed(ServiceRefusal):
    """A signature is missing that proves who holds a key."""

    code, status = "NOT_POSSESSED", StatusCode.UNAUTHENTICATED

    def __init__(self, *, field: str) -> None:
        super().__init__(f"{field} is not the key's signature over this call's statement", field=field)


class NotFound(ServiceRefusal):
    """No such certificate, list or size."""

    code, status = "NOT_FOUND", StatusCode.NOT_FOUND

    def __init__(self, *, what: str) -> None:
        super().__init__(f"there is no {what}", what=what)


class NotValid(ServiceRefusal):
    """The certificate is revoked, replaced or expired."""

    code, status = "NOT_VALID", StatusCode.FAILED_PRECONDITION

    def __init__(self, *, certificate_id: str, state: str) -> None:
        sentence = f"the certificate {certificate_id} is {state}: enrol again with the manufacturer's key"
        super().__init__(sentence, certificate_id=certificate_id, state=state)


class NotAllowed(ServiceRefusal):
    """The caller is no registrar of the organisation, or no longer."""

    code, status = "NOT_ALLOWED", StatusCode.PERMISSION_DENIED

    def __init__(self, *, needed: str) -> None:
        super().__init__(f"this call takes {needed}", needed=needed)


class LedgerSilent(ServiceRefusal):
    """The ledger, which knows who may still act, does not answer."""

    code, status = "LEDGER_SILENT", StatusCode.UNAVAILABLE

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            f"the ledger does not say whether your certificate still holds: come back later ({reason})",
            reason=reason,
            retry_after_s=5.0,
        )


class TooOften(ServiceRefusal):
    """Above a rate limit."""

    code, status = "TOO_OFTEN", StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, *, limit: str, retry_after_s: float) -> None:
        super().__init__(f"more than {limit}: come back later", limit=limit, retry_after_s=retry_after_s)


class Busy(ServiceRefusal):
    """Too many certificates are being issued."""

    code, status = "BUSY", StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, *, limit: int) -> None:
        super().__init__(
            f"{limit} certificates are being issued: come back later", limit=limit, retry_after_s=0.2
        )
