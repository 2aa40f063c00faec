"""The widget on a site that is not ours: another origin, with styles and scripts that get in the way."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Frame, Page, async_playwright, expect

from console.api import Api
from console.server import api_key
from engine.stack import Stack
from handover.bot import Bot
from tests.browser.conftest import QUIET, Open
from tests.browser.steps import QUESTION
from tests.example import example_bot

SHOP = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  html {{ font-size: 60px; }}
  * {{
    font: 60px/3 fantasy !important; letter-spacing: 1em !important; text-transform: uppercase !important;
    opacity: .3 !important;
  }}
  html > *:not(head), body, body *, button, dialog, iframe {{
    display: none !important; visibility: hidden !important; transform: scale(9) !important;
  }}
  body {{ position: relative; z-index: 999; }}
</style>
<script src="{handover}/static/widget.js" data-bot="hvac" data-label="Ask us" defer></script>
</head><body><main><h1>A shop</h1><button>Buy</button></main></body></html>
"""
READS = """
() => {
  const found = [];
  const attempt = (name, look) => {
    try { const seen = look(); if (seen) found.push(`${name}: ${seen}`); } catch { /* kept out */ }
  };
  const host = document.querySelector("handover-chat");
  attempt("shadow tree", () => host.shadowRoot);
  attempt("text", () => host.textContent);
  attempt("frame", () => document.querySelector("iframe"));
  attempt("frame's document", () => window[0].document.body.textContent);
  attempt("frame's storage", () => window[0].localStorage.length);
  attempt("own storage", () => Object.keys(localStorage).join());
  attempt("cookies", () => document.cookie);
  return found;
}
"""
OPENED_TREES = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) { return attach.call(this, { ...options, mode: "open" }); };
"""
"""Tests can't look into a closed shadow tree either: where they have to see the button, they have the tree opened."""
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }}"


@dataclass(frozen=True)
class Shop:
    """A site with the widget on its page."""

    origin: str

    async def opened(self, person: BrowserContext) -> tuple[Page, Frame]:
        """The page with the chat open: its button is the only thing that can have the focus there."""
        page = await person.new_page()
        await page.goto(self.origin)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        chat = await chat_in(page)
        await expect(chat.get_by_label("Your message")).to_be_focused()
        return page, chat


async def chat_in(page: Page) -> Frame:
    """The widget's frame, once it is there."""
    frames = [one for one in page.frames if "/widget?" in one.url]
    return frames[0] if frames else await _framed(await page.wait_for_event("framenavigated"), page)


async def _framed(frame: Frame, page: Page) -> Frame:
    return frame if "/widget?" in frame.url else await chat_in(page)


