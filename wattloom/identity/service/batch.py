"""One batch of orders: carried out one after the other in memory, stored by a handful of statements."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from wattloom.identity.merkle import leaf_hash
from wattloom.identity.parsing import load_certificate, to_seconds
from wattloom.identity.service.errors import NonceRefused, NotFound, NotValid, TooOften
from wattloom.identity.service.issuers import Issuers
from wattloom.identity.service.orders import MeterFacts, Order, member_name
from wattloom.identity.service.publishing import Announcement, Event
from wattloom.identity.store.schema import audit, certificates, meters, outbox, used_nonces

SUPERSEDED: Final = 4
"""The reason of a certificate that another one replaces. Source: RFC 5280, 5.3.1."""

DAY_S: Final = 86_400

Row = dict[str, Any]

# Statements are built once: building one takes longer than a small batch takes to run it.
_KNOWN: Final = select(meters).where(meters.c.lfdi.in_(bindparam("lfdis", expanding=True)))
_USED: Final = select(used_nonces.c.nonce).where(used_nonces.c.nonce.in_(bindparam("nonces", expanding=True)))
_LATELY: Final = (
    select(certificates.c.lfdi, func.count().label("number"))
    .where(
        certificates.c.lfdi.in_(bindparam("lfdis", expanding=True)),
        certificates.c.issued_at_s > bindparam("since_s"),
    )
    .group_by(certificates.c.lfdi)
)
_MOVE: Final = (
    update(meters).where(meters.c.lfdi == bindparam("b_lfdi")).values(certificate_id=bindparam("b_id"))
)
_REPLACE: Final = (
    update(certificates)
    .where(certificates.c.certificate_id == bindparam("b_id"), certificates.c.revoked_at_s.is_(None))
    .values(replaced_by=bindparam("b_by"), revoked_at_s=bindparam("b_at_s"), reason=bindparam("b_reason"))
)
"""Ends a certificate in favour of another."""


class KnownMeter(msgspec.Struct, frozen=True):
    """A meter that has a certificate: its facts, and the SHA-256 of the one through which it acts."""

    facts: MeterFacts
    certificate_id: bytes


class Batch:
    """Reads what the orders need, judges each against it and those before, and stores what came of them.

    Parameters
    ----------
    first_index : the log's size before it
    per_day : certificates that one meter may have issued in 24 hours
    """

    def __init__(
        self,
        connection: Connection,
        orders: Sequence[Order],
        issuers: Issuers,
        *,
        first_index: int,
        per_day: int,
        now_s: int,
    ) -> None:
        self._connection, self._issuers, self._now_s = connection, issuers, now_s
        self._first_index, self._per_day = first_index, per_day
        self._used = _used(connection, orders)
        self._renewed = _certificates(connection, [order.renews for order in orders if order.renews])
        lfdis = {order.meter.lfdi for order in orders if order.meter}
        lfdis |= {row["lfdi"] for row in self._renewed.values()}
        self._meters = known_meters(connection, lfdis)
        self._stored = frozenset(self._meters)
        self._lately = _issued_since(connection, lfdis, now_s - DAY_S)
        self.rows: list[Row] = []
        self._nonces: list[Row] = []
        self._replaced: list[Row] = []
        self._announcements: list[Announcement] = []

    def carry_out(self, order: Order) -> tuple[tuple[bytes, ...], int]:
        """Return the chain of the certificate and its place in the log.

        Raises
        ------
        NonceRefused, NotFound, NotValid, TooOften
        """
        self._use(order)
        facts, before = self._meter_of(order)
        lately = self._lately.get(facts.lfdi, 0)
        if lately >= self._per_day:
            raise TooOften(limit=f"{self._per_day} certificates of one meter in a day", retry_after_s=3_600)
        chain = self._issuers.certify(facts.lfdi, order.public_key, now_s=self._now_s)
        self._lately[facts.lfdi] = lately + 1
        return chain, self._record(facts, chain[0], before, renewal=order.meter is None)

    def store(self) -> None:
        """Write everything that was carried out; nothing else is left to do but to commit."""
        run = self._connection.execute
        changed = {row["lfdi"] for row in self.rows}
        fresh, again = changed - self._stored, changed & self._stored
        _many(run, insert(meters), [self._meter_row(lfdi) for lfdi in sorted(fresh)])
        _many(
            run,
            _MOVE,
            [{"b_lfdi": lfdi, "b_id": self._meters[lfdi].certificate_id} for lfdi in sorted(again)],
        )
        _many(run, insert(certificates), self.rows)
        _many(run, _REPLACE, self._replaced)
        _many(run, insert(used_nonces), self._nonces)
        _many(run, insert(outbox), [outbox_row(each, self._now_s) for each in self._announcements])
        _many(run, insert(audit), [self._audit_row(each) for each in self._announcements])

    def _use(self, order: Order) -> None:
        if order.nonce.nonce in self._used:
            raise NonceRefused(reason="was used already")
        self._used.add(order.nonce.nonce)
        self._nonces.append({"nonce": order.nonce.nonce, "expires_at_s": order.nonce.expires_at_s})

    def _meter_of(self, order: Order) -> tuple[MeterFacts, bytes | None]:
        """Return whose certificate it is, and the one that ends with it, if there is one."""
        if order.meter is not None:
            known = self._meters.get(order.meter.lfdi)
            return order.meter, known.certificate_id if known else None
        certificate_id = order.renews or b""
        row = self._renewed.get(certificate_id)
        if row is None:
            raise NotFound(what=f"certificate {certificate_id.hex()}")
        known = self._meters[row["lfdi"]]
        if known.certificate_id != certificate_id or row["revoked_at_s"] is not None:
            raise NotValid(certificate_id=certificate_id.hex(), state="revoked or replaced")
        if row["not_after_s"] < self._now_s:
            raise NotValid(certificate_id=certificate_id.hex(), state="expired")
        return known.facts, certificate_id

    def _record(self, facts: MeterFacts, der: bytes, before: bytes | None, *, renewal: bool) -> int:
        index, certificate_id = self._first_index + len(self.rows), sha256(der).digest()
        self.rows.append(
            {
                "certificate_id": certificate_id,
                "leaf_index": index,
                "leaf_hash": leaf_hash(der),
                "lfdi": facts.lfdi,
                "name": member_name(facts.lfdi),
                "issuer_id": self._issuers.current_id,
                "der": der,
                "issued_at_s": self._now_s,
                "not_after_s": to_seconds(load_certificate(der).not_valid_after_utc),
            }
        )
        if before is not None:
            replaced = {"b_id": before, "b_by": certificate_id, "b_at_s": self._now_s, "b_reason": SUPERSEDED}
            self._replaced.append(replaced)
        self._meters[facts.lfdi] = KnownMeter(facts, certificate_id)
        event = Event.RENEWED if renewal else Event.ENROLLED
        self._announcements.append(announcement(event, facts, certificate_id))
        return index

    def _meter_row(self, lfdi: str) -> Row:
        known = self._meters[lfdi]
        return {
            "lfdi": lfdi,
            "manufacturer": known.facts.manufacturer,
            "serial": known.facts.serial,
            "chain": msgspec.msgpack.encode(known.facts.chain),
            "manufactured_at_s": known.facts.manufactured_at_s,
            "certificate_id": known.certificate_id,
            "enrolled_at_s": self._now_s,
        }

    def _audit_row(self, each: Announcement) -> Row:
        return {
            "at_s": self._now_s,
            "action": each.event,
            "subject": each.certificate_id,
            "actor": f"meter {each.lfdi}",
            "detail": "",
        }


def announcement(event: Event, facts: MeterFacts, certificate_id: bytes) -> Announcement:
    """Return what the ledger is to be told of a meter's certificate."""
    return Announcement(
        event=event,
        lfdi=facts.lfdi,
        name=member_name(facts.lfdi),
        certificate_id=certificate_id.hex(),
        chain=facts.chain,
        manufactured_at_s=facts.manufactured_at_s,
    )


