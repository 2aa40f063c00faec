"""A handover's own bookkeeping: open it, and make each change of it true in the fence, the store and the conversation."""

import asyncio

from temporalio import activity

from activities.assistant import current_bot
from activities.errands import Errands
from activities.refusal import refusal
from handover.casefile import (
    Case,
    Holder,
    HoursRequest,
    Join,
    OpenedCase,
    OpenRequest,
    RecallRequest,
    Report,
    Settle,
    Settled,
    Take,
)
from handover.errors import HandoverError, NotFound
from handover.hours import Calendar
from handover.ids import HandoverId
from handover.lifecycle import check_reopen
from handover.openings import look_up
from handover.policy import hours_request, resolve
from handover.ports import Account, BotSettings, Conversations, Handovers, Team, Transcripts, Versioned
from handover.routing import holder_of
from handover.turns import Standing

DRAIN_SECONDS = 5.0
"""How long a person who takes a conversation waits for bot messages that are already leaving."""

_LOOK_EVERY = 0.05


class CaseActivities:
    """Opening, settling, joining."""

    def __init__(
        self,
        bots: BotSettings,
        team: Team,
        transcripts: Transcripts,
        handovers: Handovers,
        conversations: Conversations,
        account: Account,
        errands: Errands,
    ) -> None:
        self._bots = bots
        self._team = team
        self._transcripts = transcripts
        self._handovers = handovers
        self._conversations = conversations
        self._account = account
        self._errands = errands

    @activity.defn
    async def open_handover(self, request: OpenRequest) -> OpenedCase:
        """Give the handover its number and its settings, and take the conversation from the bot."""
        current = await current_bot(self._bots, request.bot_id, request.channel)
        policy = resolve(current.bot, current.version, request.trigger, silent=request.staff_id is not None)
        request = await self._in_their_words(request, current)
        opened = await self._handovers.open(request, policy)
        hours = hours_request(opened.policy, opened.bot_id, request.opened_at, request.opened_at)
        calendar = look_up(hours, _available(current))
        return opened.model_copy(update={"calendar": calendar, "request": request.trigger.request})

    async def _in_their_words(self, request: OpenRequest, current: Versioned) -> OpenRequest:
        """The request to open with what the contact needs somebody for: mostly, they said it before they asked for a person."""
        lines = await self._transcripts.transcript(request.conversation_id)
        needed = self._account.request(current.bot, request.contact, lines, request.trigger)
        return request.model_copy(update={"trigger": request.trigger.model_copy(update={"request": needed})})

    @activity.defn
    async def look_up_hours(self, request: HoursRequest) -> Calendar:
        """The coming openings by a case's hours; the switch "agents available" is read now."""
        return look_up(request, _available(await current_bot(self._bots, request.bot_id)))

    @activity.defn
    async def join(self, join: Join) -> bool:
        """Tell the open handover of a new trigger; False where it has ended meanwhile."""
        return await self._conversations.join(join)

    @activity.defn
    async def introduce(self, staff_id: str) -> Holder:
        """Who a staff id is. Fails for good where there is nobody of that id."""
        try:
            return holder_of(await self._team.staff(staff_id))
        except NotFound as error:
            raise refusal(error) from error

    @activity.defn
    async def recall(self, request: RecallRequest) -> Case:
        """A case that has ended, for a manager who reopens it. Fails for good where there is none, or it may not be."""
        try:
            case = await self._handovers.case(HandoverId(request.conversation_id, request.act.number))
            check_reopen(case, holder_of(await self._team.staff(request.act.staff_id)))
        except HandoverError as error:
            raise refusal(error) from error
        return case

    @activity.defn
    async def take(self, take: Take) -> Standing:
        """Take the conversation: from now on nothing of an older epoch leaves, and its channel outside is shown who speaks."""
        standing = await self._transcripts.take(take)
        await self._errands.taken(take.conversation_id, await self._transcripts.channel(take.conversation_id))
        return standing

    @activity.defn
    async def settle(self, settle: Settle) -> Settled:
        """Make a change of the case true: in the fence, then the store, then the conversation, then outside."""
        case = settle.record.case
        settled = await self._fence(settle, case.standing)
        case = case.model_copy(update={"standing": settled.standing})
        await self._handovers.save(settle.record.model_copy(update={"case": case}))
        await self._conversations.report(_report(case))
        await self._errands.moved(case)
        return settled

    async def _fence(self, settle: Settle, standing: Standing) -> Settled:
        if settle.take is None:
            return Settled(standing=standing)
        standing = await self._transcripts.take(settle.take)
        return Settled(standing=standing, drained=await self._drained(settle.take.conversation_id, standing.epoch))

    async def _drained(self, conversation_id: str, epoch: int) -> bool:
        """Wait until the bot's messages of older epochs have left; False where one is still leaving."""
        for _ in range(int(DRAIN_SECONDS / _LOOK_EVERY)):
            if not await self._transcripts.leaving(conversation_id, epoch):
                return True
            await asyncio.sleep(_LOOK_EVERY)
        return False


def _available(current: Versioned) -> bool:
    return current.bot.handover.agents_available


def _report(case: Case) -> Report:
    return Report(
        conversation_id=case.conversation_id,
        number=case.number,
        seq=case.seq,
        standing=case.standing,
        status=case.status,
        reason=case.trigger.reason,
        priority=case.priority,
        assignee=case.holder_id,
        next_step=case.next_step,
        next_at=case.next_at,
        answered=case.answered,
        reactivated=case.reactivated_at is not None,
        catch_up_at=case.catch_up_at,
    )