@contextmanager
def served(html: str) -> Iterator[Shop]:
    """A site on `localhost`, which is another site than Handover's 127.0.0.1."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(html.encode() if self.path == "/" else b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", 0), Pages)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Shop(f"http://localhost:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
async def api(stack: Stack) -> AsyncIterator[Api]:
    async with Api.at(stack.url, api_key(stack.plan)) as api:
        yield api


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Iterator[Shop]:
    with served(SHOP.format(handover=stack.url)) as shop:
        yield shop


async def allow(api: Api, *origins: str, **handover: Any) -> None:
    """Have the bot allow these sites."""
    bot = Bot.model_validate(example_bot(**handover).model_dump() | {"origins": list(origins)})
    await api.put("/bots/hvac", bot.model_dump(mode="json", exclude_none=True))


@pytest.fixture(autouse=True)
async def allowed(api: Api, shop: Shop) -> None:
    await allow(api, shop.origin)


async def handover_of(api: Api, chat: Frame) -> str:
    """The open handover of the conversation in a chat."""
    ending = await chat.locator("#main").get_attribute("data-chat")
    [found] = [one for one in (await api.get("/conversations"))["items"] if one["conversation_id"].endswith(ending)]
    return str(found["handover"]["handover_id"])


async def say(chat: Frame, text: str) -> None:
    await chat.get_by_label("Your message").fill(text)
    await chat.get_by_label("Your message").press("Enter")


async def texts(chat: Frame) -> list[str]:
    return await chat.locator(".message .text").all_inner_texts()


async def test_a_handover_on_a_foreign_site_with_reload_and_cut(a_person: Open, shop: Shop, api: Api) -> None:
    person = await a_person()
    page, chat = await shop.opened(person)
    await say(chat, "What are your opening hours?")
    await expect(chat.locator(".message.bot")).to_have_count(1)
    assert await page.evaluate(READS) == []

    await page.reload()
    chat = await chat_in(page)
    await expect(chat.locator(".message.bot")).to_have_count(1)
    await expect(chat.locator(".message.contact")).to_have_count(1)

    await person.set_offline(True)
    await say(chat, QUESTION)
    await say(chat, "What does a repair cost?")
    await expect(chat.locator("#cut")).to_be_visible()
    await expect(chat.locator(".message.contact").last).to_contain_text("sending")
    await expect(chat.locator(".message.contact").nth(1)).to_contain_text("not sent yet, trying again")
    await person.set_offline(False)
    await expect(chat.locator("#cut")).to_be_hidden()
    await expect(chat.locator(".message.bot")).not_to_have_count(1)
    await expect(chat.locator(".message.contact .by")).to_have_text(["You", "You", "You"])

    await chat.get_by_role("button", name="Talk to a person").click()
    await expect(chat.locator("#standing")).to_contain_text("A person has been asked for")
    handover = await handover_of(api, chat)
    await api.post(f"/handovers/{handover}/claim", {"staff_id": "sarah"})
    await expect(chat.locator(".message.system", has_text="Sarah from Northwind joined")).to_be_visible()
    await expect(chat.locator("#standing")).to_have_text("You are talking to Sarah from Northwind.")

    await person.set_offline(True)
    await say(chat, "Are you there?")
    await api.post(f"/handovers/{handover}/reply", {"staff_id": "sarah", "message_id": "1", "text": SCRIPT})
    await person.set_offline(False)
    answer = chat.locator(".message.person")
    await expect(answer.locator(".text")).to_have_text(SCRIPT)
    await expect(answer.locator(".by")).to_have_text("Sarah from Northwind")
    await expect(chat.locator(".message.contact .by")).to_have_text(["You"] * 4)

    before = await texts(chat)
    mine = ["What are your opening hours?", QUESTION, "What does a repair cost?", "Are you there?"]
    assert [one for one in before if one in mine] == mine
    assert len(set(before)) == len(before)
    await page.reload()
    chat = await chat_in(page)
    await expect(chat.locator(".message")).to_have_count(len(before))
    assert await texts(chat) == before


async def test_where_the_frame_may_store_a_message_survives_its_tab(chromium: str, tmp_path: Path, shop: Shop) -> None:
    """The other tests run in private windows, in which Chromium denies storage to frames of other sites."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text('{"profile": {"cookie_controls_mode": 0}}')
    async with async_playwright() as playwright:
        person = await playwright.chromium.launch_persistent_context(tmp_path, executable_path=chromium, args=QUIET)
        page, chat = await shop.opened(person)
        await person.route("**/chat/messages", lambda route: route.abort())
        await say(chat, QUESTION)
        await expect(chat.locator(".message.contact")).to_contain_text("not sent yet")
        assert await page.evaluate("Object.keys(sessionStorage)") == ["handover-chat-open"]
        await person.unroute("**/chat/messages")
        await page.close()
        _, chat = await shop.opened(person)
        await expect(chat.locator(".message.bot")).to_have_count(1)
        await expect(chat.locator(".message.contact .by")).to_have_text(["You"])
        await person.close()


async def test_nobody_there_asks_for_an_address(a_person: Open, shop: Shop, api: Api) -> None:
    await allow(api, shop.origin, agents_available=False, trigger_mode="button")
    _, chat = await shop.opened(await a_person())
    await chat.get_by_role("button", name="Talk to a person").click()
    await expect(chat.locator(".message.system", has_text="currently offline")).to_be_visible()
    form = chat.locator("#reach")
    await expect(form).to_contain_text("Nobody is here right now. How can we reach you?")
    await form.get_by_role("button").click()
    await expect(form.get_by_role("alert")).to_have_text("Leave an email address or a phone number.")
    await form.get_by_label("Email").fill("jo")
    await form.get_by_label("Email").press("Enter")
    await expect(form.get_by_role("alert")).to_have_text("This is no email address yet.")
    await expect(form.get_by_label("Email")).to_have_value("jo")
    await form.get_by_label("Email").fill("jo@example.org")
    await form.get_by_label("Phone").fill("55 501")
    await form.get_by_label("Phone").press("Enter")
    await expect(form.get_by_role("alert")).to_have_text("This is no phone number yet.")
    await form.get_by_label("Phone").fill("+1 555 0100")
    await form.get_by_label("Phone").press("Enter")
    await expect(form).to_be_hidden()
    await expect(chat.locator(".message.contact .by")).to_have_text(["You"])
    handover = await api.get(f"/handovers/{await handover_of(api, chat)}")
    contact = (await api.get(f"/conversations/{handover['conversation_id']}"))["contact"]
    assert (contact["email"], contact["phone"]) == ("jo@example.org", "+1 555 0100")


