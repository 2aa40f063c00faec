"""The contract with chat backends and people: what they send, what they are answered, and why a handover was opened.

Times are aware and in UTC. A payload may gain fields with defaults; `v` changes when an old reader would misread it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from handover.bot import Priority
from handover.ids import CONVERSATION_ID

MAX_TEXT = 16 * 1024
"""The longest message in bytes of UTF-8."""

MAX_ATTACHMENTS = 10
"""How many pictures and documents may come with one message."""

MAX_ADDRESS = 2000
"""The longest address of an attachment, in characters."""

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


class Attachment(Payload):
    """A picture or a document that came with a message, by reference: at its `url`, where a system outside keeps it, or by
    its `id`, where it is kept here. With neither, nothing but its name is known.

    media_type: as its sender calls it. What it really is, is looked at whenever somebody opens it.
    """

    id: Annotated[str, Field(max_length=64)] = ""
    url: Annotated[str, Field(max_length=MAX_ADDRESS, pattern=r"^(https?://[!-~]+)?$")] = ""
    name: Annotated[str, Field(max_length=200)] = ""
    media_type: Annotated[str, Field(max_length=100)] = ""

    @property
    def seems_a_picture(self) -> bool:
        """By what its sender says: some name the kind alone ("image")."""
        return self.media_type.startswith("image")


Attachments = Annotated[list[Attachment], Field(max_length=MAX_ATTACHMENTS)]


class PostedMessage(Payload):
    """`post_message`: what the contact wrote. The same message_id again changes nothing.

    contact: what the sender knows of them by now: it is added to what is known, and overwrites nothing.
    """

    message_id: Annotated[str, Field(max_length=200)] = ""
    text: str = ""
    sent_at: AwareDatetime | None = None
    attachments: Attachments = []
    contact: Contact | None = None


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


class Reopen(ByStaff):
    """`reopen`: a manager takes up handover `number` of a conversation again, which was ended wrongly."""

    number: Annotated[int, Field(ge=1)]
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
    """Why one rule fired: what was seen, how strongly, from which value on the rule counts it, and its priority."""

    scenario: str
    score: float
    threshold: float
    matched: str
    kind: Literal["phrase", "keyword", "model", "count", "tag", "button", "person"]
    priority: int = 0


class Trigger(Payload):
    """The decision to hand over. `evidence` has the winning rule first and then the others that fired.

    `key` names the turn or the press of the button that caused it; the same key never opens a second handover. `request` has
    the words that came with it, and in a case what the contact needs somebody for.
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
