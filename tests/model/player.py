"""Plays a plan on the model and on the real workflows side by side, and compares what can be seen after every act."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
from datetime import datetime, timedelta
from functools import partial, singledispatchmethod
from typing import Any

from handover.bot import Bot
from handover.conversation import ConversationInput
from handover.durations import format_duration
from handover.errors import NotFound, Refused
from handover.ids import HandoverId, TaskId
from handover.messages import (
    Acted,
    ByStaff,
    Cancel,
    Claim,
    CompleteTask,
    Contact,
    HandBack,
    Note,
    PostedMessage,
    Reassign,
    Reply,
    RequestHuman,
    Snooze,
    TaskCompleted,
)
from tests.model import plans
from tests.model.picture import SLACK, Picture, differences, expected, seen
from tests.model.plans import Act, Plan
from tests.model.spec import BOT, REQUEST, URGENT, Action, BotSettings, Codes, Model, Rung
from tests.model.stage import BOT_ID, TEAM, Stage

MOST_STEPS = 12
"""A wait ends after so many things that happen by themselves: a ladder that repeats often would take long to play."""

CLEAR = 2 * SLACK
"""So far from the next deadline an act happens: closer, nobody could say which of the two came first."""


class Mismatch(AssertionError):
    """The real workflows did something that the specification does not say."""


class Player:
    """One run of one plan."""

    def __init__(self, stage: Stage, plan: Plan, model: Model) -> None:
        self.stage = stage
        self.plan = plan
        self.model = model
        self.story: list[str] = []
        self.handover = HandoverId(stage.conversation_id, 1)
        self.writing = 0
        self.last_message: tuple[str, str] | None = None
        self.last_reply: tuple[int, str, str] | None = None

    @classmethod
    async def play(cls, stage: Stage, plan: Plan) -> int:
        """Play the whole plan; how many acts were played. Raises Mismatch."""
        await stage.begin(bot_with(plan.bot), goes_down=any(isinstance(act, plans.GoesDown) for act in plan.acts))
        player = cls(stage, plan, Model(plan.bot, TEAM, plan.owner, await stage.now()))
        try:
            for act in plan.acts:
                await player._play(act)
        except Exception as error:
            error.add_note("What was played:\n" + "\n".join(player.story))
            raise
        finally:
            await stage.end()
        return len(plan.acts)

    async def _play(self, act: Act) -> None:
        self.story.append(f"    {act}")
        await self._step_clear()
        self.model.now = await self.stage.now()
        self.handover = HandoverId(self.stage.conversation_id, max(1, len(self.model.cases)))
        self.model.stood = None
        await self._do(act)
        await self._compare()

    async def _step_clear(self) -> None:
        """Let a deadline that is very close pass first."""
        now = self.model.now = await self.stage.now()
        step = self.model.next_step()
        if step is not None and step.at < now + CLEAR:
            await self._pass_time(step.at + CLEAR - now)
            await self.stage.settled()

    async def _compare(self) -> None:
        await self.stage.settled()
        wanted, found = expected(self.model), await self._seen()
        lines = differences(wanted, found)
        if lines:
            raise Mismatch("\n  ".join(["The real thing differs from the spec.", *lines]))

    async def _seen(self) -> Picture:
        return await seen(self.stage)

    # ---- the contact -------------------------------------------------------------------------------------------------

    @singledispatchmethod
    async def _do(self, act: Any) -> None:
        raise NotImplementedError(act)

    @_do.register
    async def _(self, act: plans.Writes) -> None:
        message = self.last_message if act.what == "again" else self._next_message(act.what)
        if message is not None:
            self.model.contact_writes(*message)
            await self._post(*message)

    def _next_message(self, what: str) -> tuple[str, str]:
        self.writing += 1
        self.last_message = (f"m{self.writing}", WORDS[what].format(self.writing))
        return self.last_message

    async def _post(self, message_id: str, text: str) -> None:
        message = PostedMessage(message_id=message_id, text=text)
        contact = Contact(owner=self.plan.owner, email="jamie@example.org")
        await self.stage.client.post(self.stage.conversation_id, message, bot_id=BOT_ID, contact=contact)

    @_do.register
    async def _(self, act: plans.WritesWhile) -> None:
        if self.model.begun and self.model.conversation is not BOT:
            return
        client, by, message = self.stage.client, ByStaff(staff_id=act.who), self._next_message("question")
        acting: Callable[[], Awaitable[Any]]
        if self.model.open_case is None:
            wrong = self.model.contact_writes_while(*message, lambda: self.model.take_over(act.who))
            acting = partial(client.take_over, self.stage.conversation_id, by)
        else:
            wrong = self.model.contact_writes_while(*message, lambda: self.model.claim(act.who))
            acting = partial(client.claim, self.handover, Claim(staff_id=act.who))
        async with self.stage.while_the_bot_thinks(self._post(*message)):
            await self._act(wrong, acting, answers=False)

    @_do.register
    async def _(self, act: plans.PressesButton) -> None:
        self.model.contact_presses_the_button()
        conversation_id, contact = self.stage.conversation_id, Contact(owner=self.plan.owner, email="jamie@example.org")
        start = ConversationInput(conversation_id=conversation_id, bot_id=BOT_ID, contact=contact)
        await self.stage.client.request_human(conversation_id, RequestHuman(), start=start)

    # ---- staff -------------------------------------------------------------------------------------------------------

    @_do.register
    async def _(self, act: plans.Claims) -> None:
        who = self._who(act.who)
        allowed = self.model.claim(who)
        await self._act(allowed, lambda: self.stage.client.claim(self.handover, Claim(staff_id=who)))

    @_do.register
    async def _(self, act: plans.Replies) -> None:
        who = self._who(act.who)
        number = len(self.model.cases)
        if act.again and (self.last_reply is None or self.last_reply[0] != number):
            return
        if act.again and self.last_reply is not None:
            _, who, message_id = self.last_reply
        else:
            self.writing += 1
            message_id = f"r{self.writing}"
        reply = Reply(staff_id=who, message_id=message_id, text=f"Reply {message_id}")
        wrong = self.model.reply(who, message_id, reply.text)
        if not wrong:
            self.last_reply = (number, who, message_id)
        answers = not act.again  # the first answer comes again, with what was true then
        await self._act(wrong, lambda: self.stage.client.reply(self.handover, reply), answers=answers)

    @_do.register
    async def _(self, act: plans.Notes) -> None:
        who = self._who(act.who)
        self.writing += 1
        note = Note(staff_id=who, message_id=f"n{self.writing}", text=f"Note {self.writing}")
        await self._act(self.model.note(who, note.text), lambda: self.stage.client.note(self.handover, note))

    @_do.register
    async def _(self, act: plans.Reassigns) -> None:
        who = self._who(act.who)
        wrong = self.model.reassign(who, act.to)
        await self._act(wrong, lambda: self.stage.client.reassign(self.handover, Reassign(staff_id=who, to=act.to)))

    @_do.register
    async def _(self, act: plans.Snoozes) -> None:
        who, until = self._who(act.who), self.model.now + act.length
        wrong = self.model.snooze(who, until)
        await self._act(wrong, lambda: self.stage.client.snooze(self.handover, Snooze(staff_id=who, until=until)))

    @_do.register
    async def _(self, act: plans.HandsBack) -> None:
        who = self._who(act.who)
        wrong = self.model.hand_back(who)
        await self._act(wrong, lambda: self.stage.client.hand_back(self.handover, HandBack(staff_id=who)))

    @_do.register
    async def _(self, act: plans.Completes) -> None:
        who, number, follow_up_at = self._who(act.who), self._task(act.task), self._at(act.follow_up)
        wrong = self.model.complete(who, act.outcome, number, follow_up_at)
        done = CompleteTask(
            staff_id=who,
            outcome=act.outcome,
            task_id=self._task_id(number),
            follow_up_at=follow_up_at,
            converted=act.converted,
            unnecessary=act.unnecessary,
        )
        await self._act(wrong, lambda: self.stage.client.complete(self.handover, done))

    @_do.register
    async def _(self, act: plans.SignalsCompleted) -> None:
        if self.model.case is None:
            return
        number, follow_up_at = self._task(act.task), self._at(act.follow_up)
        ended = self.model.open_case is None
        self.model.task_completed(act.who, act.outcome, number, follow_up_at)
        done = TaskCompleted(
            outcome=act.outcome, staff_id=act.who, task_id=self._task_id(number), follow_up_at=follow_up_at
        )
        code, _ = await _answer(lambda: self.stage.client.signal_completed(self.handover, done))
        if code != ("not_found" if ended else None):
            raise Mismatch(f"The signal was answered with {code}.")

    @_do.register
    async def _(self, act: plans.Cancels) -> None:
        who = self._who(act.who) if act.who else None
        wrong = self.model.cancel(who)
        await self._act(wrong, lambda: self.stage.client.cancel(self.handover, Cancel(staff_id=who)))

    @_do.register
    async def _(self, act: plans.TakesOver) -> None:
        if not self.model.begun and self.plan.owner is not None:
            return  # stepping in says nothing of the contact, so the owner would not be known
        wrong = self.model.take_over(act.who)
        by = ByStaff(staff_id=act.who)
        await self._act(wrong, lambda: self.stage.client.take_over(self.stage.conversation_id, by), answers=False)

    @_do.register
    async def _(self, act: plans.Closes) -> None:
        wrong, by = self.model.close(act.who), ByStaff(staff_id=act.who)
        await self._act(wrong, lambda: self.stage.client.close(self.stage.conversation_id, by), answers=False)

    # ---- time, and what goes wrong -----------------------------------------------------------------------------------

    @_do.register
    async def _(self, act: plans.Waits) -> None:
        await self._pass_time(act.length)

    @_do.register
    async def _(self, act: plans.WaitsForNext) -> None:
        """To the moment that the store shows, which the last comparison found to be the model's."""
        step = self.model.next_step()
        if step is None:
            return
        shown = (await self._seen()).next
        at = shown[1] if shown[:1] == (step.kind.name,) else step.at + SLACK
        assert isinstance(at, datetime)
        await self._pass_time(max(at + act.offset - await self.stage.now(), timedelta(0)))

    @_do.register
    async def _(self, act: plans.GoesDown) -> None:
        length = self._played(act.length, asleep=True)
        writes = act.writes and self._nothing_happens_within(length)
        await self.stage.stop_worker()
        try:
            if writes:
                await self._post(*self._next_message("question"))
            await self.stage.pass_time_without_a_worker(length)
        finally:
            await self.stage.start_worker()
        await self.stage.settled()
        list(self.model.advance(self.model.now + length, asleep=True))
        if writes and self.last_message is not None:
            self.model.contact_writes(*self.last_message)

    @_do.register
    async def _(self, act: plans.Breaks) -> None:
        calls = self.stage.faults.after if act.done else self.stage.faults.before
        calls[act.port] = act.times

    @_do.register
    async def _(self, act: plans.Leaves) -> None:
        await self._change(act.who, available=act.disabled, enabled=not act.disabled)

    @_do.register
    async def _(self, act: plans.Returns) -> None:
        await self._change(act.who, available=True, enabled=True)

    async def _change(self, who: str, available: bool, enabled: bool) -> None:
        self.model.change(who, available=available, enabled=enabled)
        await self.stage.put_person(self.model.team[who])

    async def _pass_time(self, length: timedelta) -> None:
        length = self._played(length)
        start = await self.stage.now()
        await self.stage.pass_time(length)
        list(self.model.advance(start + length))

    def _played(self, length: timedelta, asleep: bool = False) -> timedelta:
        """The wait as it is played: shorter where too much would happen, longer where it would end close to a deadline."""
        model = deepcopy(self.model)
        start, end = model.now, model.now + length
        steps = [step for step, _ in zip(model.advance(end, asleep), range(MOST_STEPS), strict=False)]
        end = end if len(steps) < MOST_STEPS or asleep else model.now
        while (step := model.next_step()) and step.at < end + CLEAR:
            end = step.at + CLEAR
            list(model.advance(end))
        return end - start

    def _nothing_happens_within(self, length: timedelta) -> bool:
        step = self.model.next_step()
        return step is None or step.at > self.model.now + length

    # ---- small things ------------------------------------------------------------------------------------------------

    async def _act(self, wrong: Codes, call: Callable[[], Awaitable[Any]], answers: bool = True) -> None:
        """Refused for one of these reasons, or else answered with how the handover stands now."""
        code, answer = await _answer(call)
        if code not in wrong if wrong else code is not None:
            raise Mismatch(f"The spec refuses with {wrong or 'nothing'}, in truth it was {code}.")
        if answers and isinstance(answer, Acted):
            case = self.model.cases[self.handover.number - 1]
            # Who hands back to the bot is answered before the bot reads what was written meanwhile, and maybe hands over.
            status, holder = self.model.stood or (case.status, case.holder)
            if (answer.status, answer.assignee) != (status, holder):
                raise Mismatch(f"The answer is {answer!r}; the spec says {status}, with {holder}.")

    def _who(self, who: str) -> str:
        case = self.model.case
        return ((case.holder if case else None) or "sarah") if who == "holder" else who

    def _at(self, length: timedelta | None) -> datetime | None:
        return None if length is None else self.model.now + length

    def _task(self, task: plans.Task) -> int | None:
        current = len(self.model.case.tasks) if self.model.case else 0
        numbers = {"current": current or None, "unnamed": None, "before": current - 1 or None, "unknown": current + 1}
        return numbers[task]

    def _task_id(self, number: int | None) -> str | None:
        return None if number is None else str(TaskId(*self.handover, number))


