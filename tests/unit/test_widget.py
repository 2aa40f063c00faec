"""The door of the chat: who gets a token, for which site, for how long, and what it opens; and what the widget weighs."""

import gzip
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi.sse import ServerSentEvent

from handover.bot import Bot
from handover.documents import validated
from handover.errors import SettingsError
from handover.messages import Author, Opened
from handover.staff import Staff
from store import Store
from tests.unit.store_world import BOT, begin, case_of, open_one, said, save, staff, take, told
from tests.unit.web_world import ClientDouble, Http, app_on
from web.app import HERE
from web.crowd import ADDRESSES, MOST, WITHIN_SECONDS, Crowd
from web.pages.visitor_news import visitor_news
from web.pages.visitors import KEPT_SECONDS, TOKEN_SECONDS, Visitor
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

SHOP, OTHER, STRANGER = "https://shop.example", "https://other.example:8443", "https://stranger.example"
OURS = "http://handover"


class Posted(ClientDouble):
    """Writes down what visitors send."""

    async def post(self, conversation_id: str, message: Any, **_: Any) -> None:
        self.acts.append(("post", conversation_id, message.text))

    async def request_human(self, conversation_id: str, *_: Any, **__: Any) -> Opened:
        self.acts.append(("request_human", conversation_id, None))
        return Opened(handover_id=f"{conversation_id}~1", number=1, workflow_id="handover")


@pytest.fixture
def client() -> ClientDouble:
    return Posted()


async def uses(store: Store, *origins: str, **more: Any) -> None:
    await store.settings.put_bot(Bot.model_validate(BOT.model_dump() | {"origins": list(origins)} | more))


@pytest.fixture
async def http(now_store: Store, services: Services) -> AsyncIterator[Http]:
    """A browser's connection; the bot allows two sites."""
    await uses(now_store, SHOP, OTHER)
    app = app_on(services)
    async with Http(transport=httpx2.ASGITransport(app=app), base_url=OURS) as http:
        yield http


async def enter(http: Http, site: str = SHOP, **body: Any) -> httpx2.Response:
    return await http.post("/chat/session", json={"bot": BOT.id} | body, headers={"Handover-Site": site})


async def token_on(http: Http, site: str = SHOP) -> str:
    answer = await enter(http, site)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


def bearing(token: str, site: str = SHOP) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Handover-Site": site}


async def say(http: Http, token: str, message_id: str = "1", site: str = SHOP, **more: Any) -> httpx2.Response:
    body = {"message_id": message_id, "text": "Hello"} | more
    return await http.post("/chat/messages", json=body, headers=bearing(token, site))


async def refusals(store: Store) -> list[str]:
    """What was refused; as often as it was, where one line counts several."""
    found = [one for one in (await store.access.audits()).items if one.kind == "foreign_origin"]
    return [one.text.removesuffix(" from 127.0.0.1") for one in found for _ in range(one.times)]


# ---- tokens and sites ------------------------------------------------------------------------------------------------


async def test_a_token_opens_its_own_conversation_and_nothing_else(http: Http, client: ClientDouble) -> None:
    one, other = (await enter(http)).json(), (await enter(http)).json()
    assert one["chat"] != other["chat"]
    assert (await say(http, one["token"])).status_code == 202
    [(act, conversation, text)] = client.acts
    assert (act, text) == ("post", "Hello")
    assert conversation.startswith("web-")
    assert conversation.endswith(one["chat"])


@pytest.mark.parametrize(
    "site", [STRANGER, "https://shop.example.stranger.example", "http://shop.example", "null", "http://["]
)
async def test_a_site_that_is_not_allowed_gets_no_token(http: Http, now_store: Store, site: str) -> None:
    answer = await enter(http, site)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:handover:problem:foreign_origin"
    assert await refusals(now_store) == [f"POST /chat/session {site}"]


@pytest.mark.parametrize("site", [OTHER, STRANGER, "", OURS])
async def test_a_token_of_another_site_is_refused(
    http: Http, client: ClientDouble, now_store: Store, site: str
) -> None:
    token = await token_on(http)
    assert (await say(http, token, site=site)).status_code == 403
    assert (await http.get("/chat/messages", headers=bearing(token, site))).status_code == 403
    assert (await http.get("/chat/live", headers=bearing(token, site) | {"Last-Event-ID": "0"})).status_code == 403
    assert (await http.post("/chat/handover", json={"press_id": "1"}, headers=bearing(token, site))).status_code == 403
    assert (await enter(http, site, token=token)).status_code == 403
    assert client.acts == []
    assert len(await refusals(now_store)) == 5


