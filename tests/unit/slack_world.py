"""What the tests of Slack's door stand on: a case of Ann's, what she is told of it, and who presses."""

from datetime import UTC, datetime
from typing import Any

import httpx2
from pydantic import SecretStr

from handover.casefile import Notification
from handover.ids import HandoverId
from handover.messages import Acted, Claim, HandoverStatus
from integrations.letters import About, letter
from integrations.slack_sender import SlackSender
from tests.unit.web_world import ClientDouble, Http
from tests.vendors.notified import SLACK_TOKEN, Vendors
from tests.vendors.slack import Message, form, signed

PATH = "/webhooks/slack"
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
ANN_THERE, BEN_THERE = "U0ANN0001", "U0BEN0001"
Json = dict[str, Any]


class PressedClient(ClientDouble):
    """Writes down who claims what, and answers as it is told. `happened`: in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: list[tuple[str, str]] = []
        self.answer: Exception | None = None
        self.happened: list[str] = []

    async def claim(self, handover: HandoverId, act: Claim, *, key: str | None = None) -> Acted:
        self.happened.append("claimed")
        self.claims.append((str(handover), act.staff_id))
        if self.answer is not None:
            raise self.answer
        return Acted(handover_id=str(handover), status=HandoverStatus.acknowledged, assignee=act.staff_id)


def at_slack(person: Any, member: str) -> Any:
    return person.model_copy(update={"addresses": {"slack": member}})


def noting(app: Any, pressing: PressedClient) -> Any:
    """The app, noting when its answer is out."""

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        async def send_and_note(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                pressing.happened.append("answered")

        await app(scope, receive, send_and_note)

    return noted


async def message_of(vendors: Vendors, *conversations: str) -> Message:
    """Ann is told of cases by a message with buttons."""
    cases = [about(one) for one in conversations or ("c1",)]
    await SlackSender(SecretStr(SLACK_TOKEN), Nobody(), vendors.url).send(ANN_THERE, letter(cases))
    return vendors.slack.messages[-1]


def about(conversation: str) -> About:
    told = Notification(
        key=conversation,
        staff_id="ann",
        event="conversation_assigned",
        conversation_id=conversation,
        number=1,
        text=f"{conversation} is <yours> & nobody's",
    )
    return About((told,), "A refund", "", f"https://help.example.org/inbox/{conversation}", "https://claim")


class Nobody:
    async def send(self, address: str, letter: Any) -> None:
        raise AssertionError(address)


async def post(door: Http, payload: Any, **headers: str) -> httpx2.Response:
    body = payload if isinstance(payload, bytes) else form(payload)
    return await door.post(PATH, content=body, headers=signed(body) | headers)


async def press(door: Http, vendors: Vendors, of: Message, by: str = ANN_THERE, **more: Any) -> httpx2.Response:
    return await post(door, vendors.slack.pressed(of, "claim_case", by) | more)
