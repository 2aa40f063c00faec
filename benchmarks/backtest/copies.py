"""A store full of conversations: some are recorded as they happen, the others are copies of their rows under other names."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Table, insert, select

from store import Store
from store.tables import Base

TABLES = ("contacts", "conversations", "fence_moves", "messages", "handovers", "handover_log", "events")
"""All that a recorded conversation leaves behind, each after those that it refers to."""

_NAMED = re.compile(r"bench-(\d+)(?=/|$)")


class _Copy(NamedTuple):
    """What a copy's names and row numbers are greater by."""

    names: int
    rows: int


def name(number: int) -> str:
    return f"bench-{number}"


async def copy(store: Store, recorded: int, conversations: int) -> None:
    """Copy the first `recorded` conversations over and over, until there are as many as `conversations`."""
    rows = {table: await _rows(store, Base.metadata.tables[table]) for table in TABLES}
    most = max(row["row"] for table in rows.values() for row in table if "row" in row)
    for times in range(1, -(-conversations // recorded)):
        this = _Copy(times * recorded, times * most)
        async with store.database.write() as session:
            for table, originals in rows.items():
                copies = [_copied(row, this) for row in originals if _number(row) + this.names < conversations]
                if copies:
                    await session.execute(insert(Base.metadata.tables[table]), copies)


async def _rows(store: Store, table: Table) -> list[dict[str, Any]]:
    """All rows, in their order; the numbers of events are given out anew."""
    wanted = select(*(column for column in table.columns if column.key != "id" or table.name != "events"))
    async with store.database.read() as session:
        found = await session.execute(wanted.order_by(*table.primary_key))
        return [dict(row) for row in found.mappings()]


def _number(row: dict[str, Any]) -> int:
    """Of the conversation that a row belongs to; a contact is called as the conversation is."""
    return int(row.get("conversation_id", row.get("id", "")).removeprefix("bench-"))


def _copied(value: Any, this: _Copy) -> Any:
    """A row, or what a JSON column holds, under the copy's names and row numbers."""
    match value:
        case str():
            return _NAMED.sub(lambda found: name(int(found[1]) + this.names), value)
        case list():
            return [_copied(one, this) for one in value]
        case dict():
            return dict(_entries(value, this))
    return value


def _entries(value: dict[str, Any], this: _Copy) -> Iterator[tuple[str, Any]]:
    for key, one in value.items():
        yield key, one + this.rows if key == "row" else _copied(one, this)