async def test_a_site_that_is_allowed_no_more_is_shut_out_at_once(http: Http, now_store: Store) -> None:
    token = await token_on(http)
    await uses(now_store, OTHER)
    assert (await say(http, token)).status_code == 403
    assert (await enter(http, token=token)).status_code == 403


async def test_our_own_pages_are_always_allowed(http: Http, now_store: Store) -> None:
    await uses(now_store)
    assert (await say(http, await token_on(http, OURS), site=OURS)).status_code == 202


@pytest.mark.parametrize("token", [None, "", "guessed", "WyJ3ZWItMSIsbnVsbCwiIl0.aRz1.guessed"])
async def test_without_a_good_token_nothing_opens(http: Http, client: ClientDouble, token: str | None) -> None:
    headers = bearing(token or "") if token is not None else {"Handover-Site": SHOP}
    answer = await http.post("/chat/messages", json={"message_id": "1", "text": "Hello"}, headers=headers)
    assert answer.status_code == 401
    assert client.acts == []


async def test_the_cookie_of_the_chat_page_is_no_token(http: Http) -> None:
    page = await http.get("/chat")
    assert page.status_code == 200
    assert (await say(http, page.cookies["handover_visitor"], site=OURS)).status_code == 401


async def test_a_token_runs_out_and_is_renewed_for_the_same_conversation(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = (await enter(http)).json()
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + TOKEN_SECONDS + 2)
    assert (await say(http, entered["token"])).status_code == 401
    renewed = (await enter(http, token=entered["token"])).json()
    assert renewed["chat"] == entered["chat"]
    assert (await say(http, renewed["token"])).status_code == 202
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + KEPT_SECONDS + 2)
    assert (await enter(http, token=entered["token"])).status_code == 401
    assert (await enter(http, token=renewed["token"])).status_code == 200


async def test_another_sites_page_cannot_use_the_door(http: Http, client: ClientDouble) -> None:
    token = await token_on(http)
    headers = bearing(token) | {"Origin": SHOP}
    assert (await http.post("/chat/session", json={"bot": BOT.id}, headers=headers)).status_code == 403
    answer = await http.post("/chat/messages", json={"message_id": "1", "text": "Hello"}, headers=headers)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert client.acts == []


@pytest.mark.parametrize("more", [{"tags": ["vip"]}, {"owner": "sarah"}, {"conversation_id": "c1"}, {"text": ""}])
async def test_what_visitors_may_not_say_is_refused(http: Http, client: ClientDouble, more: dict[str, Any]) -> None:
    assert (await say(http, await token_on(http), **more)).status_code == 422
    assert client.acts == []


async def test_a_message_that_is_too_long_is_refused(http: Http, client: ClientDouble) -> None:
    assert (await say(http, await token_on(http), text="x" * 16_385)).status_code == 413
    assert client.acts == []


async def test_an_unknown_bot_is_not_found(http: Http) -> None:
    assert (await enter(http, bot="nobody")).status_code == 404


# ---- the framed page -------------------------------------------------------------------------------------------------


async def framed(http: Http, referer: str | None) -> httpx2.Response:
    headers = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"} | ({"Referer": referer} if referer else {})
    return await http.get(f"/widget?bot={BOT.id}", headers=headers)


@pytest.mark.parametrize("referer", [f"{SHOP}/", f"{OTHER}/basket?x=1", f"{OURS}/demo", None])
async def test_only_allowed_sites_may_frame_the_chat(http: Http, referer: str | None) -> None:
    page = await framed(http, referer)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"].split("; ")
    assert f"frame-ancestors 'self' {SHOP} {OTHER}" in policy
    assert "default-src 'self'" in policy
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("referer", [f"{STRANGER}/", "http://[", "nonsense"])
async def test_elsewhere_there_is_no_chat_to_frame(http: Http, now_store: Store, referer: str) -> None:
    page = await framed(http, referer)
    assert page.status_code == 403
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert await refusals(now_store) == [f"GET /widget {referer}"]


