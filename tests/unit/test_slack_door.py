"""The door of Slack: closed without a secret, shut to whoever has not signed, and unmoved by what means nothing here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from pydantic import SecretStr

from handover.slack import is_response_url
from settings import AppSettings
from store import Store
from tests.unit.people_world import audited
from tests.unit.slack_world import ANN_THERE, PATH, Json, PressedClient, message_of, post, press
from tests.unit.web_world import Http, app_on
from tests.vendors.notified import Vendors
from tests.vendors.slack import SIGNING_SECRET, form, signed
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.slack_fixtures"]


# ---- who is let in ---------------------------------------------------------------------------------------------------


async def test_without_a_secret_there_is_no_door(services: Services, slack_vendors: Vendors) -> None:
    for secret in (None, SecretStr("")):
        app = app_on(replace(services, settings=AppSettings(slack_signing_secret=secret)))
        async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
            assert (await press(http, slack_vendors, await message_of(slack_vendors))).status_code == 404


WRONG_HEADERS: dict[str, Callable[[bytes], dict[str, str]]] = {
    "nothing": lambda body: {},
    "no signature": lambda body: signed(body) | {"X-Slack-Signature": ""},
    "no time": lambda body: signed(body) | {"X-Slack-Request-Timestamp": ""},
    "a wrong signature": lambda body: signed(body) | {"X-Slack-Signature": "v0=" + "0" * 64},
    "half a signature": lambda body: signed(body) | {"X-Slack-Signature": signed(body)["X-Slack-Signature"][:40]},
    "no version": lambda body: signed(body) | {"X-Slack-Signature": signed(body)["X-Slack-Signature"][3:]},
    "no letters": lambda body: signed(body) | {"X-Slack-Signature": "v0=ü\x7f"},
    "another time": lambda body: (
        signed(body) | {"X-Slack-Request-Timestamp": str(int(datetime.now(UTC).timestamp()) + 9)}
    ),
    "no number": lambda body: signed(body) | {"X-Slack-Request-Timestamp": "yesterday"},
    "another secret": lambda body: signed(body, secret="another"),
    "another body": lambda body: signed(b"payload=%7B%7D"),
    "six minutes ago": lambda body: signed(body, at=datetime.now(UTC) - timedelta(minutes=6)),
    "in six minutes": lambda body: signed(body, at=datetime.now(UTC) + timedelta(minutes=6)),
}


@pytest.mark.parametrize("made", WRONG_HEADERS.values(), ids=WRONG_HEADERS.keys())
async def test_what_slack_has_not_signed_just_now_is_refused(
    slack_door: Http,
    slack_vendors: Vendors,
    pressing: PressedClient,
    now_store: Store,
    made: Callable[[bytes], dict[str, str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = form(slack_vendors.slack.pressed(await message_of(slack_vendors), "claim_case", ANN_THERE))
    headers = [(name.encode(), value.encode()) for name, value in made(body).items()]
    answer = await slack_door.post(PATH, content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:handover:problem:wrong_signature")
    assert (pressing.claims, slack_vendors.slack.responses) == ([], [])
    assert await audited(now_store) == [("wrong_signature", "unknown")]
    assert SIGNING_SECRET not in answer.text + caplog.text


async def test_a_body_over_the_cap_is_refused(slack_door: Http, pressing: PressedClient) -> None:
    answer = await post(slack_door, form("x" * 70_000))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:handover:problem:too_large")
    assert pressing.claims == []


async def test_only_a_post_comes_in(slack_door: Http) -> None:
    assert (await slack_door.get(PATH)).status_code == 405


# ---- what is signed and means nothing --------------------------------------------------------------------------------

UNREADABLE = {
    "nothing": b"",
    "no payload": b"token=x",
    "two payloads": b"payload=%7B%7D&payload=%7B%7D",
    "an empty payload": b"payload=",
    "no JSON": form("no json"),
    "no UTF-8": b"payload=%ff%fe",
    "raw bytes": b"\xff\xfe\x00",
    "too deep": b"payload=" + b"[" * 60_000,
    "null": form("null"),
    "a list": form([]),
    "no type": form({}),
    "a type that is none": form({"type": 7}),
    "JSON without a form": b'{"type": "block_actions"}',
    "a long number": form('{"type": ' + "9" * 5000 + "}"),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_body_of_no_sense_is_refused_in_words(slack_door: Http, pressing: PressedClient, body: bytes) -> None:
    answer = await post(slack_door, body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handover:problem:invalid_request")
    assert answer.json()["detail"].startswith("Nothing was changed: ")
    assert pressing.claims == []


async def test_a_body_that_is_said_to_be_something_else_is_refused(slack_door: Http, slack_vendors: Vendors) -> None:
    payload = slack_vendors.slack.pressed(await message_of(slack_vendors), "claim_case", ANN_THERE)
    assert (await post(slack_door, payload, **{"Content-Type": "application/json"})).status_code == 422


WRONG_TYPES = [
    {"user": None},
    {"user": "U0ANN0001"},
    {"user": {}},
    {"user": {"id": 7}},
    {"user": {"id": ""}},
    {"user": {"id": "U" * 65}},
    {"actions": None},
    {"actions": []},
    {"actions": {}},
    {"actions": [None]},
    {"actions": [{}]},
    {"actions": [{"action_id": 7}]},
    {"actions": [{"action_id": "claim_case", "value": 7}]},
    {"actions": [{"action_id": "claim_case", "value": None}]},
    {"actions": [{"action_id": "claim_case", "value": "c1~1", "block_id": []}]},
    {"message": None},
    {"message": []},
    {"message": {"blocks": {}}},
    {"message": {"blocks": [1]}},
    {"response_url": None},
    {"response_url": 7},
    {"response_url": ["https://hooks.slack.com/actions/x"]},
]


@pytest.mark.parametrize("wrong", WRONG_TYPES, ids=map(str, WRONG_TYPES))
async def test_a_wrong_type_is_refused_by_its_name(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, wrong: Json
) -> None:
    answer = await press(slack_door, slack_vendors, await message_of(slack_vendors), **wrong)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"Nothing was changed: {next(iter(wrong))}")
    assert (pressing.claims, slack_vendors.slack.responses) == ([], [])


ELSEWHERE = [
    "",
    "https://evil.example/actions/x",
    "https://hooks.slack.com.evil.example/x",
    "https://hooks.slack.com@evil.example/x",
    "http://hooks.slack.com/actions/x",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data",
]


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_an_answer_goes_nowhere_else(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, where: str
) -> None:
    assert not is_response_url(where, "https://hooks.slack.com")
    answer = await press(slack_door, slack_vendors, await message_of(slack_vendors), response_url=where)
    assert (answer.status_code, "response_url" in answer.json()["detail"]) == (422, True)
    assert (pressing.claims, slack_vendors.slack.responses) == ([], [])


NOTHING_FOR_US: list[Json] = [
    {"type": "view_submission"},
    {"type": "shortcut", "actions": None},
    {"type": "something new", "user": 7},
    {"actions": [{"action_id": "another"}]},
    {"actions": [{"action_id": "open_case", "url": "https://help.example.org/inbox/c1"}]},
    {"actions": [{"action_id": "another"}], "response_url": ""},
]


@pytest.mark.parametrize("other", NOTHING_FOR_US, ids=map(str, NOTHING_FOR_US))
async def test_what_means_nothing_here_is_answered_and_that_is_all(
    slack_door: Http, slack_vendors: Vendors, pressing: PressedClient, other: Json
) -> None:
    answer = await press(slack_door, slack_vendors, await message_of(slack_vendors), **other)
    assert (answer.status_code, answer.content) == (200, b"")
    assert (pressing.claims, slack_vendors.slack.responses) == ([], [])
