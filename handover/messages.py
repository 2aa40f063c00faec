"""Every payload that crosses a boundary: the contract with chat backends, and what workflows and activities tell each other.

Times are aware and in UTC. A payload may gain fields with defaults; `v` changes when an old reader would misread it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from handover.bot import Priority, TriggerMode
from handover.durations import Duration
from handover.ids import CONVERSATION_ID, HandoverId, TaskId

MAX_TEXT = 16 * 1024
"""The longest message in bytes of UTF-8."""

ConversationId = Annotated[str, Field(pattern=CONVERSATION_ID)]


class Payload(BaseModel):
    """Anything that is sent: fields that a reader does not know are passed over."""

    model_config = ConfigDict(extra="ignore")

    v: Literal[1] = 1


class ConversationStatus(StrEnum):
    bot = "bot"
    escalated = "escalated"
    human = "human"
    closed = "closed"


class HandoverStatus(StrEnum):
    open = "open"
    acknowledged = "acknowledged"
    scheduled = "scheduled"
    completed = "completed"
    cancelled = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (HandoverStatus.completed, HandoverStatus.cancelled)


class Outcome(StrEnum):
    closed = "closed"
    scheduled = "scheduled"
    needs_escalation = "needs_escalation"


class ContactStatus(StrEnum):
    new = "new"
    in_progress = "in_progress"
    done = "done"
    follow_up = "follow_up"


class Author(StrEnum):
    """Who spoke. `system` is Handover itself: the final message, "Sarah joined"."""

    contact = "contact"
    bot = "bot"
    person = "person"
    system = "system"
    note = "note"


# ---- the contract with chat backends ---------------------------------------------------------------------------------


class Contact(Payload):
    """The customer. `owner` is the id of the staff member who looks after this contact."""

    id: Annotated[str, Field(max_length=128)] = ""
    name: Annotated[str, Field(max_length=200)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    owner: Annotated[str, Field(max_length=64)] | None = None
    tags: list[Annotated[str, Field(max_length=64)]] = []
    fields: dict[str, str] = {}
    status: ContactStatus = ContactStatus.new


class PostedMessage(Payload):
    """`post_message`: what the contact wrote. The same message_id again changes nothing."""

    message_id: Annotated[str, Field(max_length=200)] = ""
    text: str = ""
    sent_at: AwareDatetime | None = None


class Opened(Payload):
    """What a button or a person stepping in gets back: the handover that is now open."""

    handover_id: str
    number: int
    workflow_id: str


class RequestHuman(Payload):
    """`request_human`: the contact pressed the button. `text` is what they were asked to say about it, if anything."""

    text: Annotated[str, Field(max_length=2000)] = ""


class ByStaff(Payload):
    """An act of a person: `staff_id` is who does it."""

    staff_id: Annotated[str, Field(min_length=1, max_length=64)]


class Claim(ByStaff):
    """`claim`: I take this case."""


class Reply(ByStaff):
    """`reply`: what a person writes to the contact. The same message_id again changes nothing."""

    message_id: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class Note(ByStaff):
    """`note`: for colleagues; the contact never sees it."""

    message_id: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class Reassign(ByStaff):
    """`reassign`: to `user:ID`, `role:NAME` or `manager`."""

    to: Annotated[str, Field(max_length=80)]


class Snooze(ByStaff):
    """`snooze`: no rung and no idle time before `until`; the due time stands."""

    until: AwareDatetime


class HandBack(ByStaff):
    """`hand_back`: the bot answers again at once; the task stays."""


class Cancel(Payload):
    """`cancel`: by the contact (no staff_id) or by a manager."""

    staff_id: str | None = None
    reason: Annotated[str, Field(max_length=500)] = ""


class CompleteTask(ByStaff):
    """`complete_task`: the outcome, and whether it brought a booking (`converted`) or the bot could have done it."""

    task_id: str | None = None
    outcome: Outcome
    note: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    follow_up_at: AwareDatetime | None = None
    converted: bool = False
    unnecessary: bool = False


class TaskCompleted(Payload):
    """`task_completed`: the same from systems that only signal. Without `task_id`: the open task."""

    task_id: str | None = None
    outcome: str = ""
    note: str = ""
    staff_id: str | None = None
    follow_up_at: AwareDatetime | None = None


class Acted(Payload):
    """The answer to a person's act: where the handover stands now.

    `still_leaving`: a message of the bot that had already been given to the channel may still arrive.
    """

    handover_id: str
    status: HandoverStatus
    assignee: str | None = None
    since: datetime | None = None
    task_id: str | None = None
    still_leaving: bool = False


# ---- why: the trigger ------------------------------------------------------------------------------------------------


class Evidence(Payload):
    """Why one rule fired: what was seen, how strongly, and from which value on the rule counts it."""

    scenario: str
    score: float
    threshold: float
    matched: str
    kind: Literal["phrase", "keyword", "model", "count", "tag", "button", "person"]


class Trigger(Payload):
    """The decision to hand over. `evidence` has the winning rule first and then the others that fired.

    `key` names the turn or the press of the button that caused it; the same key never opens a second handover.
    """

    key: str
    reason: str
    priority: Priority = Priority.medium
    urgent: bool = False
    action: str | None = None
    tags: list[str] = []
    request: str = ""
    evidence: list[Evidence] = []
    bot_version: int = 0


# ---- a turn ----------------------------------------------------------------------------------------------------------


class Standing(Payload):
    """Who may speak in a conversation. Each change raises `epoch`, and nothing of an older epoch leaves any more."""

    epoch: int = 0
    status: ConversationStatus = ConversationStatus.bot
    handover: int | None = None
    assignee: str | None = None


class Score(Payload):
    """How much the last messages look like a scenario: 0 to 1, with the phrase or word that they resemble."""

    score: float = 0.0
    matched: str = ""
    kind: Literal["phrase", "keyword", "model", "count", "tag"] = "phrase"


class Facts(Payload):
    """What an assistant found out about a turn. Facts, not decisions: the rules decide.

    answer: what the bot would say. grounded: whether the knowledge supports it; None where there was nothing to look up
    (a greeting, a question for a phone number). clarifying_question: asked once instead of giving up, where that could help.
    helped: whether the contact accepted (True) or rejected (False) the bot's last answer; None says neither.
    accepts: the answer to an offered handover. sentiment: -1 (very upset) to 1. unavailable: why there are no facts.
    """

    answer: str = ""
    grounded: bool | None = None
    passages: list[str] = []
    clarifying_question: str = ""
    scores: dict[str, Score] = {}
    sentiment: float = 0.0
    language: str = ""
    fields: dict[str, str] = {}
    helped: bool | None = None
    accepts: bool | None = None
    unavailable: str = ""


class RuleFacts(Payload):
    """What the rules need of one scenario or custom rule; the phrases themselves stay with the assistant."""

    name: str
    custom: bool = False
    threshold: float = 0.6
    action: str | None = None
    tags: list[str] = []
    urgent: bool = False
    priority: int = 0
    limit: int = 0
    vip_tags: list[str] = []
    contact_tags_any: list[str] = []
    contact_tags_none: list[str] = []
    contact_fields: dict[str, str] = {}


class Rules(Payload):
    """The current settings of a bot as far as a turn's decision needs them. `rules` are the enabled ones, in their order."""

    bot_id: str
    version: int
    enabled: bool = True
    trigger_mode: TriggerMode = TriggerMode.both
    offer_first: bool = False
    contact_line: str = ""
    has_button: bool = True
    rules: list[RuleFacts] = []
    debounce: Duration
    close_after: Duration


