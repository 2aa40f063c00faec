"""What a handover carries, and what its workflow, its activities and its conversation tell each other."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import AwareDatetime

from handover.bot import Hours, Priority
from handover.durations import Duration
from handover.hours import Calendar
from handover.ids import HandoverId, TaskId
from handover.messages import (
    Contact,
    ContactStatus,
    ConversationStatus,
    HandoverStatus,
    Outcome,
    Payload,
    Reopen,
    Trigger,
)
from handover.turns import Standing


class OpenRequest(Payload):
    """Open a handover in the store: give it a number, raise the fence, resolve the action's settings."""

    conversation_id: str
    bot_id: str | None
    channel: str
    contact: Contact
    trigger: Trigger
    turn: int
    opened_at: AwareDatetime
    staff_id: str | None = None


class ResolvedRung(Payload):
    """A rung whose `after` counts from the moment the ladder was armed. `share`: which part of the due time `after` is."""

    after: Duration
    to: str
    repeat: Duration | None = None
    share: float | None = None


class Policy(Payload):
    """An action's settings as an open handover keeps them, every length of time resolved. See policy.resolve.

    final_message is what the contact is told while the team is there; `after_hours` and `offline_message` while it is not.
    contact_question: asked once where nothing is known by which to reach the contact; empty asks nothing.
    """

    action: str
    bot_version: int
    assign_to: str | None
    default_assignee: str | None
    skip_if_owned: bool
    skills: list[str]
    task_title: str | None
    priority: Priority = Priority.medium
    due: Duration
    pause: Duration | None
    reactivate_after: Duration
    person_idle: Duration
    ladder: list[ResolvedRung]
    tags: list[str]
    final_message: str
    agent_label: str
    contact_line: str
    ticket: str | None
    silent: bool = False
    hours: Hours | None = None
    working_time: bool = False
    handling_time: Duration = timedelta(0)
    after_hours: str = ""
    offline_message: str = ""
    contact_question: str = ""

    @property
    def needed_ahead(self) -> timedelta:
        """How much time of the team's has to be known ahead for every length of time to be exact."""
        lengths = [self.due, self.pause or timedelta(0), self.reactivate_after, self.person_idle]
        lengths += [rung.after + (rung.repeat or timedelta(0)) for rung in self.ladder]
        return max(lengths) if self.working_time else timedelta(0)


class OpenedCase(Payload):
    """The opened handover: its number, the fence's new standing, the contact as the store knows it, the policy, and when
    the team is there.

    request: what the contact needs somebody for, read from the whole conversation; empty: the trigger's own words stand.
    """

    number: int
    standing: Standing
    contact: Contact
    bot_id: str
    policy: Policy
    calendar: Calendar = Calendar()
    adopted: bool = False
    request: str = ""


class Join(Payload):
    """A new trigger while a handover is open: its reason and tags are added, nothing is opened."""

    conversation_id: str
    number: int
    trigger: Trigger
    turn: int


class ContactWrote(Payload):
    """The contact wrote while the bot was silent; `row` is the last message's place in the history.

    `contact`: as they are known now, where they said how to be reached.
    """

    row: int
    contact: Contact | None = None


class Report(Payload):
    """What a handover tells its conversation. `answered`: the row up to which a person has answered the contact.

    `catch_up_at`: before then a bot that has come back by itself answers nothing that was written earlier.
    """

    conversation_id: str
    number: int
    seq: int
    standing: Standing
    status: HandoverStatus
    reason: str = ""
    priority: Priority = Priority.medium
    assignee: str | None = None
    next_step: str = ""
    next_at: AwareDatetime | None = None
    answered: int = 0
    reactivated: bool = False
    catch_up_at: AwareDatetime | None = None


class Holder(Payload):
    """Somebody who has the case: a staff member, with what the contact and colleagues need to see of them."""

    staff_id: str
    name: str
    manager: str | None = None
    manages: bool = False


class AssignRequest(Payload):
    """Find somebody for a case. `key` makes a repeated request the same assignment; `asked` are passed over."""

    key: str
    conversation_id: str
    number: int
    targets: list[str]
    skills: list[str] = []
    owner: str | None = None
    asked: list[str] = []
    holder: str | None = None


class Assigned(Payload):
    """Who was found, by which of the targets, with how many other cases; nobody: None, and whom to tell instead."""

    holder: Holder | None = None
    target: str = ""
    tell: list[str] = []
    ahead: int = 0


class Notification(Payload):
    """Something that a staff member should hear of. `event` is one of the events that they can switch on or off.

    is_test: it happened where somebody tries a bot, so they hear nothing of it.
    """

    key: str
    staff_id: str
    event: Literal["conversation_assigned", "task_assigned", "reminder", "escalation", "problem", "update", "review"]
    conversation_id: str
    number: int
    text: str
    is_test: bool = False


