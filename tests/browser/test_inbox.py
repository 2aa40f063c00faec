"""The inbox as people use it: who is writing, canned replies, drafts, keys, notices, and news in another browser."""

import re
import statistics

import pytest
from playwright.async_api import Page, expect

from engine.stack import Stack
from store import Store
from tests.browser.conftest import Open
from tests.browser.steps import (
    claimed_by_sarah,
    complete,
    conversation_of,
    handed_over,
    open_case,
    open_chat,
    press,
    sign_in,
    talk_to_the_bot,
)
from tests.unit.inbox_world import case as make_case


async def write_a_canned_reply(page: Page) -> None:
    await page.goto("/replies")
    await page.get_by_label("Title").last.fill("Greeting")
    await page.get_by_label("Text").last.fill("Hello {contact_name}, this is {agent_name}.")
    await press(page, "Add it")
    await expect(page.get_by_role("heading", name="Greeting")).to_be_visible()


async def test_a_canned_reply_by_the_keyboard_and_a_colleague_who_sees_it_being_written(
    a_person: Open, stack: Stack
) -> None:
    chat = await handed_over(await a_person())
    omar = await sign_in(await a_person(), stack, "omar", "/replies")
    await write_a_canned_reply(omar)
    await omar.goto("/inbox")
    await open_case(omar, chat)
    case = await claimed_by_sarah(await a_person(), stack, chat)

    await case.locator("h1").click()
    await case.keyboard.press("t")
    await expect(case.get_by_label("Find")).to_be_focused()
    await case.keyboard.type("greet")
    await case.keyboard.press("ArrowDown")
    await case.keyboard.press("Enter")
    reply = case.get_by_label("Reply to")
    await expect(reply).to_have_value("Hello there, this is Sarah.")
    await expect(reply).to_be_focused()
    await case.keyboard.type(" How are you?")
    await expect(omar.locator("#writes")).to_have_text("Sarah Lindgren is writing…")
    await expect(case.locator("#writes")).to_have_text("")
    await case.keyboard.press("Control+Enter")
    await expect(chat.locator(".message.person", has_text="this is Sarah. How are you?")).to_be_visible()
    await expect(omar.locator("#writes")).to_have_text("")


CLOSE_THE_KEYS_AND_PRESS_J = """() => {
  const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  document.activeElement.blur();
  press("?");
  document.querySelector("#shortcuts").close();
  press("j");
}"""


