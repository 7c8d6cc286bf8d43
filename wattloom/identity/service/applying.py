"""Judge who asks for a certificate, before anything is written."""

from collections.abc import Mapping

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.parsing import parse
from wattloom.identity.service import statements
from wattloom.identity.service.challenges import Challenges, remembered
from wattloom.identity.service.errors import BadRequest, NotPossessed, UnknownManufacturer
from wattloom.identity.service.orders import MeterFacts, Order, UsedNonce
from wattloom.identity.signatures import VerifyingKey
from wattloom.identity.verify import Meter, unsafe_organisation, verify_meter
from wattloom.identity.wire import identity_pb2 as wire

ID_BYTES = 32


def judge_enrolment(
    request: wire.EnrolRequest, challenges: Challenges, manufacturers: Mapping[str, bytes], *, now_s: int
) -> Order:
    """Return the order of a genuine meter.

    Parameters
    ----------
    manufacturers : name to DER root certificate of those that are trusted

    Raises
    ------
    NonceRefused, UnknownManufacturer, IdentityRejected, NotPossessed, BadRequest
    """
    nonce = use(challenges, request.nonce, now_s=now_s)  # (1) asked of us, lately
    meter = _genuine(request, manufacturers, now_s=now_s)  # (2) made by a manufacturer that is trusted
    statement = statements.enrolment(
        request.nonce, request.manufacturer_chain[0], request.manufactured_at_s, request.public_key
    )
    prove(
        meter.public_key, request.manufacturer_signature, statement, "manufacturer_signature"
    )  # (3) it asks
    prove(request.public_key, request.possession_signature, statement, "possession_signature")  # (4) its key
    if request.public_key == meter.public_key:  # (5) a key of its own, which may change
        raise BadRequest(field="public_key", reason="is the manufacturer's: certify a new one")
    facts = MeterFacts(
        lfdi=meter.lfdi,
        manufacturer=meter.manufacturer,
        serial=meter.serial,
        chain=tuple(request.manufacturer_chain),
        manufactured_at_s=request.manufactured_at_s,
    )
    return Order(nonce=nonce, public_key=request.public_key, meter=facts)


def judge_renewal(
    request: wire.RenewRequest, certificate: bytes, challenges: Challenges, *, now_s: int
) -> Order:
    """Return the order of a meter that holds the key of `certificate` (DER), whose state the desk judges.

    Raises
    ------
    NonceRefused, NotPossessed, BadRequest
    """
    nonce = use(challenges, request.nonce, now_s=now_s)  # (1) asked of us, lately
    present = parse(certificate).spki
    statement = statements.renewal(request.nonce, request.certificate_id, request.public_key)
    prove(present, request.signature, statement, "signature")  # (2) by who holds the certificate
    prove(
        request.public_key, request.possession_signature, statement, "possession_signature"
    )  # (3) and its next key
    if request.public_key == present:  # (4) which is another one
        raise BadRequest(field="public_key", reason="is the certificate's own: certify a new one")
    return Order(nonce=nonce, public_key=request.public_key, renews=request.certificate_id)


def use(challenges: Challenges, nonce: bytes, *, now_s: int) -> UsedNonce:
    """Return what is to be remembered of a nonce; raise `NonceRefused`."""
    return UsedNonce(remembered(nonce), challenges.check(nonce, now_s=now_s))


def prove(spki: bytes, signature: bytes, statement: bytes, field: str) -> None:
    """Raise `NotPossessed` unless the key has signed the statement, `IdentityRejected` unless it is one."""
    key = VerifyingKey.from_spki(spki)
    try:
        key.verify(signature, statement)
    except IdentityRejected as rejected:
        if rejected.code is Code.SIGNATURE_INVALID:
            raise NotPossessed(field=field) from None
        raise


def require_id(field: str, value: bytes) -> bytes:
    """Return a SHA-256; raise `BadRequest` unless it has the length of one."""
    if len(value) != ID_BYTES:
        raise BadRequest(field=field, reason=f"has {len(value)} bytes, must have {ID_BYTES}")
    return value


def _genuine(request: wire.EnrolRequest, manufacturers: Mapping[str, bytes], *, now_s: int) -> Meter:
    chain = tuple(request.manufacturer_chain)
    if not chain:
        raise BadRequest(field="manufacturer_chain", reason="is empty")
    if not 0 <= request.manufactured_at_s <= now_s:
        raise BadRequest(field="manufactured_at_s", reason="is before 1970 or in the future")
    name = unsafe_organisation(chain[0])
    if name not in manufacturers:
        raise UnknownManufacturer(manufacturer=name)
    return verify_meter(chain, manufacturers[name], manufactured_at_s=request.manufactured_at_s)