def outbox_row(each: Announcement, now_s: int) -> Row:
    """Return what the outbox keeps of an announcement."""
    return {
        "certificate_id": bytes.fromhex(each.certificate_id),
        "announcement": msgspec.msgpack.encode(each),
        "created_at_s": now_s,
        "attempts": 0,
    }


def known_meters(connection: Connection, lfdis: Iterable[str]) -> dict[str, KnownMeter]:
    """Return the meters of these handles that have a certificate."""
    found = connection.execute(_KNOWN, {"lfdis": sorted(lfdis)}).mappings()
    return {
        row["lfdi"]: KnownMeter(
            MeterFacts(
                lfdi=row["lfdi"],
                manufacturer=row["manufacturer"],
                serial=row["serial"],
                chain=msgspec.msgpack.decode(row["chain"], type=tuple[bytes, ...]),
                manufactured_at_s=row["manufactured_at_s"],
            ),
            row["certificate_id"],
        )
        for row in found
    }


def _used(connection: Connection, orders: Sequence[Order]) -> set[bytes]:
    return set(connection.execute(_USED, {"nonces": [each.nonce.nonce for each in orders]}).scalars())


def _certificates(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, Row]:
    if not ids:
        return {}
    columns = certificates.c.certificate_id, certificates.c.lfdi, certificates.c.revoked_at_s
    asked = select(*columns, certificates.c.not_after_s).where(certificates.c.certificate_id.in_(ids))
    return {row["certificate_id"]: dict(row) for row in connection.execute(asked).mappings()}


def _issued_since(connection: Connection, lfdis: Iterable[str], since_s: int) -> dict[str, int]:
    found = connection.execute(_LATELY, {"lfdis": sorted(lfdis), "since_s": since_s})
    return {row.lfdi: row.number for row in found}


def _many(run: Any, statement: Any, rows: Sequence[Row]) -> None:  # noqa: ANN401 - SQLAlchemy's
    if rows:
        run(statement, rows)
