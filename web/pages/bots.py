"""The bots' settings, for people: look, change, try a phrase, and go back to an older version.

Everybody on the team may look; who may change is whoever may change them over the API.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.datastructures import UploadFile

from handover.bot import Bot
from handover.documents import read_bot, write_bot
from handover.errors import NotFound, Problem, Refused, SettingsError
from handover.ids import SETTINGS_ID
from handover.ports import Document, SavedSettings, Versioned
from web.names import check_names
from web.pages import bot_chat
from web.pages.bot_form import ACTIONS, Draft
from web.pages.bot_page import Shown, as_json, bot_page, conflict, one_version, saved_versions
from web.pages.bot_try import Trial, trial
from web.pages.guard import Managing, Me, SignedIn
from web.pages.rendering import PageRoute, page, see
from web.problems import ApiError
from web.services import Parts, Services

router = APIRouter(prefix="/bots", route_class=PageRoute, include_in_schema=False)
router.include_router(bot_chat.router)

BotId = Annotated[str, Path(pattern=SETTINGS_ID)]
Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
SWITCHES = ("handover.enabled", "handover.agents_available")
MAX_FIELDS = 10_000
VERSIONS = 50
"""How many versions one page lists."""


@router.get("")
async def all_bots(request: Request, parts: Parts, me: SignedIn) -> Response:
    """Every bot with its two switches, and who changed it last."""
    bots = await parts.admin.bots()
    team = await parts.admin.team()
    saved = {one.bot.id: (await saved_versions(parts, one.bot.id, team, None, 1))[0] for one in bots}
    return page(request, "bots.html", me=me, bots=bots, saved=saved)


@router.post("/{bot_id}/switch")
async def switch(request: Request, bot_id: BotId, parts: Parts, me: Managing) -> Response:
    """Turn a bot's handover, or the availability of its people, on or off."""
    typed = dict((await _posted(request)).pairs)
    if typed.get("key") not in SWITCHES or typed.get("value") not in ("true", "false"):
        raise ApiError(422, "invalid_request", "A switch is handover or availability, and on or off.")
    stored = await parts.admin.bot(bot_id)
    settings = as_json(stored)
    settings["handover"][typed["key"].removeprefix("handover.")] = typed["value"] == "true"
    await parts.admin.put_bot(Bot.model_validate(settings), by=me.staff_id, expected=stored.version)
    return see("/bots")


@router.get("/{bot_id}")
async def one_bot(
    request: Request, bot_id: BotId, parts: Parts, me: SignedIn, saved: Number = None, unchanged: Number = None
) -> Response:
    """A bot's settings. `saved` and `unchanged` name the version that somebody has just saved."""
    stored = await parts.admin.bot(bot_id)
    done = ""
    if stored.version == saved:
        done = f"Saved as version {saved}. Open handovers keep the settings they began with."
    elif stored.version == unchanged:
        done = f"Nothing was different: version {unchanged} stays."
    return await _show(request, parts, me, stored, Shown(), done=done)


@router.post("/{bot_id}")
async def change(request: Request, bot_id: BotId, parts: Parts, me: Managing) -> Response:
    """Save the form, or do something with it that is not saved yet: add and remove rows, try a phrase."""
    posted = await _posted(request)
    stored = await parts.admin.bot(bot_id)
    draft = Draft.typed(posted.settings, as_json(stored))
    do, _, what = posted.typed.get("_do", "").partition(":")
    if do == "save":
        return await _save(request, parts, me, _Saving(stored, draft, posted, posted.version(what)))
    shown = await _drafted(parts, _Saving(stored, draft, posted, posted.version()), do, what)
    return await _show(request, parts, me, stored, shown, 422 if shown.problems else 200)


@router.get("/{bot_id}/settings.yaml")
async def export(bot_id: BotId, parts: Parts, me: SignedIn) -> Response:
    """The settings as the file that the API and `starter.py` read."""
    stored = await parts.admin.bot(bot_id)
    headers = {"Content-Disposition": f'attachment; filename="{bot_id}.yaml"', "Cache-Control": "no-store"}
    return Response(write_bot(stored.bot), media_type="application/yaml", headers=headers)


@router.get("/{bot_id}/import")
async def import_page(request: Request, bot_id: BotId, parts: Parts, me: Managing) -> Response:
    """Where a file of settings is brought in."""
    stored = await parts.admin.bot(bot_id)
    return page(request, "bot_import.html", me=me, bot=stored, text="", problems=[])


@router.post("/{bot_id}/import")
async def bring_in(request: Request, bot_id: BotId, parts: Parts, me: Managing) -> Response:
    """Read a file of settings into the form, to be looked at and saved there."""
    text = (await _posted(request)).typed.get("yaml", "")
    stored = await parts.admin.bot(bot_id)
    try:
        bot = read_bot(text, "file")
        if bot.id != bot_id:
            raise SettingsError("file", [Problem("id", f"{bot.id!r} is another bot; allowed is {bot_id!r}")])
    except SettingsError as error:
        return page(request, "bot_import.html", 422, me=me, bot=stored, text=text, problems=error.problems)
    draft = Draft.of({**bot.model_dump(mode="json"), "knowledge": stored.bot.knowledge})
    return await _show(request, parts, me, stored, Shown(draft=draft))


