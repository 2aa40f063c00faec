"""The specification as plain Python: what the real workflows are compared with.

Written from spec.md alone, in the order of its sections, and sharing no logic with the product: only the words of its
contract (statuses, outcomes, priorities). Whatever happens is told to a `Model` with the time at which it happened; what
happens by itself is played by `advance`. An act of a person returns why it may be refused: empty, where it may not. Where
several things are wrong with it, any of them may be named.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import count, islice, takewhile
from typing import Literal, NamedTuple

from handover.bot import Priority
from handover.messages import Author, ContactStatus, ConversationStatus, HandoverStatus, Outcome

BOT, ESCALATED, HUMAN, CLOSED = (
    ConversationStatus.bot,
    ConversationStatus.escalated,
    ConversationStatus.human,
    ConversationStatus.closed,
)
OPEN, ACKNOWLEDGED, SCHEDULED = HandoverStatus.open, HandoverStatus.acknowledged, HandoverStatus.scheduled
COMPLETED, CANCELLED = HandoverStatus.completed, HandoverStatus.cancelled

REQUEST, URGENT = "human", "urgent"
"""A message with the first word asks for a person; one with the second is worth a lot (§2)."""

DEFAULT_TAG = "human_handover"
HOUR = timedelta(hours=1)
YEAR = timedelta(days=366)

MOMENT = timedelta(milliseconds=1)
"""What is done one after the other never counts from the same instant; things of the same instant have an order (§4)."""


Codes = set[str]
"""Why an act may be refused; empty: it may not."""


# ---- settings --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: `to` is `assignee` (a reminder), `user:ID`, `role:NAME` or `manager`."""

    after: timedelta | Literal["due", "half_due"]
    to: str
    repeat: timedelta | None = None


@dataclass(frozen=True)
class Action:
    """What a bot's handover action says; None is the default of §3 and §4."""

    to: str | None = "role:support"
    task: bool = True
    due: timedelta | None = None
    pause: timedelta | None = None
    reactivate_after: timedelta | None = None
    person_idle: timedelta | None = None
    ladder: tuple[Rung, ...] | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class BotSettings:
    """`ordinary` is used when a person is asked for or steps in, `urgent` when a message is worth a lot."""

    ordinary: Action = Action()
    urgent: Action = Action()
    hurry: bool = True
    default_assignee: str | None = None
    close_after: timedelta = timedelta(days=7)


@dataclass(frozen=True)
class Person:
    """`load`: the cases of other conversations that they hold."""

    id: str
    name: str
    roles: tuple[str, ...]
    manager: str | None = None
    load: int = 0
    capacity: int = 8
    available: bool = True
    enabled: bool = True

    @property
    def manages(self) -> bool:
        return "manager" in self.roles

    @property
    def there(self) -> bool:
        return self.available and self.enabled


class Step(NamedTuple):
    kind: "StepKind"
    at: datetime


class StepKind(IntEnum):
    """What happens by itself; of the same instant: due, rung, reactivation (§4)."""

    resume = 0
    idle = 1
    due = 2
    rung = 3
    reactivate = 4
    close = 5


# ---- what is written down --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A line of the handover log. `rung` counts from 1, `time` says which repeat; `who` was asked or reminded."""

    kind: str
    at: datetime
    rung: int | None = None
    who: str | None = None
    time: int = 1


@dataclass(frozen=True)
class Said:
    author: Author
    text: str


@dataclass
class Task:
    number: int
    due_at: datetime
    priority: Priority
    status: str = "open"
    outcome: Outcome | None = None
    completed_by: str | None = None


