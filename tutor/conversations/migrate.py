"""Brings a database to the form that this version wants, by Alembic: a new one, and each that an earlier version made.

`HEAD` is the latest revision in migrations/versions. A database that has it is opened without Alembic.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from tutor.conversations.owners import lock

HEAD = "0004"
FOLDER = Path(__file__).with_name("migrations")


def bring_up_to_date(engine: Engine) -> None:
    """Run what is missing; of several processes one does it, and the others wait. Raises SQLAlchemyError."""
    if _is_current(engine):
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with engine.begin() as connection:
        lock(connection)
        if not _is_current(connection):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _is_current(at: Engine | Connection) -> bool:
    if not inspect(at).has_table("alembic_version"):
        return False
    query = text("SELECT version_num FROM alembic_version")
    if isinstance(at, Connection):
        return at.execute(query).scalars().all() == [HEAD]
    with at.connect() as connection:
        return connection.execute(query).scalars().all() == [HEAD]
