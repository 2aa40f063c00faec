"""What requests carry, and what they may not."""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from fastapi import Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from handover.attachments import GivenAttachments, SaysSomething
from handover.bot import Id
from handover.ids import CONVERSATION_ID
from handover.messages import MAX_TEXT, Contact, HandoverStatus, Outcome, PostedMessage
from handover.views import MessageView
from web.filters import HandoverFilters
from web.problems import ApiError

MAX_BODY = 64 * 1024

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Refusal = Callable[[Request, int], Response]


class Body(BaseModel):
    """A request's body: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class MessageBody(Body, SaysSomething):
    """What the contact wrote, or attached. The same `message_id` again changes nothing. `channel`: `test` makes the
    conversation a test, of which nobody is told, and which does not count."""

    message_id: Annotated[str, Field(min_length=1, max_length=200)]
    attachments: GivenAttachments = []
    bot_id: Id | None = None
    channel: Id = "web"
    contact: Contact | None = None
    sent_at: AwareDatetime | None = None

    def as_message(self) -> PostedMessage:
        attachments = [one.as_attachment() for one in self.attachments]
        return PostedMessage(message_id=self.message_id, text=self.text, sent_at=self.sent_at, attachments=attachments)


class PostedAnswer(BaseModel):
    """What became of a message. `replies` are there when somebody answered in time."""

    conversation_id: str
    message_id: str
    duplicate: bool = False
    replies: list[MessageView] = []


class HandoverBody(Body):
    """The button: what the contact was asked to say about it, if anything. `channel`: as with a message."""

    text: Annotated[str, Field(max_length=2000)] = ""
    bot_id: Id | None = None
    channel: Id = "web"
    contact: Contact | None = None


class StaffBody(Body):
    """Who does it; a key that acts for one person may leave it out."""

    staff_id: Annotated[str, Field(max_length=64)] | None = None


class TextBody(StaffBody):
    """What a person writes, in at most 16 KiB. The same `message_id` again changes nothing."""

    message_id: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1)]


class ReassignBody(StaffBody):
    to: Annotated[str, Field(pattern=r"^(manager|(user|role):[a-z0-9][a-z0-9_-]{0,62})$")]


class SnoozeBody(StaffBody):
    until: AwareDatetime


class ReasonBody(StaffBody):
    reason: Annotated[str, Field(max_length=500)] = ""


class MissedBody(ReasonBody):
    """The turn in which the bot should have handed over, as the history's messages have it."""

    turn: Annotated[int, Field(ge=1, le=2**31 - 1)]


class CompleteBody(StaffBody):
    """How a task ended; the note has at most 16 KiB. `follow_up_at` goes with the outcome `scheduled`, and is needed there."""

    outcome: Outcome
    note: str = ""
    follow_up_at: AwareDatetime | None = None
    converted: bool = False
    unnecessary: bool = False

    @model_validator(mode="after")
    def _follow_up_goes_with_scheduled(self) -> "CompleteBody":
        if (self.outcome is Outcome.scheduled) != (self.follow_up_at is not None):
            raise ValueError("follow_up_at: needed with the outcome scheduled, and only there")
        return self


OpenStatus = Literal[HandoverStatus.open, HandoverStatus.acknowledged, HandoverStatus.scheduled]
OpenStatuses = Annotated[Sequence[OpenStatus], Field(min_length=1)]


def _several(value: Any) -> Any:
    """One status alone stands for a list of it, as in a query."""
    return value if value is None or isinstance(value, list) else [value]


class OpenHandovers(HandoverFilters):
    """Which of the handovers that have not ended."""

    status: Annotated[
        OpenStatuses | None,
        BeforeValidator(_several, json_schema_input_type=OpenStatus | OpenStatuses | None),
        Field(description="One status, or several of them; left out: all."),
    ] = None

    @property
    def is_empty(self) -> bool:
        """No filter is set: it matches everything."""
        return all(value is None for value in self.model_dump().values())


class _BulkBody(StaffBody):
    """What every bulk act says: on which handovers."""

    query: Annotated[OpenHandovers, Field(description="The filters of the handover log.")] = OpenHandovers()
    all: Annotated[bool, Field(description="Really everything, where the query has no filter.")] = False
    dry_run: Annotated[bool, Field(description="Say what matches, and change nothing.")] = False

    @model_validator(mode="after")
    def _everything_only_when_asked_for(self) -> Self:
        if self.query.is_empty != self.all:
            raise ValueError("query: needs at least one filter; everything is asked for with all: true and no filter")
        return self


class BulkReassignBody(_BulkBody, ReassignBody):
    """Give every case that matches to `user:ID`, `role:NAME` or `manager`."""

    act: Literal["reassign"]


class BulkSnoozeBody(_BulkBody, SnoozeBody):
    """Ask nothing of anybody until then, for every case that matches; the due times stand."""

    act: Literal["snooze"]


class BulkHandBackBody(_BulkBody):
    """Let the bot answer again in every conversation that matches; the tasks stay."""

    act: Literal["hand_back"]


BulkBody = Annotated[BulkReassignBody | BulkSnoozeBody | BulkHandBackBody, Field(discriminator="act")]


class BulkLine(BaseModel):
    """What became of one handover: `done`, `refused` (the rest tells by whom and why), `unanswered` (no answer came in
    time, and it may still be done), or in a dry run `matched`. `status` and `assignee` are those after it."""

    handover_id: str
    result: Literal["done", "refused", "unanswered", "matched"]
    status: HandoverStatus | None = None
    assignee: str | None = None
    type: str | None = None
    detail: str | None = None
    holder: str | None = None
    since: datetime | None = None


class BulkMatched(BaseModel):
    """How many handovers matched: the first line, before anything is done."""

    matched: int


class BulkAnswer(BulkMatched):
    """What came of it. As the last line, without `handovers`: those had a line each."""

    done: int = 0
    refused: int = 0
    unanswered: int = 0
    dry_run: bool = False
    handovers: list[BulkLine] = []


class ReadBody(StaffBody):
    """Notifications that were read, by their ids; those of others, and those read before, stay as they are."""

    ids: Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(min_length=1, max_length=200)]


ConversationPath = Annotated[str, Field(pattern=CONVERSATION_ID)]


class BodyLimit:
    """Refuses a body over the cap before anything of it is read into a model. `refusal`: the answer to one, by the cap in
    bytes. `larger`: the cap of single paths, in bytes, by regular expressions."""

    def __init__(self, app: Any, refusal: Refusal, larger: Mapping[str, int] = MappingProxyType({})) -> None:
        self._app, self._refusal, self._larger = app, refusal, larger

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = next((most for path, most in self._larger.items() if re.fullmatch(path, scope["path"])), MAX_BODY)
        body, more = bytearray(), True
        while more and len(body) <= most:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > most:
            await self._refusal(Request(scope), most)(scope, receive, send)
            return
        await self._app(scope, _again(bytes(body), receive), send)


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


def check_length(text: str, what: str = "A message") -> None:
    """Raise ApiError 413 for a text that no message may have."""
    if too_long(text):
        raise ApiError(413, "too_large", f"{what} has at most {MAX_TEXT // 1024} KiB. Nothing was stored.")


def too_long(text: str) -> bool:
    return len(text.encode("utf-8", "replace")) > MAX_TEXT
