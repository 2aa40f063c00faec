"""Attachments at the doors: what visitors may send, who may open it, and what comes of a reference that leads nowhere."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from channels.attachments import AttachmentReader, known_servers
from handover.attachments import MAX_BYTES, MAX_KEPT, Content
from handover.errors import HandoverError, NotFound, Refused, Unavailable
from handover.messages import Attachment
from outbound import Known
from settings import AppSettings
from store import Store
from tests.unit.files import GIF, HTML, JPEG, PDF, PNG, SVG, WEBP
from tests.unit.receiving import receiver, reply
from tests.unit.store_world import BOT, said
from tests.unit.web_world import ClientDouble, Http, SignIn, app_on
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.inbox_fixtures"]

SITE = "http://handover"


class Posts(ClientDouble):
    """Writes down what is posted."""

    async def post(self, conversation_id: str, message: Any, **_: Any) -> None:
        self.acts.append(("post", conversation_id, message))


@pytest.fixture
def client() -> ClientDouble:
    return Posts()


class Visiting:
    """A visitor's page: its connection and its token."""

    def __init__(self, http: Http, token: str) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {token}", "Handover-Site": SITE}

    async def attach(self, content: bytes, name: str = "boiler.png") -> httpx2.Response:
        return await self.http.post("/chat/attachments", params={"name": name}, content=content, headers=self.headers)

    async def say(self, **body: Any) -> httpx2.Response:
        headers = self.headers | {"Content-Type": "application/json"}
        return await self.http.post("/chat/messages", content=json.dumps({"message_id": "1"} | body), headers=headers)

    async def open(self, attachment_id: str) -> httpx2.Response:
        return await self.http.get(f"/chat/attachments/{attachment_id}", headers=self.headers)


@pytest.fixture
async def chatting(now_store: Store, services: Services) -> AsyncIterator[Http]:
    await now_store.settings.put_bot(BOT)
    app = app_on(services)
    async with Http(transport=httpx2.ASGITransport(app=app), base_url=SITE) as http:
        yield http


async def visitor(http: Http) -> Visiting:
    answer = await http.post("/chat/session", json={"bot": BOT.id}, headers={"Handover-Site": SITE})
    return Visiting(http, answer.json()["token"])


@pytest.mark.parametrize(
    ("content", "media_type", "is_picture"),
    [
        (PNG, "image/png", True),
        (JPEG, "image/jpeg", True),
        (GIF, "image/gif", True),
        (WEBP, "image/webp", True),
        (PDF, "application/pdf", False),
    ],
)
async def test_what_a_visitor_attaches_goes_with_their_message(
    chatting: Http, client: ClientDouble, content: bytes, media_type: str, is_picture: bool
) -> None:
    me = await visitor(chatting)
    answer = await me.attach(content, "../My boiler.png")
    assert answer.status_code == 201
    kept = answer.json()
    assert (kept["name"], kept["is_picture"]) == ("My boiler.png", is_picture)
    assert (await me.say(attachments=[kept["id"]])).status_code == 202
    [(_, _, message)] = client.acts
    assert message.text == ""
    assert message.attachments == [Attachment(id=kept["id"], name="My boiler.png", media_type=media_type)]
    opened = await me.open(kept["id"])
    assert (opened.content, opened.headers["content-type"]) == (content, media_type)


async def test_what_is_kept_can_do_nothing_in_a_page(chatting: Http) -> None:
    me = await visitor(chatting)
    picture, document = [(await me.attach(content)).json()["id"] for content in (PNG, PDF)]
    shown, saved = await me.open(picture), await me.open(document)
    for answer in (shown, saved):
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, max-age=3600"
    assert shown.headers["content-disposition"].startswith("inline; ")
    assert saved.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize("content", [b"", SVG, HTML, b"MZ\x90\x00", b"hello"])
async def test_nothing_else_is_taken(chatting: Http, content: bytes) -> None:
    answer = await (await visitor(chatting)).attach(content)
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:handover:problem:unsupported")
    assert "Only pictures (PNG, JPEG, GIF, WebP) and PDF files" in answer.json()["detail"]


@pytest.mark.parametrize(("more", "status"), [(0, 201), (1, 413)])
async def test_how_large_it_may_be(chatting: Http, more: int, status: int) -> None:
    content = PNG + b"\x00" * (MAX_BYTES - len(PNG) + more)
    assert (await (await visitor(chatting)).attach(content)).status_code == status


async def test_only_uploads_may_be_as_large(chatting: Http) -> None:
    me = await visitor(chatting)
    for path in ("/chat/messages", "/chat/attachments/", "/chat/session"):
        assert (await chatting.post(path, content=b"x" * 100_000, headers=me.headers)).status_code == 413


async def test_one_conversation_takes_only_so_many(chatting: Http) -> None:
    me = await visitor(chatting)
    for _ in range(MAX_KEPT):
        assert (await me.attach(GIF)).status_code == 201
    answer = await me.attach(GIF)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:handover:problem:too_many_attachments")


