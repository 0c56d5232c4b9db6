"""Whose conversation it is: an owner is a key and a user of it, each a value of its own, never one joined text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, MetaData, Table, inspect, select, text

_COLUMNS = (("key_name", 80), ("user_name", 200), ("course", 64))
_APART = "\x1f"
_LOCK = 0x7469_7A61
TERMINAL = "\x1fterminal"
"""The key of those who talk with the tutor without the service: no key of the service can be called so."""


class Owner(NamedTuple):
    """A key's name ("" without one), its platform's user, and the course ("" for the service's own)."""

    key: str
    user: str = ""
    course: str = ""

    @classmethod
    def of(cls, owner: Owner | str) -> Owner:
        """The owner; a plain name is that of a user at the terminal."""
        return owner if isinstance(owner, Owner) else cls(TERMINAL, owner)


def part_owners(connection: Connection) -> None:
    """Give a database of an earlier version, whose owners are joined text, owners in parts. Each row stays."""
    if not _is_joined(connection):
        return
    for name, length in _COLUMNS:
        connection.execute(text(f"ALTER TABLE conversations ADD COLUMN {name} VARCHAR({length}) DEFAULT '' NOT NULL"))
    _fill(connection)
    for index in inspect(connection).get_indexes("conversations"):
        if "owner" in index["column_names"]:
            connection.execute(text(f'DROP INDEX "{index["name"]}"'))
    connection.execute(text("ALTER TABLE conversations DROP COLUMN owner"))


def _is_joined(at: Connection) -> bool:
    return "owner" in {column["name"] for column in inspect(at).get_columns("conversations")}


def lock(connection: Connection) -> None:
    """One process does it; the others wait, and find it done."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def _fill(connection: Connection) -> None:
    known = MetaData()
    rows = Table("conversations", known, autoload_with=connection)
    keys: Sequence[Any] = ()
    if inspect(connection).has_table("keys"):
        keys = connection.execute(select(Table("keys", known, autoload_with=connection).c.name)).scalars().all()
    for joined in connection.execute(select(rows.c.owner).distinct()).scalars().all():
        parts = dict(zip((name for name, _ in _COLUMNS), parted(joined, keys), strict=True))
        connection.execute(rows.update().where(rows.c.owner == joined).values(parts))


def parted(joined: str, keys: Iterable[str]) -> Owner:
    """The owner that an earlier version wrote as "key:user", with the course after a separator.

    Both names may hold a colon: of the keys that fit it is the longest one that there is, and a name without colon
    where none is known any more.
    """
    whole, _, course = joined.partition(_APART)
    if ":" not in whole:
        return Owner.of(whole)
    fitting = [key for key in keys if whole.startswith(f"{key}:")]
    key = max(fitting, key=len, default=whole.partition(":")[0])
    user = whole[len(key) + 1 :]
    return Owner("" if key == "local" and not fitting else key, user, course)
