"""The page of numbers: what handovers cost and what came of them, as pictures, tables and CSV."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from handover.plots import Look, Plot, Shown, plots_of, weeks_shown
from handover.tables import Table, tables_of
from handover.views import HandoverNumbers, QuestionGroup
from web.drawn import drawn
from web.pages import words
from web.pages.days import WrongDays
from web.pages.guard import Me, SignedIn
from web.pages.number_filters import NOBODY, RANGES, Asked, AskedPlot, Span, filters_of, span_of
from web.pages.number_words import cell, days
from web.pages.rendering import PageRoute, page
from web.problems import ApiError
from web.services import Parts, Services
from web.sheets import csv_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Names = Mapping[str, str]


@dataclass(frozen=True)
class Choices:
    """What can be chosen in the form, by the values of the address."""

    bots: Names
    people: Names
    reasons: Names


@dataclass(frozen=True)
class Picture:
    """The numbers of a time as the page shows them."""

    span: Span
    numbers: HandoverNumbers
    questions: Sequence[QuestionGroup]
    plots: Sequence[Plot]
    tables: Mapping[str, Table]


@router.get("/numbers")
async def numbers_page(request: Request, asked: Annotated[Asked, Query()], parts: Parts, me: SignedIn) -> Response:
    """Everything at once; days that can't be shown are said beside the form, which keeps them."""
    choices = await _choices(parts, asked)
    try:
        picture, wrong = await _picture(parts, me, asked, choices), ""
    except WrongDays as error:
        picture, wrong = None, error.detail
    form = {"asked": asked, "choices": choices, "wrong": wrong, "ranges": RANGES, "nobody": NOBODY}
    return page(request, "numbers.html", 422 if wrong else 200, me=me, picture=picture, cell=cell, days=days, **form)


@router.get("/numbers/plots/{name}.svg")
async def plot(name: str, asked: Annotated[AskedPlot, Query()], parts: Parts, me: SignedIn) -> Response:
    """A picture of the page."""
    span = span_of(asked, datetime.now(UTC), parts.settings.review_time_zone)
    numbers, questions = await _counted(parts, me, asked, span)
    plots = plots_of(numbers, questions, _shown(span))
    return await drawn(parts, plots, name, Look(asked.dark, asked.narrow))


@router.get("/numbers/tables/{name}.csv")
async def table(name: str, asked: Annotated[Asked, Query()], parts: Parts, me: SignedIn) -> Response:
    """A table of the page, as a file."""
    picture = await _picture(parts, me, asked, await _choices(parts, asked))
    if name not in picture.tables:
        raise ApiError(404, "not_found", f"No table is called {name!r}; there are {', '.join(picture.tables)}.")
    file = f"{name}-{picture.span.first}-{picture.span.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return Response(csv_of(picture.tables[name]), media_type="text/csv; charset=utf-8", headers=headers)


async def _picture(parts: Services, me: Me, asked: Asked, choices: Choices) -> Picture:
    span = span_of(asked, datetime.now(UTC), parts.settings.review_time_zone)
    numbers, questions = await _counted(parts, me, asked, span)
    shown = _shown(span)
    tables = tables_of(numbers, questions, shown, choices.bots, choices.people)
    return Picture(span, numbers, questions, plots_of(numbers, questions, shown), {one.name: one for one in tables})


async def _counted(
    parts: Services, me: Me, asked: Asked, span: Span
) -> tuple[HandoverNumbers, Sequence[QuestionGroup]]:
    filters = filters_of(asked, span, me)
    return await asyncio.gather(
        parts.reads.numbers(**filters, time_zone=span.time_zone), parts.reads.unanswered(**filters)
    )


def _shown(span: Span) -> Shown:
    return Shown(weeks_shown(span.first, span.last), span.time_zone, words.reason)


async def _choices(parts: Services, asked: Asked) -> Choices:
    """All that there is, and what was asked for: a rule that is gone has left handovers behind."""
    bots, team = await asyncio.gather(parts.admin.bots(), parts.admin.team())
    rules = {rule.name: words.reason(rule.name) for one in bots for rule in one.bot.handover.rules}
    chosen = {asked.reason: words.reason(asked.reason)} if asked.reason else {}
    return Choices(
        bots={one.bot.id: one.bot.name for one in bots},
        people={person.id: person.name for person in team},
        reasons=words.REASONS | rules | chosen,
    )
