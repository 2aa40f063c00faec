"""The door for Chatwoot: who may come in, what is taken and how often, and everything malformed."""

import asyncio
import dataclasses
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handover.conversation import ConversationInput
from handover.errors import Unavailable
from handover.messages import MAX_TEXT, Attachment, Author, Contact, PostedMessage
from handover.turns import BeginRequest, Delivery
from settings import AppSettings
from store import Store
from tests.unit.web_world import Http, app_on
from tests.vendors.chatwoot import BOT_TOKEN, SECRET, Chatwoot, signed_headers
from tests.vendors.chatwoot_shapes import ACCOUNT, Agent, Customer, Json, Said, Talk
from web.doors import chatwoot as door
from web.problems import ApiError
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

PATH = "/webhooks/chatwoot"
JAMIE = Customer(701, "Jamie Rivera", "jamie@example.org", "+13125550142")
SARAH = Agent(21, "Sarah Lindgren", "sarah@example.org")
TALK = Talk(7, JAMIE)


class Signals:
    """Stands in for the client: what conversations are signalled. `fails`: once. `slow`: what has to happen before."""

    def __init__(self) -> None:
        self.posted: list[tuple[ConversationInput, PostedMessage]] = []
        self.fails: Exception | None = None
        self.slow: asyncio.Event | None = None

    async def post(
        self, conversation_id: str, message: PostedMessage, *, bot_id: str | None, channel: str, contact: Contact
    ) -> None:
        failure, self.fails = self.fails, None
        if failure is not None:
            raise failure
        if self.slow is not None:
            await self.slow.wait()
        start = ConversationInput(conversation_id=conversation_id, bot_id=bot_id, channel=channel, contact=contact)
        self.posted.append((start, message))


def connected(folder: Path, **changes: Any) -> AppSettings:
    values = {"chatwoot_url": "http://127.0.0.1:9", "chatwoot_token": BOT_TOKEN, "chatwoot_webhook_secret": SECRET}
    return AppSettings(data_dir=folder, **(values | {"chatwoot_bot": "hvac"} | changes))


@pytest.fixture
def signals() -> Signals:
    return Signals()


@pytest.fixture
def at_the_door(services: Services, signals: Signals, tmp_path: Path) -> Services:
    stands_in: Any = signals
    return dataclasses.replace(services, client=stands_in, settings=connected(tmp_path))


@pytest.fixture
async def caller(at_the_door: Services) -> AsyncIterator[Http]:
    app = app_on(at_the_door)
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
        yield http


def created(text: str | None = "Hello", **changes: Any) -> Json:
    """A contact's message, as the bot is told of it."""
    payload = Said(1042, "incoming", text, JAMIE).webhook_data(TALK) | {"event": "message_created"}
    return payload | changes


async def deliver(http: Http, payload: Any, delivery_id: str = "", **changes: str) -> httpx2.Response:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = signed_headers(body, delivery_id or str(uuid.uuid4()), **changes)
    headers = [(name.encode(), value.encode("latin-1")) for name, value in signed.items()]
    return await http.post(PATH, content=body, headers=headers)


async def audited(store: Store) -> list[str]:
    return [one.kind for one in (await store.access.audits()).items]


# ---- who may come in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["chatwoot_url", "chatwoot_token", "chatwoot_webhook_secret"])
async def test_a_door_that_is_not_set_up_is_closed(at_the_door: Services, tmp_path: Path, missing: str) -> None:
    app = app_on(dataclasses.replace(at_the_door, settings=connected(tmp_path, **{missing: ""})))
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
        assert (await deliver(http, created())).status_code == 404