class BeginRequest(Payload):
    """A run of a conversation begins that knows nothing of earlier ones."""

    conversation_id: str
    bot_id: str | None
    channel: str
    contact: Contact


class Begun(Payload):
    """What the store knows of the conversation: who may speak, how many turns there were, whose it is."""

    standing: Standing
    turn: int
    bot_id: str
    contact: Contact


class RulesRequest(Payload):
    """Whose rules: a bot's on a channel."""

    bot_id: str | None
    channel: str


class TurnRequest(Payload):
    """One turn to be answered: the new messages, and the ids of kept ones that nobody has answered yet."""

    conversation_id: str
    bot_id: str | None
    channel: str
    contact: Contact
    turn: int
    epoch: int
    messages: list[PostedMessage]
    kept: list[int] = []
    offered: bool = False


class Kept(Payload):
    """Messages that wait for somebody: their rows, and who may speak by now."""

    standing: Standing
    rows: list[int]


class Turn(Payload):
    """A turn's facts with the rules that judge them. Without facts, somebody else holds the conversation: see `standing`.

    `text` is what the contact wrote, joined; `kept` are the rows of the messages, to be answered later where nobody could now.
    """

    standing: Standing
    bot_id: str
    contact: Contact
    rules: Rules
    kept: list[int]
    text: str = ""
    facts: Facts | None = None
    duplicate: bool = False


