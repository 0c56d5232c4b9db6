"""The database: how it is opened, who may read its file, and what its errors are called."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, String, Text, create_engine, event
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from demos.runtime.messages import say
from knowledge.folders import restrict
from tutor.errors import InputError, StorageError

log = logging.getLogger(__name__)
_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; new ones get the database's own permissions."""


_PATIENCE = 5.0
"""Seconds for which a connection waits for what another one holds."""


_NOT_WRITTEN = {
    "Conversations": say("Conversations cannot be written."),
    "Keys": say("Keys cannot be written."),
}


class Base(DeclarativeBase):
    """All tables."""


class Words(TypeDecorator[str]):
    """Text of any kind. PostgreSQL cannot hold the character NUL: it is kept as its picture there."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        """`length` bounds it, in characters."""
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(String(self.length) if self.length else Text())

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value.replace("\x00", "\u2400") if value and dialect.name == "postgresql" else value


class Moment(TypeDecorator[datetime]):
    """A moment, in UTC whatever comes in: SQLite forgets its zone, PostgreSQL tells it in the session's."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


def open_engine(url: str) -> Engine:
    """An engine for an SQLAlchemy URL. A file of SQLite is made where there is none, for its owner alone.

    Raises InputError for a URL that names no database, or one whose driver is not installed.
    """
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            url = f"postgresql+psycopg://{url.removeprefix(plain)}"
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise InputError(
            say("The driver {driver} of the database is not installed.", driver=error.name),
            code="invalid_value", param="database", hint=say('Install it with `pip install "tiza[postgresql]"`.'),
        ) from None  # fmt: skip
    except ArgumentError:
        raise InputError(
            say("TIZA_DATABASE names no database."), code="invalid_value", param="database",
            hint=say("It is a URL such as postgresql://user:password@host/name."),
        ) from None  # fmt: skip
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
        if engine.url.database not in (None, "", ":memory:") and not engine.url.query:
            _close_to_others(Path(str(engine.url.database)))
    return engine


@contextmanager
def session_of(engine: Engine, what: str = "Conversations") -> Iterator[Session]:
    """A session whose failures are StorageErrors that say what could not be kept; what it began is undone.

    IntegrityError is left to the caller: it tells what the data are, not that they cannot be kept.
    """
    with Session(engine, expire_on_commit=False) as session:
        try:
            yield session
        except IntegrityError:
            session.rollback()
            raise
        except SQLAlchemyError as error:
            with suppress(SQLAlchemyError):
                session.rollback()
            raise storage_error(engine, error, what) from None


def storage_error(engine: Engine, error: SQLAlchemyError, what: str = "Conversations") -> StorageError:
    """The error as a sentence."""
    reason = " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())[:200]
    if "full" in reason:
        return StorageError(say("The disk is full."), code="disk_full", hint=say("Free some space and send it again."))
    place = engine.url.render_as_string(hide_password=True)
    log.warning("%s at %s: %s", what, place, reason)
    if engine.dialect.name != "sqlite":
        return StorageError(
            say("The database cannot be reached."), hint=say("Try again; the log of the service says why.")
        )
    if "locked" in reason:
        return StorageError(say("Another program holds the database."), hint=say("Try again in some seconds."))
    return StorageError(
        _NOT_WRITTEN[what],
        code="read_only",
        hint=say(
            "Make the folder of {file} writable, or name another one with TIZA_HOME.",
            file=Path(str(engine.url.database)).name,
        ),
    )


def _close_to_others(path: Path) -> None:
    """Make the database's file, and those beside it, readable by their owner alone."""
    with suppress(OSError):  # what cannot be made is told of by the connection
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    for beside in ("", *_BESIDE):
        restrict(path.with_name(path.name + beside))


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(_PATIENCE * 1000)}")
    _write_ahead(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Keep a journal that readers need not wait for.

    SQLite does not wait by itself where two connections turn a new file to it at once: the second is
    told "locked" whatever busy_timeout says, so it asks again until the first has done it.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