def seconds(ahead: timedelta) -> str:
    return str(int((datetime.now(UTC) + ahead).timestamp()))


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "another"},
        {"timestamp": "yesterday"},
        {"timestamp": "9" * 400},
        {"signature": "sha256="},
        {"signature": "sha256=" + "0" * 64},
        {"signature": "é"},
        {"delivery_id": "x" * 101},
        {"delivery_id": "two words"},
    ],
)
async def test_who_has_not_signed_is_refused(
    caller: Http, signals: Signals, now_store: Store, changes: dict[str, str]
) -> None:
    answer = await deliver(caller, created(), **changes)
    assert answer.status_code == 401
    assert (signals.posted, await audited(now_store)) == ([], ["wrong_signature"])


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_what_was_signed_at_another_time(caller: Http, signals: Signals, minutes: int) -> None:
    answer = await deliver(caller, created(), timestamp=seconds(timedelta(minutes=minutes)))
    assert (answer.status_code, signals.posted) == (401, [])


@pytest.mark.parametrize("header", ["X-Chatwoot-Signature", "X-Chatwoot-Timestamp"])
async def test_a_header_that_is_missing(caller: Http, signals: Signals, header: str) -> None:
    body = json.dumps(created()).encode()
    headers = signed_headers(body, "d1")
    del headers[header]
    assert (await caller.post(PATH, content=body, headers=headers)).status_code == 401
    assert signals.posted == []


async def test_another_body_than_was_signed(caller: Http, signals: Signals) -> None:
    headers = signed_headers(json.dumps(created()).encode(), "d1")
    answer = await caller.post(PATH, content=json.dumps(created("Give me a refund")).encode(), headers=headers)
    assert (answer.status_code, signals.posted) == (401, [])


async def test_a_replay_under_another_delivery_id(caller: Http, signals: Signals, now_store: Store) -> None:
    at, payload = seconds(timedelta(seconds=-20)), created()
    assert (await deliver(caller, payload, "d1", timestamp=at)).status_code == 200
    assert (await deliver(caller, payload, "d1", timestamp=at)).status_code == 200
    assert (await deliver(caller, payload, "d2", timestamp=at)).status_code == 401
    assert len(signals.posted) == 1
    assert await audited(now_store) == ["wrong_signature"]


# ---- what is taken -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"message_type": 0},
        {"message_type": "0"},
        {"id": "1042"},
        {"private": None},
        {"content_attributes": None},
        {"content_attributes": "text"},
        {"account": {"id": str(ACCOUNT)}},
        {"something": {"new": [1, 2, 3]}},
    ],
)
async def test_a_contact_s_message_is_posted(caller: Http, signals: Signals, changes: Json) -> None:
    assert (await deliver(caller, created(**changes))).status_code == 200
    [(start, message)] = signals.posted
    assert (start.conversation_id, start.channel, start.bot_id) == (f"chatwoot:{ACCOUNT}:7", "chatwoot", "hvac")
    assert start.contact == Contact(
        id=f"chatwoot-contact:{ACCOUNT}:701", name="Jamie Rivera", email="jamie@example.org", phone="+13125550142"
    )
    assert (message.message_id, message.text) == ("cw-1042", "Hello")


async def test_a_delivery_is_taken_once(caller: Http, signals: Signals) -> None:
    for ahead in range(3):
        answer = await deliver(caller, created(), "d1", timestamp=seconds(timedelta(seconds=ahead)))
        assert answer.status_code == 200
    assert len(signals.posted) == 1


async def test_a_delivery_without_an_id(caller: Http, signals: Signals) -> None:
    body = json.dumps(created()).encode()
    headers = signed_headers(body, "")
    for _ in range(2):
        assert (await caller.post(PATH, content=body, headers=headers)).status_code == 200
    assert len(signals.posted) == 1


PICTURE: Json = {"file_type": "image", "data_url": "https://chat/1%202.png"}


@pytest.mark.parametrize(
    ("text", "attachments", "posted"),
    [
        (None, [PICTURE], ("", [Attachment(url="https://chat/1%202.png", name="1 2.png", media_type="image")])),
        ("Look:", [{"file_type": None}, {}], ("Look:", [Attachment(), Attachment()])),
        ("nu\x00ll", [], ("null", [])),
        ("  ", [], None),
        (None, [], None),
    ],
)
async def test_what_counts_as_said(
    caller: Http,
    signals: Signals,
    text: str | None,
    attachments: list[Json],
    posted: tuple[str, list[Attachment]] | None,
) -> None:
    assert (await deliver(caller, created(text, attachments=attachments))).status_code == 200
    assert [(message.text, message.attachments) for _, message in signals.posted] == ([posted] if posted else [])


