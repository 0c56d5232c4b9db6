"""Conversations, kept in a database through SQLAlchemy: SQLite in the data folder, PostgreSQL by URL.

A question is stored before it is answered, so nothing a student wrote is lost; its answer follows when the turn ends
(`complete`), was stopped (`incomplete`) or failed (`failed`). Every call names the owner (a plain name is a user at the
terminal), and another owner's conversation does not exist for it.
"""

from __future__ import annotations

import builtins
import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

import psutil
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    delete,
    func,
    inspect,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tutor.conversations.database import Words, open_engine, session_of, storage_error
from tutor.conversations.owners import Owner, lock, part_owners
from tutor.errors import InputError, StorageError

log = logging.getLogger(__name__)
RECENT = 40
"""Exchanges that a turn looks back on: what it follows up, its latest run, and what it was asked in practice."""

_LONGEST_TURN = timedelta(hours=1)
"""A question of another machine that is pending for so long will not be answered any more."""

State = Literal["pending", "complete", "incomplete", "failed"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer as a conversation keeps them. `detail` is JSON: citations, demo, provenance."""

    id: str
    question: str
    answer: str
    state: State
    outcome: str
    detail: dict[str, Any]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation's head; `exchanges` is filled by `get` alone."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    exchanges: tuple[Exchange, ...] = ()


class _Base(DeclarativeBase):
    pass


class _ConversationRow(_Base):
    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(Words(32), primary_key=True)
    key_name: Mapped[str] = mapped_column(Words(80), index=True, server_default="")
    user_name: Mapped[str] = mapped_column(Words(200), index=True, server_default="")
    course: Mapped[str] = mapped_column(Words(64), server_default="")
    title: Mapped[str] = mapped_column(Words(200))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class _ExchangeRow(_Base):
    __tablename__ = "exchanges"

    id: Mapped[str] = mapped_column(Words(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    question: Mapped[str] = mapped_column(Words())
    answer: Mapped[str] = mapped_column(Words())
    state: Mapped[str] = mapped_column(Words(12))
    outcome: Mapped[str] = mapped_column(Words(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    writer: Mapped[str] = mapped_column(Words(200), server_default="")
    """The process that answers it, as `writer` names it."""


class Conversations:
    """The store. Calls block briefly: an async caller runs them in a thread. One writer at a time in this process."""

    def __init__(self, url: str) -> None:
        """Open (and create) the database at SQLAlchemy `url`, and settle what a crash left pending in it.

        Raises StorageError when it cannot be used.
        """
        self._write = threading.Lock()
        self._engine = open_engine(url)
        try:
            part_owners(self._engine)
            _Base.metadata.create_all(self._engine)
            self._complete()
        except SQLAlchemyError as error:
            raise storage_error(self._engine, error) from None
        try:
            self.settle_left()
        except StorageError as error:  # it can be read, if not written
            log.warning("what a crash left pending could not be settled: %s", error)

    def create(self, owner: Owner | str, title: str = "") -> Conversation:
        """A new, empty conversation."""
        now = datetime.now(UTC)
        key, user, course = Owner.of(owner)
        row = _ConversationRow(
            id=uuid.uuid4().hex, key_name=key, user_name=user, course=course, title=title[:200], created_at=now,
            updated_at=now,
        )  # fmt: skip
        with self._write, self._session() as session:
            session.add(row)
            session.commit()
            return _head(row)

    def list(self, owner: Owner | str, search: str = "", limit: int = 100) -> list[Conversation]:
        """The owner's conversations, latest first; `search` filters by words of title, questions and answers."""
        query = select(_ConversationRow).where(*_of(owner))
        for word in search.split():
            pattern = f"%{word}%"
            said = select(_ExchangeRow.conversation_id).where(
                or_(_ExchangeRow.question.ilike(pattern), _ExchangeRow.answer.ilike(pattern))
            )
            query = query.where(or_(_ConversationRow.title.ilike(pattern), _ConversationRow.id.in_(said)))
        with self._session() as session:
            rows = session.scalars(query.order_by(_ConversationRow.updated_at.desc()).limit(limit))
            return [_head(row) for row in rows]

    def get(self, owner: Owner | str, conversation_id: str) -> Conversation:
        """The conversation with its exchanges in order. Raises InputError (`not_found`)."""
        with self._session() as session:
            row = self._own(session, owner, conversation_id)
            order = (_ExchangeRow.number, _ExchangeRow.asked_at)
            found = select(_ExchangeRow).where(_ExchangeRow.conversation_id == conversation_id).order_by(*order)
            return _head(row, [_exchange(item) for item in session.scalars(found)])

    def recent(self, owner: Owner | str, conversation_id: str, most: int = RECENT) -> builtins.list[Exchange]:
        """The last complete exchanges, in order: what a next turn looks back on. Raises InputError (`not_found`)."""
        with self._session() as session:
            self._own(session, owner, conversation_id)
            found = session.scalars(
                select(_ExchangeRow)
                .where(_ExchangeRow.conversation_id == conversation_id, _ExchangeRow.state == "complete")
                .order_by(_ExchangeRow.number.desc(), _ExchangeRow.asked_at.desc())
                .limit(most)
            )
            return [_exchange(item) for item in found][::-1]

    def ask(self, owner: Owner | str, conversation_id: str, question: str) -> str:
        """Store a question before it is answered; returns the exchange's id. The first one names the conversation.

        Raises InputError (`not_found`), also when it is removed this moment, and StorageError.
        """
        with self._write, self._present(), self._session() as session:
            head = self._own(session, owner, conversation_id)
            number = session.scalar(select(func.count()).where(_ExchangeRow.conversation_id == conversation_id))
            row = _ExchangeRow(
                id=uuid.uuid4().hex, conversation_id=conversation_id, number=number or 0, question=question,
                answer="", state="pending", outcome="", detail={}, asked_at=datetime.now(UTC), writer=_writer(),
            )  # fmt: skip
            session.add(row)
            head.updated_at = row.asked_at
            head.title = head.title or " ".join(question.split())[:80]
            session.commit()
            return row.id

    def settle(
        self, exchange_id: str, answer: str, state: State, outcome: str = "", detail: dict[str, Any] | None = None
    ) -> None:
        """Store what became of a question."""
        with self._write, self._session() as session:
            row = session.get(_ExchangeRow, exchange_id)
            if row is not None:
                row.answer, row.state, row.outcome, row.detail = answer, state, outcome, detail or {}
                session.commit()

    def rename(self, owner: Owner | str, conversation_id: str, title: str) -> None:
        """Give a conversation another title. Raises InputError (`not_found`)."""
        with self._write, self._session() as session:
            self._own(session, owner, conversation_id).title = title[:200]
            session.commit()

    def delete(self, owner: Owner | str, conversation_id: str) -> None:
        """Remove a conversation and all of its exchanges. Raises InputError (`not_found`)."""
        with self._write, self._session() as session:
            self._own(session, owner, conversation_id)
            session.execute(delete(_ExchangeRow).where(_ExchangeRow.conversation_id == conversation_id))
            session.execute(delete(_ConversationRow).where(_ConversationRow.id == conversation_id))
            session.commit()

    def close(self) -> None:
        """Release the database's connections."""
        self._engine.dispose()

    def settle_left(self) -> int:
        """Settle as stopped what processes left pending that are no more; returns how many. Raises StorageError."""
        with self._write, self._session() as session:
            pending = session.scalars(select(_ExchangeRow).where(_ExchangeRow.state == "pending")).all()
            left = [row.id for row in pending if _is_left(row.writer, row.asked_at)]
            for exchange_id in left:
                session.execute(update(_ExchangeRow).where(_ExchangeRow.id == exchange_id).values(state="incomplete"))
            session.commit()
            return len(left)

    def _session(self) -> AbstractContextManager[Session]:
        return session_of(self._engine)

    @contextmanager
    def _present(self) -> Iterator[None]:
        """A conversation that vanishes while something is put into it is one that is not there."""
        try:
            yield
        except IntegrityError:
            raise _no_conversation() from None

    def _complete(self) -> None:
        """Give tables that an earlier version made what they lack."""
        if _is_complete(self._engine):
            return
        with self._engine.begin() as connection:
            lock(connection)  # another process may be doing the same
            if "writer" not in _columns(connection):
                connection.execute(text("ALTER TABLE exchanges ADD COLUMN writer VARCHAR(200) DEFAULT '' NOT NULL"))
            for table in _Base.metadata.sorted_tables:
                for index in table.indexes:
                    index.create(connection, checkfirst=True)

    def _own(self, session: Session, owner: Owner | str, conversation_id: str) -> _ConversationRow:
        row = session.get(_ConversationRow, conversation_id)
        if row is None or Owner(row.key_name, row.user_name, row.course) != Owner.of(owner):
            raise _no_conversation()
        return row


def _of(owner: Owner | str) -> tuple[ColumnElement[bool], ...]:
    key, user, course = Owner.of(owner)
    row = _ConversationRow
    return row.key_name == key, row.user_name == user, row.course == course


def _no_conversation() -> InputError:
    return InputError("There is no such conversation.", code="not_found", hint="List yours first.")


@cache
def _writer_of(pid: int) -> str:
    return f"{socket.gethostname()[:120]} {pid} {_began(pid):.2f}"


def _writer() -> str:
    """This process: machine, number and when it began, since numbers are given again."""
    return _writer_of(os.getpid())


def _began(pid: int) -> float:
    """Seconds from the machine's start to the process's, whatever became of the clock since. Raises psutil.Error."""
    machine = psutil.boot_time()
    process = psutil.Process(pid)
    if process.status() == psutil.STATUS_ZOMBIE:
        raise psutil.ZombieProcess(pid)
    return process.create_time() - machine


def _is_left(writer: str, asked_at: datetime) -> bool:
    """Whether nobody will answer what `writer` began: the process ended, or it is on another machine and long ago."""
    host, pid, began = writer.rsplit(" ", 2) if writer else ("", "0", "0")
    if host != socket.gethostname()[:120]:
        return datetime.now(UTC) - asked_at.replace(tzinfo=asked_at.tzinfo or UTC) > _LONGEST_TURN
    try:
        return abs(_began(int(pid)) - float(began)) > 0.5
    except psutil.Error:
        return True


def markdown(conversation: Conversation) -> str:
    """The conversation as a Markdown document, with the sources of each answer."""
    parts = [f"# {conversation.title or 'Conversation'}", f"*{conversation.created_at:%Y-%m-%d %H:%M} UTC*"]
    for exchange in conversation.exchanges:
        parts += [f"## {exchange.question}", exchange.answer or f"*({exchange.state})*"]
        if exchange.answer and exchange.state != "complete":
            parts.append(f"*({exchange.state})*")
        sources = dict.fromkeys(
            f"- [{item['marker']}] {item['title']} ({item['place']})" for item in exchange.detail.get("citations", ())
        )
        if sources:
            parts.append("\n".join(("Sources:", "", *sources)))
        if demo := exchange.detail.get("demo"):
            stated = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in demo["params"].items())
            parts.append(f"Demo: `tiza demo {demo['name']} {stated}`")
    return "\n\n".join(parts) + "\n"


def _head(row: _ConversationRow, exchanges: Sequence[Exchange] = ()) -> Conversation:
    return Conversation(row.id, row.title, row.created_at, row.updated_at, tuple(exchanges))


def _exchange(row: _ExchangeRow) -> Exchange:
    state: State = row.state  # type: ignore[assignment]  # only this module writes it
    return Exchange(row.id, row.question, row.answer, state, row.outcome, row.detail, row.asked_at)


def _columns(at: Engine | Connection) -> set[str]:
    return {column["name"] for column in inspect(at).get_columns("exchanges")}


def _is_complete(at: Engine | Connection) -> bool:
    found = inspect(at)
    indexes = {index["name"] for table in _Base.metadata.tables for index in found.get_indexes(table)}
    return "writer" in _columns(at) and all(
        index.name in indexes for table in _Base.metadata.sorted_tables for index in table.indexes
    )
