"""The door for signed webhooks of any system: who is not let in, and what is refused in which words."""

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from handover.hook_settings import HookSettings
from store import Store
from tests.unit.hook_world import DATA, DOOR, SECRET, Workflows, event, send, signed
from tests.unit.web_world import Http, app_on
from web.app import create_app
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.hook_fixtures"]


# ---- who is not let in -----------------------------------------------------------------------------------------------

BODY = json.dumps(event()).encode()
Headers = dict[str, str]


def other(**changes: str | Callable[[str], str]) -> Callable[[], Headers]:
    """Good headers, but for these; what a function makes of the good one."""

    def made() -> Headers:
        headers = signed(BODY)
        for name, change in changes.items():
            good = headers[f"webhook-{name}"]
            headers[f"webhook-{name}"] = change if isinstance(change, str) else change(good)
        return headers

    return made


@pytest.mark.parametrize(
    "headers",
    [
        dict,
        other(id=""),
        other(id="evt-2"),
        other(timestamp=""),
        other(timestamp=lambda good: str(int(good) + 1)),
        other(timestamp="1e9"),
        other(timestamp="-1"),
        other(timestamp="9" * 400),
        other(timestamp="²"),
        other(signature=""),
        other(signature="v1"),
        other(signature="v1,"),
        other(signature="v1,===="),
        other(signature=", , ,"),
        other(signature=lambda good: good.removeprefix("v1,")),
        other(signature=lambda good: good.replace("v1,", "v2,")),
        other(signature=lambda good: good + "=,"),
        other(signature="v1,ÿþ\udcff" * 50),
        other(signature="v1,A " * 4000),
        lambda: signed(BODY, secret="whsec_" + "C" * 43 + "="),
        lambda: signed(BODY, ago=timedelta(minutes=5, seconds=2)),
        lambda: signed(BODY, ago=-timedelta(minutes=5, seconds=30)),
        lambda: signed(BODY + b" "),
    ],
)
async def test_what_is_not_signed_is_refused_and_written_down(
    hook_http: Http, hook_workflows: Workflows, now_store: Store, headers: Callable[[], Headers]
) -> None:
    raw = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers().items()]
    answer = await hook_http.post(DOOR, content=BODY, headers=raw)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:handover:problem:wrong_signature")
    assert hook_workflows.posted == []
    [written] = (await now_store.access.audits()).items
    assert (written.kind, written.text.split(" from ")[0]) == ("wrong_signature", DOOR)
    assert (await hook_http.post(DOOR, content=BODY, headers=other()())).json()["duplicate"] is False


async def test_what_was_listened_to_and_is_sent_again_changes_nothing(
    hook_http: Http, hook_workflows: Workflows
) -> None:
    """Within the five minutes its id is known; behind them its time is too old."""
    for ago, status in ((timedelta(minutes=4), 202), (timedelta(minutes=4), 202), (timedelta(minutes=6), 401)):
        assert (await send(hook_http, event(), ago=ago)).status_code == status
    assert len(hook_workflows.posted) == 1


@pytest.mark.parametrize("name", ["nobody", "Messenger", "web", "a%20b", "%00", "💬", "x" * 300])
async def test_who_is_not_connected_finds_nothing(hook_http: Http, now_store: Store, name: str) -> None:
    answer = await send(hook_http, event(), path=f"/webhooks/inbound/{name}")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:handover:problem:not_found")
    assert (await now_store.access.audits()).items == []


async def test_without_any_settings_the_door_is_closed(services: Services) -> None:
    app = app_on(services)
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
        assert (await send(http, event())).status_code == 404


