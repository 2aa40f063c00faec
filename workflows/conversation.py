"""One contact on one channel: takes messages in, has the bot answer, keeps quiet while a person does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from activities.assistant import AssistantActivities
from activities.case import CaseActivities
from activities.message import MessageActivities
from handover.brief import reason_in_words
from handover.case import begin_case, stepped_in
from handover.casefile import Case, HandoverInput, Join, OpenRequest, RecallRequest, Report, Take
from handover.conversation import ConversationInput, ConversationState
from handover.errors import Refused
from handover.ids import HandoverId
from handover.messages import (
    Author,
    ByStaff,
    ConversationStatus,
    Opened,
    PostedMessage,
    Reopen,
    RequestHuman,
    Trigger,
)
from handover.triggers import decide, pressed_button
from handover.turns import BeginRequest, Delivered, Delivery, Keep, RulesRequest, Turn, TurnRequest
from handover.views import ConversationView
from workflows.attributes import attributes, upsert
from workflows.deadline import change_or_time
from workflows.handover import HandoverWorkflow
from workflows.intake import begun_with_care, unusable
from workflows.options import LOCAL, MODEL, STORE
from workflows.refusals import pass_over, refusals
from workflows.staff import introduced

TURNS_A_RUN = 150
"""After so many turns the conversation goes on in a new run, so that a cold start stays quick."""


@workflow.defn(name="ConversationWorkflow")
class ConversationWorkflow:
    """Customers come by signal, whose handler only enqueues; one loop acts. People come by update."""

    @workflow.init
    @begun_with_care
    def __init__(self, start: ConversationInput) -> None:
        self.state = _named(start).state()
        self.first_turn = self.state.turn
        self.lock = asyncio.Lock()

    @workflow.run
    async def run(self, start: ConversationInput) -> str:
        await self._begin()
        while self.state.status is not ConversationStatus.closed:
            self._show()
            if await self._quiet_for_too_long():
                await self._close_if_still_quiet()
            elif self._run_is_long():
                await self._go_on(self.state)
            elif self._has_work():
                await self._work()
        await self._end()
        return (
            f"Closed by {self.state.closed_by}" if self.state.closed_by else "Closed before, and nothing new was said"
        )

    @workflow.signal
    def post_message(self, message: PostedMessage | None = None) -> None:
        """The contact wrote. Only taken in; the loop answers."""
        if message is None or not message.message_id or not (message.text or message.attachments):
            pass_over("post_message", "a message without an id, or without a text and attachments")
        else:
            self.state.receive(message)

    @workflow.signal
    def handover_changed(self, report: Report | None = None) -> None:
        """The handover tells how it stands."""
        if report is None:
            pass_over("handover_changed", "a report without content")
        else:
            self.state.hear(report)

    @workflow.query
    def view(self) -> ConversationView:
        """Where the conversation stands."""
        return self.state.view()

    @workflow.update
    async def request_human(self, request: RequestHuman) -> Opened:
        """The contact pressed the button. Where a handover is open already, that one answers."""
        async with self._after_the_beginning():
            trigger = await self._button_trigger(request)
            return await self._hand_over(trigger, self.state.begin_silent_turn())

    @workflow.update
    async def take_over(self, act: ByStaff) -> Opened:
        """A person steps in without a trigger; refused where a handover is open: claim that one."""
        async with self._after_the_beginning():
            await self._check_person(act)
            trigger = stepped_in(act.staff_id, f"take-over/{_update_id()}")
            return await self._open(trigger, self.state.begin_silent_turn(), staff_id=act.staff_id)

    @workflow.update
    async def reopen(self, act: Reopen) -> Opened:
        """A manager takes up a case again that was ended wrongly; refused while another one is open."""
        async with self._after_the_beginning():
            with refusals():
                self.state.check_no_handover()
                case = await self._recall(act)
                await self._start_again(HandoverInput(case=case, reopened=act))
            self.state.reopen(case)
            self._show()
            return _as_opened(case.id)

    @workflow.update
    async def close(self, act: ByStaff) -> None:
        """A person closes the conversation; refused while a handover is open: complete it first."""
        async with self._after_the_beginning():
            await self._check_person(act)
            await self._close(by=act.staff_id)

    async def _check_person(self, act: ByStaff) -> None:
        """Somebody of the team acts on a conversation that no handover is open in; refused otherwise."""
        with refusals():
            self.state.check_no_handover()
            if workflow.patched("who-steps-in"):
                await introduced(act.staff_id)

    # ---- the loop ----------------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        """A run that was handed nothing asks the store what earlier ones knew."""
        if self.state.standing is not None:
            return
        request = BeginRequest(
            conversation_id=self.state.conversation_id,
            bot_id=self.state.bot_id,
            channel=self.state.channel,
            contact=self.state.contact,
            message_ids=[message.message_id for message in self.state.waiting],
        )
        begun = await workflow.execute_local_activity_method(
            AssistantActivities.begin, request, summary="Look up the conversation", **LOCAL
        )
        self.state.begin(begun)

    @asynccontextmanager
    async def _after_the_beginning(self) -> AsyncIterator[None]:
        """People wait for the store's word on who may speak, and then for one another; never for the loop."""
        await workflow.wait_condition(lambda: self.state.standing is not None)
        async with self.lock:
            yield

    async def _quiet_for_too_long(self) -> bool:
        """Wait for something to do. True where a conversation of the bot has been silent for its `close_after`."""
        standing = self.state.standing
        changed = lambda: self._has_work() or self.state.standing != standing  # noqa: E731
        catches_up_at = self.state.catches_up_at(workflow.now())
        if catches_up_at is not None:
            await change_or_time(changed, catches_up_at, "Answers what was written while nobody was there")
            return False
        at = None
        if self.state.bot_speaks and self.state.handover is None:
            at = workflow.now() + timedelta(seconds=self.state.close_after_seconds)
        return await change_or_time(changed, at, "Closes when the contact stays silent")

    def _has_work(self) -> bool:
        return self.state.has_work(workflow.now())

    async def _work(self) -> None:
        if self.state.bot_speaks:
            await self._take_turn()
        else:
            await self._keep(self.state.begin_turn(), self.state.turn)

    async def _take_turn(self) -> None:
        """Have the bot answer everything that waits. Whoever takes the conversation meanwhile wins."""
        await self._let_the_burst_end()
        request = self._turn_request(self.state.begin_turn())
        turn = await workflow.execute_activity_method(
            AssistantActivities.answer, request, summary=f"Turn {request.turn}: read it and look for an answer", **MODEL
        )
        async with self.lock:
            if self._still_ours(request, turn):
                await self._act_on(turn, request)
            else:
                await self._leave_to_others(turn, request)

    async def _act_on(self, turn: Turn, request: TurnRequest) -> None:
        """Let the rules decide, and answer or hand over."""
        assert turn.facts is not None
        self.state.learn(turn)
        key = f"turn/{request.turn}"
        decision = decide(turn.rules, turn.facts, self.state.memory, turn.contact, turn.text, key)
        self.state.memory = decision.memory
        self.state.answered(max(turn.kept, default=0))
        if decision.trigger is not None:
            await self._hand_over(decision.trigger, request.turn)
        elif not await self._say(decision.answer, request.turn):
            self.state.keep(turn.kept)

    async def _leave_to_others(self, turn: Turn, request: TurnRequest) -> None:
        """Somebody else holds the conversation by now: an answer is thrown away, and the messages are theirs."""
        self.state.adopt(turn.standing)
        if turn.duplicate:
            return
        self.state.keep(turn.kept)
        if not self.state.bot_speaks and request.messages:
            await self._keep(request.messages, request.turn)

    async def _keep(self, messages: list[PostedMessage], turn: int) -> None:
        """Write down what arrives while the bot is silent, for the person and for the bot's return."""
        kept = await workflow.execute_activity_method(
            AssistantActivities.keep, self._keep_request(messages, turn), summary="Keep what the contact wrote", **STORE
        )
        self.state.keep(kept.rows)
        self.state.contact = kept.contact or self.state.contact
        self.state.adopt(kept.standing)

    async def _say(self, text: str, turn: int) -> bool:
        """Send the bot's answer; False where the fence held it back."""
        delivery = Delivery(
            conversation_id=self.state.conversation_id,
            key=f"turn/{turn}/answer",
            author=Author.bot,
            text=text,
            turn=turn,
            epoch=self.state.epoch,
            channel=self.state.channel,
        )
        delivered: Delivered = await workflow.execute_local_activity_method(
            MessageActivities.deliver, delivery, summary="Send the answer", **LOCAL
        )
        return delivered.left

    async def _let_the_burst_end(self) -> None:
        if self.state.debounce_seconds:
            await workflow.sleep(self.state.debounce_seconds, summary="Waits for the contact to finish writing")

    # ---- handing over ------------------------------------------------------------------------------------------------

    async def _hand_over(self, trigger: Trigger, turn: int) -> Opened:
        """Open a handover, or add the trigger to the one that is open: there is never a second."""
        opened = self._opened() if self.state.handover is not None else None
        if opened is not None and await self._join(trigger, turn):
            return opened
        return await self._open(trigger, turn)

    async def _join(self, trigger: Trigger, turn: int) -> bool:
        assert self.state.handover is not None
        join = Join(
            conversation_id=self.state.conversation_id, number=self.state.handover.number, trigger=trigger, turn=turn
        )
        joined: bool = await workflow.execute_activity_method(
            CaseActivities.join, join, summary=f"Add to the open handover: {trigger.reason}", **STORE
        )
        if not joined:
            self.state.handover = None
        return joined

    async def _open(self, trigger: Trigger, turn: int, staff_id: str | None = None) -> Opened:
        request = self._open_request(trigger, turn, staff_id)
        opened = await workflow.execute_activity_method(
            CaseActivities.open_handover, request, summary=f"Open a handover: {trigger.reason}", **STORE
        )
        self.state.hand_over(opened, trigger)
        await self._start_handover(HandoverInput(case=begin_case(request, opened)))
        self._show()
        return _as_opened(HandoverId(self.state.conversation_id, opened.number))

    async def _recall(self, act: Reopen) -> Case:
        """The case as it ended."""
        return await workflow.execute_activity_method(
            CaseActivities.recall,
            RecallRequest(conversation_id=self.state.conversation_id, act=act),
            summary=f"Look up handover {act.number}",
            **STORE,
        )

    async def _start_again(self, start: HandoverInput) -> None:
        """Start the child of a case that had ended. Raises Refused where its former run has not quite ended yet."""
        try:
            await self._start_child(start)
        except WorkflowAlreadyStartedError as error:
            text = f"Handover {start.case.id} still tells somebody how it ended; try again later."
            raise Refused("still_ending", text) from error

    async def _start_handover(self, start: HandoverInput) -> None:
        """Start the child. One that runs already is the same handover: adopt it."""
        try:
            await self._start_child(start)
        except WorkflowAlreadyStartedError:
            workflow.logger.info("The handover was started before; adopted.")

    async def _start_child(self, start: HandoverInput) -> None:
        """The handover as a workflow of its own, which outlives this run."""
        case = start.case
        await workflow.start_child_workflow(
            HandoverWorkflow.run,
            start,
            id=case.id.workflow_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"{reason_in_words(case.trigger.reason).capitalize()}, priority {case.priority}",
            search_attributes=attributes(
                {
                    "HandoverReason": case.trigger.reason,
                    "HandoverPriority": case.priority,
                    "BotId": case.bot_id,
                    "Channel": case.channel,
                    "ContactId": case.contact.id,
                }
            ),
        )

    async def _button_trigger(self, request: RequestHuman) -> Trigger:
        rules = await workflow.execute_activity_method(
            AssistantActivities.rules,
            RulesRequest(bot_id=self.state.bot_id, channel=self.state.channel),
            summary="Read the bot's rules",
            **STORE,
        )
        trigger = pressed_button(rules, request.text, f"button/{_update_id()}")
        if trigger is None:
            text = f"This bot hands nothing over. You can reach the team here: {rules.contact_line or 'not known'}"
            raise ApplicationError(text, type="handover_off", non_retryable=True)
        return trigger

    # ---- ending, and going on in a new run -----------------------------------------------------------------------------

    async def _close_if_still_quiet(self) -> None:
        async with self.lock:
            if self.state.handover is None and not self.state.waiting:
                await self._close(by="handover")

    async def _close(self, by: str) -> None:
        self.state.closed_by = by
        take = Take(
            key=f"{workflow.info().run_id}/close/{self.state.turn}",
            conversation_id=self.state.conversation_id,
            status=ConversationStatus.closed,
            handover=None,
        )
        standing = await workflow.execute_activity_method(
            CaseActivities.take, take, summary="Close the conversation", **STORE
        )
        self.state.adopt(standing)

    async def _end(self) -> None:
        """What arrived with the close is not lost: a message or a request for a person opens the conversation again. What was
        being answered then is not: whoever closed it has seen it."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._show()
        if self.state.waiting or self.state.status is not ConversationStatus.closed:
            await self._go_on(self.state.model_copy(update={"standing": None, "closed_by": None}))

    def _run_is_long(self) -> bool:
        turns = self.state.turn - self.first_turn
        return turns >= TURNS_A_RUN or workflow.info().is_continue_as_new_suggested()

    async def _go_on(self, state: ConversationState) -> None:
        """Continue as new with everything that is known. Handlers finish first; what arrives meanwhile is carried.

        A task that ends a run is thrown away where something arrives at that moment, and with it the result of a local
        activity: so the last answer's is written down in a task of its own.
        """
        if workflow.patched("rest-before-going-on"):
            await workflow.sleep(timedelta(milliseconds=1), summary="Goes on in a new run")
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(
            ConversationInput(
                conversation_id=state.conversation_id, bot_id=state.bot_id, channel=state.channel, carried=state
            )
        )

    # ---- small things --------------------------------------------------------------------------------------------------

    def _still_ours(self, request: TurnRequest, turn: Turn) -> bool:
        """The bot may speak: the store says so, and nobody has taken the conversation since the turn began."""
        return turn.facts is not None and request.epoch == self.state.epoch and self.state.bot_speaks

    def _turn_request(self, messages: list[PostedMessage]) -> TurnRequest:
        return TurnRequest(
            conversation_id=self.state.conversation_id,
            bot_id=self.state.bot_id,
            channel=self.state.channel,
            contact=self.state.contact,
            turn=self.state.turn,
            epoch=self.state.epoch,
            messages=messages,
            kept=self.state.kept,
            offered=self.state.memory.offered is not None,
        )

    def _keep_request(self, messages: list[PostedMessage], turn: int) -> Keep:
        return Keep(
            conversation_id=self.state.conversation_id,
            bot_id=self.state.bot_id,
            channel=self.state.channel,
            contact=self.state.contact,
            handover=self.state.handover.number if self.state.handover else None,
            turn=turn,
            messages=messages,
        )

    def _open_request(self, trigger: Trigger, turn: int, staff_id: str | None) -> OpenRequest:
        return OpenRequest(
            conversation_id=self.state.conversation_id,
            bot_id=self.state.bot_id,
            channel=self.state.channel,
            contact=self.state.contact,
            trigger=trigger,
            turn=turn,
            opened_at=workflow.now(),
            staff_id=staff_id,
        )

    def _opened(self) -> Opened:
        assert self.state.handover is not None
        return _as_opened(HandoverId(self.state.conversation_id, self.state.handover.number))

    def _show(self) -> None:
        """Say in plain words, in the Temporal UI, where the conversation stands."""
        handover = self.state.handover
        workflow.set_current_details(self.state.in_words())
        upsert(
            {
                "ConversationStatus": self.state.status,
                "HandoverReason": handover.reason if handover else "",
                "HandoverPriority": handover.priority if handover else "",
                "AssignedTo": (handover.assignee or "") if handover else "",
                "BotId": self.state.bot_id or "",
                "Channel": self.state.channel,
                "ContactId": self.state.contact.id,
            }
        )


def _named(start: ConversationInput) -> ConversationInput:
    """The start with its conversation's id, which is in the workflow's as well."""
    try:
        return start.named(workflow.info().workflow_id)
    except Refused as error:
        raise unusable(str(error)) from error


def _as_opened(handover: HandoverId) -> Opened:
    return Opened(handover_id=str(handover), number=handover.number, workflow_id=handover.workflow_id)


def _update_id() -> str:
    info = workflow.current_update_info()
    assert info is not None
    return info.id