class Keep(Payload):
    """Messages that arrive while the bot is silent: kept, and shown to the person."""

    conversation_id: str
    bot_id: str | None
    channel: str
    contact: Contact
    handover: int | None
    turn: int
    messages: list[PostedMessage]


class Delivery(Payload):
    """One message on its way to the contact, or into the record. `key` makes a repeated delivery the same one.

    `epoch`: where it is given, the message leaves only while the conversation is still in that epoch (the fence).
    """

    conversation_id: str
    key: str
    author: Author
    text: str
    turn: int | None = None
    epoch: int | None = None
    staff_id: str | None = None
    label: str = ""
    handover: int | None = None
    channel: str = "web"


class Delivered(Payload):
    """`left` is False where the fence held the message back. `row` is its place in the conversation's history."""

    left: bool
    row: int | None = None


# ---- a handover ------------------------------------------------------------------------------------------------------


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
    """A rung whose `after` counts from the moment the ladder was armed."""

    after: Duration
    to: str
    repeat: Duration | None = None


class Policy(Payload):
    """An action's settings as an open handover keeps them, every length of time resolved. See policy.resolve."""

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


class OpenedCase(Payload):
    """The opened handover: its number, the fence's new standing, the contact as the store knows it, and the policy."""

    number: int
    standing: Standing
    contact: Contact
    bot_id: str
    policy: Policy
    adopted: bool = False


class Join(Payload):
    """A new trigger while a handover is open: its reason and tags are added, nothing is opened."""

    conversation_id: str
    number: int
    trigger: Trigger
    turn: int


class ContactWrote(Payload):
    """The contact wrote while the bot was silent; `row` is the last message's place in the history."""

    row: int


class Report(Payload):
    """What a handover tells its conversation. `answered`: the row up to which a person has answered the contact."""

    conversation_id: str
    number: int
    seq: int
    standing: Standing
    status: HandoverStatus
    reason: str = ""
    priority: Priority = Priority.medium
    assignee: str | None = None
    next_step: str = ""
    answered: int = 0
    reactivated: bool = False


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
    """Who was found, by which of the targets; nobody: None, and whom to tell instead."""

    holder: Holder | None = None
    target: str = ""
    tell: list[str] = []


class Notification(Payload):
    """Something that a staff member should hear of. `event` is one of the events that they can switch on or off."""

    key: str
    staff_id: str
    event: Literal["conversation_assigned", "task_assigned", "reminder", "escalation", "problem", "update"]
    conversation_id: str
    number: int
    text: str


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

    due_from: from when on the due time counts where there is no task; None is the opening.
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
    seq: int = 0
    began: bool = False
    next_step: str = ""
    next_at: AwareDatetime | None = None

    @property
    def id(self) -> HandoverId:
        return HandoverId(self.conversation_id, self.number)

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
    """What starts a handover, and what one run of it hands on to the next."""

    case: Case


class TaskRequest(Payload):
    """Put the follow-up on the assignee's list; the description is composed from the case and the transcript."""

    case: Case


class TicketRequest(Payload):
    """Open a ticket for a case in an outside system, by the name that the action's settings use."""

    system: str
    case: Case


class TagRequest(Payload):
    """Tags to add to a contact, and the status that the contact gets; what is None stays."""

    contact_id: str
    tags: list[str] = []
    status: ContactStatus | None = None
