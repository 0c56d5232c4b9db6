"""Demo runs are written down, so that every service on the database can make them again."""

import sqlalchemy as sa
from alembic import op

from tutor.conversations.database import Words

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "runs",
        sa.Column("id", Words(32), primary_key=True),
        sa.Column("key_name", Words(80), nullable=False),
        sa.Column("user_name", Words(200), nullable=False),
        sa.Column("course", Words(64), nullable=False),
        sa.Column("conversation_id", Words(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=True),
        sa.Column("demo", Words(80), nullable=False),
        sa.Column("params", sa.JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_runs_key_name_made_at", "runs", ["key_name", "made_at"])
    op.create_index("ix_runs_conversation_id", "runs", ["conversation_id"])
