"""Conversations that are recorded and played again: what the tests of the backtest stand on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from assistant.builtin import BuiltinAssistant
from benchmarks.backtest.recorder import Recorder
from handover.bot import Bot
from handover.messages import Contact
from handover.ports import Assistant, Document, Versioned
from handover.replay import ALWAYS, Change, Finding, Replayed, Window, replay
from store import Store
from tests.unit.store_world import Clock

KNOWLEDGE = (
    Document("prices.md", "# Prices\n\nA visit costs 89 dollars.\n"),
    Document("hours.md", "# Opening hours\n\nWe are open from 8:00 to 18:00.\n"),
)


def a_bot(*rules: Mapping[str, Any], scenarios: Mapping[str, Any] | None = None, **handover: Any) -> Bot:
    """A bot that hands over when it is asked to, and by these rules."""
    quiet = {"lack_of_information": {"enabled": False}, "failed_to_resolve": {"enabled": False}}
    settings = {"scenarios": {**quiet, **(scenarios or {})}, "rules": list(rules), **handover}
    return Bot.model_validate(
        {"id": "hvac", "name": "Northwind", "collect": ["name", "email", "flat"], "handover": settings}
    )


def rule(name: str = "Refund", **values: Any) -> dict[str, Any]:
    return {"name": name, "when": "The contact wants money back.", "keywords": ["refund"], **values}


OFF = {"human_requested": {"enabled": False}}
"""Scenarios without the request for a person."""


class Ticking(Clock):
    """A clock that goes on by a second whenever it is read, as a real one would: what comes later is later."""

    def __call__(self) -> datetime:
        return self.forward(seconds=1)


class World:
    """A store with a bot, conversations recorded under its rules, and a backtest of others."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.clock = clock

    async def uses(self, bot: Bot) -> None:
        await self.store.settings.put_bot(bot, KNOWLEDGE)

    def conversation(
        self, name: str = "c1", contact: Contact | None = None, assistant: Assistant | None = None
    ) -> Recorder:
        return Recorder(self.store, name, contact=contact, assistant=assistant, clock=self.clock)

    async def replayed(
        self, bot: Bot, name: str = "c1", *, assistant: Assistant | None = None, window: Window = ALWAYS
    ) -> Replayed:
        """One conversation under the rules of another bot."""
        [recording] = await self.store.recordings.recordings([name])
        current = Versioned(bot, 0, KNOWLEDGE)
        read = (assistant or BuiltinAssistant()).read
        return await replay(recording, current, read, has_button=True, window=window)

    async def findings(self, bot: Bot, name: str = "c1", **how: Any) -> list[Finding]:
        return (await self.replayed(bot, name, **how)).findings

    async def changes(self, bot: Bot, name: str = "c1", **how: Any) -> list[tuple[Change, int]]:
        """What becomes of each handover, and in which turn."""
        return [(one.change, one.turn) for one in await self.findings(bot, name, **how)]
