"""The weekly review, to be read at any time."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from handover.plots import Look
from handover.review import plots_of_week
from handover.views import Review
from handover.week import Week, week_before, week_named
from web.access import Manager
from web.drawn import drawn
from web.filters import Filters
from web.problems import RESPONSES
from web.services import Parts, Services

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
    return await parts.reads.review(_week(asked.week, parts))


class PlotQuery(ReviewQuery):
    """Which week, and how it is drawn."""

    dark: Annotated[bool, Field(description="Light on dark.")] = False
    narrow: Annotated[bool, Field(description="For a phone's width.")] = False


@router.get("/review/plots/{name}.svg", response_class=Response, responses={200: {"content": {"image/svg+xml": {}}}})
async def get_plot(name: str, asked: Annotated[PlotQuery, Query()], parts: Parts, who: Manager) -> Response:
    """A picture of a week's review; its addresses are those in `plots` of the review. 404 where there is nothing to draw."""
    week = _week(asked.week, parts)
    review = await parts.reads.review(week)
    plots = plots_of_week(week, review.numbers, review.questions)
    return await drawn(parts, plots, name, Look(asked.dark, asked.narrow, titled=True))


def _week(name: str | None, parts: Services) -> Week:
    zone = parts.settings.review_time_zone
    return week_before(datetime.now(UTC), zone) if name is None else week_named(name, zone)