async def test_no_button_in_auto(a_person: Open, shop: Shop, api: Api) -> None:
    await allow(api, shop.origin, trigger_mode="auto")
    _, chat = await shop.opened(await a_person())
    await say(chat, "What are your opening hours?")
    await expect(chat.locator(".message.bot")).to_have_count(1)
    await expect(chat.get_by_role("button", name="Talk to a person")).to_be_hidden()


async def test_keyboard_focus_and_what_comes_while_it_is_closed(a_person: Open, shop: Shop, api: Api) -> None:
    person = await a_person()
    await person.add_init_script(OPENED_TREES)
    page, chat = await shop.opened(person)
    await say(chat, "I want to talk to a human")
    await expect(chat.locator("#standing")).to_contain_text("A person has been asked for")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    button = page.get_by_role("button", name="Ask us")
    await expect(button).to_be_focused()
    await expect(button).to_have_css("font-size", "16px")
    await expect(button).to_have_css("text-transform", "none")
    await expect(page.locator("handover-chat")).to_have_css("opacity", "1")
    handover = await handover_of(api, chat)
    await api.post(f"/handovers/{handover}/claim", {"staff_id": "sarah"})
    await expect(page.get_by_role("button", name=re.compile(r"^Ask us, \d new$"))).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(chat.get_by_label("Your message")).to_be_focused()
    await expect(page.get_by_role("dialog", name="Ask us")).to_be_visible()
    await chat.get_by_role("button", name="Close the chat").press("Enter")
    await expect(button).to_be_focused()


async def test_a_phone_is_filled(a_person: Open, shop: Shop) -> None:
    person = await a_person(width=390, height=780)
    await person.add_init_script(OPENED_TREES)
    page, chat = await shop.opened(person)
    await say(chat, "supercalifragilistic" * 12)
    await expect(chat.locator(".message.contact")).to_be_visible()
    assert await page.locator("iframe").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
    for frame in page.frames:
        assert await frame.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_start_over(a_person: Open, shop: Shop) -> None:
    _, chat = await shop.opened(await a_person())
    await say(chat, "What are your opening hours?")
    await expect(chat.locator(".message.bot")).to_have_count(1)
    before = await chat.locator("#main").get_attribute("data-chat")
    await chat.get_by_role("button", name="Start over").click()
    await expect(chat.get_by_text("Write a message to begin.")).to_be_visible()
    await expect(chat.locator("#main")).to_have_attribute("data-chat", re.compile("."))
    assert await chat.locator("#main").get_attribute("data-chat") != before


async def test_a_site_that_is_not_allowed_gets_no_chat(browser: Browser, shop: Shop, api: Api) -> None:
    await allow(api, "https://www.northwind.example")
    page = await browser.new_page()
    await page.add_init_script(OPENED_TREES)
    await page.clock.install()
    await page.goto(shop.origin)
    async with page.expect_response(lambda answer: "/widget?" in answer.url) as refusal:
        await page.get_by_role("button", name="Ask us").click()
    assert (await refusal.value).status == 403
    await expect(page.get_by_text("Connecting…")).to_be_visible()
    await page.clock.fast_forward(10_000)
    await expect(page.get_by_role("dialog").get_by_text("can't be reached from here")).to_be_visible()
    assert [await one.get_by_label("Your message").count() for one in page.frames] == [0, 0]
    await page.close()


async def test_the_demo_page(a_person: Open) -> None:
    page = await (await a_person()).new_page()
    await page.goto("/demo")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    chat = await chat_in(page)
    await say(chat, "What are your opening hours?")
    await expect(chat.locator(".message.bot")).to_have_count(1)
