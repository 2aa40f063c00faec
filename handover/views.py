"""What readers see: the answers of the HTTP API, the pages and the `view` query."""

from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from handover.bot import Priority
from handover.casefile import ActionState
from handover.messages import (
    Attachment,
    Author,
    Contact,
    ConversationStatus,
    Evidence,
    HandoverStatus,
    Outcome,
    Payload,
)
from handover.staff import Access

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """A part of a list. `next` asks for the part behind it; None where this is the last."""

    items: list[Item]
    next: str | None = None


class HandoverView(Payload):
    """An open handover as a reader sees it."""

    handover_id: str
    number: int
    status: HandoverStatus
    reason: str
    priority: Priority
    assignee: str | None
    next_step: str = ""
    next_at: datetime | None = None


class ConversationView(Payload):
    """`view`: where a conversation stands."""

    conversation_id: str
    bot_id: str | None
    channel: str
    status: ConversationStatus
    turns: int
    kept: int
    handover: HandoverView | None = None


class MessageView(Payload):
    """One message of a conversation. `row` orders the messages and resumes a reader that was cut off.

    state: whether the contact's channel has taken it. Only the team is shown messages that were not sent; `failed` says
    why one will not arrive. `attachments`: what came with it, which its place in this list opens.
    """

    row: int
    message_id: str
    author: Author
    text: str
    at: datetime
    label: str = ""
    staff_id: str | None = None
    turn: int | None = None
    state: Literal["sending", "sent", "failed"] = "sent"
    failed: str = ""
    attachments: list[Attachment] = []


class Backlog(BaseModel):
    """What waits for one system outside for longer than a minute: of which kind, by its name, how much, and since when."""

    kind: Literal["messages", "notifications", "events"]
    name: str
    waiting: int
    since: datetime


class EventView(Payload):
    """Something that happened in a conversation: a message, a move, a step of a handover. `id` orders them."""

    id: int
    kind: str
    at: datetime
    conversation_id: str
    data: dict[str, object] = {}


class LogView(Payload):
    """One line of the handover log."""

    row: int
    handover_id: str
    kind: str
    text: str
    actor: str
    at: datetime


class TaskView(Payload):
    """A follow-up on somebody's list. channel: `test` says that it is only tried."""

    task_id: str
    handover_id: str
    conversation_id: str
    channel: str = ""
    title: str
    description: str
    priority: Priority
    status: str
    due_at: datetime
    overdue: bool
    assignee: str | None
    created_at: datetime
    outcome: Outcome | None = None
    note: str = ""
    completed_at: datetime | None = None
    completed_by: str | None = None
    converted: bool = False
    unnecessary: bool = False


class HandoverSummary(Payload):
    """A handover in the log: who was assigned, what was asked, when it was completed, what came of it.

    outcome: of the last follow-up that was completed; that the handover was cancelled, its `status` says. breached_at: the
    first due time that passed with something left to do. channel: `test` says that it is only tried. Times are in UTC.
    """

    handover_id: str
    conversation_id: str
    channel: str = ""
    number: int
    bot_id: str
    status: HandoverStatus
    reason: str
    priority: Priority
    request: str
    assignee: str | None
    opened_at: datetime
    acknowledged_at: datetime | None = None
    first_response_at: datetime | None = None
    completed_at: datetime | None = None
    completed_by: str | None = None
    due_at: datetime | None = None
    breached_at: datetime | None = None
    outcome: Outcome | None = None
    converted: bool = False
    unnecessary: bool = False
    next_step: str = ""
    next_at: datetime | None = None


class HandoverDetail(HandoverSummary):
    """A handover with why it was opened, how its steps went and everything that happened to it."""

    evidence: list[Evidence] = []
    bot_version: int = 0
    tags: list[str] = []
    actions: dict[str, ActionState] = {}
    tasks: list[TaskView] = []
    log: list[LogView] = []


class ConversationSummary(Payload):
    """A conversation in a list."""

    conversation_id: str
    bot_id: str
    channel: str
    status: ConversationStatus
    contact: Contact
    last_text: str
    last_author: Author | None
    last_at: datetime
    handover: HandoverSummary | None = None


class ConversationDetail(ConversationSummary):
    """A conversation with its open handover, or the last one that ended."""

    next_step: str = ""
    next_at: datetime | None = None
    detail: HandoverDetail | None = None


class Figures(Payload):
    """The measures of a set of handovers. Shares are 0 to 1 and None where there was nothing to count.

    - completed: handovers. completion_rate: completed tasks among those not cancelled; a handover without a task counts
      as one.
    - converted, unnecessary: handovers of which a person said so. conversion_rate: converted among all handovers.
    - first_response: seconds from opening a handover to the first words of a person.
    - breaches: handovers that missed a due time, cancelled afterwards or not. sla_compliance: the share without one among
      those that were completed or missed one; what still has time is not judged.
    """

    handovers: int
    completed: int
    completion_rate: float | None
    converted: int
    conversion_rate: float | None
    unnecessary: int
    first_response_median: float | None
    first_response_p90: float | None
    sla_compliance: float | None
    breaches: int


