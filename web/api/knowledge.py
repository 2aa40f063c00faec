"""What a bot may answer from: its documents, all at once or one at a time."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from handover.knowledge import checked, document, found, size, with_document, without_document
from handover.ports import Versioned
from web.access import Manager, Who
from web.api.settings import ExpectedVersion, SettingsId
from web.problems import RESPONSES
from web.services import Parts

router = APIRouter(prefix="/v1/bots/{bot_id}/knowledge", tags=["settings"], responses=RESPONSES)

DocumentName = Annotated[str, Path(description="As in warranty.md, or prices/2027.txt.", max_length=200)]


class TextBody(BaseModel):
    """A document's text in Markdown, at most 48 KiB."""

    model_config = ConfigDict(extra="forbid")
    text: str


class NamedText(TextBody):
    """A document: its name, as in warranty.md, and its text in Markdown."""

    name: str


class KnowledgeBody(BaseModel):
    """All documents of a bot: those that are left out go."""

    model_config = ConfigDict(extra="forbid")
    documents: list[NamedText]


class DocumentSize(BaseModel):
    """A document: its name, and how many bytes it has in UTF-8."""

    name: str
    size: int


class KnowledgeView(BaseModel):
    """A bot's documents by name, and the version of the bot that they belong to."""

    version: int
    documents: list[DocumentSize]


class DocumentView(BaseModel):
    """A document as it is."""

    name: str
    text: str


@router.get("")
async def list_documents(bot_id: SettingsId, parts: Parts, who: Who) -> KnowledgeView:
    """What a bot may answer from: names and sizes."""
    return _shown(await parts.admin.bot(bot_id))


@router.put("")
async def put_knowledge(
    bot_id: SettingsId, body: KnowledgeBody, parts: Parts, who: Manager, version: ExpectedVersion = None
) -> KnowledgeView:
    """Change all documents at once: those that are left out go. One new version of the bot, or none for the same again."""
    documents = checked([document(one.name, one.text) for one in body.documents])
    return _shown(
        await parts.admin.change_knowledge(bot_id, lambda before: documents, by=who.signature, expected=version)
    )


@router.get("/{name:path}")
async def get_document(bot_id: SettingsId, name: DocumentName, parts: Parts, who: Who) -> DocumentView:
    """One document."""
    return DocumentView(**found((await parts.admin.bot(bot_id)).knowledge, name)._asdict())


@router.put("/{name:path}")
async def put_document(
    bot_id: SettingsId, name: DocumentName, body: TextBody, parts: Parts, who: Manager, version: ExpectedVersion = None
) -> KnowledgeView:
    """Add a document, or change one; the others stay."""
    one = document(name, body.text)
    saved = await parts.admin.change_knowledge(
        bot_id, lambda before: with_document(before, one), by=who.signature, expected=version
    )
    return _shown(saved)


@router.delete("/{name:path}")
async def delete_document(
    bot_id: SettingsId, name: DocumentName, parts: Parts, who: Manager, version: ExpectedVersion = None
) -> KnowledgeView:
    """Remove a document; the others stay, and so does this one in the versions that had it."""
    saved = await parts.admin.change_knowledge(
        bot_id, lambda before: without_document(before, name), by=who.signature, expected=version
    )
    return _shown(saved)


def _shown(one: Versioned) -> KnowledgeView:
    documents = [DocumentSize(name=each.name, size=size(each)) for each in one.knowledge]
    return KnowledgeView(version=one.version, documents=documents)
