"""What was recorded, as a backtest reads it: many conversations in few queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Row, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.ids import HandoverId
from handover.messages import Author, ConversationStatus, HandoverStatus, Trigger
from handover.ports import Line
from handover.recorded import Happened, Joined, RecordedHandover, Recording, Said, Stood
from handover.trying import TEST_CHANNEL
from handover.views import MissedView
from store import shapes
from store.tables import ContactRow, ConversationRow, EventRow, HandoverRow, LogRow, MessageRow, MissedRow
from store.writing import Repository

_KINDS = ("message", "status", "log")
_COUNTS = ConversationRow.channel != TEST_CHANNEL


class Recordings(Repository):
    """Implements handover.recorded.Recordings. What somebody has tried in a test is no record of what contacts want."""

    async def recorded_bots(self) -> dict[str, int]:
        """How many conversations each bot has."""
        count = select(ConversationRow.bot_id, func.count()).where(ConversationRow.bot_id.is_not(None), _COUNTS)
        async with self._database.read() as session:
            found = await session.execute(count.group_by(ConversationRow.bot_id).order_by(ConversationRow.bot_id))
            return {bot_id: number for bot_id, number in found if bot_id is not None}

    async def recorded(
        self, bot_id: str, since: datetime | None, until: datetime | None, limit: int | None
    ) -> list[str]:
        """The ids of a bot's conversations that anything was said in, the newest first."""
        said = [MessageRow.conversation_id == ConversationRow.id]
        said += [MessageRow.left_at >= since] if since is not None else []
        said += [MessageRow.left_at < until] if until is not None else []
        ids = select(ConversationRow.id).where(ConversationRow.bot_id == bot_id, _COUNTS, exists().where(*said))
        newest = ids.order_by(ConversationRow.last_at.desc(), ConversationRow.id.desc()).limit(limit)
        async with self._database.read() as session:
            return list(await session.scalars(newest))

    async def recordings(self, conversation_ids: Sequence[str]) -> list[Recording]:
        """These conversations, in this order; ids that are unknown are left out."""
        async with self._database.read() as session:
            return await _recordings(session, conversation_ids)


class _Contents(NamedTuple):
    """What belongs to each conversation, by its id."""

    happened: Mapping[str, list[Happened]]
    handovers: Mapping[str, list[RecordedHandover]]
    marks: Mapping[str, list[MissedView]]


async def _recordings(session: AsyncSession, ids: Sequence[str]) -> list[Recording]:
    whose = select(ConversationRow, ContactRow).join(ContactRow, ContactRow.id == ConversationRow.contact_id)
    rows = {row.id: (row, contact) for row, contact in await session.execute(whose.where(ConversationRow.id.in_(ids)))}
    everywhere = await _handovers(session, [contact.id for _, contact in rows.values()])
    contents = _Contents(
        await _happened(session, ids),
        _by_conversation(everywhere),
        await _marks(session, ids),
    )
    found = [rows[one] for one in ids if one in rows]
    return [_recording(row, contact, contents, everywhere[contact.id]) for row, contact in found]


def _recording(
    row: ConversationRow, contact: ContactRow, contents: _Contents, of_contact: Sequence[RecordedHandover]
) -> Recording:
    return Recording(
        conversation_id=row.id,
        channel=row.channel,
        contact=shapes.contact(contact),
        happened=contents.happened[row.id],
        handovers=contents.handovers[row.id],
        others=[one for one in of_contact if one.id.conversation_id != row.id],
        missed=contents.marks[row.id],
    )


# ---- what happened, in the order of the events -------------------------------------------------------------------------


async def _happened(session: AsyncSession, ids: Sequence[str]) -> defaultdict[str, list[Happened]]:
    """Events say in which order things were seen; what was said stands elsewhere."""
    messages, joined = await _messages(session, ids), await _joined(session, ids)
    events = select(EventRow.conversation_id, EventRow.kind, EventRow.at, EventRow.data)
    wanted = events.where(EventRow.conversation_id.in_(ids), EventRow.kind.in_(_KINDS)).order_by(EventRow.id)
    happened: defaultdict[str, list[Happened]] = defaultdict(list)
    for conversation_id, kind, at, data in await session.execute(wanted):
        one = _one(kind, at, data, messages, joined)
        if one is not None:
            happened[conversation_id].append(one)
    return happened


