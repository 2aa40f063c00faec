"""The follow-up on somebody's list."""

from temporalio import activity

from activities.assistant import current_bot
from handover.brief import description
from handover.casefile import TaskRequest
from handover.ports import Assistant, BotSettings, Handovers, Transcripts


class TaskActivities:
    def __init__(self, assistant: Assistant, bots: BotSettings, transcripts: Transcripts, handovers: Handovers) -> None:
        self._assistant = assistant
        self._bots = bots
        self._transcripts = transcripts
        self._handovers = handovers

    @activity.defn
    async def create_task(self, request: TaskRequest) -> None:
        """Put the task on its list, with a description that holds all that is needed to act."""
        case = request.case
        lines = await self._transcripts.transcript(case.conversation_id)
        current = await current_bot(self._bots, case.bot_id)
        summary = await self._assistant.summarise(current.bot, case, lines)
        await self._handovers.put_task(case, description(case, lines, summary))