# ---- what is refused although it is signed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b"[" * 30_000, "the body is not JSON"),
        (b"null", "valid dictionary"),
        (b"[]", "valid dictionary"),
        ({}, "discriminator 'type'"),
        ({"type": "message.created"}, "message.created.data: Field required"),
        (event("message.updated"), "'message.created', 'human.requested', 'message.undelivered'"),
        ({"type": 5, "data": DATA}, "'message.created', 'human.requested', 'message.undelivered'"),
        (event() | {"extra": 1}, "message.created.extra: Extra inputs are not permitted"),
        (event() | {"timestamp": "yesterday"}, "message.created.timestamp"),
        (event(extra=1), "message.created.data.extra: Extra inputs are not permitted"),
        (event(conversation_id=None), "message.created.data.conversation_id: Field required"),
        (event(conversation_id=42), "message.created.data.conversation_id: Input should be a valid string"),
        (event(conversation_id=""), "'' is no id here; allowed are 1 to 128 letters of ASCII, digits and . _ : -"),
        (event(conversation_id="a b"), "'a b' is no id here; allowed are 1 to 128"),
        (event(conversation_id="a/b"), "is no id here; allowed are 1 to 128"),
        (event(conversation_id="a~1"), "is no id here; allowed are 1 to 128"),
        (event(conversation_id="42\n"), "is no id here; allowed are 1 to 128"),
        (event(conversation_id="é"), "is no id here; allowed are 1 to 128"),
        (event(conversation_id="4" * 129), "is no id here; allowed are 1 to 128"),
        (event(conversation_id="4" * 119), "is too long; allowed are at most 118 characters here"),
        (event(message_id=""), "message.created.data.message_id: String should have at least 1 character"),
        (event(message_id="m" * 201), "message.created.data.message_id: String should have at most 200 characters"),
        (event(message_id=7), "message.created.data.message_id: Input should be a valid string"),
        (event(text=""), "message.created.data: Value error, text: needed where nothing is attached"),
        (event(text=["a"]), "message.created.data.text: Input should be a valid string"),
        (event(sent_at="2026-11-16T09:00:00"), "message.created.data.sent_at: Input should have timezone info"),
        (event(contact=[]), "message.created.data.contact"),
        (event(contact={"owner": "ann"}), "message.created.data.contact.owner: Extra inputs are not permitted"),
        (event(contact={"status": "done"}), "message.created.data.contact.status: Extra inputs are not permitted"),
        (event(contact={"name": "n" * 201}), "message.created.data.contact.name: String should have at most 200"),
        (event(contact={"fields": {"a": 1}}), "message.created.data.contact.fields.a: Input should be a valid string"),
        (event(contact={"tags": "vip"}), "message.created.data.contact.tags: Input should be a valid list"),
        (event("human.requested"), "human.requested.data.message_id: Extra inputs are not permitted"),
        (event("human.requested", message_id=None, text="t" * 2001), "at most 2000 characters"),
        (event("message.undelivered", text=None), "message.undelivered.data.reason: Field required"),
        (event("message.undelivered", text=None, reason=""), "message.undelivered.data.reason: String should have"),
    ],
)
async def test_what_does_not_fit_is_refused_in_words(
    hook_http: Http, hook_workflows: Workflows, said: Any, words: str
) -> None:
    answer = await send(hook_http, said)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handover:problem:invalid_request")
    assert answer.json()["detail"].startswith("Nothing was changed: ")
    assert words in answer.json()["detail"]
    assert (hook_workflows.posted, hook_workflows.pressed) == ([], [])
    assert (await send(hook_http, event())).json()["duplicate"] is False, "the delivery's id was used up"


async def test_the_longest_ids_are_taken(hook_http: Http, hook_workflows: Workflows) -> None:
    longest = event(conversation_id="4" * 64, message_id="m" * 200)
    assert (await send(hook_http, longest, path=f"/webhooks/inbound/{'m' * 63}", id="e" * 200)).status_code == 202
    [(conversation_id, _, start)] = hook_workflows.posted
    assert (len(conversation_id), start["channel"]) == (128, "m" * 63)


@pytest.mark.parametrize("id", ["e" * 201, "two words", "\x7f"])
async def test_a_delivery_with_an_id_that_can_not_be_kept(hook_http: Http, hook_workflows: Workflows, id: str) -> None:
    answer = await send(hook_http, event(), id=id)
    assert answer.status_code == 422
    assert "webhook-id: this is no id; allowed are 1 to 200 letters" in answer.json()["detail"]
    assert hook_workflows.posted == []


async def test_too_much_is_refused_and_nothing_stored(hook_http: Http, hook_workflows: Workflows) -> None:
    text, body = event(text="€" * 5462), event(text="x" * 70_000)
    for said, words in ((text, "A message has at most 16 KiB"), (body, "A body has at most 65536 bytes")):
        answer = await send(hook_http, said)
        assert (answer.status_code, words in answer.json()["detail"]) == (413, True)
    assert hook_workflows.posted == []
    assert (await send(hook_http, event(text="€" * 5461))).json()["duplicate"] is False


@pytest.mark.parametrize("text", ["\x00", "<script>alert(1)</script>", "\x1b[2J", "{{7*7}}", "\u202e💬"])
async def test_any_text_is_only_text(hook_http: Http, hook_workflows: Workflows, text: str) -> None:
    assert (await send(hook_http, event(text=text))).status_code == 202
    assert [message.text for _, message, _ in hook_workflows.posted] == [text]


async def test_half_a_pair_of_surrogates(hook_http: Http, hook_workflows: Workflows) -> None:
    answer = await send(hook_http, event(text="\ud800"))
    assert answer.status_code == 422
    assert "message.created.data.text: Input should be a valid string" in answer.json()["detail"]
    assert hook_workflows.posted == []


async def test_a_bot_that_is_not_there_any_more(hook_http: Http, services: Services, hook_workflows: Workflows) -> None:
    hook = HookSettings(secret=SecretStr(SECRET), bot_id="gone")
    app = create_app()
    double: Any = hook_workflows
    settings = services.settings.model_copy(update={"inbound": {"messenger": hook}})
    app.state.services = dataclasses.replace(services, settings=settings, client=double)
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
        for said in (event(), event("human.requested", message_id=None)):
            answer = await send(http, said)
            assert answer.status_code == 422
            assert "there is no bot 'gone'; allowed are support" in answer.json()["detail"]
    assert (hook_workflows.posted, hook_workflows.pressed) == ([], [])
