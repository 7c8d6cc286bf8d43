"""The register: meters, their certificates, and the log over these, signed as it grows."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from wattloom.identity.errors import IdentityError
from wattloom.identity.keys import SigningKey
from wattloom.identity.log.heads import TreeHead, sign_head
from wattloom.identity.log.tree import LogTree
from wattloom.identity.service.batch import Batch
from wattloom.identity.service.desk import Outcome
from wattloom.identity.service.issuers import Issuers
from wattloom.identity.service.orders import IssuedCertificate, Order
from wattloom.identity.store import Database
from wattloom.identity.store.schema import certificates, settings, tree_heads, used_nonces

_SINCE: Final = (
    select(certificates.c.leaf_hash)
    .where(certificates.c.leaf_index >= bindparam("size"))
    .order_by(certificates.c.leaf_index)
)
_HEAD: Final = select(tree_heads).where(tree_heads.c.tree_size == bindparam("size"))
_FORGET: Final = delete(used_nonces).where(used_nonces.c.expires_at_s < bindparam("now_s"))

PER_DAY: Final = 24
"""Certificates that one meter may have issued in 24 hours."""

_CHALLENGES: Final = "challenges"


class Register:
    """What one organisation has issued; several processes may share its database.

    Parameters
    ----------
    log_key : signs the log's heads
    """

    def __init__(
        self, database: Database, issuers: Issuers, log_key: SigningKey, *, per_day: int = PER_DAY
    ) -> None:
        self.database: Final = database
        self.issuers = issuers
        self.log_key: Final = log_key
        self._per_day = per_day
        self._tree_lock = Lock()
        self._tree = LogTree()
        with database.reading() as connection:
            self._catch_up(connection)

    def write(self, orders: Sequence[Order], now_s: int) -> list[Outcome]:
        """Carry out orders in one durable transaction, and return what became of each."""
        with self._growing() as connection:
            batch = Batch(
                connection,
                orders,
                self.issuers,
                first_index=self._tree.size,
                per_day=self._per_day,
                now_s=now_s,
            )
            made = [_carried_out(batch, order) for order in orders]
            batch.store()
            self._tree.extend(row["leaf_hash"] for row in batch.rows)
            head = self._sign(connection, now_s)
            connection.execute(_FORGET, {"now_s": now_s})
        return [each if isinstance(each, IdentityError) else self._issued(*each, head) for each in made]

    def head(self, *, now_s: int) -> TreeHead:
        """Return the newest head, whatever process signed it; that of an empty log is signed now."""
        with self.database.reading() as connection:
            newest = select(tree_heads).order_by(tree_heads.c.tree_size.desc()).limit(1)
            row = connection.execute(newest).one_or_none()
        if row is not None:
            return TreeHead(*row)
        with self._growing() as connection:
            return self._sign(connection, now_s)

    @contextmanager
    def tree(self) -> Iterator[LogTree]:
        """Give the tree, with all that the database has, for as long as it is looked at."""
        with self._tree_lock, self.database.reading() as connection:
            self._catch_up(connection)
            yield self._tree

    def secret(self) -> bytes:
        """Return what marks this service's challenges, made on first use."""
        with self.database.writing() as connection:
            asked = select(settings.c.value).where(settings.c.name == _CHALLENGES)
            known = connection.execute(asked).scalar_one_or_none()
            if known is None:
                known = secrets.token_bytes(32)
                connection.execute(insert(settings).values(name=_CHALLENGES, value=known))
            return known

    @contextmanager
    def _growing(self) -> Iterator[Connection]:
        """Give the writing transaction, the tree as it stands; a failure takes back what the tree grew."""
        with self._tree_lock:
            try:
                with self.database.writing() as connection:
                    self._catch_up(connection)
                    yield connection
            except BaseException:
                self._tree = LogTree()
                with self.database.reading() as connection:
                    self._catch_up(connection)
                raise

    def _catch_up(self, connection: Connection) -> None:
        """Append what the database has beyond the tree."""
        self._tree.extend(connection.execute(_SINCE, {"size": self._tree.size}).scalars())

    def _sign(self, connection: Connection, now_s: int) -> TreeHead:
        """Return the head of the whole tree, which is signed once a size."""
        size = self._tree.size
        known = connection.execute(_HEAD, {"size": size}).one_or_none()
        if known is not None:
            return TreeHead(*known)
        head = sign_head(self.log_key, tree_size=size, root_hash=self._tree.root(), timestamp_s=now_s)
        connection.execute(
            insert(tree_heads).values(
                tree_size=size,
                root_hash=head.root_hash,
                timestamp_s=head.timestamp_s,
                signature=head.signature,
            )
        )
        return head

    def _issued(self, chain: tuple[bytes, ...], index: int, head: TreeHead) -> IssuedCertificate:
        with self._tree_lock:
            path = tuple(self._tree.inclusion_path(index, head.tree_size))
        return IssuedCertificate(
            chain=chain,
            leaf_index=index,
            audit_path=path,
            head=head,
        )


def _carried_out(batch: Batch, order: Order) -> tuple[tuple[bytes, ...], int] | IdentityError:
    try:
        return batch.carry_out(order)
    except IdentityError as refusal:
        return refusal