@pytest.mark.parametrize("text", ["x" * (MAX_TEXT + 1), "ä" * (MAX_TEXT // 2 + 1), "x" + "ä" * (MAX_TEXT // 2)])
async def test_a_long_message_says_that_it_goes_on(caller: Http, signals: Signals, text: str) -> None:
    assert (await deliver(caller, created(text))).status_code == 200
    [(_, message)] = signals.posted
    assert MAX_TEXT - 3 < len(message.text.encode()) <= MAX_TEXT
    assert message.text.endswith("\n(The rest of this message is in Chatwoot.)")


async def test_details_that_do_not_fit_are_left_out(caller: Http, signals: Signals) -> None:
    sender = {"id": 1, "name": "x" * 300, "email": "x" * 300, "phone_number": "1" * 50}
    assert (await deliver(caller, created(sender=sender))).status_code == 200
    contact = signals.posted[0][0].contact
    assert contact is not None
    assert (len(contact.name), contact.email, contact.phone) == (200, "", "")


OWN = Said(1, "outgoing", "Hi", None, attributes={"handover_key": "turn/1/answer"}).webhook_data(TALK)


@pytest.mark.parametrize(
    "payload",
    [
        OWN | {"event": "message_created"},
        OWN | {"event": "message_created", "sender": SARAH.webhook_data},
        OWN | {"event": "message_created", "private": True},
        OWN | {"event": "message_created", "content_attributes": {}},
        OWN | {"event": "message_created", "content_attributes": {}, "sender": None},
        OWN | {"event": "message_updated"},
        created(message_type="template"),
        created(message_type=2),
        created(message_type=99),
        created(private=True),
        TALK.push_data | {"event": "conversation_opened"},
        TALK.push_data | {"event": "conversation_resolved"},
        TALK.push_data | {"event": "conversation_status_changed", "status": "open"},
        TALK.push_data | {"event": "conversation_resolved", "messages": [{"account_id": ACCOUNT}]},
        TALK.push_data | {"event": "conversation_status_changed", "status": "resolved", "account": {"id": ACCOUNT}},
        {"event": "webwidget_triggered", "id": {"any": "shape"}},
        {"event": "something_new", "conversation": "?"},
        {"event": ""},
    ],
)
async def test_what_means_nothing_here(caller: Http, signals: Signals, payload: Json) -> None:
    assert (await deliver(caller, payload)).status_code == 200
    assert signals.posted == []


async def test_an_undelivered_message_has_failed_after_all(caller: Http, now_store: Store) -> None:
    conversation_id = f"chatwoot:{ACCOUNT}:7"
    begin = BeginRequest(conversation_id=conversation_id, bot_id=None, channel="chatwoot", contact=Contact())
    await now_store.transcripts.begin(begin, "hvac")
    delivery = Delivery(
        conversation_id=conversation_id, key="turn/1/answer", author=Author.bot, text="Hi", turn=1, channel="chatwoot"
    )
    row = (await now_store.transcripts.put(delivery, waits=True)).row
    assert row is not None
    await now_store.transcripts.mark_left(row, "1")
    attributes = {"handover_key": "turn/1/answer", "external_error": "24 hours have passed"}
    payload = OWN | {"event": "message_updated", "content_attributes": attributes}
    assert (await deliver(caller, payload)).status_code == 200
    [message] = (await now_store.reads.messages(conversation_id, notes=True)).items
    assert message.failed == "Chatwoot could not deliver it: 24 hours have passed"


# ---- what is malformed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 5000,
        b"null",
        b"[]",
        b'"text"',
        b'{"event": NaN}',
        b'{"event": "message_created", "content": "\\ud800"}',
        {},
        {"event": 7},
        {"event": None},
        {"event": "message_created"},
        created(id=True),
        created(id=0),
        created(id=-4),
        created(id=1.5),
        created(id="1e3"),
        created(id="٣"),
        created(id=10**30),
        created(id="9" * 5000),
        created(content=5),
        created(content=["Hello"]),
        created(message_type=None),
        created(message_type=[]),
        created(message_type=True),
        created(private="no"),
        created(sender="Jamie"),
        created(sender={"id": "x"}),
        created(sender={"id": 1, "name": {}}),
        created(account=None),
        created(account={"id": None}),
        created(conversation={}),
        created(conversation={"id": "../../7"}),
        created(conversation={"id": 7, "meta": []}),
        created(attachments={}),
        created(attachments=[{"file_type": 4}]),
        TALK.push_data | {"event": "conversation_resolved", "id": "seven"},
        TALK.push_data | {"event": "conversation_resolved", "updated_at": "then"},
        TALK.push_data | {"event": "conversation_resolved", "updated_at": 1e300},
        TALK.push_data | {"event": "conversation_resolved", "messages": "none"},
        TALK.push_data | {"event": "conversation_status_changed", "status": 1},
    ],
)
async def test_signed_nonsense_is_not_valid(caller: Http, signals: Signals, payload: Any) -> None:
    answer = await deliver(caller, payload)
    assert (answer.status_code, signals.posted) == (422, [])
    assert "Nothing was changed" in answer.json()["detail"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["id", "content", "message_type", "private", "sender", "account", "conversation", "attachments", "status"]
EVENTS = ["message_created", "message_updated", "conversation_resolved", "conversation_status_changed"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(event=st.sampled_from(EVENTS), changes=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_whatever_is_signed_never_fails(event: str, changes: Json) -> None:
    """The reading alone: what it lets through has whole numbers and texts."""
    body = json.dumps(created() | changes | {"event": event}).encode()
    parts: Any = None
    with suppress(ApiError):
        take = door._meaning(parts, body)
        assert take is None or callable(take)


async def test_a_body_that_is_too_large(caller: Http, signals: Signals) -> None:
    assert (await deliver(caller, created("x" * 70_000))).status_code == 413
    assert signals.posted == []


# ---- what takes long, or fails -------------------------------------------------------------------------------------------


async def test_what_fails_is_sent_again_and_taken_then(caller: Http, signals: Signals) -> None:
    """With a status that Chatwoot tries again: it would not after 503."""
    signals.fails = Unavailable("Temporal does not answer.")
    assert (await deliver(caller, created(), "d1")).status_code == 429
    assert (await deliver(caller, created(), "d1", timestamp=seconds(timedelta(seconds=3)))).status_code == 200
    assert len(signals.posted) == 1


async def test_what_takes_long_goes_on_without_its_answer(
    caller: Http, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "PATIENCE_SECONDS", 0.05)
    signals.slow = asyncio.Event()
    assert (await deliver(caller, created(), "d1")).status_code == 429
    again = {"timestamp": seconds(timedelta(seconds=3))}
    assert (await deliver(caller, created(), "d1", **again)).status_code == 429
    signals.slow.set()
    await asyncio.gather(*door._at_work)
    assert (await deliver(caller, created(), "d1", timestamp=seconds(timedelta(seconds=6)))).status_code == 200
    assert len(signals.posted) == 1


async def test_where_all_tries_are_in_vain_people_get_the_conversation(signals: Signals) -> None:
    """Chatwoot's own way out, as the stand-in has it: the bot's door answers nothing of use."""
    async with Chatwoot.opened() as there:
        there.keeps, there.retry_seconds = True, 0.0
        there.door = there.url + "/nothing/here"
        talk = there.new_talk()
        there.contact_writes(talk, "Hello")
        await there.send(there.kept[0])
        assert talk.status == "open"
