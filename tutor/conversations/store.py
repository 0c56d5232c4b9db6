"""Conversations, kept in a database through SQLAlchemy: SQLite in the data folder, PostgreSQL by URL.

A question is stored before it is answered, so nothing a student wrote is lost; its answer follows when the turn ends
(`complete`), was stopped (`incomplete`) or failed (`failed`). Every call names the owner, and another owner's
conversation does not exist for it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import JSON, DateTime, Engine, ForeignKey, String, create_engine, delete, event, func, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tutor.errors import InputError, StorageError

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

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(200), index=True)
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class _ExchangeRow(_Base):
    __tablename__ = "exchanges"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    question: Mapped[str]
    answer: Mapped[str]
    state: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Conversations:
    """The store. Calls block briefly: an async caller runs them in a thread. One writer at a time in this process."""

    def __init__(self, url: str) -> None:
        """Open (and create) the database at SQLAlchemy `url`. Raises StorageError when it cannot be used."""
        self._write = threading.Lock()
        self._engine = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _sqlite_pragmas)
        try:
            _Base.metadata.create_all(self._engine)
        except OperationalError as error:
            raise _storage_error(self._engine, error) from None

    def create(self, owner: str, title: str = "") -> Conversation:
        """A new, empty conversation."""
        now = datetime.now(UTC)
        row = _ConversationRow(id=uuid.uuid4().hex, owner=owner, title=title[:200], created_at=now, updated_at=now)
        with self._write, self._session() as session:
            session.add(row)
            self._commit(session)
            return _head(row)

    def list(self, owner: str, search: str = "", limit: int = 100) -> list[Conversation]:
        """The owner's conversations, latest first; `search` filters by words of title, questions and answers."""
        query = select(_ConversationRow).where(_ConversationRow.owner == owner)
        for word in search.split():
            pattern = f"%{word}%"
            said = select(_ExchangeRow.conversation_id).where(
                or_(_ExchangeRow.question.ilike(pattern), _ExchangeRow.answer.ilike(pattern))
            )
            query = query.where(or_(_ConversationRow.title.ilike(pattern), _ConversationRow.id.in_(said)))
        with self._session() as session:
            rows = session.scalars(query.order_by(_ConversationRow.updated_at.desc()).limit(limit))
            return [_head(row) for row in rows]

    def get(self, owner: str, conversation_id: str) -> Conversation:
        """The conversation with its exchanges in order. Raises InputError (`not_found`)."""
        with self._session() as session:
            row = self._own(session, owner, conversation_id)
            found = session.scalars(
                select(_ExchangeRow)
                .where(_ExchangeRow.conversation_id == conversation_id)
                .order_by(_ExchangeRow.number)
            )
            return _head(row, [_exchange(item) for item in found])

    def ask(self, owner: str, conversation_id: str, question: str) -> str:
        """Store a question before it is answered; returns the exchange's id. The first one names the conversation."""
        with self._write, self._session() as session:
            head = self._own(session, owner, conversation_id)
            number = session.scalar(select(func.count()).where(_ExchangeRow.conversation_id == conversation_id))
            row = _ExchangeRow(
                id=uuid.uuid4().hex, conversation_id=conversation_id, number=number or 0, question=question,
                answer="", state="pending", outcome="", detail={}, asked_at=datetime.now(UTC),
            )  # fmt: skip
            session.add(row)
            head.updated_at = row.asked_at
            head.title = head.title or " ".join(question.split())[:80]
            self._commit(session)
            return row.id

    def settle(
        self, exchange_id: str, answer: str, state: State, outcome: str = "", detail: dict[str, Any] | None = None
    ) -> None:
        """Store what became of a question."""
        with self._write, self._session() as session:
            row = session.get(_ExchangeRow, exchange_id)
            if row is not None:
                row.answer, row.state, row.outcome, row.detail = answer, state, outcome, detail or {}
                self._commit(session)

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title. Raises InputError (`not_found`)."""
        with self._write, self._session() as session:
            self._own(session, owner, conversation_id).title = title[:200]
            self._commit(session)

    def delete(self, owner: str, conversation_id: str) -> None:
        """Remove a conversation and all of its exchanges. Raises InputError (`not_found`)."""
        with self._write, self._session() as session:
            self._own(session, owner, conversation_id)
            session.execute(delete(_ExchangeRow).where(_ExchangeRow.conversation_id == conversation_id))
            session.execute(delete(_ConversationRow).where(_ConversationRow.id == conversation_id))
            self._commit(session)

    def close(self) -> None:
        """Release the database's connections."""
        self._engine.dispose()

    def _session(self) -> Session:
        return Session(self._engine, expire_on_commit=False)

    def _commit(self, session: Session) -> None:
        try:
            session.commit()
        except OperationalError as error:
            session.rollback()
            raise _storage_error(self._engine, error) from None

    def _own(self, session: Session, owner: str, conversation_id: str) -> _ConversationRow:
        row = session.get(_ConversationRow, conversation_id)
        if row is None or row.owner != owner:
            raise InputError("There is no such conversation.", code="not_found", hint="List yours first.")
        return row


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


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _storage_error(engine: Engine, error: OperationalError) -> StorageError:
    reason = str(error.orig)
    if "full" in reason:
        return StorageError("The disk is full.", code="disk_full", hint="Free some space and send it again.")
    place = engine.url.render_as_string(hide_password=True)
    return StorageError(
        f"Conversations cannot be written to {place} ({reason}).",
        code="read_only",
        hint="Make the folder writable, or name another one with TIZA_HOME.",
    )
