"""The follow-up on somebody's list."""

import asyncio
from collections.abc import Sequence

from temporalio import activity

from activities.assistant import current_bot
from handover.bot import Bot
from handover.brief import MOST_READ, description
from handover.casefile import Case, TaskRequest
from handover.ports import Account, Assistant, BotSettings, Handovers, Line, Transcripts

PATIENCE = 12.0
"""Seconds that a task waits for the assistant's summary, well within the 20 seconds that its activity has."""


class TaskActivities:
    """`patience`: seconds after which a task is described without the assistant."""

    def __init__(
        self,
        assistant: Assistant,
        account: Account,
        bots: BotSettings,
        transcripts: Transcripts,
        handovers: Handovers,
        patience: float = PATIENCE,
    ) -> None:
        self._assistant = assistant
        self._account = account
        self._bots = bots
        self._transcripts = transcripts
        self._handovers = handovers
        self._patience = patience

    @activity.defn
    async def create_task(self, request: TaskRequest) -> None:
        """Put the task on its list, with a description that holds all that is needed to act."""
        case = request.case
        lines = await self._transcripts.transcript(case.conversation_id, MOST_READ)
        current = await current_bot(self._bots, case.bot_id)
        answers = self._account.answers(current.bot, current.knowledge, lines)
        summary = await self._summary(current.bot, case, lines)
        await self._handovers.put_task(case, description(case, lines, summary, answers))

    async def _summary(self, bot: Bot, case: Case, lines: Sequence[Line]) -> str:
        """The assistant's summary; the plain one where it has none, or takes too long. No task is held up by its text."""
        try:
            async with asyncio.timeout(self._patience):
                summary = await self._assistant.summarise(bot, case, lines)
        except TimeoutError:
            activity.logger.warning("The assistant gave no summary within %g seconds.", self._patience)
            summary = ""
        return summary or self._account.summary(bot, case, lines)