async def test_nobody_elses_can_be_opened_or_sent(chatting: Http, client: ClientDouble) -> None:
    owner, stranger = await visitor(chatting), await visitor(chatting)
    kept = (await owner.attach(PNG)).json()["id"]
    assert (await stranger.open(kept)).status_code == 404
    assert (await stranger.say(attachments=[kept])).status_code == 404
    assert client.acts == []
    without = await chatting.get(f"/chat/attachments/{kept}")
    assert without.status_code == 401
    assert (await chatting.post("/chat/attachments", content=PNG)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"attachments": []},
        {"attachments": ["../1"]},
        {"attachments": [1]},
        {"attachments": "all"},
        {"attachments": ["a"] * 11},
        {"text": "\ud800"},
    ],
)
async def test_what_is_no_message(chatting: Http, client: ClientDouble, body: dict[str, Any]) -> None:
    me = await visitor(chatting)
    assert (await me.say(**body)).status_code == 422
    assert client.acts == []


# ---- the team ----------------------------------------------------------------------------------------------------------


async def with_attachments(store: Store, *attachments: Attachment) -> int:
    """The row of a message that they came with."""
    keep = said("m1")
    keep.messages[0].attachments = list(attachments)
    return (await store.transcripts.record(keep)).rows[0]


async def test_the_team_opens_what_is_kept_here(now_store: Store, sign_in: SignIn) -> None:
    kept = await now_store.attachments.put("c1", "Wärme 1.png", Content("image/png", PNG))
    row = await with_attachments(now_store, kept)
    http = await sign_in()
    [shown] = (await http.get("/v1/conversations/c1/messages")).json()["items"]
    assert shown["attachments"] == [
        {"v": 1, "id": kept.id, "url": "", "name": "Wärme 1.png", "media_type": "image/png"}
    ]
    answer = await http.get(f"/v1/conversations/c1/messages/{row}/attachments/0")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''W%C3%A4rme%201.png"
    for path in (f"{row}/attachments/1", f"{row + 1}/attachments/0"):
        assert (await http.get(f"/v1/conversations/c1/messages/{path}")).status_code == 404
    assert (await http.get(f"/v1/conversations/c2/messages/{row}/attachments/0")).status_code == 404
    assert (await http.get(f"/v1/conversations/c1/messages/{row}/attachments/10")).status_code == 422


# ---- what others keep --------------------------------------------------------------------------------------------------


def reading(store: Store, port: int) -> AttachmentReader:
    return AttachmentReader(store.attachments, {f"http://127.0.0.1:{port}": Known(allow_private=True)})


async def test_what_others_keep_is_shown_from_there(store: Store) -> None:
    async with receiver(reply(200, JPEG, "Content-Type: text/html\r\n")) as (port, _):
        where = Attachment(url=f"http://127.0.0.1:{port}/1", media_type="text/html")
        assert await reading(store, port).open("c1", where) == ("image/jpeg", JPEG)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply(200, HTML, "Content-Type: image/png\r\n"), Refused, "It is none of the pictures"),
        (reply(404), Refused, "HTTP 404: it may have been deleted there"),
        (reply(503), Unavailable, "HTTP 503. Try again in a moment"),
        (reply(429), Unavailable, "HTTP 429. Try again in a moment"),
        (b"", Unavailable, "the connection broke off"),
        (reply(302, extra="Location: http://10.0.0.1/\r\n"), Refused, r"10\.0\.0\.1 is not public"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + PNG + b"x" * (MAX_BYTES + 1),
            Refused,
            "larger than 10 MB",
        ),
    ],
)
async def test_what_can_not_be_opened_says_why(
    store: Store, answer: bytes, kind: type[HandoverError], words: str
) -> None:
    async with receiver(answer) as (port, _):
        with pytest.raises(kind, match=words):
            await reading(store, port).open("c1", Attachment(url=f"http://127.0.0.1:{port}/1"))


async def test_a_reference_into_the_own_network_is_not_followed(store: Store) -> None:
    async with receiver(reply(200, PNG)) as (port, requests):
        with pytest.raises(Refused, match="is not public"):
            await AttachmentReader(store.attachments, {}).open("c1", Attachment(url=f"http://127.0.0.1:{port}/1"))
    assert requests == []


async def test_of_some_only_the_name_is_known(store: Store) -> None:
    with pytest.raises(NotFound, match=r"There is no address of '1\.jpg'"):
        await AttachmentReader(store.attachments, {}).open("c1", Attachment(name="1.jpg"))


def test_who_is_told_what() -> None:
    settings = AppSettings(
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=SecretStr("token"),
        twilio_from="+15550100",
        chatwoot_url="https://chat.example.org/support",
    )
    known = known_servers(settings)
    assert known.keys() == {"https://api.twilio.com", "https://chat.example.org"}
    assert known["https://api.twilio.com"].headers["Authorization"].startswith("Basic ")
    assert known["https://chat.example.org"].headers == {}
    assert known_servers(AppSettings()) == {}