class FiguresOf(Figures):
    """The measures of one bot's or one person's handovers. `id`: whose; None where nobody has them."""

    id: str | None


class WaitCount(Payload):
    """First words of a person that came within `up_to` seconds (None: later than all others), in time and late."""

    up_to: int | None
    in_time: int = 0
    late: int = 0


class FirstResponses(Payload):
    """The first words of a person against the promise: the due time that the handover had first.

    - overdue: nobody has written and the promised time has passed. Not judged: what was never promised a time, what still
      has time, and what ended without a word.
    - by_wait: the judged ones by how long the contact waited.
    """

    in_time: int = 0
    late: int = 0
    overdue: int = 0
    by_wait: list[WaitCount] = []


class HandoverNumbers(Figures):
    """The numbers of spec §5. Weeks and hours are those of the time zone that was asked for, UTC otherwise.

    - conversations: those that began in the time. handover_share: the share of them that have a handover.
    - reasons: handovers by reason, the most frequent first. per_week: by the ISO week of their opening: `2026-W47`.
    - reasons_per_week: the handovers of each week by reason. tasks_per_week: the tasks of the handovers of each week by
      their state, `completed`, `open` or `cancelled`; a handover without a task counts as one.
    - breaches_by_hour: 24 counts, by the hour of the day of the due time that was missed.
    - per_bot, per_person: the one with the most handovers first; a handover is that of whoever had it last.
    """

    conversations: int
    handover_share: float | None
    reasons: dict[str, int]
    per_week: dict[str, int]
    reasons_per_week: dict[str, dict[str, int]] = {}
    tasks_per_week: dict[str, dict[str, int]] = {}
    first_responses: FirstResponses = FirstResponses()
    breaches_by_hour: list[int]
    per_bot: list[FiguresOf]
    per_person: list[FiguresOf]


class QuestionGroup(Payload):
    """Requests that ask for the same: how many, and the most frequent one in the contact's own words.

    examples: up to 3 wordings, that one first. conversations: up to 5 in which it was asked, the newest first.
    """

    count: int
    example: str
    examples: list[str] = []
    conversations: list[str] = []


class PlotAddress(Payload):
    """A picture of a review: the question that it answers, the answer in words, and the path of its SVG."""

    question: str
    answer: str
    svg: str


class Review(Payload):
    """A week in numbers and words: the handovers opened from `since` until before `until`, Monday to Monday in `time_zone`.

    questions: what the bot could not answer, the most frequent first. page: the path of the page with the same numbers.
    """

    week: str
    time_zone: str
    since: datetime
    until: datetime
    numbers: HandoverNumbers
    questions: list[QuestionGroup]
    text: str
    page: str = ""
    plots: list[PlotAddress] = []


class NotificationView(Payload):
    """Something that a staff member was told, as their inbox shows it."""

    id: int
    event: str
    conversation_id: str
    number: int
    text: str
    at: datetime
    read_at: datetime | None = None


class CannedReply(Payload):
    """A text that the team keeps ready, with its placeholders; `by`: who wrote it last."""

    id: int
    title: str
    text: str
    by: str
    at: datetime


class News(Payload):
    """What is new in a conversation for one person. newest: its last event. seen: the last one that they have looked at;
    None where they never did. messages: those that came since they looked."""

    newest: int = 0
    seen: int | None = None
    messages: int = 0

    @property
    def unread(self) -> bool:
        return self.newest > (self.seen or 0)


class Work(Payload):
    """A section of the inbox: the most pressing conversations, and how many there are in all."""

    items: list[ConversationSummary] = []
    total: int = 0


class MissedView(Payload):
    """A turn in which a reviewer says that the bot should have handed over: who says so, since when, and why."""

    conversation_id: str
    turn: int
    staff_id: str
    reason: str = ""
    at: datetime


class KeyView(Payload):
    """An API key, without the secret itself.

    - staff_id: on whose behalf it acts. access: what it may do at most; one that acts for a person never more than they.
    - is_first: the one that HANDOVER_API_KEY, or a file in the data directory, says.
    - made_by, revoked_by: a staff id, or the name of a key (`key:1`); `settings` where another first key took its place.
    """

    id: int
    name: str
    staff_id: str | None
    access: Access = Access.admin
    is_first: bool = False
    made_by: str = ""
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None


class NewKey(KeyView):
    """An API key that was made just now. `key` is its text, in clear this once."""

    key: str


class AuditView(Payload):
    """One line of the audit log. `times`: how often it happened, up to `last_at`; refusals of a minute from one address are
    counted together."""

    id: int
    kind: str
    actor: str
    text: str
    at: datetime
    times: int = 1
    last_at: datetime | None = None


class SessionView(Payload):
    """A person's open session. `browser` and `opened_at` are not known of those from before it was written down."""

    id: str
    browser: str
    opened_at: datetime | None
    is_current: bool


class SignInView(Payload):
    """How a person can sign in: with a password, and with a one-time link until then."""

    has_password: bool
    link_until: datetime | None