@dataclass
class Case:
    """A handover. `asked`: who was asked since the ladder was armed; `fired`: how often each rung has been taken."""

    number: int
    action: Action
    urgent: bool
    reason: str
    priority: Priority
    opened_at: datetime
    armed_at: datetime
    silent_since: datetime
    due_from: datetime
    status: HandoverStatus = OPEN
    holder: str | None = None
    held_since: datetime | None = None
    reasons: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    fired: Counter[int] = field(default_factory=Counter)
    tasks: list[Task] = field(default_factory=list)
    log: list[Entry] = field(default_factory=list)
    acted: bool = False
    came_back: bool = False
    handed_back: bool = False
    overdue: bool = False
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    follow_up_at: datetime | None = None
    replies: set[tuple[str, str]] = field(default_factory=set)

    @property
    def ended(self) -> bool:
        return self.status in (COMPLETED, CANCELLED)

    # §3: due 24 hours after the trigger (urgent 2).
    @property
    def due(self) -> timedelta:
        return self.action.due or (2 * HOUR if self.urgent else 24 * HOUR)

    @property
    def due_at(self) -> datetime:
        """Without a task, due and completion belong to the handover itself (§3)."""
        return self.tasks[-1].due_at if self.tasks else self.due_from + self.due

    # §4: the pause window where one is set, otherwise 8 h, urgent 2 h; never before the pause ends.
    @property
    def reactivate_after(self) -> timedelta:
        pause = self.action.pause or timedelta(0)
        return max(self.action.reactivate_after or pause or (2 * HOUR if self.urgent else 8 * HOUR), pause)

    @property
    def pause_ends(self) -> datetime:
        return self.opened_at + (self.action.pause or timedelta(0))

    @property
    def person_idle(self) -> timedelta:
        return self.action.person_idle or 8 * HOUR

    @property
    def ladder(self) -> list[Rung]:
        """§4: remind at half the due time; at `due` to the manager, repeated every 24 h (urgent 2 h)."""
        again = 2 * HOUR if self.urgent else 24 * HOUR
        standard = (Rung("half_due", "assignee"), Rung("due", "manager", again))
        return sorted(self.action.ladder or standard, key=self.after)

    def after(self, rung: Rung) -> timedelta:
        if isinstance(rung.after, timedelta):
            return rung.after
        return self.due if rung.after == "due" else self.due / 2

    def not_before_snooze(self, at: datetime) -> datetime:
        """§4: snooze moves idle and rungs, never the due time."""
        return max(at, self.snoozed_until or at)


class Firing(NamedTuple):
    """One firing of a rung; of several that were missed the highest is taken."""

    rung: int
    repeat: int
    at: datetime


# ---- the model -------------------------------------------------------------------------------------------------------


