"""Bots: their settings, what they may answer from, and how both are changed; the settings of the team are changed here too."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from handover.bot import Bot
from handover.staff import Staff


class Document(NamedTuple):
    """One of a bot's knowledge files: its name and its text in Markdown."""

    name: str
    text: str


class Versioned(NamedTuple):
    """A bot's settings with their version, counted from 1, and the knowledge that it may answer from. `saved_by` is a staff id
    or the name of a key; None where nobody did, as on the first start."""

    bot: Bot
    version: int
    knowledge: tuple[Document, ...] = ()
    at: datetime | None = None
    saved_by: str | None = None


class SavedSettings(NamedTuple):
    """One version of a bot, as it was written down: settings of long ago may hold what would be refused today."""

    version: int
    at: datetime
    saved_by: str | None
    settings: dict[str, Any]
    knowledge: tuple[Document, ...] = ()


class BotSettings(Protocol):
    async def bot(self, bot_id: str | None, channel: str = "web") -> Versioned:
        """A bot's current settings; None is the bot that answers on the channel: the first whose `channels` have it,
        otherwise the first of all. Raises NotFound."""
        ...

    async def bot_at(self, bot_id: str, version: int) -> Bot:
        """The settings as they were in that version. Raises NotFound."""
        ...


class SettingsAdmin(Protocol):
    """Reading and changing bots and staff; every change makes a new version."""

    async def bots(self) -> list[Versioned]: ...

    async def put_bot(
        self,
        bot: Bot,
        knowledge: Sequence[Document] | None = None,
        *,
        by: str | None = None,
        expected: int | None = None,
    ) -> Versioned:
        """Store a bot; the same settings again make no new version. `knowledge` left out stays as it is.

        expected: the version that was changed. Raises Refused `changed_meanwhile` where another one is current by now.
        """
        ...

    async def change_knowledge(
        self,
        bot_id: str,
        change: Callable[[Sequence[Document]], Sequence[Document]],
        *,
        by: str | None = None,
        expected: int | None = None,
    ) -> Versioned:
        """Store what `change` makes of a bot's documents, one change at a time: a new version, or none where it is the same.
        What it raises changes nothing. Raises NotFound, and Refused as put_bot does."""
        ...

    async def bot_versions(self, bot_id: str, before: int | None = None, limit: int = 50) -> list[SavedSettings]:
        """The versions of a bot, those before `before`, newest first. Empty for an unknown bot."""
        ...

    async def team(self) -> list[Staff]: ...

    async def put_staff(self, person: Staff) -> Staff: ...
