"""Keys have a limit and an end, and a former secret that goes on for a while after a rotation."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Add the columns."""
    for column in (
        sa.Column("per_minute", sa.Integer, nullable=False, server_default="0"),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("former_digest", sa.String(64), nullable=False, server_default=""),
        sa.Column("former_until", sa.DateTime(timezone=True)),
    ):
        op.add_column("keys", column)
    op.create_index("ix_keys_former_digest", "keys", ["former_digest"])
