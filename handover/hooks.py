"""The JSON of the generic webhook channel in both directions: docs/webhook-channel.md.

Requests are signed by Standard Webhooks (https://www.standardwebhooks.com), both ways with the same secrets.
"""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from handover.attachments import GivenAttachments, SaysSomething
from handover.bot import Priority
from handover.casefile import Case
from handover.errors import shown
from handover.hook_settings import LONGEST_ID, is_id
from handover.messages import Contact, ConversationStatus, HandoverStatus, PostedMessage
from handover.outside import Followed, Parcel
from handover.wording import agent_label

# ---- what comes in ---------------------------------------------------------------------------------------------------


def _their_id(given: str) -> str:
    if not is_id(given):
        allowed = f"allowed are 1 to {LONGEST_ID} letters of ASCII, digits and . _ : -"
        raise PydanticCustomError(
            "no_id", "{given} is no id here; {allowed}", {"given": shown(given), "allowed": allowed}
        )
    return given


TheirId = Annotated[str, AfterValidator(_their_id)]
MessageId = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Given(BaseModel):
    """Anything that comes in: a field that is not known is refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class HookContact(_Given):
    """What the sender knows of the contact. The same `id` is the same contact on every channel."""

    id: Annotated[str, Field(max_length=128)] = ""
    name: Annotated[str, Field(max_length=200)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    tags: list[Annotated[str, Field(max_length=64)]] = []
    fields: dict[str, str] = {}

    def as_contact(self) -> Contact:
        return Contact.model_validate(self.model_dump())


class GivenMessage(_Given, SaysSomething):
    """What the contact wrote, or attached. The same `message_id` again changes nothing."""

    conversation_id: TheirId
    message_id: MessageId
    attachments: GivenAttachments = []
    sent_at: AwareDatetime | None = None
    contact: HookContact | None = None

    def as_message(self) -> PostedMessage:
        attachments = [one.as_attachment() for one in self.attachments]
        return PostedMessage(message_id=self.message_id, text=self.text, sent_at=self.sent_at, attachments=attachments)


class GivenRequest(_Given):
    """The contact asks for a person. `text`: what they said about it, if anything."""

    conversation_id: TheirId
    text: Annotated[str, Field(max_length=2000)] = ""
    contact: HookContact | None = None


class GivenFailure(_Given):
    """A message of ours did not arrive. `message_id` is the sender's own where the answer to it named one, otherwise ours."""

    conversation_id: TheirId
    message_id: MessageId
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class MessageCreated(_Given):
    type: Literal["message.created"]
    data: GivenMessage
    timestamp: AwareDatetime | None = None


class HumanRequested(_Given):
    type: Literal["human.requested"]
    data: GivenRequest
    timestamp: AwareDatetime | None = None


class MessageUndelivered(_Given):
    type: Literal["message.undelivered"]
    data: GivenFailure
    timestamp: AwareDatetime | None = None


class Inbound(RootModel[Annotated[MessageCreated | HumanRequested | MessageUndelivered, Field(discriminator="type")]]):
    """Everything that may come in, told apart by its `type`."""


class Accepted(BaseModel):
    """The answer: how the conversation is called here, and whether it came before."""

    conversation_id: str
    message_id: str | None = None
    duplicate: bool = False


# ---- what goes out ---------------------------------------------------------------------------------------------------


class SaidMessage(BaseModel):
    """What the contact is to be told. `label`: the name of who speaks, as the contact sees it; empty for the bot's own."""

    conversation_id: str
    message_id: str
    author: Literal["bot", "person", "system"]
    label: str
    text: str


class ChangedHandover(BaseModel):
    """The newest handover. `assignee`: as the contact sees them; None while nobody has it."""

    number: int
    status: HandoverStatus
    reason: str
    priority: Priority
    assignee: str | None


class ChangedConversation(BaseModel):
    """How the conversation stands now."""

    conversation_id: str
    status: ConversationStatus
    handover: ChangedHandover | None


class Event(BaseModel):
    """One request to the receiver. `id` is its `webhook-id`, the same whenever it is tried again."""

    id: Annotated[str, Field(exclude=True)]
    type: Literal["message.created", "conversation.changed"]
    data: SaidMessage | ChangedConversation

    @property
    def body(self) -> bytes:
        return json.dumps(self.model_dump(mode="json"), separators=(",", ":")).encode()


def message_event(theirs: str, parcel: Parcel) -> Event:
    """A message, as it is sent. Its id is made of the parcel's key, and never changes."""
    said: dict[str, Any] = {"author": parcel.author.value, "label": parcel.label, "text": parcel.text}
    stable = _stable_id(parcel.conversation_id, parcel.key)
    return Event(id=stable, type="message.created", data=SaidMessage(conversation_id=theirs, message_id=stable, **said))


def change_event(theirs: str, followed: Followed, before: int) -> Event:
    """How the conversation stands. Its id is made of what it says, and of how many changes were told `before`."""
    handover = _shown_case(followed.case) if followed.case else None
    data = ChangedConversation(conversation_id=theirs, status=followed.status, handover=handover)
    stable = _stable_id(followed.conversation_id, str(before), data.model_dump_json())
    return Event(id=stable, type="conversation.changed", data=data)


def _shown_case(case: Case) -> ChangedHandover:
    label = agent_label(case.policy.agent_label, case.holder.name) if case.holder else None
    return ChangedHandover(
        number=case.number, status=case.status, reason=case.trigger.reason, priority=case.priority, assignee=label
    )


def _stable_id(*parts: str) -> str:
    return "msg_" + hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
