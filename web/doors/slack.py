"""POST /webhooks/slack: somebody has pressed a button under a notification of ours (docs/notifications.md).

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from handover.signatures import is_slack
from handover.slack import CLAIM, is_response_url
from web.doors.door import open_with, read_json, refuse_unsigned
from web.doors.slack_claims import Press, take
from web.problems import ApiError
from web.services import Parts, Services

router = APIRouter(include_in_schema=False)

DOOR = "slack"
_FORM = "application/x-www-form-urlencoded"


class Interaction(BaseModel):
    """Anything that somebody can do with an app. What is not named here is passed over."""

    type: str


class Member(BaseModel):
    id: Annotated[str, Field(min_length=1, max_length=64)]


class Action(BaseModel):
    """A button that was pressed: which one, in which block, and what it stands for."""

    action_id: str
    block_id: str = ""
    value: str = ""


class Shown(BaseModel):
    """The message with the button, as it is shown now."""

    blocks: list[dict[str, Any]] = []


class Pressed(Interaction):
    """`block_actions`: somebody has pressed something in a message."""

    user: Member
    actions: Annotated[list[Action], Field(min_length=1)]
    response_url: str = ""
    message: Shown = Shown()


@router.post("/webhooks/slack")
async def button_pressed(request: Request, parts: Parts) -> Response:
    """What has come of it is told behind the answer: Slack waits 3 seconds for that. What means nothing here is answered
    with 200 as well."""
    secret = open_with(parts.settings.slack_signing_secret, DOOR)
    body, signature = await request.body(), request.headers.get("x-slack-signature", "")
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    if not is_slack(secret, timestamp, body, signature, datetime.now(UTC)):
        await refuse_unsigned(parts, DOOR, request)
    press = _meaning(parts, _payload(request, body))
    return Response(background=BackgroundTask(take, parts, DOOR, signature, press) if press else None)


def _payload(request: Request, body: bytes) -> bytes:
    """The JSON in the form. Raises ApiError 422."""
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    given = parse_qs(body.decode("utf-8", "replace")).get("payload", []) if is_form else []
    if len(given) != 1:
        raise ApiError(422, "invalid_request", "Nothing was changed: allowed is a form with one payload.")
    return given[0].encode("utf-8", "replace")


def _meaning(parts: Services, payload: bytes) -> Press | None:
    """What was asked for; None for other things than our button. Raises ApiError 422."""
    if read_json(payload, Interaction).type != "block_actions":
        return None
    pressed = read_json(payload, Pressed)
    claim = next((one for one in pressed.actions if one.action_id == CLAIM), None)
    if claim is None:
        return None
    if not is_response_url(pressed.response_url, parts.settings.slack_hooks_url):
        raise ApiError(422, "invalid_request", "Nothing was changed: response_url: this is no address of Slack's.")
    return Press(pressed.user.id, claim.value, claim.block_id, pressed.response_url, pressed.message.blocks)
