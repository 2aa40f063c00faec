"""From a trigger until a person has finished the case: acts, waits, and goes up the ladder while nobody does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow

from handover import case as story
from handover.brief import reason_in_words
from handover.casefile import Assigned, Case, ContactWrote, HandoverInput, Holder, Join
from handover.errors import HandoverError
from handover.escalation import describe, due_at, next_step
from handover.lifecycle import Event, check, check_cancel, check_person
from handover.messages import (
    Acted,
    Cancel,
    Claim,
    CompleteTask,
    Contact,
    HandBack,
    Note,
    Reassign,
    Reopen,
    Reply,
    Snooze,
    TaskCompleted,
)
from handover.views import HandoverView
from workflows import people, steps
from workflows.deadline import change_or_time
from workflows.desk import Desk
from workflows.hours import look_ahead
from workflows.opening import assign, side_by_side
from workflows.refusals import pass_over, refusals

PATIENCE = timedelta(seconds=2)
"""How long the opening steps are waited for before it is shown how those went that have ended."""

Act = Callable[[Holder], Awaitable[Acted]]


@workflow.defn(name="HandoverWorkflow")
class HandoverWorkflow:
    """One loop for time; people come by validated update, the contact and other systems by signal."""

    @workflow.init
    def __init__(self, start: HandoverInput) -> None:
        self.desk = Desk(start.case)
        self.letters: list[Join | TaskCompleted | ContactWrote] = []

    @property
    def case(self) -> Case:
        return self.desk.case

    @workflow.run
    async def run(self, start: HandoverInput) -> str:
        await self._open()
        await self._reopen(start.reopened)
        while not self.case.status.ended:
            if workflow.info().is_continue_as_new_suggested():
                await self._go_on()
            await self._next()
        await self._end()
        return f"{self.case.status.capitalize()} by {self.case.ended_by}"

    # ---- the story ---------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        """Everything that a handover does at once; a later run of the same handover has done it."""
        async with self.desk.lock:
            if self.case.began:
                return
            self.case.began = True
            found = await self._assign()
            story.start_clock(self.case)
            story.new_task(self.case, workflow.now(), due=due_at(self.case))
            self.desk.note(
                "opened", f"Handed over: {reason_in_words(self.case.trigger.reason)}", evidence=self._evidence()
            )
            self.desk.note("assigned", self._assignment(found))
            await self.desk.settle("Opened")
            self.desk.steps = side_by_side(self.case, found, self.desk.failed)
            if self.case.stepped_in is not None:
                await people.introduce(self.desk)
        self.opened = asyncio.create_task(self._after_the_steps())

    async def _reopen(self, act: Reopen | None) -> None:
        """The case had ended before, and goes on where it was."""
        async with self.desk.lock:
            if act is not None and self.case.status.ended:
                await people.reopen(self.desk, act)

    async def _next(self) -> None:
        """Wait for the next step's time or for a change, whichever comes first, and do what is to be done."""
        await look_ahead(self.case, workflow.now())
        step = next_step(self.case, workflow.now())
        at, summary = (step.at if step else None), describe(self.case, step)
        seq = self.case.seq
        await change_or_time(lambda: self._has_news(seq), at, summary)
        async with self.desk.lock:
            await self._read_letters()
            step = next_step(self.case, workflow.now())
            if self.case.status.ended:
                return
            if step is not None and step.at <= workflow.now():
                await steps.take(self.desk, step)
            else:
                await self.desk.write_down()

    def _has_news(self, seq: int) -> bool:
        return bool(self.letters) or self.desk.unsettled or self.case.seq != seq or self.case.status.ended

    async def _end(self) -> None:
        """Nothing is left running, and everything that happened is written down."""
        await self.desk.all_done()
        await workflow.wait_condition(workflow.all_handlers_finished)
        for letter in self.letters:
            if isinstance(letter, TaskCompleted):
                self._refuse(f"the handover was already {self.case.status}")
        await self.desk.write_down()

    async def _go_on(self) -> None:
        """Continue as new with the whole case, once nothing is in flight."""
        await self.desk.all_done()
        await workflow.wait_condition(workflow.all_handlers_finished)
        async with self.desk.lock:
            await self._read_letters()
            await self.desk.write_down()
        if not self.case.status.ended:
            workflow.continue_as_new(HandoverInput(case=self.case))

    # ---- people ------------------------------------------------------------------------------------------------------

    @workflow.update
    async def claim(self, act: Claim) -> Acted:
        """I take this case. Refused, naming who and since when, where somebody else has it."""
        return await self._by(act.staff_id, Event.claimed, lambda person: people.claim(self.desk, person))

    @workflow.update
    async def reply(self, act: Reply) -> Acted:
        """Write to the contact."""
        return await self._by(act.staff_id, Event.replied, lambda person: people.reply(self.desk, person, act))

    @workflow.update
    async def note(self, act: Note) -> Acted:
        """Write something down for colleagues."""
        return await self._by(act.staff_id, Event.noted, lambda person: people.note(self.desk, person, act))

    @workflow.update
    async def reassign(self, act: Reassign) -> Acted:
        """Give the case to somebody else."""
        return await self._by(act.staff_id, Event.reassigned, lambda person: people.reassign(self.desk, person, act))

    @workflow.update
    async def snooze(self, act: Snooze) -> Acted:
        """Nothing is asked of anybody until then; the due time stands."""
        with refusals():
            people.check_ahead("until", act.until)
        return await self._by(act.staff_id, Event.snoozed, lambda person: people.snooze(self.desk, person, act))

    @workflow.update
    async def hand_back(self, act: HandBack) -> Acted:
        """The bot answers again at once."""
        return await self._by(act.staff_id, Event.handed_back, lambda person: people.hand_back(self.desk, person))

    @workflow.update
    async def complete_task(self, act: CompleteTask) -> Acted:
        """The task is done."""
        return await self._by(act.staff_id, story.OUTCOME_EVENTS[act.outcome], lambda person: self._complete(act))

    @workflow.update
    async def cancel(self, act: Cancel) -> Acted:
        """Take the handover back: by the contact, or by a manager."""
        await workflow.wait_condition(lambda: self.case.began)
        async with self.desk.lock:
            with refusals():
                check(self.case, Event.cancelled, act.staff_id)
                if act.staff_id is not None:
                    check_cancel(self.case, await self.desk.person(act.staff_id))
            return await people.cancel(self.desk, act)

    @workflow.update
    async def add_trigger(self, request: Join) -> bool:
        """Another trigger fired in this conversation. False where the case has ended by now: it is not lost then, but
        opens a handover of its own."""
        await workflow.wait_condition(lambda: self.case.began)
        async with self.desk.lock:
            if self.case.status.ended:
                return False
            await steps.join(self.desk, request)
            return True

    @claim.validator
    def check_claim(self, act: Claim) -> None:
        self._check(Event.claimed, act.staff_id)

    @reply.validator
    def check_reply(self, act: Reply) -> None:
        self._check(Event.replied, act.staff_id)

    @complete_task.validator
    def check_complete_task(self, act: CompleteTask) -> None:
        self._check(story.OUTCOME_EVENTS[act.outcome], act.staff_id)
        with refusals():
            people.check_completion(self.desk, act)

    # ---- the contact, and other systems --------------------------------------------------------------------------------

    @workflow.signal
    def contact_wrote(self, wrote: ContactWrote | None = None) -> None:
        """The contact waits for an answer."""
        if wrote is None:
            return pass_over("contact_wrote", "nothing in it")
        if wrote.row > self.case.answered:
            story.contact_wrote(self.case, workflow.now())
            self.desk.unsettled = True
        if wrote.contact is not None:
            self.letters.append(wrote)
        return None

    @workflow.signal
    def join(self, request: Join | None = None) -> None:
        """What add_trigger was, in runs that have it in their history."""
        self._receive(request, "join")

    @workflow.signal
    def task_completed(self, done: TaskCompleted | None = None) -> None:
        """The task was done in a system that only signals."""
        self._receive(done, "task_completed")

    @workflow.query
    def view(self) -> HandoverView:
        """Where the handover stands."""
        case = self.case
        return HandoverView(
            handover_id=str(case.id),
            number=case.number,
            status=case.status,
            reason=case.trigger.reason,
            priority=case.priority,
            assignee=case.holder_id,
            next_step=case.next_step,
            next_at=case.next_at,
        )

    # ---- small things --------------------------------------------------------------------------------------------------

    async def _by(self, staff_id: str, event: Event, act: Act) -> Acted:
        """One person at a time, looked at again under the lock; a refusal leaves the case as it was."""
        await workflow.wait_condition(lambda: self.case.began)
        async with self.desk.lock:
            with refusals():
                check(self.case, event, staff_id)
                person = await self.desk.person(staff_id)
                check_person(self.case, event, person)
                return await act(person)

    async def _complete(self, act: CompleteTask) -> Acted:
        people.check_completion(self.desk, act)
        return await people.complete(self.desk, act)

    def _check(self, event: Event, staff_id: str) -> None:
        with refusals():
            check(self.case, event, staff_id)

    def _receive(self, letter: Join | TaskCompleted | None, signal: str) -> None:
        if letter is None:
            pass_over(signal, "nothing in it")
        else:
            self.letters.append(letter)

    async def _read_letters(self) -> None:
        while self.letters and not self.case.status.ended:
            match self.letters.pop(0):
                case Join() as request:
                    await steps.join(self.desk, request)
                case ContactWrote(contact=Contact() as contact):
                    await steps.learn(self.desk, contact)
                case TaskCompleted() as done:
                    await self._take_signalled_completion(done)

    async def _take_signalled_completion(self, done: TaskCompleted) -> None:
        """As if a person had completed the task; what cannot be is written down, since nobody waits for an answer."""
        holder = self.case.holder_id or "outside"
        try:
            act = CompleteTask(**done.model_dump() | {"staff_id": done.staff_id or holder})
            check(self.case, story.OUTCOME_EVENTS[act.outcome], act.staff_id)
            await self._complete(act)
        except (ValueError, HandoverError) as error:
            self._refuse(str(error))

    def _refuse(self, why: str) -> None:
        self.desk.note("signal_refused", f"A task_completed signal was passed over: {why}")

    async def _assign(self) -> Assigned:
        """A person who stepped in has the case; otherwise the owner, the action's target, or the default assignee."""
        case, policy = self.case, self.case.policy
        if case.stepped_in is not None:
            person = await self.desk.person(case.stepped_in)
            story.taken(case, Event.claimed, person, workflow.now())
            return Assigned(holder=person, target=f"user:{person.staff_id}")
        targets = [target for target in (policy.assign_to, policy.default_assignee) if target is not None]
        found = await assign(case, targets, owner=case.contact.owner if policy.skip_if_owned else None)
        story.assigned(case, found, workflow.now())
        return found

    def _assignment(self, found: Assigned) -> str:
        return f"Assigned to {found.holder.name} ({found.target})" if found.holder else "Nobody could be found"

    def _evidence(self) -> list[dict[str, object]]:
        return [one.model_dump(mode="json") for one in self.case.trigger.evidence]

    async def _after_the_steps(self) -> None:
        """Once the opening steps have ended, readers should see how they went; where one takes long, how the others did."""
        steps = list(self.desk.steps)
        if workflow.patched("show-steps-early"):
            _, slow = await workflow.wait(steps, timeout=PATIENCE.total_seconds())
            self.desk.unsettled = bool(slow) or self.desk.unsettled
        await asyncio.gather(*steps)
        self.desk.unsettled = True
