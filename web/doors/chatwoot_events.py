"""What Chatwoot's agent bot is told: the shapes of its webhooks, as far as they are read here.

By https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks, app/models/message.rb (`webhook_data`) and
app/presenters/conversations/event_data_presenter.rb in https://github.com/chatwoot/chatwoot. Numbers come as such or as text,
`message_type` by its name or its number; what is not named here is passed over.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from handover.attachments import attached
from handover.chatwoot import MARK, Place, message_id
from handover.messages import MAX_ATTACHMENTS, MAX_TEXT, Contact, PostedMessage

_KINDS = {0: "incoming", 1: "outgoing", 2: "activity", 3: "template"}
_SHORTENED = "\n(The rest of this message is in Chatwoot.)"


def _whole(value: Any) -> Any:
    is_number = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 18
    return int(value) if is_number else value


def _kind(value: Any) -> Any:
    value = _whole(value)
    return _KINDS.get(value, "unknown") if isinstance(value, int) and not isinstance(value, bool) else value


def _shown(value: Any) -> Any:
    """No database keeps a null character in a text."""
    return value.replace("\x00", "") if isinstance(value, str) else value


Number = Annotated[int, BeforeValidator(_whole), Field(strict=True, ge=1, lt=10**18)]
Kind = Annotated[str, BeforeValidator(_kind), Field(strict=True)]
Text = Annotated[Annotated[str, Field(strict=True)] | None, BeforeValidator(_shown)]


class Event(BaseModel):
    """What every webhook has."""

    event: Annotated[str, Field(strict=True)]


class Person(BaseModel):
    """A contact, an agent (`type` is `user`) or a bot (`agent_bot`)."""

    id: Number | None = None
    name: Text = None
    email: Text = None
    phone_number: Text = None
    type: Text = None

    @property
    def in_words(self) -> str:
        return f"{self.name or 'somebody'} ({self.email or 'no email'})"


class File(BaseModel):
    """What was attached; `file_type` is "image", "file" and others."""

    file_type: Text = None
    data_url: Text = None

    @property
    def in_words(self) -> str:
        return f"[{self.file_type or 'file'}] {self.data_url or ''}".strip()


class Account(BaseModel):
    id: Number


class Meta(BaseModel):
    """`sender`: the contact."""

    sender: Person | None = None


class LastMessage(BaseModel):
    account_id: Number | None = None


class Conversation(BaseModel):
    """`id` is the number that people see."""

    id: Number
    meta: Meta = Meta()


class Message(Event):
    """`message_created` and `message_updated`. `private` ones are notes among agents."""

    id: Number
    content: Text = None
    message_type: Kind
    private: Annotated[bool, Field(strict=True)] | None = None
    sender: Person | None = None
    account: Account
    conversation: Conversation
    content_attributes: Any = None
    attachments: list[File] | None = None

    @property
    def place(self) -> Place:
        return Place(self.account.id, self.conversation.id)

    @property
    def message_id(self) -> str:
        return message_id(self.id)

    @property
    def is_from_contact(self) -> bool:
        return self.message_type == "incoming" and not self.private

    @property
    def is_from_person(self) -> bool:
        """An agent wrote it, on whatever device: not the bot, not a campaign, and nothing that Handover sent itself."""
        by_agent = self.sender is not None and self.sender.type == "user"
        return self.message_type == "outgoing" and by_agent and self.attribute(MARK) is None

    def posted(self) -> PostedMessage | None:
        """What the contact wrote or attached; None where that is nothing."""
        text = _shortened((self.content or "").strip())
        files = [attached(one.data_url or "", media_type=one.file_type or "") for one in self.attachments or []]
        if not text and not files:
            return None
        return PostedMessage(message_id=self.message_id, text=text, attachments=files[:MAX_ATTACHMENTS])

    @property
    def text(self) -> str:
        """What was said, with the links to what was attached; at most as long as a message may be here."""
        lines = [self.content or "", *(one.in_words for one in self.attachments or [])]
        return _shortened("\n".join(line for line in lines if line.strip()))

    def attribute(self, name: str) -> str | None:
        """One of the message's content attributes."""
        value = self.content_attributes.get(name) if isinstance(self.content_attributes, dict) else None
        return value if isinstance(value, str) else None

    def contact(self) -> Contact:
        """Who the conversation is with; contacts are the same in all of an account's conversations."""
        person = self.sender if self.is_from_contact else self.conversation.meta.sender
        if person is None or person.id is None:
            return Contact()
        return Contact(
            id=f"chatwoot-contact:{self.account.id}:{person.id}",
            name=(person.name or "")[:200],
            email=_fitting(person.email, 254),
            phone=_fitting(person.phone_number, 40),
        )


class Changed(Event):
    """`conversation_resolved` and `conversation_status_changed`: the conversation itself. It names its account in its last
    message alone; newer versions say it at the top as well."""

    id: Number
    status: Text = None
    account: Account | None = None
    messages: list[LastMessage] | None = None
    updated_at: Annotated[float, Field(ge=0, le=10**11, allow_inf_nan=False)] | None = None

    @property
    def is_resolved(self) -> bool:
        return self.event == "conversation_resolved" or self.status == "resolved"

    @property
    def place(self) -> Place | None:
        accounts = [one.account_id for one in self.messages or [] if one.account_id is not None]
        account = self.account.id if self.account else next(iter(accounts), None)
        return Place(account, self.id) if account is not None else None

    @property
    def at(self) -> datetime | None:
        """When it was changed."""
        return datetime.fromtimestamp(self.updated_at, UTC) if self.updated_at is not None else None


def _shortened(text: str) -> str:
    """The text in at most MAX_TEXT bytes; what is cut off, it says."""
    if len(text.encode()) <= MAX_TEXT:
        return text
    room = MAX_TEXT - len(_SHORTENED.encode())
    return text.encode()[:room].decode(errors="ignore") + _SHORTENED


def _fitting(text: str | None, longest: int) -> str:
    """An address or a number is useless in part."""
    return text if text and len(text) <= longest else ""
