"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "settings",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "meters",
        sa.Column("lfdi", sa.String(40), primary_key=True),
        sa.Column("manufacturer", sa.String(64), nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("chain", sa.LargeBinary, nullable=False),
        sa.Column("manufactured_at_s", sa.BigInteger, nullable=False),
        sa.Column("certificate_id", sa.LargeBinary(32), nullable=False),
        sa.Column("enrolled_at_s", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "certificates",
        sa.Column("certificate_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("leaf_index", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("lfdi", sa.String(40), sa.ForeignKey("meters.lfdi"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("issuer_id", sa.LargeBinary(32), nullable=False),
        sa.Column("der", sa.LargeBinary, nullable=False),
        sa.Column("issued_at_s", sa.BigInteger, nullable=False),
        sa.Column("not_after_s", sa.BigInteger, nullable=False),
        sa.Column("revoked_at_s", sa.BigInteger),
        sa.Column("reason", sa.Integer),
        sa.Column("replaced_by", sa.LargeBinary(32)),
        sa.UniqueConstraint("leaf_index", name="uq_certificates_leaf_index"),
    )
    op.create_index("ix_certificates_lfdi", "certificates", ["lfdi"])
    op.create_index("ix_certificates_issuer_id", "certificates", ["issuer_id", "revoked_at_s"])
    op.create_table(
        "used_nonces",
        sa.Column("nonce", sa.LargeBinary(32), primary_key=True),
        sa.Column("expires_at_s", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_used_nonces_expires_at_s", "used_nonces", ["expires_at_s"])
    op.create_table(
        "tree_heads",
        sa.Column("tree_size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("root_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("timestamp_s", sa.BigInteger, nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
    )
    op.create_table(
        "crls",
        sa.Column("issuer_id", sa.LargeBinary(32), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("der", sa.LargeBinary, nullable=False),
        sa.Column("this_update_s", sa.BigInteger, nullable=False),
        sa.Column("next_update_s", sa.BigInteger, nullable=False),
        sa.Column("revocations", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("certificate_id", sa.LargeBinary(32), nullable=False),
        sa.Column("announcement", sa.LargeBinary, nullable=False),
        sa.Column("created_at_s", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(500)),
        sa.Column("done_at_s", sa.BigInteger),
    )
    op.create_index("ix_outbox_done_at_s", "outbox", ["done_at_s", "number"])
    op.create_index("ix_outbox_certificate_id", "outbox", ["certificate_id"])
    op.create_table(
        "audit",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("at_s", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(140), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
    )
