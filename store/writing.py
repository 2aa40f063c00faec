"""What every repository shares: its database and clock, and inserts that may meet a row that is already there."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from handover.messages import Payload
from store.database import Database
from store.tables import Base

Clock = Callable[[], datetime]


def utcnow() -> datetime:
    return datetime.now(UTC)


class Repository:
    """A part of the store over one database. `clock` gives the time in UTC."""

    def __init__(self, database: Database, clock: Clock = utcnow) -> None:
        self._database = database
        self._clock = clock


def values_of(payload: Payload, table: type[Base]) -> dict[str, Any]:
    """The values of a payload that a table has columns for: a payload may gain fields that the store need not know."""
    return payload.model_dump(include=set(table.__table__.columns.keys()))


async def add(session: AsyncSession, table: type[Base], values: Mapping[str, Any]) -> Any | None:
    """Insert a row and return (the first column of) its key; None, and nothing changed, where it is already there."""
    statement = _insert(session, table).values(dict(values)).on_conflict_do_nothing()
    return await session.scalar(statement.returning(*table.__table__.primary_key))


async def upsert(
    session: AsyncSession, table: type[Base], values: Mapping[str, Any], keep: Collection[str] = ()
) -> None:
    """Insert a row, or set its values where its primary key is already there; those named in `keep` stay."""
    keys = [column.name for column in table.__table__.primary_key]
    changes = {name: value for name, value in values.items() if name not in (*keys, *keep)}
    statement = _insert(session, table).values(dict(values))
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))


def _insert(session: AsyncSession, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
