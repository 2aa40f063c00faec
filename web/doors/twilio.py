"""What Twilio tells us: a contact has texted, and what became of a message of ours.

https://www.twilio.com/docs/messaging/guides/webhook-request,
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

from collections.abc import Mapping
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from handover import sms
from handover.attachments import attached
from handover.conversation import ConversationInput
from handover.messages import MAX_ATTACHMENTS, Contact, PostedMessage
from handover.signatures import is_twilio
from handover.sms_failures import why
from web.api.conversations import post
from web.doors.door import open_with, refuse_unsigned
from web.problems import ApiError
from web.services import Parts, Services

Model = TypeVar("Model", bound=BaseModel)

router = APIRouter(prefix="/webhooks/twilio", include_in_schema=False)

DOOR = "twilio"
CHANNEL = "sms"
NO_WORDS = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""TwiML that says nothing: answers leave by the API, when there are any."""

Sid = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9A-Za-z]{8,64}$")]
Number = Annotated[str, Field(pattern=r"^\+?[0-9]{3,15}$")]
_or_none = BeforeValidator(lambda value: value or None)


class TextIn(BaseModel):
    """A message from a contact. Parameters that are not named here are passed over."""

    MessageSid: Sid
    From: Number
    To: Number
    Body: str = ""
    NumMedia: Annotated[int, Field(ge=0, le=MAX_ATTACHMENTS)] = 0
    OptOutType: str = ""

    @property
    def numbers(self) -> sms.Numbers:
        return sms.Numbers(ours=self.To, theirs=self.From)


class StatusIn(BaseModel):
    """What became of a message. Words for a state that is not known here are no failure."""

    MessageSid: Sid
    MessageStatus: str
    ErrorCode: Annotated[int | None, _or_none] = None

    @property
    def failed(self) -> bool:
        return self.MessageStatus in ("failed", "undelivered")


@router.post("/sms")
async def text_came(request: Request, parts: Parts) -> Response:
    """A contact has texted. The same message again changes nothing."""
    parameters = await _signed(request, parts)
    text = _read(parameters, TextIn)
    await _take(parts, text, parameters)
    return Response(NO_WORDS, media_type="text/xml")


@router.post("/status", status_code=204)
async def status_came(request: Request, parts: Parts) -> None:
    """A message did not arrive, or did: what did is known already. Others than ours, and repeated ones, change nothing."""
    status = _read(await _signed(request, parts), StatusIn)
    ours = request.query_params
    if status.failed:
        words = why(status.ErrorCode, "could not deliver")
        await parts.texts.undelivered(ours.get("conversation", ""), ours.get("message", ""), words)


async def _take(parts: Services, text: TextIn, parameters: Mapping[str, str]) -> None:
    """To the conversation, unless it is only about having messages or not: Twilio answers that itself."""
    conversation_id, contact = sms.conversation_id(text.numbers), Contact(phone=text.From)
    word = text.Body.strip()[:20]
    match sms.wish(text.Body, text.OptOutType):
        case "out":
            words = f"The contact texted {word}: nothing is sent to this number any more, until they text START."
            await parts.texts.opt_out(conversation_id, contact, text.MessageSid, words)
        case "in" if await parts.texts.opt_in(
            conversation_id, text.MessageSid, f"The contact texted {word}: they get text messages again."
        ):
            pass
        case _:
            start = ConversationInput(conversation_id=conversation_id, channel=CHANNEL, contact=contact)
            await post(parts, start, _message(text, parameters))


def _message(text: TextIn, parameters: Mapping[str, str]) -> PostedMessage:
    """What the contact said, with what came along."""
    media = [
        attached(parameters.get(f"MediaUrl{number}", ""), media_type=parameters.get(f"MediaContentType{number}", ""))
        for number in range(text.NumMedia)
    ]
    words = text.Body.strip() or ("" if media else "(sent an empty message)")
    return PostedMessage(message_id=text.MessageSid, text=words, attachments=media)


async def _signed(request: Request, parts: Services) -> dict[str, str]:
    """The parameters of a request that Twilio has signed; of repeated ones the last. The address is the public one: behind
    a proxy, that is the one Twilio knows."""
    token = open_with(parts.settings.twilio_auth_token, DOOR)
    body = (await request.body()).decode("utf-8", "replace")
    parameters = parse_qsl(body, keep_blank_values=True)
    if not is_twilio(token, _public_url(request, parts), parameters, request.headers.get("x-twilio-signature", "")):
        await refuse_unsigned(parts, DOOR, request)
    return dict(parameters)


def _public_url(request: Request, parts: Services) -> str:
    query = request.scope["query_string"].decode("ascii", "replace")
    path = parts.settings.public_url.rstrip("/") + request.url.path
    return f"{path}?{query}" if query else path


def _read(parameters: Mapping[str, str], model: type[Model]) -> Model:
    """What signed parameters say. Raises ApiError 422 for others than the model's."""
    try:
        return model.model_validate(parameters)
    except ValidationError as error:
        wrong = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors(include_input=False))
        raise ApiError(422, "invalid_request", f"Nothing was changed: {wrong}") from error
