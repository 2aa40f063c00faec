"""What is carried to systems outside, one thing after the other for each conversation: messages, and how its case stands."""

from typing import Any

from pydantic import AwareDatetime

from handover.bot import Priority
from handover.casefile import Case
from handover.messages import Author, Contact, ConversationStatus, Payload


class Errand(Payload):
    """What a courier is sent for: everything that waits for one carrier in one conversation."""

    carrier: str
    conversation_id: str

    @property
    def workflow_id(self) -> str:
        """The courier's id in Temporal: one for each carrier and conversation."""
        return f"courier/{self.carrier}/{self.conversation_id}"


class Setback(Payload):
    """Why a try of a carrier was in vain. item: what it could not carry, by its name; empty where the trouble is our own and
    nothing was even tried. to: who did not take it, for people. after_seconds: how long they asked to be left alone."""

    why: str
    item: str = ""
    to: str = ""
    after_seconds: float | None = None


class GiveUp(Payload):
    """What could not be carried in a day, by the name that its carrier has given it, and what was the matter."""

    errand: Errand
    item: str
    why: str


class Parcel(Payload):
    """A message that waits for its channel to take it. `key` is its own for ever: the same again is the same message.

    row: its place in the history.
    """

    row: int
    conversation_id: str
    channel: str
    key: str
    author: Author
    text: str
    label: str = ""
    staff_id: str | None = None
    contact: Contact


class Followed(Payload):
    """How a conversation stands now, and what its channel was told last. `case`: its newest handover, open or ended."""

    conversation_id: str
    channel: str
    status: ConversationStatus
    contact: Contact
    case: Case | None = None
    told: dict[str, Any] = {}


class Said(Payload):
    """One message of a conversation as a ticket shows it. `who`: a name for people; `row`: its place in the history."""

    row: int
    author: Author
    who: str
    at: AwareDatetime
    text: str


class Ticket(Payload):
    """What a ticket for a handover says, whatever system it is opened in. `external_id`: the handover's own id.

    about: what a person needs to know first, on several lines. said: the conversation, oldest first; `is_cut` where it began
    before that. due_at: when the handover has to be done. link: where the case is in the inbox.
    """

    external_id: str
    conversation_id: str
    subject: str
    about: str
    reason: str
    said: list[Said]
    is_cut: bool = False
    contact: Contact
    priority: Priority
    tags: list[str]
    due_at: AwareDatetime
    link: str
