"""Answers that only read: certificates, pages of them, entries and proofs of the log."""

from typing import Any, Final

from sqlalchemy import Select, exists, select

from wattloom.identity.errors import InvalidRequest
from wattloom.identity.service.errors import BadRequest, NotFound
from wattloom.identity.service.register import Register
from wattloom.identity.service.revoking import Listing
from wattloom.identity.store import Database
from wattloom.identity.store.schema import certificates, outbox
from wattloom.identity.wire import identity_pb2 as wire

USUAL_PAGE: Final = 100
MAX_PAGE: Final = 1_000
_MAX_INDEX: Final = 2**63 - 1


def page_size(asked: int) -> int:
    """Return how much a page holds; raise `BadRequest` above the most that it may."""
    if asked > MAX_PAGE:
        raise BadRequest(field="limit", reason=f"is {asked}, at most {MAX_PAGE}")
    return asked or USUAL_PAGE


def certificate(database: Database, certificate_id: bytes) -> bytes:
    """Return the DER of a certificate that was issued; raise `NotFound`."""
    asked = select(certificates.c.der).where(certificates.c.certificate_id == certificate_id)
    with database.reading() as connection:
        der: bytes | None = connection.execute(asked).scalar_one_or_none()
    if der is None:
        raise NotFound(what=f"certificate {certificate_id.hex()}")
    return der


def entries(database: Database, first_index: int, limit: int) -> list[bytes]:
    """Return the log's entries from an index on."""
    if first_index > _MAX_INDEX:
        raise BadRequest(field="first_index", reason="is beyond any log")
    asked = select(certificates.c.der).where(certificates.c.leaf_index >= first_index)
    with database.reading() as connection:
        return list(connection.execute(asked.order_by(certificates.c.leaf_index).limit(limit)).scalars())


def inclusion(register: Register, request: wire.ProveInclusionRequest) -> wire.ProveInclusionResponse:
    """Prove one certificate; raise `NotFound` where the log of that size does not hold it."""
    asked = select(certificates.c.leaf_index).where(certificates.c.certificate_id == request.certificate_id)
    with register.database.reading() as connection:
        index = connection.execute(asked).scalar_one_or_none()
    with register.tree() as tree:
        size = request.tree_size or tree.size
        if index is None or not index < size <= tree.size:
            raise NotFound(what=f"certificate {request.certificate_id.hex()} in a log of {size} entries")
        path = tree.inclusion_path(index, size)
    return wire.ProveInclusionResponse(leaf_index=index, tree_size=size, audit_path=path)


def consistency(register: Register, request: wire.ProveConsistencyRequest) -> wire.ProveConsistencyResponse:
    """Prove that one size of the log continues another; raise `BadRequest` where it cannot."""
    with register.tree() as tree:
        second = request.second_size or tree.size
        try:
            path = tree.consistency_path(request.first_size, second)
        except InvalidRequest as error:
            raise BadRequest(field="first_size, second_size", reason=str(error)) from None
    return wire.ProveConsistencyResponse(second_size=second, path=path)


def listing(database: Database, permit: Listing, *, now_s: int) -> wire.ListResponse:
    """Return one page of what was issued."""
    limit = page_size(permit.limit)
    with database.reading() as connection:
        found = connection.execute(_page(permit, limit + 1, now_s)).mappings().all()
    rows, more = found[:limit], len(found) > limit
    return wire.ListResponse(
        records=[_record(row) for row in rows], next_index=rows[-1]["leaf_index"] + 1 if more else 0
    )


def _page(permit: Listing, limit: int, now_s: int) -> "Select[Any]":
    told = outbox.c.certificate_id == certificates.c.certificate_id
    untold = exists().where(told, outbox.c.done_at_s.is_(None)).label("untold")
    asked = select(certificates, untold).where(certificates.c.leaf_index >= permit.after_index)
    if permit.only_valid:
        asked = asked.where(certificates.c.revoked_at_s.is_(None), certificates.c.not_after_s >= now_s)
    return asked.order_by(certificates.c.leaf_index).limit(limit)


def _record(row: Any) -> wire.Record:  # noqa: ANN401 - a row of SQLAlchemy's
    return wire.Record(
        certificate_id=row["certificate_id"],
        leaf_index=row["leaf_index"],
        name=row["name"],
        lfdi=row["lfdi"],
        issued_at_s=row["issued_at_s"],
        not_after_s=row["not_after_s"],
        revoked_at_s=row["revoked_at_s"] or 0,
        reason=wire.Reason.ValueType(row["reason"] or 0),
        replaced_by=row["replaced_by"] or b"",
        on_ledger=not row["untold"],
    )
