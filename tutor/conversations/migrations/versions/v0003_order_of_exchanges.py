"""No two exchanges of a conversation have the same number, whichever processes ask in it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Number anew where two have the same number, then forbid it."""
    bind = op.get_bind()
    rows = sa.table("exchanges", *map(sa.column, ("id", "conversation_id", "number", "asked_at")))
    same = (
        sa.select(rows.c.conversation_id)
        .group_by(rows.c.conversation_id, rows.c.number)
        .having(sa.func.count() > 1)
        .distinct()
    )
    for conversation in bind.execute(same).scalars().all():
        order = (rows.c.number, rows.c.asked_at, rows.c.id)
        ids = bind.execute(sa.select(rows.c.id).where(rows.c.conversation_id == conversation).order_by(*order))
        for number, exchange in enumerate(ids.scalars().all()):
            bind.execute(rows.update().where(rows.c.id == exchange).values(number=number))
    op.create_index("ux_exchanges_number", "exchanges", ["conversation_id", "number"], unique=True)
