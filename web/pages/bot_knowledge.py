"""A bot's knowledge, for people: the section of the settings page that adds documents, and a page for each of them."""

from hashlib import sha256
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Path, Request, Response
from starlette.datastructures import UploadFile

from handover.errors import Refused, SettingsError
from handover.knowledge import document, found, with_document, without_document
from handover.ports import Document, Versioned
from web.pages.bot_page import Adding, Shown, bot_page
from web.pages.bots import BotId
from web.pages.guard import Managing, Me, SignedIn
from web.pages.rendering import PageRoute, page, see
from web.services import Parts, Services

router = APIRouter(prefix="/bots/{bot_id}/knowledge", route_class=PageRoute, include_in_schema=False)

DocumentName = Annotated[str, Path(max_length=200)]
UPLOADS = r"/bots/[^/]+/knowledge(/.*)?"
MOST_UPLOADED = 1024 * 1024
"""Bytes of a form: who chose a file that is too long is told so on the page."""
_NO_TEXT = "\0"
"""Stands for a file that is no text, and is refused like any other that is none."""


class _Typed(NamedTuple):
    """What a form holds. `file`: what was chosen on the reader's machine, by its name; bytes that are no text are None."""

    do: str
    name: str
    text: str
    opened: str
    file: tuple[str, str | None] | None

    @property
    def document(self) -> Document:
        """The document that is meant: a file is taken instead of what stands in the field."""
        name, text = self.file or (self.name, self.text)
        return document(self.name or name, _NO_TEXT if text is None else text)


@router.post("")
async def add(request: Request, bot_id: BotId, parts: Parts, me: Managing) -> Response:
    """Add a document. One that is there already is changed on its own page, not by accident here."""
    typed = await _typed(request)
    one = typed.document

    def new(before: tuple[Document, ...]) -> list[Document]:
        if one.name in {other.name for other in before}:
            raise Refused("name_taken", f"There is a document {one.name} already: open it to replace it.")
        return with_document(before, one)

    try:
        saved = await parts.admin.change_knowledge(bot_id, lambda before: new(tuple(before)), by=me.staff_id)
    except SettingsError as error:
        problems = [f"{one.key}: {one.text}" if one.key else one.text for one in error.problems]
        return await _refused(request, parts, me, bot_id, typed, problems)
    except Refused as error:
        return await _refused(request, parts, me, bot_id, typed, [str(error)], 409)
    return see(f"/bots/{bot_id}?saved={saved.version}")


@router.get("")
async def section(bot_id: BotId, me: SignedIn) -> Response:
    """Where somebody comes who had to sign in again."""
    return see(f"/bots/{bot_id}#knowledge")


@router.get("/{name:path}")
async def look(request: Request, bot_id: BotId, name: DocumentName, parts: Parts, me: SignedIn) -> Response:
    """One document, to be read, replaced or removed."""
    stored = await parts.admin.bot(bot_id)
    one = found(stored.knowledge, name)
    return _document_page(request, me, stored, one.name, one.text, _print_of(one))


@router.post("/{name:path}")
async def change(request: Request, bot_id: BotId, name: DocumentName, parts: Parts, me: Managing) -> Response:
    """Replace or remove a document. Who would undo what somebody has just changed is told so first."""
    typed = (await _typed(request))._replace(name=name)
    before = await parts.admin.bot(bot_id)
    try:
        if typed.do == "remove":
            saved = await parts.admin.change_knowledge(bot_id, lambda all: without_document(all, name), by=me.staff_id)
        else:
            saved = await _replace(parts, me, bot_id, typed)
    except SettingsError as error:
        problems = [one.text for one in error.problems]
        return _document_page(request, me, before, name, typed.text, typed.opened, problems)
    except Refused as error:
        return await _overtaken(request, parts, me, bot_id, typed, str(error))
    return see(f"/bots/{bot_id}?{'saved' if saved.version > before.version else 'unchanged'}={saved.version}")


async def _replace(parts: Services, me: Me, bot_id: str, typed: _Typed) -> Versioned:
    one = typed.document

    def replaced(before: tuple[Document, ...]) -> list[Document]:
        if _print_of(found(before, one.name)) not in (typed.opened, _print_of(one)):
            text = f"{one.name} was changed meanwhile. Nothing of yours was saved; saving now replaces what is there."
            raise Refused("changed_meanwhile", text)
        return with_document(before, one)

    return await parts.admin.change_knowledge(bot_id, lambda before: replaced(tuple(before)), by=me.staff_id)


async def _overtaken(request: Request, parts: Services, me: Me, bot_id: str, typed: _Typed, text: str) -> Response:
    """What was typed, over the document as it is by now."""
    stored = await parts.admin.bot(bot_id)
    now = found(stored.knowledge, typed.name)
    mine = (typed.file and typed.file[1]) or typed.text
    return _document_page(request, me, stored, now.name, mine, _print_of(now), [text], 409)


def _document_page(
    request: Request,
    me: Me,
    stored: Versioned,
    name: str,
    text: str,
    opened: str,
    problems: list[str] | None = None,
    status: int = 422,
) -> Response:
    status = status if problems else 200
    shown = {"name": name, "text": text, "opened": opened, "problems": problems or []}
    return page(request, "bot_document.html", status, me=me, bot=stored, **shown)


async def _refused(
    request: Request, parts: Services, me: Me, bot_id: str, typed: _Typed, problems: list[str], status: int = 422
) -> Response:
    """The settings page, with what was typed for a new document."""
    stored = await parts.admin.bot(bot_id)
    view = await bot_page(parts, stored, Shown(adding=Adding(typed.name, typed.text, problems)))
    return page(request, "bot.html", status, me=me, bot=view, form=view.form, can_change=True, done="")


async def _typed(request: Request) -> _Typed:
    async with request.form(max_files=1, max_fields=10) as form:
        texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        file = form.get("file")
        chosen = await _chosen(file) if isinstance(file, UploadFile) and file.filename else None
    name = texts.get("name", "").strip()
    return _Typed(texts.get("do", ""), name, texts.get("text", ""), texts.get("opened", ""), chosen)


async def _chosen(file: UploadFile) -> tuple[str, str | None]:
    content = await file.read()
    try:
        return file.filename or "", content.decode("utf-8")
    except UnicodeDecodeError:
        return file.filename or "", None


def _print_of(one: Document) -> str:
    """Tells whether a document is still the one that somebody opened."""
    return sha256(one.text.encode("utf-8", "replace")).hexdigest()
