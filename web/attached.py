"""What came with a message, as an answer that can do nothing in a page."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Response

from handover.attachments import OPENED, Content, is_picture
from handover.errors import NotFound
from handover.messages import MAX_ATTACHMENTS
from web.problems import RESPONSES
from web.services import Services

MessageRow = Annotated[int, Path(ge=1, le=2**62, description="The message's `row`.")]
Place = Annotated[int, Path(ge=0, lt=MAX_ATTACHMENTS, description="Its place in the message's `attachments`, from 0.")]

_FILE = {"type": "string", "format": "binary"}

ANSWERS: dict[int | str, dict[str, Any]] = {
    **RESPONSES,
    200: {"description": "What it holds", "content": {one: {"schema": _FILE} for one in OPENED}},
}
"""For the OpenAPI document."""


async def attachment(parts: Services, conversation_id: str, row: int, place: int) -> Response:
    """One attachment of a message, wherever it is kept. Raises NotFound, Unavailable, Refused."""
    found = await parts.reads.messages(conversation_id, after=row - 1, limit=1, notes=True)
    attachments = [one for message in found.items if message.row == row for one in message.attachments]
    if place >= len(attachments):
        raise NotFound("attachment", f"{row}/{place}")
    wanted = attachments[place]
    return as_answer(await parts.attachments.open(conversation_id, wanted), wanted.name)


def as_answer(opened: Content, name: str) -> Response:
    """Pictures are shown, everything else is saved; nothing of it may run, or ask for anything."""
    how = "inline" if is_picture(opened.media_type) else "attachment"
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(name or 'attachment', safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=3600",
    }
    return Response(opened.content, media_type=opened.media_type, headers=headers)