def _one(
    kind: str, at: datetime, data: Mapping[str, Any], messages: Mapping[int, Row[Any]], joined: Mapping[int, bool]
) -> Happened | None:
    match kind:
        case "status":
            return Stood(at, ConversationStatus(data["status"]), data["handover"])
        case "message" if data["row"] in messages:
            return _said(at, messages[data["row"]])
        case "log" if data["row"] in joined:
            return Joined(at, joined[data["row"]])
    return None


async def _messages(session: AsyncSession, ids: Sequence[str]) -> dict[int, Row[Any]]:
    columns = [getattr(MessageRow, name) for name in ("row", "author", "text", "at", "label", "staff_id", "turn")]
    found = await session.execute(select(*columns).where(MessageRow.conversation_id.in_(ids)))
    return {row.row: row for row in found}


def _said(at: datetime, row: Row[Any]) -> Said:
    return Said(at, Line(Author(row.author), row.text, row.at, row.row, row.label, row.staff_id), row.turn)


async def _joined(session: AsyncSession, ids: Sequence[str]) -> dict[int, bool]:
    """The log's lines about further triggers, and whether the button was pressed: it alone asks again without evidence."""
    lines = select(LogRow.row, LogRow.details).where(LogRow.conversation_id.in_(ids), LogRow.kind == "joined")
    return {row: _is_button(details) for row, details in await session.execute(lines)}


def _is_button(details: Mapping[str, Any]) -> bool:
    evidence = details.get("evidence") or [{"kind": "button"}]
    return bool(evidence[0]["kind"] == "button")


# ---- what was handed over, and what was missed -------------------------------------------------------------------------


async def _handovers(session: AsyncSession, contact_ids: Sequence[str]) -> defaultdict[str, list[RecordedHandover]]:
    """The handovers of contacts, by their ids."""
    names = ("conversation_id", "number", "turn", "trigger", "opened_at", "status", "unnecessary")
    columns = [getattr(HandoverRow, name) for name in names]
    policy = [HandoverRow.policy["action"].as_string().label("action"), HandoverRow.policy["tags"].label("tags")]
    rows = select(ConversationRow.contact_id, *columns, *policy)
    rows = rows.join(ConversationRow, ConversationRow.id == HandoverRow.conversation_id)
    rows = rows.where(ConversationRow.contact_id.in_(contact_ids)).order_by(HandoverRow.number)
    handovers: defaultdict[str, list[RecordedHandover]] = defaultdict(list)
    for row in await session.execute(rows):
        handovers[row.contact_id].append(_handover(row))
    return handovers


def _handover(row: Row[Any]) -> RecordedHandover:
    return RecordedHandover(
        id=HandoverId(row.conversation_id, row.number),
        turn=row.turn,
        trigger=Trigger.model_validate(row.trigger),
        action=row.action,
        tags=frozenset(row.tags),
        opened_at=row.opened_at,
        status=HandoverStatus(row.status),
        unnecessary=row.unnecessary,
    )


def _by_conversation(of_contacts: Mapping[str, list[RecordedHandover]]) -> defaultdict[str, list[RecordedHandover]]:
    handovers: defaultdict[str, list[RecordedHandover]] = defaultdict(list)
    for one in chain.from_iterable(of_contacts.values()):
        handovers[one.id.conversation_id].append(one)
    return handovers


async def _marks(session: AsyncSession, ids: Sequence[str]) -> defaultdict[str, list[MissedView]]:
    marks: defaultdict[str, list[MissedView]] = defaultdict(list)
    for row in await session.scalars(select(MissedRow).where(MissedRow.conversation_id.in_(ids))):
        marks[row.conversation_id].append(shapes.missed(row))
    return marks