async def test_no_other_page_may_be_framed(http: Http) -> None:
    for path in ("/chat", "/demo", "/login"):
        page = await http.get(path, headers={"Referer": f"{SHOP}/"})
        assert page.status_code == 200
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_the_framed_page_by_itself_leads_to_the_chat(http: Http) -> None:
    page = await http.get(f"/widget?bot={BOT.id}", headers={"Sec-Fetch-Dest": "document"})
    assert (page.status_code, page.headers["location"]) == (303, f"/chat?bot={BOT.id}")


async def test_script_in_settings_is_text(http: Http, now_store: Store) -> None:
    script = "<script>alert(1)</script>"
    await uses(now_store, SHOP, name=script, greeting=script)
    for path in ("/widget", "/chat", "/demo"):
        page = await http.get(path)
        assert script not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


# ---- the setting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("HTTPS://WWW.Example.com/", "https://www.example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("http://example.com:443", "http://example.com:443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        (" https://xn--bcher-kva.example ", "https://xn--bcher-kva.example"),
    ],
)
def test_origins_are_kept_as_browsers_name_them(written: str, kept: str) -> None:
    assert Bot(id="shop", name="Shop", origins=[written]).origins == [kept]


@pytest.mark.parametrize(
    "written",
    ["*", "https://*.example.com", "https://a.example/b", "https://a.example?", "https://u@a.example", "https://a.example:0",
     "https://a.example:70000", "https://a.example;script-src", "https://a.example b", "https://-a.example", "ftp://a.example",
     "https://", "//a.example", "data:", "https://a..example", f"https://{'a.' * 130}example"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(written: str) -> None:
    with pytest.raises(SettingsError) as caught:
        validated(Bot, {"id": "shop", "name": "Shop", "origins": [written]}, "bot")
    [problem] = caught.value.problems
    assert problem.key == "origins.0"
    assert "allowed are origins such as https://www.example.com" in problem.text


# ---- how many --------------------------------------------------------------------------------------------------------


def test_an_address_begins_so_many_conversations_in_an_hour() -> None:
    crowd = Crowd()
    assert all(crowd.admits("192.0.2.1", str(number), now=float(number)) for number in range(MOST))
    assert not crowd.admits("192.0.2.1", "one more", now=MOST + 1.0)
    assert not crowd.knows("192.0.2.1", "one more")
    assert crowd.knows("192.0.2.1", "0")
    assert crowd.admits("192.0.2.2", "elsewhere", now=MOST + 1.0)
    assert crowd.admits("192.0.2.1", "one more", now=WITHIN_SECONDS)
    assert not crowd.admits("192.0.2.1", "yet another", now=WITHIN_SECONDS)


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    crowd = Crowd()
    assert all(crowd.admits(f"2001:db8::{number + 1:x}", str(number), now=0.0) for number in range(MOST))
    assert not crowd.admits("2001:db8::ffff:ffff", "one more", now=0.0)
    assert crowd.admits("2001:db8:0:1::1", "elsewhere", now=0.0)
    assert crowd.admits("::ffff:192.0.2.1", "mapped", now=0.0)
    assert not crowd.knows("::ffff:192.0.2.2", "mapped")


def test_only_so_many_addresses_are_remembered() -> None:
    crowd = Crowd()
    for number in range(ADDRESSES + 1):
        crowd.admits(f"address {number}", "one", now=0.0)
    assert not crowd.knows("address 0", "one")
    assert crowd.knows("address 1", "one")


async def test_too_many_new_conversations_are_refused(http: Http, client: ClientDouble) -> None:
    tokens = [await token_on(http) for _ in range(MOST + 1)]
    assert [(await say(http, one)).status_code for one in tokens[:-1]] == [202] * MOST
    answer = await say(http, tokens[-1])
    assert answer.status_code == 429
    assert "retry-after" in answer.headers
    pressed = await http.post("/chat/handover", json={"press_id": "1"}, headers=bearing(tokens[-1]))
    assert pressed.status_code == 429
    assert len(client.acts) == MOST
    assert (await say(http, tokens[0], "2")).status_code == 202


# ---- what is heard ---------------------------------------------------------------------------------------------------

VISITOR = Visitor("c1", BOT.id, SHOP)


async def heard(services: Services, after: int, many: int) -> list[ServerSentEvent]:
    """The first so many things that an open chat is told behind an event."""
    found: list[ServerSentEvent] = []
    async with services.watcher:
        news = visitor_news(services, VISITOR, after)
        async for one in news:
            if one.event is not None:
                found.append(one)
            if len(found) == many:
                break
        await news.aclose()  # type: ignore[attr-defined]
    return found


def lines(news: list[ServerSentEvent]) -> list[str]:
    return [one.data["text"] for one in news if one.event == "message"]


async def speak(store: Store, *keys: str, author: Author = Author.bot) -> None:
    for key in keys:
        put = await store.transcripts.put(told(key, author=author))
        assert put.row is not None
        await store.transcripts.mark_left(put.row)


async def test_a_chat_resumes_behind_the_last_event_that_it_heard(services: Services, now_store: Store) -> None:
    await uses(now_store, SHOP)
    await begin(now_store)
    await now_store.transcripts.record(said("Hello"))
    await speak(now_store, "Careful, angry", author=Author.note)
    await speak(now_store, "Good morning")
    news = await heard(services, 0, 3)
    assert lines(news) == ["Hello", "Good morning"]
    assert [one.data["message_id"] for one in news if one.event == "message"] == ["Hello", ""]
    [standing] = [one.data for one in news if one.event == "standing"]
    assert standing["status"] == "bot"
    cut_at = int(next(one.id for one in news if one.event == "message") or "")
    await speak(now_store, "Still there?")
    again = await heard(services, cut_at, 3)
    assert lines(again) == ["Good morning", "Still there?"]
    assert "angry" not in json.dumps([one.data for one in news + again])


async def test_what_leaves_late_is_heard_all_the_same(services: Services, now_store: Store) -> None:
    """A message that gets its row early and leaves late has a lower row than some that were heard before."""
    await uses(now_store, SHOP)
    await begin(now_store)
    late = await now_store.transcripts.put(told("Late"))
    await speak(now_store, "Early")
    [early] = [one for one in await heard(services, 0, 2) if one.event == "message"]
    assert late.row is not None
    await now_store.transcripts.mark_left(late.row)
    assert lines(await heard(services, int(early.id or ""), 2)) == ["Late"]


async def test_the_stream_ends_when_the_site_is_allowed_no_more(services: Services, now_store: Store) -> None:
    await uses(now_store, OTHER)
    await begin(now_store)
    await now_store.transcripts.record(said("Hello"))
    assert await heard(services, 0, 1) == []


async def test_only_whoever_has_the_case_is_seen_writing(services: Services, now_store: Store) -> None:
    await uses(now_store, SHOP)
    await staff(now_store, Staff(id="ann", name="Ann"), Staff(id="ben", name="Ben"))
    await begin(now_store)
    opened = await open_one(now_store)
    await save(now_store, case_of(opened, holder="ann"))
    await now_store.transcripts.take(take())
    services.writers.writes("c1", "ben")
    assert await writing(services) == ""
    services.writers.writes("c1", "ann")
    assert await writing(services) == "Support Agent"


async def writing(services: Services) -> str:
    newest = await services.reads.newest_event()
    [label] = [one.data["label"] for one in await heard(services, newest, 2) if one.event == "writing"]
    return str(label)


# ---- the weight ------------------------------------------------------------------------------------------------------


async def test_all_that_the_widget_loads_is_small(http: Http, capsys: pytest.CaptureFixture[str]) -> None:
    page = await framed(http, f"{SHOP}/")
    sizes = {"/widget": len(gzip.compress(page.content))}
    for name in ("widget.js", "chat.js", "attach.js", "chat.css", "icon.svg"):
        assert name == "widget.js" or name in page.text
        answer = await http.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
        file = (HERE / "static" / name).read_bytes()
        assert answer.content == file
        assert len(file) < 500 or answer.headers["content-encoding"] == "gzip"
        sizes[name] = min(len(file), len(gzip.compress(file)))
    with capsys.disabled():
        print(
            "",
            *(f"{size:>6} {name}" for name, size in sizes.items()),
            f"{sum(sizes.values()):>6} bytes, gzip",
            sep="\n",
        )
    assert page.text.count("/static/") == len(sizes) - 2
    assert sum(sizes.values()) < 20 * 1024
