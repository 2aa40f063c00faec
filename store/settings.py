"""Bots and staff: the settings that the database holds by right, every version of a bot's kept."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.bot import Bot
from handover.errors import NotFound, Refused
from handover.ports import Document, SavedSettings, Versioned
from handover.staff import Staff
from store.database import Database
from store.tables import BotRow, BotVersionRow, StaffRow
from store.team import everybody
from store.writing import Clock, Repository, add, upsert, utcnow


class Settings(Repository):
    """Implements handover.ports.BotSettings and SettingsAdmin."""

    def __init__(self, database: Database, clock: Clock = utcnow) -> None:
        super().__init__(database, clock)
        self._read: dict[str, Versioned] = {}

    async def bot(self, bot_id: str | None, channel: str = "web") -> Versioned:
        """A bot's current settings; None is the bot that answers on the channel. Raises NotFound.

        Every turn asks for them: which version is current is looked up each time, and that version is read once.
        """
        async with self._database.read() as session:
            bot_id = bot_id or await answering_bot_id(session, channel)
            version = await session.scalar(select(BotRow.version).where(BotRow.id == bot_id))
            known = self._read.get(bot_id)
            if known is None or known.version != version:
                known = self._read[bot_id] = _versioned(await _current(session, bot_id))
            return known

    async def bot_at(self, bot_id: str, version: int) -> Bot:
        """The settings as they were in that version. Raises NotFound."""
        async with self._database.read() as session:
            row = await session.get(BotVersionRow, (bot_id, version))
        if row is None:
            raise NotFound("version", f"{bot_id}@{version}")
        return Bot.model_validate(row.settings)

    async def bots(self) -> list[Versioned]:
        """All bots, the default one first."""
        async with self._database.read() as session:
            rows = await session.scalars(_current_versions().order_by(BotRow.row))
            return [_versioned(row) for row in rows]

    async def bot_versions(self, bot_id: str, before: int | None = None, limit: int = 50) -> list[SavedSettings]:
        """The versions of a bot, those before `before`, newest first. Empty for an unknown bot."""
        newest_first = select(BotVersionRow).order_by(BotVersionRow.version.desc()).limit(limit)
        wanted = newest_first.where(BotVersionRow.bot_id == bot_id)
        if before is not None:
            wanted = wanted.where(BotVersionRow.version < before)
        async with self._database.read() as session:
            rows = await session.scalars(wanted)
            return [SavedSettings(row.version, row.at, row.saved_by, row.settings, _documents(row)) for row in rows]

    async def put_bot(
        self,
        bot: Bot,
        knowledge: Sequence[Document] | None = None,
        *,
        by: str | None = None,
        expected: int | None = None,
    ) -> Versioned:
        """Store a bot as its next version; what is stored already, knowledge included, makes no new one.

        expected: the version that was changed. Raises Refused `changed_meanwhile` where another one is current by now.
        """
        async with self._database.write() as session:
            await add(session, BotRow, {"id": bot.id})
            row = await _locked(session, bot.id)
            before = await session.get(BotVersionRow, (bot.id, row.version))
            _refuse_another(bot.id, before, expected)
            return self._next(session, row, before, _values(bot, before, knowledge), by)

    async def change_knowledge(
        self,
        bot_id: str,
        change: Callable[[Sequence[Document]], Sequence[Document]],
        *,
        by: str | None = None,
        expected: int | None = None,
    ) -> Versioned:
        """Store what `change` makes of a bot's documents as its next version; its settings stay as they were written."""
        async with self._database.write() as session:
            row = await _locked(session, bot_id)
            before = await session.get_one(BotVersionRow, (bot_id, row.version))
            _refuse_another(bot_id, before, expected)
            documents = [document._asdict() for document in change(_documents(before))]
            return self._next(session, row, before, {"settings": before.settings, "knowledge": documents}, by)

    def _next(
        self, session: AsyncSession, row: BotRow, before: BotVersionRow | None, values: dict[str, Any], by: str | None
    ) -> Versioned:
        """The version with these values: a new one, unless the one before has them already."""
        if before is None or values != {name: getattr(before, name) for name in values}:
            row.version += 1
            before = BotVersionRow(bot_id=row.id, version=row.version, at=self._clock(), saved_by=by, **values)
            session.add(before)
        return _versioned(before)

    async def team(self) -> list[Staff]:
        """Everybody, by id, those who are disabled included."""
        async with self._database.read() as session:
            return await everybody(session)

    async def put_staff(self, person: Staff) -> Staff:
        """Store a person in place of what was known of them."""
        async with self._database.write() as session:
            await upsert(session, StaffRow, {"id": person.id, "settings": person.model_dump(mode="json")})
        return person


async def answering_bot_id(session: AsyncSession, channel: str) -> str:
    """The bot that answers what names none: the first whose channels have this one, otherwise the bot that was stored
    first. Raises NotFound where there is none."""
    channels = select(BotRow.id, BotVersionRow.settings["channels"]).join(BotVersionRow, _CURRENT).order_by(BotRow.row)
    bots = (await session.execute(channels)).all()
    if not bots:
        raise NotFound("bot", "default")
    return next((bot_id for bot_id, its in bots if channel in (its or ())), str(bots[0][0]))


async def _locked(session: AsyncSession, bot_id: str) -> BotRow:
    row = await session.scalar(select(BotRow).where(BotRow.id == bot_id).with_for_update())
    if row is None:
        raise NotFound("bot", bot_id)
    return row


_CURRENT = (BotVersionRow.bot_id == BotRow.id) & (BotVersionRow.version == BotRow.version)


def _current_versions() -> Select[BotVersionRow]:
    return select(BotVersionRow).join(BotRow, _CURRENT)


async def _current(session: AsyncSession, bot_id: str) -> BotVersionRow:
    row = await session.scalar(_current_versions().where(BotRow.id == bot_id))
    if row is None:
        raise NotFound("bot", bot_id)
    return row


def _refuse_another(bot_id: str, current: BotVersionRow | None, expected: int | None) -> None:
    """Somebody who changed an older version has not seen what they would undo."""
    version = current.version if current else 0
    if expected is None or expected == version:
        return
    text = f"Version {expected} of {bot_id!r} is not the newest: version {version} is. Nothing was changed."
    if current is None:
        raise Refused("changed_meanwhile", text)
    raise Refused("changed_meanwhile", text, current.saved_by, current.at)


def _values(bot: Bot, before: BotVersionRow | None, knowledge: Sequence[Document] | None) -> dict[str, Any]:
    """What a version is made of; knowledge that is left out stays as it was."""
    kept = before.knowledge if before else []
    documents = kept if knowledge is None else [document._asdict() for document in knowledge]
    return {"settings": bot.model_dump(mode="json"), "knowledge": documents}


def _versioned(row: BotVersionRow) -> Versioned:
    return Versioned(Bot.model_validate(row.settings), row.version, _documents(row), row.at, row.saved_by)


def _documents(row: BotVersionRow) -> tuple[Document, ...]:
    return tuple(Document(**document) for document in row.knowledge)
