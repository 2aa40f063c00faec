"""Bots and staff: settings, validated and versioned."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel

from handover.bot import Bot
from handover.documents import validated
from handover.errors import Problem, SettingsError
from handover.ids import SETTINGS_ID
from handover.ports import Versioned
from handover.staff import Staff
from handover.views import Page
from web.access import Manager, Who
from web.names import check_names
from web.problems import RESPONSES
from web.services import Parts
from web.team import change_person

router = APIRouter(prefix="/v1", tags=["settings"], responses=RESPONSES)

SettingsId = Annotated[str, Path(pattern=SETTINGS_ID)]
Fields = Annotated[dict[str, Any], Body()]
ExpectedVersion = Annotated[
    int | None,
    Query(ge=0, le=2**31 - 1, description="The version that was changed: 409 where another one is current by now."),
]


class BotView(BaseModel):
    """A bot's settings, their version, and the names of the documents that it may answer from."""

    version: int
    settings: Bot
    documents: list[str]


def _shown(one: Versioned) -> BotView:
    return BotView(version=one.version, settings=one.bot, documents=[document.name for document in one.knowledge])


@router.get("/bots")
async def list_bots(parts: Parts, who: Who) -> Page[BotView]:
    """All bots; the first one is the default one."""
    return Page(items=[_shown(one) for one in await parts.admin.bots()])


@router.get("/bots/{bot_id}")
async def get_bot(bot_id: SettingsId, parts: Parts, who: Who) -> BotView:
    """A bot's current settings."""
    return _shown(await parts.admin.bot(bot_id))


@router.put("/bots/{bot_id}")
async def put_bot(
    bot_id: SettingsId, settings: Fields, parts: Parts, who: Manager, version: ExpectedVersion = None
) -> BotView:
    """Change a bot, or make one. Open handovers keep the settings that they began with."""
    bot = validated(Bot, {"id": bot_id, **settings}, "bot")
    _same_id("bot", bot.id, bot_id)
    check_names(bot, await parts.admin.team())
    return _shown(await parts.admin.put_bot(bot, by=who.signature, expected=version))


@router.get("/staff")
async def list_staff(parts: Parts, who: Who) -> Page[Staff]:
    """The team."""
    return Page(items=await parts.admin.team())


@router.get("/staff/{staff_id}")
async def get_staff(staff_id: SettingsId, parts: Parts, who: Who) -> Staff:
    """One person."""
    return await parts.team.staff(staff_id)


@router.put("/staff/{staff_id}")
async def put_staff(staff_id: SettingsId, settings: Fields, parts: Parts, who: Manager) -> Staff:
    """Change a person, or add one. Only an admin makes or changes managers and admins."""
    person = validated(Staff, {"id": staff_id, **settings}, "staff")
    _same_id("staff", person.id, staff_id)
    return await change_person(parts, who, staff_id, lambda before: person)


def _same_id(source: str, in_body: str, in_path: str) -> None:
    if in_body != in_path:
        raise SettingsError(source, [Problem("id", f"{in_body!r} is not {in_path!r}, which is the address")])
