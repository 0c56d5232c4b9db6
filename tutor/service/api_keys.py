"""API keys: made once, shown once, stored as SHA-256. A key is 32 random bytes, so a plain hash is enough."""

from __future__ import annotations

import builtins
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import DateTime, Engine, String, false, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tutor.conversations.database import open_engine, session_of, storage_error
from tutor.errors import InputError

PREFIX = "tiza-"


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret."""

    name: str
    created_at: datetime
    revoked: bool
    course: str = ""
    """The only course that it may use; "" means every course."""

    teacher: bool = False
    """Whether it may add and remove documents."""


class _Base(DeclarativeBase):
    pass


class _KeyRow(_Base):
    __tablename__ = "keys"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked: Mapped[bool] = mapped_column(default=False)
    course: Mapped[str] = mapped_column(String(64), default="")
    teacher: Mapped[bool] = mapped_column(default=False, server_default=false())


class Keys:
    """The key store at an SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        """Raises StorageError when the database cannot be opened."""
        self._engine = open_engine(url)
        try:
            _Base.metadata.create_all(self._engine)
            _complete(self._engine)
        except SQLAlchemyError as error:
            raise storage_error(self._engine, error, "Keys") from None

    def add(self, name: str, course: str = "", *, teacher: bool = False) -> str:
        """A new key for `name`, the only time its secret is seen. Raises InputError when the name is taken.

        `course` is the only one that it may use, where that is given; a teacher's key may change documents.
        """
        if not name.strip() or len(name) > 80 or not name.isprintable():
            raise InputError("A key needs a name of 1 to 80 characters.", code="invalid_value", param="name")
        secret = PREFIX + secrets.token_urlsafe(32)
        with session_of(self._engine, "Keys") as session:
            if session.get(_KeyRow, name) is not None:
                raise InputError(
                    f"There is a key called {name!r} already.", code="invalid_value", hint="Take another name."
                )
            session.add(
                _KeyRow(
                    name=name, digest=_digest(secret), created_at=datetime.now(UTC), revoked=False, course=course,
                    teacher=teacher,
                )
            )  # fmt: skip
            session.commit()
        return secret

    def list(self) -> builtins.list[Key]:
        """All keys, oldest first."""
        with session_of(self._engine, "Keys") as session:
            return [_key(row) for row in session.scalars(select(_KeyRow).order_by(_KeyRow.created_at))]

    def revoke(self, name: str) -> None:
        """End a key. Raises InputError (`not_found`)."""
        with session_of(self._engine, "Keys") as session:
            row = session.get(_KeyRow, name)
            if row is None:
                raise InputError(f"There is no key called {name!r}.", code="not_found", hint="See `tiza keys list`.")
            row.revoked = True
            session.commit()

    def find(self, secret: str) -> Key | None:
        """The key of this secret, or None when it is unknown or revoked. Only its hash is looked up."""
        with session_of(self._engine, "Keys") as session:
            row = session.scalars(select(_KeyRow).where(_KeyRow.digest == _digest(secret))).first()
            return _key(row) if row is not None and not row.revoked else None

    def close(self) -> None:
        """Release the database's connections."""
        self._engine.dispose()


def _key(row: _KeyRow) -> Key:
    return Key(row.name, row.created_at, row.revoked, row.course, row.teacher)


def _complete(engine: Engine) -> None:
    """Give a table that an earlier version made the column that it lacks."""
    if "teacher" not in {column["name"] for column in inspect(engine).get_columns("keys")}:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE keys ADD COLUMN teacher BOOLEAN NOT NULL DEFAULT FALSE"))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
