"""Lists in parts: a cursor names the last item of a part by the values that the list is sorted by."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from handover.errors import Refused
from store.tables import Base

MOST = 200
"""The most items that one part has."""

Row = TypeVar("Row", bound=Base)


class Order(NamedTuple):
    """What a list is sorted by: columns that together name one row."""

    columns: tuple[InstrumentedAttribute[Any], ...]
    newest_first: bool = False


async def part(
    session: AsyncSession, rows: Select[Row], order: Order, after: str | None, limit: int
) -> tuple[Sequence[Row], str | None]:
    """The rows behind a cursor, at most `limit`, and the cursor of the part that follows, where one does."""
    limit = max(1, min(limit, MOST))
    if after is not None:
        place, last = tuple_(*order.columns), _decode(after, order)
        rows = rows.where(place < last if order.newest_first else place > last)
    sorting = [column.desc() if order.newest_first else column.asc() for column in order.columns]
    found = list(await session.scalars(rows.order_by(*sorting).limit(limit + 1)))
    more = len(found) > limit
    return found[:limit], _encode(found[limit - 1], order) if more else None


def _encode(row: Base, order: Order) -> str:
    values = [getattr(row, column.key) for column in order.columns]
    text = json.dumps([value.isoformat() if isinstance(value, datetime) else value for value in values])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, order: Order) -> tuple[Any, ...]:
    """The values of a cursor; raises Refused for anything that no list of this order gave out."""
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(
            _checked(value, column.type.python_type) for value, column in zip(values, order.columns, strict=True)
        )
    except (ValueError, TypeError) as error:
        raise Refused("bad_cursor", "The cursor is not one that this list gave out; start without one.") from error


def _checked(value: Any, kind: type) -> Any:
    if kind is datetime:
        return _aware(datetime.fromisoformat(value))
    if type(value) is not kind:
        raise ValueError(value)
    return value


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(at)
    return at