class Model:
    """One conversation with its handovers, and the team that works on it."""

    def __init__(self, bot: BotSettings, team: Sequence[Person], owner: str | None, now: datetime) -> None:
        self.bot = bot
        self.team = {person.id: person for person in team}
        self.owner = owner
        self.now = now
        self.begun = False
        self.conversation = BOT
        self.quiet_since = now
        self.unanswered: list[str] = []
        self.seen: set[str] = set()
        self.said: list[Said] = []
        self.inbox: dict[str, list[str]] = {person.id: [] for person in team}
        self.tags: set[str] = set()
        self.contact_status = ContactStatus.new
        self.cases: list[Case] = []
        self.stood: tuple[HandoverStatus, str | None] | None = None

    @property
    def case(self) -> Case | None:
        """The open handover, or the last one that ended."""
        return self.cases[-1] if self.cases else None

    @property
    def open_case(self) -> Case | None:
        return self.case if self.case and not self.case.ended else None

    # ---- §1, §4: the contact -----------------------------------------------------------------------------------------

    def contact_writes(self, message_id: str, text: str) -> None:
        """Every message is answered by somebody; the same message id again changes nothing (§7)."""
        if message_id not in self.seen:
            self._hear(message_id, text)
            self._answer_or_keep()

    def contact_writes_while(self, message_id: str, text: str, act: Callable[[], Codes]) -> Codes:
        """§6: once a person's claim is acknowledged, no bot answer leaves any more; one being written is thrown away."""
        self._hear(message_id, text)
        wrong = act()
        self._answer_or_keep()
        return wrong

    def _hear(self, message_id: str, text: str) -> None:
        self._begin()
        self.seen.add(message_id)
        self.said.append(Said(Author.contact, text))
        self.unanswered.append(text)
        self.quiet_since = self.now

    def _answer_or_keep(self) -> None:
        """Answered by the bot, or kept and forwarded to the person, whom the contact now waits for."""
        if self.conversation is BOT:
            self._bot_turn()
        elif self.open_case is not None:
            self.open_case.waiting_since = self.open_case.waiting_since or self.now

    def contact_presses_the_button(self) -> None:
        self._begin()
        self._trigger("human_requested")

    def _begin(self) -> None:
        """§1: the next message after closing opens a new run that knows what was said before."""
        if not self.begun or self.conversation is CLOSED:
            self.begun = True
            self._speaker(BOT)

    def _bot_turn(self) -> None:
        """All that nobody has answered is one turn: an answer, or a handover by the rule of the highest priority (§2)."""
        if not self.unanswered:
            return
        words, self.unanswered = self.unanswered, []
        if any(URGENT in text for text in words):
            self._trigger("high_value")
        elif any(REQUEST in text for text in words):
            self._trigger("human_requested")
        else:
            self.said.append(Said(Author.bot, answer_to(words)))

    def _trigger(self, reason: str) -> None:
        """§4: a new trigger while a handover is open never starts a second one."""
        if self.open_case is None:
            self._open(reason)
        else:
            self._join(self.open_case, reason)

    def _speaker(self, status: ConversationStatus) -> None:
        """Who speaks from now on; a bot that comes back first answers what the contact wrote meanwhile (§4)."""
        self.conversation, self.quiet_since = status, self.now
        if status is BOT:
            self.stood = (self.cases[-1].status, self.cases[-1].holder) if self.cases else None
            self._bot_turn()

    # ---- §3: what a handover does at once ----------------------------------------------------------------------------

    def _open(self, reason: str, stepped_in: str | None = None) -> None:
        hurry = reason == "high_value" and self.bot.hurry
        now, action = self.now, self.bot.urgent if reason == "high_value" else self.bot.ordinary
        priority = Priority.high if reason == "high_value" else Priority.medium
        case = Case(len(self.cases) + 1, action, hurry, reason, priority, now, now, now, now)
        case.reasons.add(reason)
        self.cases.append(case)
        self._log("opened")
        if stepped_in is not None:
            self._hold(case, stepped_in)
            case.status, case.acted = ACKNOWLEDGED, True
        else:
            self._assign_first(case)
        self._log("assigned")
        self.contact_status = ContactStatus.in_progress
        self.tags |= {DEFAULT_TAG, *self._scenario_tags(reason), *action.tags}
        if action.task:
            case.tasks.append(Task(1, case.opened_at + case.due, case.priority))
        self._notify_assignee(case)
        self._speaker(ESCALATED if stepped_in is None else HUMAN)
        if stepped_in is None:
            self.said.append(Said(Author.system, final_message(case)))
        else:
            self._person_joined(stepped_in)

    def _scenario_tags(self, reason: str) -> set[str]:
        """§2: `high_value` is a sales opportunity, or urgent."""
        return ({"urgent"} if self.bot.hurry else {"sales-opportunity"}) if reason == "high_value" else set()

    def _assign_first(self, case: Case) -> None:
        """A contact with an owner stays with that owner; else the action's target; else the default assignee."""
        owner = f"user:{self.owner}" if self.owner else None
        for target in filter(None, (owner, case.action.to, self.bot.default_assignee)):
            found = self._find(case, target, asked=set())
            if found is not None:
                self._hold(case, found)
                return

    def _notify_assignee(self, case: Case) -> None:
        """Where nobody was found, the role and its manager are told, and any of the staff may claim it."""
        if case.holder is None:
            self._tell_of_nobody(case.action.to, self.bot.default_assignee)
            return
        self._tell(case.holder, "conversation_assigned")
        if case.tasks:
            self._tell(case.holder, "task_assigned")

    def _find(self, case: Case, target: str, asked: set[str]) -> str | None:
        """Who a target is: somebody who is there and was not asked yet."""
        there = [one for one in self.team.values() if one.there and one.id not in asked]
        kind, _, name = target.partition(":")
        if kind == "user":
            return next((one.id for one in there if one.id == name), None)
        if kind == "role":
            free = [one for one in there if name in one.roles and self._load(case, one) < one.capacity]
            return self._lightest(case, free)
        own = self.team[case.holder].manager if case.holder in self.team else None
        if any(one.id == own for one in there):
            return own
        return self._lightest(case, [one for one in there if one.manages])

    def _lightest(self, case: Case, people: list[Person]) -> str | None:
        """The team is made so that two people never have the same load: of equals the spec says nothing."""
        loads = {one.id: self._load(case, one) for one in people}
        assert len(set(loads.values())) == len(loads), "the model's team must not have equals"
        return min(loads, key=loads.__getitem__, default=None)

    def _load(self, case: Case, person: Person) -> int:
        return person.load + (case.holder == person.id)

    def _hold(self, case: Case, staff_id: str) -> None:
        if case.holder != staff_id:
            case.held_since = self.now
        case.holder = staff_id
        case.asked.add(staff_id)

    # ---- §4: a new trigger while a handover is open --------------------------------------------------------------------

    def _join(self, case: Case, reason: str) -> None:
        self._log("joined")
        silent = self.conversation is not BOT
        if silent and reason in case.reasons:
            return  # decided: a second request of the same reason while silent changes nothing but the log
        case.reasons.add(reason)
        self.tags |= self._scenario_tags(reason)
        self._raise(case, Priority.high if reason == "high_value" else Priority.medium)
        self._tell(case.holder, "update")
        if silent:
            return
        if case.status is SCHEDULED:
            self._call_back(case)
        elif case.status is not OPEN:
            case.handed_back, case.waiting_since = False, self.now
            self._speaker(HUMAN)
        else:
            case.came_back, case.silent_since = False, self.now
            self._speaker(ESCALATED)
            self._go_one_rung_up(case)
        self.said.append(Said(Author.system, final_message(case)))

    def _call_back(self, case: Case) -> None:
        """Decided: who agreed on a follow-up is asked at once where the contact wants a person before its time."""
        case.status, case.acted, case.follow_up_at = OPEN, False, None
        self._log("resumed")
        self._tell(case.holder, "reminder")
        self._arm(case, self.now)
        self._speaker(ESCALATED)

    def _raise(self, case: Case, priority: Priority) -> None:
        """The priority only ever rises, and the open task's with it."""
        case.priority = max(case.priority, priority, key=lambda one: one.rank)
        if case.tasks and case.tasks[-1].status == "open":
            case.tasks[-1].priority = case.priority

    # ---- §5: people ----------------------------------------------------------------------------------------------------

    def claim(self, staff_id: str) -> Codes:
        """I take this case. Refused where it is claimed, or scheduled with somebody else."""
        wrong = self._wrong(staff_id)
        case = self.case
        if case and case.status in (ACKNOWLEDGED, SCHEDULED) and case.holder not in (None, staff_id):
            wrong.add("already_claimed")
        if not wrong and case and not self._speaks(case, staff_id):
            self._take(case, staff_id)
        return wrong

    def reply(self, staff_id: str, message_id: str, text: str) -> Codes:
        """For the holder or a manager, who has the case from then on. The same message id again changes nothing, and gets
        the first answer again (§7), also once the case has ended."""
        wrong = self._wrong(staff_id, holder_only=True)
        case = self.case
        if case is None or (staff_id, message_id) in case.replies:
            return wrong if case is None else set()
        if wrong:
            return wrong
        if not self._speaks(case, staff_id):
            self._take(case, staff_id)
        case.replies.add((staff_id, message_id))
        self.said.append(Said(Author.person, text))
        self._log("replied")
        self.unanswered, case.waiting_since = [], None
        return wrong

    def note(self, staff_id: str, text: str) -> Codes:
        """Notes: anybody; the contact never sees it."""
        wrong = self._wrong(staff_id)
        if not wrong:
            self.said.append(Said(Author.note, text))
            self._log("noted")
        return wrong

    def reassign(self, staff_id: str, to: str) -> Codes:
        """Somebody else is asked anew: the case is open again, unless it waits for its follow-up."""
        wrong = self._wrong(staff_id, holder_only=True)
        case = self.open_case
        found = self._find(case, to, asked={case.holder} if case.holder else set()) if case else None
        if found is None:
            wrong.add("nobody_available")
        if wrong or case is None or found is None:
            return wrong
        self._log("reassigned")
        before, case.holder = case.holder, None
        self._hold(case, found)
        for told in dict.fromkeys([found, before]):
            self._tell(told, "conversation_assigned")
        case.acted = False
        if case.status is SCHEDULED:
            self._arm(case, case.follow_up_at or self.now)
        else:
            case.status = OPEN
            self._arm(case, self.now)
            self._speaker(ESCALATED)
        return wrong

    def snooze(self, staff_id: str, until: datetime) -> Codes:
        wrong = self._wrong(staff_id, holder_only=True) | self._wrong_time(until)
        if not wrong and self.case:
            self.case.snoozed_until = until
            self._log("snoozed")
        return wrong

    def hand_back(self, staff_id: str) -> Codes:
        """§4: the bot answers again at once, the handover stays `acknowledged`, task and due time run on."""
        wrong = self._wrong(staff_id, holder_only=True)
        case = self.case
        if wrong or case is None:
            return wrong
        self._log("handed_back")
        if case.holder is None:  # whoever hands back has the case; that they were asked, nobody says
            case.holder, case.held_since = staff_id, self.now
        case.status = ACKNOWLEDGED if case.status is OPEN else case.status
        case.acted = case.handed_back = True
        case.waiting_since = None
        self._speaker(BOT)
        return wrong

    def cancel(self, staff_id: str | None) -> Codes:
        """By the contact, or taken back by a manager."""
        wrong = self._wrong(staff_id)
        if staff_id is not None and staff_id in self.team and not self.team[staff_id].manages:
            wrong.add("managers_only")
        case = self.case
        if wrong or case is None:
            return wrong
        self._log("cancelled")
        if case.tasks and case.tasks[-1].status == "open":
            case.tasks[-1].status, case.tasks[-1].completed_by = "cancelled", staff_id or "contact"
        case.status = CANCELLED
        self._speaker(BOT)
        return wrong

    def take_over(self, staff_id: str) -> Codes:
        """§4: a person steps in without a trigger: reason `taken_over`, acknowledged, no final message."""
        if self.open_case is not None:
            return {"handover_open"}
        self._begin()
        if staff_id not in self.team:
            return {"unknown_staff"}
        self._open("taken_over", staff_id)
        return set()

    def close(self, staff_id: str) -> Codes:
        """§1: it closes when a person closes it."""
        if self.open_case is not None:
            return {"handover_open"}
        if not self.begun or self.conversation is CLOSED:
            return {"not_found"}
        if staff_id not in self.team:
            return {"unknown_staff"}
        self.conversation = CLOSED
        return set()

    def complete(
        self, staff_id: str, outcome: Outcome, task: int | None = None, follow_up_at: datetime | None = None
    ) -> Codes:
        wrong = self._wrong(staff_id, holder_only=True) | self._wrong_completion(outcome, task, follow_up_at)
        if not wrong:
            self._complete(staff_id, outcome, follow_up_at)
        return wrong

    def task_completed(
        self, staff_id: str | None, outcome: str, task: int | None, follow_up_at: datetime | None
    ) -> None:
        """§7: for systems that only signal: nobody waits for an answer, so what cannot be is written down (§8)."""
        case = self.open_case
        if case is None:
            return
        known = outcome in list(Outcome)
        if not known or self._wrong_completion(Outcome(outcome), task, follow_up_at):
            self._log("signal_refused")
        else:
            self._complete(staff_id or case.holder or "outside", Outcome(outcome), follow_up_at)

    def _wrong(self, staff_id: str | None, holder_only: bool = False) -> Codes:
        """§5, §8: reply, complete, hand back, snooze, reassign are for the holder or a manager; an ended one is refused."""
        case = self.case
        if case is None or case.ended:
            return {"not_found"} | ({f"already_{case.status}"} if case else set())
        if staff_id is None:
            return set()
        if staff_id not in self.team:
            return {"unknown_staff"}
        return {"not_yours"} if holder_only and not self._may_act_for_holder(case, staff_id) else set()

    def _may_act_for_holder(self, case: Case, staff_id: str) -> bool:
        if case.holder is None or case.holder not in self.team or self.team[staff_id].manages:
            return True
        return staff_id in (case.holder, self.team[case.holder].manager)

    def _wrong_time(self, at: datetime | None) -> Codes:
        return set() if at is not None and timedelta(0) < at - self.now <= YEAR else {"time_out_of_range"}

    def _wrong_completion(self, outcome: Outcome, task: int | None, follow_up_at: datetime | None) -> Codes:
        """§1, §8: a completed task is not completed again; `needs_escalation` is refused on the last rung."""
        case = self.open_case
        if case is None:
            return set()
        wrong: Codes = set()
        current = len(case.tasks)
        if task is not None and task != current:
            wrong.add("already_completed" if 0 < task < current else "not_found")
        if outcome is Outcome.scheduled:
            wrong |= self._wrong_time(follow_up_at)
        if outcome is Outcome.needs_escalation and self._rung_above(case) is None:
            wrong.add("last_rung")
        return wrong

    def _speaks(self, case: Case, staff_id: str) -> bool:
        return self.conversation is HUMAN and case.status is ACKNOWLEDGED and case.holder == staff_id

    def _take(self, case: Case, staff_id: str) -> None:
        """§4: a person acting stops reactivation and the ladder at once; the due time stands."""
        self._log("claimed")
        if case.holder != staff_id or not case.acted:
            case.held_since = self.now
        self._hold(case, staff_id)
        case.status, case.acted, case.handed_back = ACKNOWLEDGED, True, False
        self._speaker(HUMAN)
        self._person_joined(staff_id)

    def _person_joined(self, staff_id: str) -> None:
        """§3: a line says that a person joined, under the agent label."""
        self.said.append(Said(Author.system, joined_line(self.team[staff_id].name)))

    # ---- §1: outcomes --------------------------------------------------------------------------------------------------

    def _complete(self, by: str, outcome: Outcome, follow_up_at: datetime | None) -> None:
        case = self.cases[-1]
        self._log("task_completed")
        if case.tasks:
            case.tasks[-1].status, case.tasks[-1].outcome, case.tasks[-1].completed_by = "completed", outcome, by
        match outcome:
            case Outcome.closed:
                self.contact_status, case.status = ContactStatus.done, COMPLETED
                self._speaker(BOT)
            case Outcome.scheduled:
                self._schedule(case, follow_up_at or self.now)
            case Outcome.needs_escalation:
                self._escalate(case)

    def _schedule(self, case: Case, at: datetime) -> None:
        """Contact `follow_up`; back to the bot; the same handover runs on with a new task whose ladder counts from then."""
        self.contact_status, case.status = ContactStatus.follow_up, SCHEDULED
        case.follow_up_at = case.due_from = at
        case.acted, case.waiting_since, case.overdue = True, None, False
        self._arm(case, at)
        self._next_task(case, at)
        self._speaker(BOT)

    def _escalate(self, case: Case) -> None:
        """This task ends, the next rung is taken now. Decided: the due time starts anew with the next task."""
        self.contact_status, case.status = ContactStatus.in_progress, OPEN
        case.acted = case.came_back = case.overdue = False
        case.silent_since = case.due_from = self.now
        self.now += MOMENT
        self._go_one_rung_up(case)
        self.now += MOMENT
        self._next_task(case, self.now)
        self._speaker(ESCALATED)

    def _next_task(self, case: Case, starts: datetime) -> None:
        if case.tasks:
            case.tasks.append(Task(len(case.tasks) + 1, starts + case.due, case.priority))

    # ---- §4: time ------------------------------------------------------------------------------------------------------

    def advance(self, to: datetime, asleep: bool = False) -> Iterator[Step]:
        """Play what happens by itself until then; `asleep`: everything was down meanwhile and is back only then."""
        if asleep:
            self.now = max(self.now, to)
        while (step := self.next_step()) and step.at <= to:
            self.now = max(self.now, step.at)
            self._take_step(step)
            yield step
        self.now = max(self.now, to)

    def next_step(self) -> Step | None:
        return self._earliest([*self._steps_of_the_case(), *self._closing()])

    def next_step_of_the_case(self) -> Step | None:
        return self._earliest(self._steps_of_the_case())

    def _earliest(self, steps: Sequence[Step]) -> Step | None:
        return min(steps, key=lambda step: (max(step.at, self.now), step.kind), default=None)

    def _closing(self) -> list[Step]:
        """§1: it closes after 7 silent days (a setting) in `bot` with no open handover."""
        if not self.begun or self.conversation is not BOT or self.open_case is not None:
            return []
        return [Step(StepKind.close, self.quiet_since + self.bot.close_after)]

    def _steps_of_the_case(self) -> list[Step]:
        case, steps = self.open_case, []
        if case is None:
            return []
        if not case.overdue:
            steps.append(Step(StepKind.due, case.due_at))
        if case.status is SCHEDULED and case.follow_up_at is not None:
            steps.append(Step(StepKind.resume, case.follow_up_at))
        if case.status is ACKNOWLEDGED and case.waiting_since and case.held_since and not case.handed_back:
            answerable = max(case.waiting_since, case.held_since)
            steps.append(Step(StepKind.idle, case.not_before_snooze(answerable + case.person_idle)))
        if case.status is OPEN:  # a person acting stops reactivation and the ladder at once
            steps += (
                [Step(StepKind.rung, min(one.at for one in self._firings(case)))] if any(self._firings(case)) else []
            )
            if self.conversation is ESCALATED and not case.came_back:
                steps.append(Step(StepKind.reactivate, case.silent_since + case.reactivate_after))
        return steps

    def _firings(self, case: Case) -> Iterator[Firing]:
        """The next firing of each rung that is not through yet."""
        for index in range(len(case.ladder)):
            yield from islice(self._firings_of(case, index), 1)

    def _firings_of(self, case: Case, index: int) -> Iterator[Firing]:
        """The firings of a rung to come: `after` counts from the trigger, or from when the ladder was armed again."""
        rung, fired = case.ladder[index], case.fired[index]
        first, every = case.armed_at + case.after(rung), rung.repeat or timedelta(0)
        for repeat in count(fired) if rung.repeat else range(fired, 1):
            yield Firing(index, repeat, case.not_before_snooze(first + repeat * every))

    def _take_step(self, step: Step) -> None:
        if step.kind is StepKind.close:
            self.conversation = CLOSED
            return
        case = self.cases[-1]
        match step.kind:
            case StepKind.resume:
                self._resume(case)
            case StepKind.idle:
                self._go_idle(case)
            case StepKind.due:
                self._pass_due(case)
            case StepKind.rung:
                self._fire_missed(case)
            case StepKind.reactivate:
                self._reactivate(case)

    def _resume(self, case: Case) -> None:
        """The follow-up's time has come: the task is somebody's again, and the ladder counts from then."""
        case.status, case.acted, case.follow_up_at = OPEN, False, None
        self._log("resumed")
        if case.tasks:
            self._tell(case.holder, "reminder")

    def _go_idle(self, case: Case) -> None:
        """Conversation back to `bot`, handover back to `open`, ladder armed again, the person told; the pause stands."""
        case.status, case.acted, case.waiting_since = OPEN, False, None
        self._log("went_idle")
        self._tell(case.holder, "reminder")
        self._arm(case, self.now)
        self._speaker(BOT if self.now >= case.pause_ends else ESCALATED)

    def _pass_due(self, case: Case) -> None:
        """Overdue. Decided: a claimed case stays claimed, its holder and their manager are told."""
        case.overdue = True
        self._log("overdue")
        if case.status is ACKNOWLEDGED and case.holder in self.team:
            for staff_id in (case.holder, self.team[case.holder].manager):
                self._tell(staff_id, "escalation")

    def _reactivate(self, case: Case) -> None:
        """Nobody acted: the bot answers again; the task and its ladder run on."""
        case.came_back, case.waiting_since = True, None
        self._log("reactivated")
        self._speaker(BOT)

    def _arm(self, case: Case, at: datetime) -> None:
        """The ladder starts anew, with whoever has the case as the one who was asked."""
        case.armed_at = case.silent_since = at
        case.fired.clear()
        case.asked = {case.holder} if case.holder else set()
        case.came_back = False

    # ---- §4: the ladder ------------------------------------------------------------------------------------------------

    def _fire_missed(self, case: Case) -> None:
        """Rungs missed while everything was down collapse into the highest; the others are logged as skipped."""
        come = lambda firing: firing.at <= self.now  # noqa: E731
        missed = [one for index in range(len(case.ladder)) for one in takewhile(come, self._firings_of(case, index))]
        highest = max(missed, key=lambda one: (one.rung, one.repeat))
        for firing in missed:
            case.fired[firing.rung] += 1
        skipped = Counter(one.rung for one in missed if one != highest)
        for rung, times in sorted(skipped.items()):
            self._log("rung_skipped", rung=rung + 1, time=times)
        self._fire(case, highest.rung, highest.repeat)

    def _rung_above(self, case: Case) -> int | None:
        """The next rung that asks somebody else; the manager at the top is the last one."""
        taken = max((rung for rung, times in case.fired.items() if times), default=-1)
        holder = self.team.get(case.holder or "")
        at_the_top = holder is not None and holder.manages and holder.manager is None
        asks_others = {index: rung.to for index, rung in enumerate(case.ladder) if rung.to != "assignee"}
        above = (index for index, to in asks_others.items() if index > taken and not (to == "manager" and at_the_top))
        return next(above, None)

    def _go_one_rung_up(self, case: Case) -> None:
        """The next rung is taken now: those below it are passed over, those above keep their distance to it."""
        rung = self._rung_above(case)
        if rung is None:
            return
        distance = case.after(case.ladder[rung])
        case.armed_at = self.now - distance
        for below in range(rung):
            self._pass_over(case, below, distance)
        case.fired[rung] = 1
        self._fire(case, rung, 0)

    def _pass_over(self, case: Case, rung: int, distance: timedelta) -> None:
        every, left = case.ladder[rung].repeat, distance - case.after(case.ladder[rung])
        firings = 1 + (max(0, left // every) if every else 0)
        if firings > case.fired[rung]:
            case.fired[rung] = firings
            self._log("rung_skipped", rung=rung + 1)

    def _fire(self, case: Case, index: int, repeat: int) -> None:
        to = case.ladder[index].to
        if to == "assignee" and self._is_there(case.holder):
            self._log("rung", who=case.holder, time=repeat + 1)
            self._tell(case.holder, "reminder")
            return
        found = None if to == "assignee" else self._find(case, to, asked=set() if repeat else case.asked)
        if found is None:
            self._log("rung", rung=index + 1)
            self._ask_the_next(case, to)
            return
        before = case.holder
        self._log("rung", rung=index + 1, who=found, time=repeat + 1)
        self._raise(case, raised(case.priority))
        self._hold(case, found)
        for told in dict.fromkeys([found, before]):
            self._tell(told, "escalation")

    def _ask_the_next(self, case: Case, to: str) -> None:
        """Where nobody is left, the next fires at once; after the last one, those who could change that are told."""
        if self._rung_above(case) is not None:
            self._go_one_rung_up(case)
        else:
            self._tell_of_nobody(to)

    def _is_there(self, staff_id: str | None) -> bool:
        return staff_id in self.team and self.team[staff_id].there

    # ---- small things ----------------------------------------------------------------------------------------------------

    def change(self, staff_id: str, *, available: bool = True, enabled: bool = True) -> None:
        self.team[staff_id] = replace(self.team[staff_id], available=available, enabled=enabled)

    def _log(self, kind: str, *, rung: int | None = None, who: str | None = None, time: int = 1) -> None:
        self.cases[-1].log.append(Entry(kind, self.now, rung, who, time))

    def _tell(self, staff_id: str | None, event: str) -> None:
        """Nobody who is disabled is told anything: they may not read what contacts write any more."""
        if staff_id in self.inbox and self.team[staff_id].enabled:
            self.inbox[staff_id].append(event)

    def _tell_of_nobody(self, *targets: str | None) -> None:
        """The role and its manager are told (§3)."""
        roles = {target.removeprefix("role:") for target in targets if target and target.startswith("role:")}
        for one in self.team.values():
            if roles & set(one.roles) or one.manages:
                self._tell(one.id, "escalation")


def answer_to(words: Sequence[str]) -> str:
    """What the bot of these tests says: it repeats what it was asked, so that a lost or repeated message shows."""
    return "You asked: " + " + ".join(words)


def final_message(case: Case) -> str:
    return "Somebody hurries." if case.urgent else "Somebody comes."


def joined_line(name: str) -> str:
    return f"{name.split()[0]} joined the conversation."


def raised(priority: Priority) -> Priority:
    """One step higher; urgent stays urgent."""
    order = [Priority.low, Priority.medium, Priority.high, Priority.urgent]
    return order[min(order.index(priority) + 1, 3)]
