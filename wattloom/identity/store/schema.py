"""The tables. Times are Unix seconds, UTC; ids and hashes are raw bytes; certificates are DER.

A change here needs a migration beside it in `migrations/versions`; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""What counts by itself: SQLite does so for its own INTEGER alone."""

settings = Table(
    "settings",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Secrets and locks of the service as a whole, shared by its processes."""

meters = Table(
    "meters",
    metadata,
    Column("lfdi", String(40), primary_key=True),
    Column("manufacturer", String(64), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("chain", LargeBinary, nullable=False),  # msgpack of its three certificates
    Column("manufactured_at_s", BigInteger, nullable=False),
    Column("certificate_id", LargeBinary(32), nullable=False),  # the one it acts through
    Column("enrolled_at_s", BigInteger, nullable=False),
)

certificates = Table(
    "certificates",
    metadata,
    Column("certificate_id", LargeBinary(32), primary_key=True),
    Column("leaf_index", BigInteger, nullable=False),
    Column("leaf_hash", LargeBinary(32), nullable=False),
    Column("lfdi", String(40), ForeignKey("meters.lfdi"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("issuer_id", LargeBinary(32), nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("issued_at_s", BigInteger, nullable=False),
    Column("not_after_s", BigInteger, nullable=False),
    Column("revoked_at_s", BigInteger),
    Column("reason", Integer),
    Column("replaced_by", LargeBinary(32)),
    UniqueConstraint("leaf_index"),
    Index(None, "lfdi"),
    Index(None, "issuer_id", "revoked_at_s"),
)
"""What was issued, which is also the log, in the order of `leaf_index`."""

used_nonces = Table(
    "used_nonces",
    metadata,
    Column("nonce", LargeBinary(32), primary_key=True),
    Column("expires_at_s", BigInteger, nullable=False),
    Index(None, "expires_at_s"),
)

tree_heads = Table(
    "tree_heads",
    metadata,
    Column("tree_size", BigInteger, primary_key=True, autoincrement=False),
    Column("root_hash", LargeBinary(32), nullable=False),
    Column("timestamp_s", BigInteger, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)

crls = Table(
    "crls",
    metadata,
    Column("issuer_id", LargeBinary(32), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("der", LargeBinary, nullable=False),
    Column("this_update_s", BigInteger, nullable=False),
    Column("next_update_s", BigInteger, nullable=False),
    Column("revocations", BigInteger, nullable=False),  # of this issuer until then, replacements apart
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("certificate_id", LargeBinary(32), nullable=False),
    Column("announcement", LargeBinary, nullable=False),  # msgpack, see `service.publishing`
    Column("created_at_s", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("last_error", String(500)),
    Column("done_at_s", BigInteger),
    Index(None, "done_at_s", "number"),
    Index(None, "certificate_id"),
)
"""What the ledger is to be told, in order; `done_at_s` once it knows."""

audit = Table(
    "audit",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("actor", String(140), nullable=False),
    Column("detail", String(500), nullable=False),
)
"""Who did what, written in the transaction that does it."""

existence_questions = Table(
    "existence_questions",
    metadata,
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("lfdi", String(40), primary_key=True),
    Column("tree", Integer, primary_key=True, autoincrement=False),
    Column("witness", String(40), primary_key=True),
    Column("blinded", LargeBinary(256), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("asked_at_s", BigInteger, nullable=False),
    Column("blind_signature", LargeBinary(256)),
    Index(None, "witness", "asked_at_s"),
    Index(None, "asked_at_s"),
)
"""Letters from meters to the witnesses of their trees, and the answers."""