WORDS = {
    "question": "What about {}?",
    "thanks": "Thanks for {}",
    "human": f"{{}}: I want a {REQUEST}",
    "urgent": f"{{}}: this is {URGENT}",
}


async def _answer(call: Callable[[], Awaitable[Any]]) -> tuple[str | None, Any]:
    """The code of a refusal, or the answer."""
    try:
        return None, await call()
    except (Refused, NotFound) as error:
        return error.code, None


# ---- a bot as its settings say it --------------------------------------------------------------------------------------


def bot_with(settings: BotSettings) -> Bot:
    """The bot that the model has, as the settings page would store it."""
    handover: dict[str, Any] = {
        "hours": {"open": "24/7"},
        "agents_available": True,
        "contact_question": "",  # what contacts are asked for is not modelled
        "agent_label": "{first_name}",
        "default_action": "ordinary",
        "scenarios": {
            "human_requested": {"action": "ordinary"},
            "high_value": {"enabled": True, "action": "urgent", "urgent": settings.hurry, "priority": 10},
        },
        "actions": {"ordinary": _action(settings.ordinary), "urgent": _action(settings.urgent)},
    }
    if settings.default_assignee is not None:
        handover["default_assignee"] = settings.default_assignee
    return Bot.model_validate(
        {
            "id": BOT_ID,
            "name": "Model",
            "close_after": format_duration(settings.close_after),
            "handover": handover,
        }
    )


def _action(action: Action) -> dict[str, Any]:
    task: dict[str, Any] = {"due": _length(action.due)} if action.due is not None else {}
    lengths = {name: _length(getattr(action, name)) for name in ("pause", "reactivate_after", "person_idle")}
    shown: dict[str, Any] = {name: length for name, length in lengths.items() if length is not None}
    if action.ladder is not None:
        shown["ladder"] = [_rung(rung) for rung in action.ladder]
    return shown | {
        "assign": {"to": action.to} if action.to is not None else {},
        "task": task if action.task else False,
        "tags": list(action.tags),
        "final_message": {"standard": "Somebody comes.", "urgent": "Somebody hurries."},
    }


def _rung(rung: Rung) -> dict[str, Any]:
    after = rung.after if isinstance(rung.after, str) else _length(rung.after)
    return {"after": after, "to": rung.to} | ({"repeat": _length(rung.repeat)} if rung.repeat else {})


def _length(length: timedelta | None) -> str | None:
    return None if length is None else format_duration(length)
