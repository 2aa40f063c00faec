"""What the API, the pages and the weekly review show, and how plots are drawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from handover.plots import Look, Plot
from handover.views import (
    Backlog,
    ConversationDetail,
    ConversationSummary,
    EventView,
    HandoverDetail,
    HandoverNumbers,
    HandoverSummary,
    MessageView,
    Page,
    QuestionGroup,
    Review,
    TaskView,
    Work,
)
from handover.week import Week


class Reads(Protocol):
    """What the API and the pages show: queries over the store's projection. Raises NotFound for what is not there."""

    async def backlog(self) -> list[Backlog]:
        """What has waited for longer than is usual, of each system outside that it waits for."""
        ...

    async def conversations(
        self,
        *,
        status: str | None = None,
        assignee: str | None = None,
        bot_id: str | None = None,
        text: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[ConversationSummary]: ...

    async def work(self, section: Literal["mine", "waiting", "others"], staff_id: str, limit: int = 50) -> Work:
        """A section of a person's inbox; no conversation is in two of them."""
        ...

    async def conversation(self, conversation_id: str) -> ConversationDetail: ...

    async def messages(
        self, conversation_id: str, *, after: int = 0, limit: int = 200, notes: bool = False
    ) -> Page[MessageView]: ...

    async def newest_messages(
        self, conversation_id: str, *, before: int | None = None, limit: int = 200
    ) -> Page[MessageView]:
        """As the team sees them: the last messages, those above row `before`, oldest first; `next` asks for those above."""
        ...

    async def events(self, conversation_id: str, *, after: int = 0, limit: int = 200) -> list[EventView]: ...

    async def handovers(
        self,
        *,
        bot_id: str | None = None,
        conversation_id: str | None = None,
        reason: str | None = None,
        assignee: str | None = None,
        status: str | Sequence[str] | None = None,
        breached: bool | None = None,
        escalated: bool | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[HandoverSummary]: ...

    async def handover(self, handover_id: str) -> HandoverDetail: ...

    async def tasks(
        self, *, assignee: str | None = None, status: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[TaskView]: ...

    async def task(self, task_id: str) -> TaskView: ...

    async def numbers(
        self,
        *,
        bot_id: str | None = None,
        conversation_id: str | None = None,
        assignee: str | None = None,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        time_zone: str = "UTC",
    ) -> HandoverNumbers: ...

    async def unanswered(
        self,
        *,
        bot_id: str | None = None,
        assignee: str | None = None,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[QuestionGroup]:
        """What the bot could not answer in these handovers, the same questions together, the most frequent first."""
        ...

    async def review(self, week: Week) -> Review: ...

    async def turn_of(self, conversation_id: str, message_id: str) -> int | None:
        """The turn that took a message; None where none has yet."""
        ...

    async def replies(self, conversation_id: str, turn: int) -> list[MessageView]:
        """What the contact was told in a turn."""
        ...


class Plotter(Protocol):
    """Draws plots."""

    def svg(self, plot: Plot, look: Look) -> str:
        """The plot as an SVG document without a script, and with nothing from outside it."""
        ...


class Reviews(Protocol):
    async def review(self, week: Week) -> Review:
        """A week's numbers, and what the bot could not answer in it."""
        ...
