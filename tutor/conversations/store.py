"""Conversations, kept in a database through SQLAlchemy: SQLite in the data folder, PostgreSQL by URL.

A question is stored before it is answered, so nothing a student wrote is lost; its answer follows when the turn ends
(`complete`), was stopped (`incomplete`) or failed (`failed`). Every call names the owner (a plain name is a user at the
terminal), and another owner's conversation does not exist for it.
"""

from __future__ import annotations

import builtins
import logging
import threading
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, make_transient, mapped_column

from demos.runtime.messages import say
from tutor.conversations.database import Base, Moment, Words, open_engine, session_of, storage_error
from tutor.conversations.migrate import bring_up_to_date
from tutor.conversations.owners import Owner
from tutor.conversations.runs import RunRecords, RunRow
from tutor.conversations.writers import is_left, this_writer
from tutor.errors import InputError, StorageError

log = logging.getLogger(__name__)
RECENT = 40
"""Exchanges that a turn looks back on: what it follows up, its latest run, and what it was asked in practice."""

TRIES = 50
"""Times that an exchange is put after the last one; others may be doing so, each of them once at a time."""

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


class _ConversationRow(Base):
    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(Words(32), primary_key=True)
    key_name: Mapped[str] = mapped_column(Words(80), index=True, server_default="")
    user_name: Mapped[str] = mapped_column(Words(200), index=True, server_default="")
    course: Mapped[str] = mapped_column(Words(64), server_default="")
    title: Mapped[str] = mapped_column(Words(200))
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment, index=True)


class _ExchangeRow(Base):
    __tablename__ = "exchanges"
    __table_args__ = (Index("ux_exchanges_number", "conversation_id", "number", unique=True),)

    id: Mapped[str] = mapped_column(Words(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    question: Mapped[str] = mapped_column(Words())
    answer: Mapped[str] = mapped_column(Words())
    state: Mapped[str] = mapped_column(Words(12))
    outcome: Mapped[str] = mapped_column(Words(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime] = mapped_column(Moment)
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
        self.runs = RunRecords(self._engine, self._write)
        try:
            bring_up_to_date(self._engine)
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

    def list(self, owner: Owner | str, search: str = "", limit: int = 100, offset: int = 0) -> list[Conversation]:
        """The owner's conversations, latest first; `search` filters by words of title, questions and answers."""
        query = select(_ConversationRow).where(*_of(owner))
        for word in search.split():
            pattern = f"%{word}%"
            said = select(_ExchangeRow.conversation_id).where(
                or_(_ExchangeRow.question.ilike(pattern), _ExchangeRow.answer.ilike(pattern))
            )
            query = query.where(or_(_ConversationRow.title.ilike(pattern), _ConversationRow.id.in_(said)))
        with self._session() as session:
            rows = session.scalars(query.order_by(_ConversationRow.updated_at.desc()).limit(limit).offset(offset))
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

    def until(self, owner: Owner | str, exchange_id: str) -> tuple[str, builtins.list[Exchange]]:
        """The conversation of an exchange, and its last exchanges up to that one. Raises InputError (`not_found`)."""
        with self._session() as session:
            row = session.get(_ExchangeRow, exchange_id)
            if row is None:
                raise _no_conversation()
            self._own(session, owner, row.conversation_id)
            found = session.scalars(
                select(_ExchangeRow)
                .where(_ExchangeRow.conversation_id == row.conversation_id, _ExchangeRow.number <= row.number)
                .order_by(_ExchangeRow.number.desc(), _ExchangeRow.asked_at.desc())
                .limit(RECENT)
            )
            return row.conversation_id, [_exchange(item) for item in found][::-1]

    def ask(self, owner: Owner | str, conversation_id: str, question: str, exchange_id: str = "") -> str:
        """Store a question before it is answered; returns the exchange's id, `exchange_id` where that is given. The
        first one names the conversation.

        Raises InputError (`not_found`), also when it is removed this moment, and StorageError.
        """
        row = _ExchangeRow(
            id=exchange_id or uuid.uuid4().hex, conversation_id=conversation_id, number=0, question=question,
            answer="", state="pending", outcome="", detail={}, asked_at=datetime.now(UTC), writer=this_writer(),
        )  # fmt: skip
        for _ in range(TRIES):  # another process may ask in the same conversation
            try:
                with self._write, self._session() as session:
                    self._put(session, owner, row)
                    return row.id
            except IntegrityError:
                make_transient(row)
        raise _no_conversation()

    def _put(self, session: Session, owner: Owner | str, row: _ExchangeRow) -> None:
        """Add an exchange after the last one. Raises IntegrityError when another process was first."""
        head = self._own(session, owner, row.conversation_id, alone=True)
        last = session.scalar(
            select(func.max(_ExchangeRow.number)).where(_ExchangeRow.conversation_id == row.conversation_id)
        )
        row.number = 0 if last is None else last + 1
        session.add(row)
        head.updated_at = row.asked_at
        head.title = head.title or " ".join(row.question.split())[:80]
        session.commit()

    def check(self) -> None:
        """Raises StorageError when the database cannot be read."""
        with self._session() as session:
            session.execute(select(1))

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

    def forget(self, owner: Owner | str) -> int:
        """Remove all conversations of an owner for good, and the records of their runs; returns how many."""
        with self._write, self._session() as session:
            own = select(_ConversationRow.id).where(*_of(owner))
            count = session.scalar(select(func.count()).select_from(own.subquery())) or 0
            session.execute(delete(_ExchangeRow).where(_ExchangeRow.conversation_id.in_(own)))
            session.execute(delete(_ConversationRow).where(*_of(owner)))
            session.execute(delete(RunRow).where(*_of(owner, RunRow)))
            session.commit()
            return count

    def close(self) -> None:
        """Release the database's connections."""
        self._engine.dispose()

    def settle_left(self) -> int:
        """Settle as stopped what processes left pending that are no more; returns how many. Raises StorageError."""
        with self._write, self._session() as session:
            pending = session.scalars(select(_ExchangeRow).where(_ExchangeRow.state == "pending")).all()
            left = [row.id for row in pending if is_left(row.writer, row.asked_at)]
            for exchange_id in left:
                session.execute(update(_ExchangeRow).where(_ExchangeRow.id == exchange_id).values(state="incomplete"))
            session.commit()
            return len(left)

    def _session(self) -> AbstractContextManager[Session]:
        return session_of(self._engine)

    def _own(
        self, session: Session, owner: Owner | str, conversation_id: str, *, alone: bool = False
    ) -> _ConversationRow:
        row = session.get(_ConversationRow, conversation_id, with_for_update=alone)
        if row is None or Owner(row.key_name, row.user_name, row.course) != Owner.of(owner):
            raise _no_conversation()
        return row


def _of(owner: Owner | str, row: type[_ConversationRow | RunRow] = _ConversationRow) -> tuple[ColumnElement[bool], ...]:
    key, user, course = Owner.of(owner)
    return row.key_name == key, row.user_name == user, row.course == course


def _no_conversation() -> InputError:
    return InputError(say("There is no such conversation."), code="not_found", hint=say("List yours first."))


def hand_over(session: Session, key: str, other: str) -> None:
    """Give the conversations and runs of a key to another one, in a session that the caller commits."""
    session.execute(update(_ConversationRow).where(_ConversationRow.key_name == key).values(key_name=other))
    session.execute(update(RunRow).where(RunRow.key_name == key).values(key_name=other))


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
