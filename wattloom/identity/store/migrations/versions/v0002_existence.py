"""Letters between meters and the witnesses of their trees."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "existence_questions",
        sa.Column("epoch", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("lfdi", sa.String(40), primary_key=True),
        sa.Column("tree", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("witness", sa.String(40), primary_key=True),
        sa.Column("blinded", sa.LargeBinary(256), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.Column("asked_at_s", sa.BigInteger, nullable=False),
        sa.Column("blind_signature", sa.LargeBinary(256)),
    )
    op.create_index("ix_existence_questions_witness", "existence_questions", ["witness", "asked_at_s"])
    op.create_index("ix_existence_questions_asked_at_s", "existence_questions", ["asked_at_s"])
