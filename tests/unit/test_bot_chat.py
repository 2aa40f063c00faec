"""Who can begin a test conversation, and that it is another one than any visitor's."""

import re
from typing import Any

import httpx2
import pytest
from fastapi import Request
from itsdangerous import URLSafeTimedSerializer

from handover.conversation import ConversationInput
from handover.messages import Opened
from store import Store
from tests.unit.people_world import BrowserOf
from tests.unit.store_world import BOT, begin
from tests.unit.web_world import ClientDouble, Http, SignIn
from web.pages.visitors import COOKIE, TOKEN_SECONDS, Visitor, new_tester, new_visitor, token_for, visitor_in
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.people_fixtures"]

ASKED = Request({"type": "http", "headers": []})
BANNER = "Test: nobody is told, and it does not count."
NEW = "/bots/support/chat"
NAMED = f"test-{'x' * 24}"


class Started(ClientDouble):
    """Writes down on which channel conversations begin."""

    async def post(self, conversation_id: str, message: Any, *, channel: str, **_: Any) -> None:
        self.acts.append(("post", conversation_id, channel))

    async def request_human(self, conversation_id: str, *_: Any, start: ConversationInput, **__: Any) -> Opened:
        self.acts.append(("request_human", conversation_id, start.channel))
        return Opened(handover_id=f"{conversation_id}~1", number=1, workflow_id="handover")


@pytest.fixture
def client() -> ClientDouble:
    return Started()


@pytest.fixture(autouse=True)
async def bots(now_store: Store) -> None:
    await now_store.settings.put_bot(BOT)
    await now_store.settings.put_bot(BOT.model_copy(update={"id": "billing", "name": "Billing"}))


async def begun(http: Http) -> httpx2.Response:
    """The page of a new test."""
    answer = await http.get(NEW)
    assert answer.status_code == 303, answer.text
    return await http.get(answer.headers["location"])


def token_of(page: httpx2.Response) -> str:
    [token] = re.findall(r'data-token="([^"]+)"', page.text)
    return str(token)


async def says(http: Http, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    answers = [
        await http.post("/chat/messages", json={"message_id": "1", "text": "Hello"}, headers=headers),
        await http.post("/chat/handover", json={"press_id": "1"}, headers=headers),
    ]
    assert [one.status_code for one in answers] == [202, 202]


async def test_a_manager_talks_on_the_channel_of_tests(
    browser_of: BrowserOf, client: ClientDouble, services: Services
) -> None:
    omar = await browser_of("omar")
    page = await begun(omar)
    assert (page.status_code, BANNER in page.text) == (200, True)
    named = (await visitor_in(ASKED, services, token_of(page))).conversation_id
    assert str(page.url).endswith(f"{NEW}/{named}")
    await says(omar, token_of(page))
    assert client.acts == [("post", named, "test"), ("request_human", named, "test")]


async def test_a_renewed_token_is_for_the_same_test(
    browser_of: BrowserOf, client: ClientDouble, services: Services
) -> None:
    omar = await browser_of("omar")
    page = await begun(omar)
    answer = await omar.post("/chat/session", json={"token": token_of(page)})
    assert await visitor_in(ASKED, services, answer.json()["token"]) == await visitor_in(
        ASKED, services, token_of(page)
    )
    await says(omar, answer.json()["token"])
    assert {channel for _, _, channel in client.acts} == {"test"}


async def test_what_the_same_browser_says_as_a_visitor_is_no_test(browser_of: BrowserOf, client: ClientDouble) -> None:
    """Opening a test, before or after, leaves a visitor's conversation and its cookie alone."""
    root = await browser_of("root")
    tested = await begun(root)
    assert COOKIE not in root.cookies
    before = await root.get("/chat")
    cookie = root.cookies.get(COOKIE, path="/chat")
    assert cookie is not None
    assert (COOKIE in tested.headers.get("set-cookie", ""), BANNER in before.text) == (False, False)
    await begun(root)
    assert root.cookies.get(COOKIE, path="/chat") == cookie
    await says(root, token_of(await root.get("/chat")))
    entered = await root.post("/chat/session", json={"bot": "support"})
    await says(root, entered.json()["token"])
    assert {(name.partition("-")[0], channel) for _, name, channel in client.acts} == {("web", "web")}


async def test_who_comes_back_finds_the_test_again_and_another_begins_anew(browser_of: BrowserOf) -> None:
    omar = await browser_of("omar")
    first, second = await begun(omar), await begun(omar)
    assert first.url != second.url
    again = await omar.get(first.url)
    assert re.findall('data-chat="(.*?)"', again.text) == re.findall('data-chat="(.*?)"', first.text)


async def test_staff_and_visitors_begin_none(browser_of: BrowserOf, now_store: Store) -> None:
    ann, nobody = await browser_of("ann"), await browser_of()
    for path in (NEW, f"{NEW}/{NAMED}"):
        assert (await ann.get(path)).status_code == 403
        assert (await nobody.get(path)).headers["location"].startswith("/login")
    assert "Try it in a chat" not in (await ann.get("/bots/support")).text
    assert f'href="{NEW}"' in (await (await browser_of("omar")).get("/bots/support")).text


async def test_an_address_opens_nothing_but_a_test_with_this_bot(browser_of: BrowserOf, now_store: Store) -> None:
    omar = await browser_of("omar")
    await begin(now_store, NAMED)
    assert (await omar.get(f"{NEW}/{NAMED}")).status_code == 404, "a backend has called a real conversation so"
    tried = new_tester("support").conversation_id
    await begin(now_store, tried, "test")
    assert (await omar.get(f"{NEW}/{tried}")).status_code == 200
    assert (await omar.get(f"/bots/billing/chat/{tried}")).status_code == 404
    assert (await omar.get(f"{NEW}/{new_visitor('support').conversation_id}")).status_code == 422
    assert (await omar.get("/bots/nobody/chat")).status_code == 404


async def test_tokens_of_before_are_good_and_say_web(services: Services) -> None:
    """Conversation, bot and site: a test is in there by its id, so that nothing was added."""
    old = URLSafeTimedSerializer(services.secret, salt="visitor token").dumps(["web-abc", "support", ""])
    assert await visitor_in(ASKED, services, str(old)) == Visitor("web-abc", "support", "")
    assert Visitor("web-abc", "support").channel == "web"
    tester = new_tester("support")
    found = await visitor_in(ASKED, services, token_for(services, tester), TOKEN_SECONDS)
    assert (found, found.channel) == (tester, "test")


async def test_a_backend_with_a_key_may_begin_one(sign_in: SignIn, client: ClientDouble) -> None:
    backend = await sign_in()
    body = {"message_id": "1", "text": "Hello", "channel": "test"}
    assert (await backend.post("/v1/conversations/c1/messages", json=body)).status_code == 202
    assert (await backend.post("/v1/conversations/c1/handover", json={"channel": "test"})).status_code == 200
    assert client.acts == [("post", "c1", "test"), ("request_human", "c1", "test")]
