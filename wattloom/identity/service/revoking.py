"""What a registrar may do: take certificates back, and see which there are."""

from collections.abc import Collection
from typing import Final

import msgspec
from sqlalchemy import insert, select, update

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.handles import client_id
from wattloom.identity.service import statements
from wattloom.identity.service.applying import prove, require_id, use
from wattloom.identity.service.batch import announcement, known_meters, outbox_row
from wattloom.identity.service.challenges import Challenges
from wattloom.identity.service.errors import BadRequest, NonceRefused, NotAllowed, NotFound, NotValid
from wattloom.identity.service.orders import UsedNonce
from wattloom.identity.service.publishing import Event, Publisher
from wattloom.identity.store import Database
from wattloom.identity.store.schema import audit, certificates, outbox, used_nonces
from wattloom.identity.verify import verify_client
from wattloom.identity.wire import identity_pb2 as wire

REGISTRAR: Final = "registrar"


class Actor(msgspec.Struct, frozen=True):
    """A registrar of the organisation, and the SHA-256 of the certificate that proves it (hexadecimal)."""

    party_id: str
    certificate_id: str


class Permit(msgspec.Struct, frozen=True):
    """A revocation that may be carried out."""

    actor: Actor
    nonce: UsedNonce
    certificate_id: bytes
    reason: int


class Listing(msgspec.Struct, frozen=True):
    """A page that may be shown: `after_index` is the first place of the log that it looks at."""

    actor: Actor
    after_index: int
    limit: int
    only_valid: bool


def judge_revocation(
    request: wire.RevokeRequest, challenges: Challenges, roots: Collection[bytes], *, now_s: int
) -> Permit:
    """Return what may be carried out; raise `NonceRefused`, `NotAllowed`, `NotPossessed`, `BadRequest`."""
    require_id("certificate_id", request.certificate_id)
    if request.reason not in wire.Reason.values():
        raise BadRequest(field="reason", reason="is none that we know")
    nonce = use(challenges, request.operator.nonce, now_s=now_s)
    statement = statements.revocation(request.operator.nonce, request.certificate_id, request.reason)
    actor = _registrar(request.operator, statement, roots, now_s=now_s)
    return Permit(actor, nonce, request.certificate_id, request.reason)


def judge_listing(
    request: wire.ListRequest, challenges: Challenges, roots: Collection[bytes], *, now_s: int
) -> Listing:
    """Return what may be shown; raise as `judge_revocation` does. A listing may be asked for again."""
    if request.after_index >= 1 << 63:
        raise BadRequest(field="after_index", reason="is beyond any log")
    use(challenges, request.operator.nonce, now_s=now_s)
    statement = statements.listing(
        request.operator.nonce, request.after_index, request.limit, only_valid=request.only_valid
    )
    actor = _registrar(request.operator, statement, roots, now_s=now_s)
    return Listing(actor, request.after_index, request.limit, request.only_valid)


async def require_accepted(permit: Permit | Listing, publisher: Publisher | None) -> None:
    """Raise `NotAllowed` if the ledger refuses the registrar's certificate, `LedgerSilent` without an answer.

    A registrar who has left keeps a certificate that is not over; where there is no ledger, nobody can tell.
    """
    actor = permit.actor
    if publisher is not None and not await publisher.accepts(actor.party_id, actor.certificate_id):
        raise NotAllowed(needed=f"a certificate that the ledger accepts for {actor.party_id}")


def revoke(database: Database, permit: Permit, *, now_s: int) -> None:
    """End a certificate; raise `NonceRefused`, `NotFound`, `NotValid`."""
    certificate_id, columns = permit.certificate_id, (certificates.c.lfdi, certificates.c.revoked_at_s)
    with database.writing() as connection:
        # READ
        used = select(used_nonces).where(used_nonces.c.nonce == permit.nonce.nonce)
        row = connection.execute(
            select(*columns).where(certificates.c.certificate_id == certificate_id)
        ).one_or_none()
        # CHECK
        if connection.execute(used).one_or_none() is not None:
            raise NonceRefused(reason="was used already")
        if row is None:
            raise NotFound(what=f"certificate {certificate_id.hex()}")
        if row.revoked_at_s is not None:
            raise NotValid(certificate_id=certificate_id.hex(), state="revoked or replaced already")
        # WRITE
        connection.execute(insert(used_nonces).values(**msgspec.structs.asdict(permit.nonce)))
        ended = update(certificates).where(certificates.c.certificate_id == certificate_id)
        connection.execute(ended.values(revoked_at_s=now_s, reason=permit.reason))
        meter = known_meters(connection, [row.lfdi])[row.lfdi]
        told = announcement(Event.REVOKED, meter.facts, certificate_id)
        connection.execute(insert(outbox).values(outbox_row(told, now_s)))
        connection.execute(
            insert(audit).values(
                at_s=now_s,
                action=Event.REVOKED,
                subject=certificate_id.hex(),
                actor=permit.actor.party_id,
                detail=f"reason {permit.reason}",
            )
        )


def _registrar(operator: wire.Operator, statement: bytes, roots: Collection[bytes], *, now_s: int) -> Actor:
    """Return who asks; raise unless it is a registrar of the organisation and has signed the statement."""
    root = operator.chain[-1] if operator.chain else b""
    if root not in roots:
        raise IdentityRejected(
            Code.CERTIFICATE_UNTRUSTED, "operator: the chain does not end in a root of this organisation"
        )
    member = verify_client(tuple(operator.chain), root, at_s=now_s)
    prove(member.public_key, operator.signature, statement, "operator.signature")
    if member.role != REGISTRAR:
        raise NotAllowed(needed=f"the role {REGISTRAR}")
    return Actor(f"{member.organisation}.{member.name}", client_id(operator.chain[0]))
