"""Pictures and documents that visitors attach: kept here, since nobody else has them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import Delete, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.attachments import MAX_KEPT, Content
from handover.errors import NotFound, Refused
from handover.messages import Attachment
from store.tables import AttachmentRow
from store.writing import Repository

UNSENT = timedelta(days=1)
"""How long something is kept that was attached, and never sent."""


class Attachments(Repository):
    """Implements handover.ports.KeptAttachments."""

    async def put(self, conversation_id: str, name: str, content: Content) -> Attachment:
        """Keep something; for a day where no message comes that refers to it. Raises Refused where the conversation has
        enough of them."""
        async with self._database.write() as session:
            await session.execute(_never_sent(self._clock() - UNSENT))
            await _check_room(session, conversation_id)
            row = AttachmentRow(
                id=token_urlsafe(18),
                conversation_id=conversation_id,
                name=name,
                media_type=content.media_type,
                content=content.content,
                at=self._clock(),
            )
            session.add(row)
            return _reference(row)

    async def sent(self, conversation_id: str, ids: Sequence[str]) -> list[Attachment]:
        """What a message refers to by these ids, in their order; it stays for good from now on. Raises NotFound where the
        conversation has no such thing."""
        mine = (AttachmentRow.conversation_id == conversation_id) & AttachmentRow.id.in_(ids)
        async with self._database.write() as session:
            found = {row.id: row for row in await session.scalars(select(AttachmentRow).where(mine))}
            missing = next((one for one in ids if one not in found), None)
            if missing is not None:
                raise NotFound("attachment", missing)
            for row in found.values():
                row.sent = True
            return [_reference(found[one]) for one in ids]

    async def content(self, conversation_id: str, attachment_id: str) -> Content:
        """What is kept. Raises NotFound."""
        wanted = select(AttachmentRow.media_type, AttachmentRow.content).where(
            AttachmentRow.conversation_id == conversation_id, AttachmentRow.id == attachment_id
        )
        async with self._database.read() as session:
            found = (await session.execute(wanted)).one_or_none()
        if found is None:
            raise NotFound("attachment", attachment_id)
        return Content(*found)


async def _check_room(session: AsyncSession, conversation_id: str) -> None:
    count = select(func.count()).where(AttachmentRow.conversation_id == conversation_id)
    if (await session.scalar(count) or 0) >= MAX_KEPT:
        text = f"This conversation has {MAX_KEPT} pictures and files already, and takes no more. Nothing was stored."
        raise Refused("too_many_attachments", text)


def _never_sent(before: datetime) -> Delete:
    return delete(AttachmentRow).where(AttachmentRow.sent.is_(False), AttachmentRow.at < before)


def _reference(row: AttachmentRow) -> Attachment:
    return Attachment(id=row.id, name=row.name, media_type=row.media_type)