class Take(Payload):
    """Take the conversation: raise the fence's epoch and say who may speak now. The same key again takes it once.

    `handover`: the one that is open from now on; None where none is.
    """

    key: str
    conversation_id: str
    status: ConversationStatus
    handover: int | None
    assignee: str | None = None


class LogEntry(Payload):
    """One line of the handover log, in plain words. `actor` is a staff id, `contact`, `bot` or `handover`."""

    key: str
    kind: str
    text: str
    actor: str
    at: AwareDatetime
    details: dict[str, Any] = {}


class TaskState(Payload):
    """The follow-up as the handover knows it; its description lives in the store."""

    number: int
    title: str
    priority: Priority
    due_at: AwareDatetime
    created_at: AwareDatetime
    status: Literal["open", "completed", "cancelled"] = "open"
    outcome: Outcome | None = None
    note: str = ""
    completed_at: AwareDatetime | None = None
    completed_by: str | None = None
    converted: bool = False
    unnecessary: bool = False


class ActionState(Payload):
    """How one step of the handover's action went. `skipped`: there was nothing to do, `text` says why."""

    status: Literal["running", "done", "failed", "skipped"] = "running"
    text: str = ""


class Case(Payload):
    """A handover's whole state: what its workflow carries, and what the store shows of it.

    due_from: from when on the due time counts; None is the opening. armed_at: from when on the ladder counts, `head_start`
    of which has passed already because a rung was taken before its time. due_length: from arming the ladder to the due
    time, where that is not the policy's. ahead: cases that the holder has to deal with first. calendar: see hours.Calendar.
    catch_up_at: see Report. outcome, converted, unnecessary: what came of it so far, with a task or without.
    """

    conversation_id: str
    number: int
    bot_id: str
    channel: str
    contact: Contact
    trigger: Trigger
    policy: Policy
    turn: int
    opened_at: AwareDatetime
    status: HandoverStatus = HandoverStatus.open
    standing: Standing
    holder: Holder | None = None
    held_since: AwareDatetime | None = None
    asked: list[str] = []
    reasons: list[str] = []
    priority: Priority = Priority.medium
    task: TaskState | None = None
    actions: dict[str, ActionState] = {}
    armed_at: AwareDatetime
    silent_since: AwareDatetime
    fired: dict[int, int] = {}
    acted_at: AwareDatetime | None = None
    first_response_at: AwareDatetime | None = None
    reactivated_at: AwareDatetime | None = None
    follow_up_at: AwareDatetime | None = None
    waiting_since: AwareDatetime | None = None
    snoozed_until: AwareDatetime | None = None
    due_from: AwareDatetime | None = None
    due_passed_at: AwareDatetime | None = None
    handed_back: bool = False
    stepped_in: str | None = None
    answered: int = 0
    entries: int = 0
    completed_at: AwareDatetime | None = None
    ended_by: str | None = None
    outcome: Outcome | None = None
    converted: bool = False
    unnecessary: bool = False
    seq: int = 0
    began: bool = False
    next_step: str = ""
    next_at: AwareDatetime | None = None
    calendar: Calendar = Calendar()
    urgent: bool = False
    ahead: int = 0
    head_start: Duration = timedelta(0)
    due_length: Duration | None = None
    catch_up_at: AwareDatetime | None = None

    @property
    def id(self) -> HandoverId:
        return HandoverId(self.conversation_id, self.number)

    @property
    def holder_id(self) -> str | None:
        return self.holder.staff_id if self.holder else None

    @property
    def task_id(self) -> str | None:
        return str(TaskId(self.conversation_id, self.number, self.task.number)) if self.task else None


class CaseRecord(Payload):
    """A case and what happened to it since the last record, for the store."""

    case: Case
    entries: list[LogEntry] = []


class Settle(Payload):
    """A change of a case, to be made true outside: first the fence (`take`), then the store, then the conversation."""

    record: CaseRecord
    take: Take | None = None


class Settled(Payload):
    """Who may speak now. `drained` is False where a bot message of an older epoch was still leaving after the wait."""

    standing: Standing
    drained: bool = True


class HandoverInput(Payload):
    """What starts a handover, and what one run of it hands on to the next. `reopened`: the case had ended before."""

    case: Case
    reopened: Reopen | None = None


class RecallRequest(Payload):
    """A case that has ended and is to be reopened by a person."""

    conversation_id: str
    act: Reopen


class TaskRequest(Payload):
    """Put the follow-up on the assignee's list; the description is composed from the case and the transcript."""

    case: Case


class HoursRequest(Payload):
    """When is the team there? Openings from `since` until `until`, and on until it was there for `enough` behind that."""

    bot_id: str
    hours: Hours
    since: AwareDatetime
    until: AwareDatetime
    enough: Duration = timedelta(0)


class TicketRequest(Payload):
    """Open a ticket for a case in an outside system, by the name that the action's settings use."""

    system: str
    case: Case


class TagRequest(Payload):
    """Tags to add to a contact, and the status that the contact gets; what is None stays."""

    contact_id: str
    tags: list[str] = []
    status: ContactStatus | None = None
