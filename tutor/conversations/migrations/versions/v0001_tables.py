"""Conversations, exchanges and keys: made where they are not, completed where a version before 0.2 made them."""

import sqlalchemy as sa
from alembic import op

from tutor.conversations.database import Words
from tutor.conversations.owners import part_owners

revision, down_revision = "0001", None
INDEXES = (
    ("conversations", "key_name"), ("conversations", "user_name"), ("conversations", "updated_at"),
    ("exchanges", "conversation_id"),
)  # fmt: skip


def upgrade() -> None:
    """Make or complete the tables."""
    there = sa.inspect(op.get_bind())
    _conversations(there)
    _exchanges(there)
    _keys(there)
    for table, column in INDEXES:
        name = f"ix_{table}_{column}"
        if name not in {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}:
            op.create_index(name, table, [column])


def _conversations(there: sa.Inspector) -> None:
    if there.has_table("conversations"):
        part_owners(op.get_bind())
        return
    op.create_table(
        "conversations",
        sa.Column("id", Words(32), primary_key=True),
        sa.Column("key_name", Words(80), nullable=False, server_default=""),
        sa.Column("user_name", Words(200), nullable=False, server_default=""),
        sa.Column("course", Words(64), nullable=False, server_default=""),
        sa.Column("title", Words(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def _exchanges(there: sa.Inspector) -> None:
    writer: sa.Column[str] = sa.Column("writer", Words(200), nullable=False, server_default="")
    if there.has_table("exchanges"):
        if "writer" not in {column["name"] for column in there.get_columns("exchanges")}:
            op.add_column("exchanges", writer)
        return
    op.create_table(
        "exchanges",
        sa.Column("id", Words(32), primary_key=True),
        sa.Column("conversation_id", Words(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("question", Words(), nullable=False),
        sa.Column("answer", Words(), nullable=False),
        sa.Column("state", Words(12), nullable=False),
        sa.Column("outcome", Words(20), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        writer,
    )


def _keys(there: sa.Inspector) -> None:
    teacher = sa.Column("teacher", sa.Boolean, nullable=False, server_default=sa.false())
    if there.has_table("keys"):
        if "teacher" not in {column["name"] for column in there.get_columns("keys")}:
            op.add_column("keys", teacher)
        return
    op.create_table(
        "keys",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
        sa.Column("course", sa.String(64), nullable=False),
        teacher,
    )
