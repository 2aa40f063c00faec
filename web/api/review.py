"""The weekly review, to be read at any time."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from handover.views import Review
from handover.week import week_before, week_named
from web.access import Manager
from web.filters import Filters
from web.problems import RESPONSES
from web.services import Parts

router = APIRouter(prefix="/v1", tags=["handovers"], responses=RESPONSES)


class ReviewQuery(Filters):
    """Which week."""

    week: Annotated[
        str | None, Field(max_length=16, description="Like `2026-W47`; left out: the last one that has ended.")
    ] = None


@router.get("/review")
async def get_review(asked: Annotated[ReviewQuery, Query()], parts: Parts, who: Manager) -> Review:
    """A week's numbers, what the bot could not answer, and both in words, as managers get them every Monday.

    The numbers are those of now: a case of that week may have been completed since the review was sent.
    """
    zone = parts.settings.review_time_zone
    week = week_before(datetime.now(UTC), zone) if asked.week is None else week_named(asked.week, zone)
    return await parts.reads.review(week)
