"""Conversations put into a store as their workflows do, without Temporal: by the same activities, rules and transitions."""

from collections.abc import Sequence
from datetime import UTC, datetime

from activities.assistant import AssistantActivities
from assistant.builtin import BuiltinAssistant
from assistant.fields.values import contact_details
from handover import case as story
from handover.case import begin_case
from handover.casefile import Case, CaseRecord, ContactWrote, Join, LogEntry, OpenRequest, Report, Take
from handover.conversation import ConversationState
from handover.messages import (
    Author,
    CompleteTask,
    Contact,
    ConversationStatus,
    Outcome,
    PostedMessage,
    Trigger,
)
from handover.policy import resolve
from handover.ports import Assistant
from handover.triggers import decide, pressed_button
from handover.turns import BeginRequest, Delivery, Keep, RulesRequest, TurnRequest
from store import Store
from store.writing import Clock


class Recorder:
    """One conversation, and what the contact, the bot, and a person called ann do in it. `clock`: the store's."""

    def __init__(
        self,
        store: Store,
        conversation_id: str,
        *,
        bot_id: str = "hvac",
        contact: Contact | None = None,
        assistant: Assistant | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self.store = store
        self.clock = clock
        self.state = ConversationState(conversation_id=conversation_id, bot_id=bot_id, contact=contact or Contact())
        self.turns = AssistantActivities(
            assistant or BuiltinAssistant(), contact_details, store.settings, store.transcripts, _Nobody()
        )
        self.case: Case | None = None

    async def says(self, *texts: str) -> None:
        """The contact writes, all of it before anybody answers."""
        await self._begin()
        for text in texts:
            message_id = f"m{len(self.state.seen) + 1}"
            self.state.receive(PostedMessage(message_id=message_id, text=text))
        messages = self.state.begin_turn()
        if self.state.bot_speaks:
            await self._turn(messages)
        else:
            kept = await self.turns.keep(self._keep(messages))
            self.state.keep(kept.rows)

    async def is_outrun(self, text: str) -> None:
        """The contact writes, and a person steps in while the bot is still at it: its answer is thrown away."""
        await self._begin()
        self.state.receive(PostedMessage(message_id=f"m{len(self.state.seen) + 1}", text=text))
        kept = await self.turns.keep(self._keep(self.state.begin_turn()))
        self.state.keep(kept.rows)
        await self.takes_over()

    async def presses(self, text: str = "") -> None:
        """The contact presses the button."""
        await self._begin()
        turn = self.state.begin_silent_turn()
        rules = await self.turns.rules(RulesRequest(bot_id=self.state.bot_id, channel=self.state.channel))
        trigger = pressed_button(rules, text, f"button/{turn}")
        assert trigger is not None, "this bot has no button"
        await self._hand_over(trigger, turn)

    async def takes_over(self) -> None:
        """Ann steps in by herself."""
        await self._begin()
        turn = self.state.begin_silent_turn()
        await self._hand_over(story.stepped_in("ann", f"take-over/{turn}"), turn, staff_id="ann")

    async def replies(self, text: str) -> None:
        """Ann writes to the contact."""
        case = self._open_case()
        await self._take(ConversationStatus.human, case.number)
        row = await self._tell(Author.person, text, f"reply/{self.state.turn}/{text}")
        self.state.answered(row)

    async def notes(self, text: str) -> None:
        """Ann writes something down for her colleagues."""
        await self._tell(Author.note, text, f"note/{self.state.turn}/{text}")

    async def comes_back(self) -> None:
        """Nobody has acted: the bot is back, and answers what nobody has answered."""
        await self._take(ConversationStatus.bot, self._open_case().number)
        if self.state.kept:
            await self._turn(self.state.begin_turn())

    async def completed(self, *, unnecessary: bool = False) -> None:
        """Ann has finished the case; the conversation is the bot's again."""
        case = self._open_case()
        story.complete(
            case, CompleteTask(staff_id="ann", outcome=Outcome.closed, unnecessary=unnecessary), self.clock()
        )
        await self._save()
        await self._take(ConversationStatus.bot, None)
        self.state.handover = self.case = None
        if self.state.kept:
            await self._turn(self.state.begin_turn())

    async def closes(self) -> None:
        """The conversation closes; the next message begins a new run."""
        await self._take(ConversationStatus.closed, None)
        self.state = ConversationState(
            conversation_id=self.state.conversation_id, bot_id=self.state.bot_id, seen=self.state.seen
        )

    # ---- how it is written down --------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        if self.state.standing is not None:
            return
        state = self.state
        request = BeginRequest(
            conversation_id=state.conversation_id, bot_id=state.bot_id, channel=state.channel, contact=state.contact
        )
        state.begin(await self.turns.begin(request))

    async def _turn(self, messages: Sequence[PostedMessage]) -> None:
        state = self.state
        request = TurnRequest(
            conversation_id=state.conversation_id,
            bot_id=state.bot_id,
            channel=state.channel,
            contact=state.contact,
            turn=state.turn,
            epoch=state.epoch,
            messages=list(messages),
            kept=state.kept,
            offered=state.memory.offered is not None,
        )
        turn = await self.turns.answer(request)
        assert turn.facts is not None
        state.learn(turn)
        key = f"turn/{request.turn}"
        decision = decide(turn.rules, turn.facts, state.memory, turn.contact, turn.text, key)
        state.memory = decision.memory
        state.answered(max(turn.kept, default=0))
        if decision.trigger is None:
            await self._tell(Author.bot, decision.answer, f"{key}/answer")
        else:
            await self._hand_over(decision.trigger, request.turn)

    async def _hand_over(self, trigger: Trigger, turn: int, staff_id: str | None = None) -> None:
        if self.case is not None:
            await self._join(self.case, trigger)
            return
        current = await self.store.settings.bot(self.state.bot_id)
        request = OpenRequest(
            conversation_id=self.state.conversation_id,
            bot_id=self.state.bot_id,
            channel=self.state.channel,
            contact=self.state.contact,
            trigger=trigger,
            turn=turn,
            opened_at=self.clock(),
            staff_id=staff_id,
        )
        policy = resolve(current.bot, current.version, trigger, silent=staff_id is not None)
        opened = await self.store.handovers.open(request, policy)
        self.state.hand_over(opened, trigger)
        self.case = begin_case(request, opened)
        await self._save()
        await self.store.handovers.tag(opened.contact.id, policy.tags, None)
        if staff_id is None:
            await self._tell(Author.system, policy.final_message, f"final/{opened.number}")

    async def _join(self, case: Case, trigger: Trigger) -> None:
        """The case is open already; where the bot had come back, people are called again."""
        story.joined(case, trigger)
        evidence = [one.model_dump() for one in trigger.evidence]
        if self.state.bot_speaks:
            await self._take(ConversationStatus.escalated, case.number)
        await self._save(story.log(case, "joined", "Another trigger", "handover", self.clock(), evidence=evidence))

    async def _save(self, *entries: LogEntry) -> None:
        case = self._open_case()
        case.seq += 1
        await self.store.handovers.save(CaseRecord(case=case.model_copy(deep=True), entries=list(entries)))

    async def _take(self, status: ConversationStatus, handover: int | None) -> None:
        key = f"{self.state.conversation_id}/{self.state.epoch + 1}"
        take = Take(key=key, conversation_id=self.state.conversation_id, status=status, handover=handover)
        self.state.adopt(await self.store.transcripts.take(take))

    async def _tell(self, author: Author, text: str, key: str) -> int:
        delivery = Delivery(
            conversation_id=self.state.conversation_id, key=key, author=author, text=text, turn=self.state.turn
        )
        row = (await self.store.transcripts.put(delivery)).row
        assert row is not None
        await self.store.transcripts.mark_left(row)
        return row

    def _keep(self, messages: list[PostedMessage]) -> Keep:
        state = self.state
        return Keep(
            conversation_id=state.conversation_id,
            bot_id=state.bot_id,
            channel=state.channel,
            contact=state.contact,
            handover=state.handover.number if state.handover else None,
            turn=state.turn,
            messages=messages,
        )

    def _open_case(self) -> Case:
        assert self.case is not None, "no handover is open"
        return self.case


class _Nobody:
    """No workflow runs."""

    async def report(self, report: Report) -> None: ...

    async def contact_wrote(self, conversation_id: str, number: int, wrote: ContactWrote) -> bool:
        return True

    async def join(self, join: Join) -> bool:
        return True
