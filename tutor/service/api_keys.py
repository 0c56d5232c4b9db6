"""API keys: made once, shown once, stored as SHA-256. A key is 32 random bytes, so a plain hash is enough."""

from __future__ import annotations

import builtins
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import String, false, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from demos.runtime.messages import say
from tutor.conversations.database import Base, Moment, open_engine, session_of, storage_error
from tutor.conversations.migrate import bring_up_to_date
from tutor.conversations.store import hand_over
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

    per_minute: int = 0
    """Requests that it may make in a minute; 0 means that there is no limit."""

    expires_at: datetime | None = None
    """When it ends by itself; None for never."""

    @property
    def valid(self) -> bool:
        """Whether it opens anything now."""
        return not self.revoked and (self.expires_at is None or datetime.now(UTC) < self.expires_at)


class KeyRow(Base):
    """A key as it is stored. After a rotation the former secret goes on for a while."""

    __tablename__ = "keys"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    revoked: Mapped[bool] = mapped_column(default=False)
    course: Mapped[str] = mapped_column(String(64), default="")
    teacher: Mapped[bool] = mapped_column(default=False, server_default=false())
    per_minute: Mapped[int] = mapped_column(default=0, server_default="0")
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    former_digest: Mapped[str] = mapped_column(String(64), default="", server_default="", index=True)
    former_until: Mapped[datetime | None] = mapped_column(Moment)


class Keys:
    """The key store at an SQLAlchemy URL."""

    def __init__(self, url: str) -> None:
        """Raises StorageError when the database cannot be opened."""
        self._engine = open_engine(url)
        try:
            bring_up_to_date(self._engine)
        except SQLAlchemyError as error:
            raise storage_error(self._engine, error, "Keys") from None

    def add(
        self, name: str, course: str = "", *, teacher: bool = False, per_minute: int = 0, days: float | None = None
    ) -> str:
        """A new key for `name`, the only time its secret is seen. Raises InputError when the name is taken.

        `course` is the only one that it may use, where that is given; a teacher's key may change documents. It ends
        after `days`. The name of a revoked key may be taken again, with the conversations that were kept under it.
        """
        _check_name(name)
        secret = PREFIX + secrets.token_urlsafe(32)
        with self._session() as session:
            row = session.get(KeyRow, name)
            if row is not None and _key(row).valid:
                raise InputError(
                    say("There is a key called {name!r} already.", name=name), code="invalid_value",
                    hint=say("Take another name, or make its secret anew with `tiza keys rotate`."),
                )  # fmt: skip
            row = row or KeyRow(name=name)
            row.digest, row.created_at, row.revoked = _digest(secret), datetime.now(UTC), False
            row.course, row.teacher, row.per_minute = course, teacher, per_minute
            row.expires_at, row.former_digest, row.former_until = _in(days), "", None
            session.add(row)
            session.commit()
        return secret

    def list(self) -> builtins.list[Key]:
        """All keys, oldest first."""
        with self._session() as session:
            return [_key(row) for row in session.scalars(select(KeyRow).order_by(KeyRow.created_at))]

    def revoke(self, name: str) -> None:
        """End a key, and what is left of its former secret. Raises InputError (`not_found`)."""
        with self._row(name) as row:
            row.revoked, row.former_digest, row.former_until = True, "", None

    def rotate(self, name: str, grace: timedelta = timedelta()) -> str:
        """A new secret for a key; the former one goes on for `grace`. Raises InputError (`not_found`)."""
        secret = PREFIX + secrets.token_urlsafe(32)
        with self._row(name) as row:
            if row.revoked:
                raise InputError(
                    say("The key {name!r} is revoked.", name=name), code="invalid_value", hint=say("Add it anew.")
                )
            row.former_digest = row.digest if grace else ""
            row.former_until = datetime.now(UTC) + grace if grace else None
            row.digest = _digest(secret)
        return secret

    def rename(self, name: str, other: str) -> None:
        """Call a key otherwise; its conversations go with it. Raises InputError when the other name is taken."""
        _check_name(other)
        with self._session() as session:
            row = session.get(KeyRow, name)
            if row is None:
                raise _unknown(name)
            if session.get(KeyRow, other) is not None:
                raise InputError(say("There is a key called {name!r} already.", name=other), code="invalid_value")
            row.name = other
            hand_over(session, name, other)
            session.commit()

    def change(self, name: str, *, per_minute: int | None = None, days: float | None = None) -> None:
        """Set a key's limit, or when it ends; 0 days for never. Raises InputError (`not_found`)."""
        with self._row(name) as row:
            row.per_minute = row.per_minute if per_minute is None else per_minute
            row.expires_at = row.expires_at if days is None else _in(days or None)

    def find(self, secret: str) -> Key | None:
        """The key of this secret, or None when it is unknown, revoked or expired. Only its hash is looked up."""
        digest = _digest(secret)
        with self._session() as session:
            row = session.scalars(
                select(KeyRow).where((KeyRow.digest == digest) | (KeyRow.former_digest == digest))
            ).first()
            if row is None or not (key := _key(row)).valid:
                return None
            until = row.former_until
            return key if row.digest == digest or (until is not None and datetime.now(UTC) < until) else None

    def close(self) -> None:
        """Release the database's connections."""
        self._engine.dispose()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with session_of(self._engine, "Keys") as session:
            yield session

    @contextmanager
    def _row(self, name: str) -> Iterator[KeyRow]:
        """A key's row, whose changes are kept. Raises InputError (`not_found`)."""
        with self._session() as session:
            row = session.get(KeyRow, name)
            if row is None:
                raise _unknown(name)
            yield row
            session.commit()


def _unknown(name: str) -> InputError:
    return InputError(
        say("There is no key called {name!r}.", name=name), code="not_found", hint=say("See `tiza keys list`.")
    )


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise InputError(say("A key needs a name of 1 to 80 characters."), code="invalid_value", param="name")


def _key(row: KeyRow) -> Key:
    return Key(
        row.name, row.created_at, row.revoked, row.course, row.teacher, row.per_minute, row.expires_at
    )  # fmt: skip


def _in(days: float | None) -> datetime | None:
    return None if days is None else datetime.now(UTC) + timedelta(days=days)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
