"""Records of demo runs: demo and parameters, seed among them, from which any service on the database makes a run again.

Frames are not kept: they take megabytes, and the same parameters give the same ones.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Engine, ForeignKey, Index, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from tutor.conversations.database import Base, Moment, Words, session_of
from tutor.conversations.owners import Owner

KEPT = 1000
"""Records of one key's runs; the oldest make room."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run was made of."""

    id: str
    demo: str
    params: dict[str, Any]


class RunRow(Base):
    """A record as it is stored. It goes with its conversation, where it belongs to one."""

    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_key_name_made_at", "key_name", "made_at"),)

    id: Mapped[str] = mapped_column(Words(32), primary_key=True)
    key_name: Mapped[str] = mapped_column(Words(80))
    user_name: Mapped[str] = mapped_column(Words(200))
    course: Mapped[str] = mapped_column(Words(64))
    conversation_id: Mapped[str | None] = mapped_column(
        Words(32), ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    demo: Mapped[str] = mapped_column(Words(80))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment)


class RunRecords:
    """The records in a database. Calls block briefly, as those of Conversations do."""

    def __init__(self, engine: Engine, write: threading.Lock, most: int = KEPT) -> None:
        """`write` lets one writer of this process in at a time; `most` records are kept of each key."""
        self._engine, self._write, self._most = engine, write, most

    def keep(self, owner: Owner, record: RunRecord, conversation_id: str = "") -> None:
        """Write a run down, for the conversation that it was made in, where there is one.

        Nothing is written when that conversation is gone, or the run is known. Raises StorageError.
        """
        row = RunRow(
            id=record.id, key_name=owner.key, user_name=owner.user, course=owner.course, demo=record.demo,
            conversation_id=conversation_id or None, params=record.params, made_at=datetime.now(UTC),
        )  # fmt: skip
        beyond = (
            select(RunRow.id).where(RunRow.key_name == owner.key)
            .order_by(RunRow.made_at.desc(), RunRow.id).offset(self._most)
        )  # fmt: skip
        try:
            with self._write, session_of(self._engine) as session:
                session.add(row)
                session.flush()
                session.execute(delete(RunRow).where(RunRow.id.in_(beyond)))
                session.commit()
        except IntegrityError:
            return

    def find(self, owner: Owner, run_id: str) -> RunRecord | None:
        """The owner's run; None where there is none. Raises StorageError."""
        with session_of(self._engine) as session:
            row = session.get(RunRow, run_id)
            if row is None or Owner(row.key_name, row.user_name, row.course) != owner:
                return None
            return RunRecord(row.id, row.demo, row.params)
