"""The audit log, for admins: who did what and what was refused, newest first."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from web.filters import Filters
from web.pages.audit_words import KINDS, actors, kind_in_words
from web.pages.days import WrongDays, check_order, day_of
from web.pages.guard import Administering
from web.pages.rendering import PageRoute, page
from web.services import Parts

router = APIRouter(prefix="/audit", route_class=PageRoute, include_in_schema=False)

SHOWN = 50


class Asked(Filters):
    """What the address says; empty is all. `from` and `to` are days in UTC, the last one included."""

    kind: str = Field("", max_length=100)
    actor: str = Field("", max_length=200)
    first: str = Field("", alias="from", max_length=40)
    last: str = Field("", alias="to", max_length=40)
    after: str = Field("", max_length=200)

    @property
    def query(self) -> str:
        """The filters once more, as the end of an address."""
        return urlencode(self.model_dump(by_alias=True, exclude_defaults=True, exclude={"after"}))


@router.get("")
async def audit_page(request: Request, asked: Annotated[Asked, Query()], parts: Parts, me: Administering) -> Response:
    """A part of the log; where a day is none, the form with what is wrong about it."""
    names = actors(await parts.admin.team(), await parts.door.keys())
    context: dict[str, Any] = {"me": me, "asked": asked, "names": names, "kinds": KINDS, "in_words": kind_in_words}
    try:
        span = _span(asked)
    except WrongDays as error:
        return page(request, "audit.html", 422, **context, lines=[], next=None, alert=str(error))
    found = await parts.door.audits(
        **span, actor=asked.actor or None, kind=asked.kind or None, after=asked.after or None, limit=SHOWN
    )
    return page(request, "audit.html", **context, lines=found.items, next=found.next, alert="")


def _span(asked: Asked) -> dict[str, datetime]:
    """The times between which lines are shown. Raises WrongDays."""
    first = day_of(asked.first, "From") if asked.first else None
    last = day_of(asked.last, "To") if asked.last else None
    if first is not None and last is not None:
        check_order(first, last)
    span = {"since": first, "until": last + timedelta(days=1) if last is not None else None}
    return {name: datetime.combine(day, time(), UTC) for name, day in span.items() if day is not None}