async def test_keys_work_outside_of_fields_only(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    inbox = await sign_in(await a_person(), stack, "sarah")
    keys = inbox.get_by_role("dialog", name="Keys")
    await inbox.keyboard.press("/")
    await expect(inbox.get_by_label("Search", exact=True)).to_be_focused()
    await inbox.keyboard.type("?jk")
    await expect(keys).to_be_hidden()
    await expect(inbox.get_by_label("Search", exact=True)).to_have_value("?jk")
    await inbox.get_by_label("Search", exact=True).fill("E3 on my NW-200")
    await inbox.keyboard.press("Enter")
    await expect(inbox.get_by_role("heading", name="Found conversations")).to_be_visible()
    await inbox.wait_for_load_state()
    await inbox.keyboard.press("?")
    await expect(keys).to_be_visible()
    await inbox.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await inbox.keyboard.press("j")
    await expect(inbox.locator(".entry h3 a:focus")).to_have_count(1)  # whatever moves up meanwhile
    # In the moment in which the list of keys closes, the browser still names a field in it as focused.
    await inbox.evaluate(CLOSE_THE_KEYS_AND_PRESS_J)
    await expect(inbox.locator(".entry h3 a:focus")).to_have_count(1)
    await inbox.goto("/inbox")
    await open_case(inbox, chat)
    await inbox.keyboard.press("c")
    await expect(inbox.get_by_role("button", name="Claim", exact=True)).to_be_focused()


async def test_what_was_typed_survives_another_forms_button_and_a_lost_race(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    slow_person = await a_person()
    slow = await sign_in(slow_person, stack, "ben")
    await open_case(slow, chat)
    await slow_person.route("**/inbox/**/live", lambda route: route.abort())
    await slow.reload()
    await slow.get_by_text("Write a note").click()
    await slow.get_by_label("Note, never seen").fill("A note in the making")
    await claimed_by_sarah(await a_person(), stack, chat)
    await press(slow, "Claim")
    await expect(slow.get_by_role("alert")).to_contain_text("Sarah Lindgren was faster")
    await expect(slow.get_by_label("Note, never seen")).to_have_value("A note in the making")


async def sign_in_again(page: Page, stack: Stack) -> None:
    await page.get_by_label("API key").fill((stack.plan.data_dir / "api-key").read_text().strip())
    await page.get_by_label("Staff id").fill("sarah")
    await press(page, "Sign in")


@pytest.mark.parametrize(("deed", "button"), [("reply", "Send reply"), ("note", "Save note")])
async def test_a_draft_is_forgotten_once_it_was_taken(a_person: Open, stack: Stack, deed: str, button: str) -> None:
    sarah = await a_person()
    case = await claimed_by_sarah(sarah, stack, await handed_over(await a_person()))
    field, text = case.locator(f"#deed-{deed} textarea"), f"The whole {deed}"
    if deed == "note":
        await case.get_by_text("Write a note").click()
    await field.fill(text)
    await sarah.clear_cookies()  # signed out in another tab
    await press(case, button)
    await expect(case.get_by_role("button", name="Sign in")).to_be_visible()
    await case.get_by_role("link", name="sign in with an API key").click()
    await sign_in_again(case, stack)
    await expect(field).to_have_value(text)
    await expect(case.locator(".message", has_text=text)).to_have_count(0)

    await press(case, button)
    await expect(case.locator(".message", has_text=text)).to_have_count(1)
    await expect(field).to_have_value("")
    await expect(case).to_have_url(re.compile(r"/inbox/[^?]+$"))
    for again in (case.reload, case.go_back):
        await again()
        await expect(case.locator(".message", has_text=text)).to_have_count(1)
        await expect(field).to_have_value("")
        await expect(case.locator("#kept")).to_be_hidden()


async def test_unread_conversations_are_counted_rung_for_and_seen(a_person: Open, stack: Stack) -> None:
    person = await a_person()
    await person.grant_permissions(["notifications"])
    await person.add_init_script(
        "window.shown = []; window.Notification = class { static permission = 'granted';"
        " static requestPermission() { return Promise.resolve('granted'); }"
        " constructor(text) { window.shown.push(text); } close() {} };"
        " Object.defineProperty(document, 'hasFocus', { value: () => false });"
    )
    inbox = await sign_in(person, stack, "omar")  # who sees whoever is assigned
    notices = inbox.get_by_role("button", name="Desktop notices")
    await notices.click()
    await expect(notices).to_have_attribute("aria-pressed", "true")
    chat = await handed_over(await a_person())
    entry = inbox.locator(".entry.unread", has_text=await conversation_of(chat))
    await expect(entry).to_be_visible()
    await expect(inbox).to_have_title(re.compile(r"^\(\d+\) Inbox"))
    await inbox.wait_for_function(f"window.shown.some(text => text.includes('{await conversation_of(chat)}'))")
    # Looked at in another tab, it is unread in none.
    other = await person.new_page()
    await other.goto("/inbox")
    await open_case(other, chat)
    await expect(entry).to_have_count(0)
    await expect(inbox.locator(".entry", has_text=await conversation_of(chat))).to_be_visible()


async def test_a_missed_handover_and_a_case_that_is_reopened(a_person: Open, stack: Stack) -> None:
    chat = await open_chat(await a_person())
    await talk_to_the_bot(chat)
    case = await sign_in(await a_person(), stack, "omar", "/conversations")
    await open_case(case, chat)
    await case.get_by_text("Should a person have answered?").click()
    await case.get_by_label("Why").fill("They asked twice")
    await press(case, "Mark as missed handover")
    await expect(case.locator(".marked")).to_have_text("Missed handover, says Omar Haddad: They asked twice")
    await press(case, "Take it back")
    await expect(case.locator(".marked")).to_have_count(0)

    await press(case, "Take over")
    await complete(case)
    await case.get_by_text("Reopen the case").click()
    await case.locator("#deed-reopen").get_by_label("Why").fill("Not done yet")
    await press(case, "Reopen")
    await expect(case.locator("#panel-log")).to_contain_text("Reopened by Omar Haddad: Not done yet")


async def test_what_a_person_was_told_leads_to_the_case(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    name = await conversation_of(chat)
    for staff_id in ("sarah", "ben"):
        page = await sign_in(await a_person(), stack, staff_id, "/inbox")
        if await page.locator("#mine .entry", has_text=name).count():
            break
    await expect(page.locator("[data-bell] .count")).to_be_visible()
    await page.get_by_role("link", name=re.compile("Notifications, .* unread")).click()
    await page.get_by_role("link", name="Given to you").first.click()
    await expect(page.locator("h1")).to_contain_text(name)


LONG = "Wilhelmina Featherstonehaugh of the Northern Heating Cooperative " * 3
HEIGHTS = "all => all.map(one => Math.round(one.getBoundingClientRect().height))"


async def test_a_long_name_leaves_badges_and_the_case_as_they_are(a_person: Open, stack: Stack) -> None:
    store = Store.at(f"sqlite+aiosqlite:///{stack.plan.data_dir / 'handover.db'}")
    try:
        await make_case(store, "long-name", contact={"name": LONG.strip()})
    finally:
        await store.close()
    page = await sign_in(await a_person(width=800), stack, "sarah")
    for path in ("/inbox", "/conversations"):
        await page.goto(path)
        entry = page.locator(".entry", has_text="Featherstonehaugh")
        [title] = await entry.locator("h3").evaluate_all(HEIGHTS)
        assert title > 60, "the name does not wrap, and nothing is tried"
        assert max(await entry.locator(".badge").evaluate_all(HEIGHTS)) < 30
    await entry.get_by_role("link").click()
    await expect(page.locator("h1")).to_have_attribute("title", LONG.strip())
    assert max(await page.locator("h1").evaluate_all(HEIGHTS)) < 70
    whom = page.get_by_title(LONG.strip(), exact=True).last
    await expect(page.get_by_label("Reply to Wilhelmina")).to_be_visible()
    assert max(await whom.evaluate_all(HEIGHTS)) < 30


SEEN = """() => {
  window.seenAt = {};
  new MutationObserver(() => {
    for (const one of document.querySelectorAll(".message.contact .text")) window.seenAt[one.textContent] ??= Date.now();
  }).observe(document.getElementById("messages"), { childList: true, subtree: true });
}"""


async def test_news_in_another_browser(a_person: Open, stack: Stack) -> None:
    """Prints how long it took: from the visitor's Enter until it stands on the page of whoever has the case."""
    chat = await handed_over(await a_person())
    case = await claimed_by_sarah(await a_person(), stack, chat)
    await case.evaluate(SEEN)
    took: list[int] = []
    for number in range(8):
        text = f"Message {number}"
        await chat.get_by_label("Your message").fill(text)
        entered = await chat.evaluate("Date.now()")
        await chat.keyboard.press("Enter")
        await expect(case.locator(".message.contact", has_text=text)).to_be_visible()
        took.append(await case.evaluate("text => window.seenAt[text]", text) - entered)
    print(
        f"\nseen in the other browser after {', '.join(map(str, sorted(took)))} ms, median {statistics.median(took):.0f} ms"
    )