@router.get("/{bot_id}/versions")
async def versions(request: Request, bot_id: BotId, parts: Parts, me: SignedIn, before: Number = None) -> Response:
    """What was changed when and by whom, newest first."""
    stored = await parts.admin.bot(bot_id)
    found = await saved_versions(parts, bot_id, await parts.admin.team(), before, VERSIONS)
    older = found[-1].version if found and found[-1].version > 1 else None
    return page(request, "bot_versions.html", me=me, bot=stored, versions=found, older=older)


@router.get("/{bot_id}/versions/{version}")
async def old_version(request: Request, bot_id: BotId, version: Version, parts: Parts, me: SignedIn) -> Response:
    """The settings as they were."""
    stored = await parts.admin.bot(bot_id)
    return await _show(request, parts, me, stored, Shown(version=await _version(parts, bot_id, version)))


@router.post("/{bot_id}/versions/{version}")
async def take_up_again(request: Request, bot_id: BotId, version: Version, parts: Parts, me: Managing) -> Response:
    """Make the settings and the documents of an older version the newest one."""
    posted = await _posted(request)
    stored = await parts.admin.bot(bot_id)
    old = await _version(parts, bot_id, version)
    saving = _Saving(stored, Draft.of(old.settings), posted, posted.version(), old.knowledge)
    return await _save(request, parts, me, saving)


class _Posted(NamedTuple):
    """A form's fields in their order."""

    pairs: list[tuple[str, str]]

    @property
    def settings(self) -> list[tuple[str, str]]:
        return [pair for pair in self.pairs if not pair[0].startswith("_")]

    @property
    def typed(self) -> dict[str, str]:
        return dict(self.pairs)

    def version(self, instead: str = "") -> int:
        """The version that the form was made for, or the one that its button names. Raises ApiError."""
        text = instead or self.typed.get("_version", "")
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise ApiError(422, "invalid_request", "The form does not say which version it changes. Nothing was saved.")
        return int(text)


class _Saving(NamedTuple):
    """A draft on its way: what is stored, what was typed, the version that it changes, and the documents where they change
    as well."""

    stored: Versioned
    draft: Draft
    posted: _Posted
    expected: int
    knowledge: tuple[Document, ...] | None = None


async def _posted(request: Request) -> _Posted:
    """What a form holds; the text of a file stands for its field."""
    pairs = []
    async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                value = (await value.read()).decode("utf-8", "replace")
                if not value:
                    continue
            pairs.append((name, value))
    return _Posted(pairs)


async def _version(parts: Services, bot_id: str, version: int) -> SavedSettings:
    found = await one_version(parts, bot_id, version)
    if found is None:
        raise NotFound("version", f"{bot_id}@{version}")
    return found


async def _save(request: Request, parts: Services, me: Me, saving: _Saving) -> Response:
    """The draft as the next version. What can't be used, or would undo somebody else's change, is refused and kept."""
    stored, draft, posted, expected, knowledge = saving
    try:
        bot = draft.bot()
        check_names(bot, await parts.admin.team())
        saved = await parts.admin.put_bot(bot, knowledge, by=me.staff_id, expected=expected)
    except SettingsError as error:
        shown = Shown(draft, error.problems, typed=posted.typed, expected=expected)
        return await _show(request, parts, me, stored, shown, 422)
    except Refused as error:
        if error.code != "changed_meanwhile":
            raise
        stored = await parts.admin.bot(stored.bot.id)
        clash = await conflict(parts, stored, error, expected, draft)
        shown = Shown(draft, conflict=clash, typed=posted.typed, expected=expected)
        return await _show(request, parts, me, stored, shown, 409)
    what = "unchanged" if saved.version == expected else "saved"
    return see(f"/bots/{stored.bot.id}?{what}={saved.version}")


async def _drafted(parts: Services, saving: _Saving, do: str, what: str) -> Shown:
    """The form with a row more or less, or with what would come of a phrase."""
    _, draft, posted, expected, _ = saving
    problems: Sequence[Problem] = ()
    tried: Trial | None = None
    if do == "add":
        problems = draft.add(what, posted.typed.get("_new_action", ""))
    elif do == "remove":
        draft.remove(what)
    elif posted.typed.get("_text", "").strip():
        try:
            tried = await _tried(parts, draft, posted.typed)
        except SettingsError as error:
            problems = error.problems
    new = posted.typed.get("_new_action", "").strip()
    if problems or do != "add" or what != ".".join(ACTIONS):
        return Shown(draft, problems, trial=tried, typed=posted.typed, expected=expected, opened=what)
    return Shown(draft, typed=posted.typed | {"_new_action": ""}, expected=expected, opened=f"{what}.{new}")


async def _tried(parts: Services, draft: Draft, typed: dict[str, str]) -> Trial:
    names = {person.id: person.name for person in await parts.admin.team()}
    tags = [tag.strip()[:64] for tag in typed.get("_tags", "").split(",") if tag.strip()]
    return trial(draft.bot(), typed["_text"].strip()[:2000], tags, parts.recognise, names)


async def _show(
    request: Request, parts: Services, me: Me, stored: Versioned, shown: Shown, status: int = 200, done: str = ""
) -> Response:
    view = await bot_page(parts, stored, shown)
    can_change = me.manages and shown.version is None
    return page(request, "bot.html", status, me=me, bot=view, form=view.form, can_change=can_change, done=done)
