"""What requests carry, and what they may not."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from handover.bot import Id
from handover.ids import CONVERSATION_ID
from handover.messages import MAX_TEXT, Contact, Outcome
from handover.views import MessageView
from web.problems import problem

MAX_BODY = 64 * 1024

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Body(BaseModel):
    """A request's body: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class MessageBody(Body):
    """What the contact wrote. The same `message_id` again changes nothing."""

    message_id: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1)]
    bot_id: Id | None = None
    channel: Id = "web"
    contact: Contact | None = None
    sent_at: AwareDatetime | None = None


class PostedAnswer(BaseModel):
    """What became of a message. `replies` are there when somebody answered in time."""

    conversation_id: str
    message_id: str
    duplicate: bool = False
    replies: list[MessageView] = []


class HandoverBody(Body):
    """The button: what the contact was asked to say about it, if anything."""

    text: Annotated[str, Field(max_length=2000)] = ""
    bot_id: Id | None = None
    channel: Id = "web"
    contact: Contact | None = None


class StaffBody(Body):
    """Who does it; a key that acts for one person may leave it out."""

    staff_id: str | None = None


class TextBody(StaffBody):
    """What a person writes. The same `message_id` again changes nothing."""

    message_id: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class ReassignBody(StaffBody):
    to: Annotated[str, Field(pattern=r"^(manager|(user|role):[a-z0-9][a-z0-9_-]{0,62})$")]


class SnoozeBody(StaffBody):
    until: AwareDatetime


class CancelBody(StaffBody):
    reason: Annotated[str, Field(max_length=500)] = ""


class CompleteBody(StaffBody):
    """How a task ended. `follow_up_at` goes with the outcome `scheduled`, and is needed there."""

    outcome: Outcome
    note: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    follow_up_at: AwareDatetime | None = None
    converted: bool = False
    unnecessary: bool = False

    @model_validator(mode="after")
    def _follow_up_goes_with_scheduled(self) -> "CompleteBody":
        if (self.outcome is Outcome.scheduled) != (self.follow_up_at is not None):
            raise ValueError("follow_up_at: needed with the outcome scheduled, and only there")
        return self


ConversationPath = Annotated[str, Field(pattern=CONVERSATION_ID)]


class BodyLimit:
    """Refuses a body over the cap before anything of it is read into a model."""

    def __init__(self, app: Any, most: int = MAX_BODY) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more and len(body) <= self._most:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > self._most:
            refusal = problem(413, "too_large", f"A body has at most {self._most} bytes. Nothing was stored.")
            await refusal(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body that was read, and then whatever comes after it: the disconnect."""
    first = True

    async def receive_again() -> MutableMapping[str, Any]:
        nonlocal first
        if not first:
            return await receive()
        first = False
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def too_long(text: str) -> bool:
    return len(text.encode("utf-8", "replace")) > MAX_TEXT
