"""The pages as people use them: a real browser against the whole system."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Route, expect

from engine.stack import Stack
from tests.browser.conftest import Open
from tests.browser.steps import (
    QUESTION,
    claimed_by_sarah,
    complete,
    conversation_of,
    fits_its_window,
    handed_over,
    open_case,
    open_chat,
    press,
    say,
    sign_in,
    talk_to_the_bot,
)

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} I want to talk to a human"
PHONE = {"width": 375, "height": 720}


async def test_a_whole_handover(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    await say(chat, "My heating is off since last night")
    case = await claimed_by_sarah(await a_person(), stack, chat)
    await expect(chat.locator(".message.system", has_text="Sarah from Northwind joined")).to_be_visible()
    await expect(case.locator(".message.contact", has_text="off since last night")).to_be_visible()

    await case.get_by_label("Reply to").fill("Hello, this is Sarah. I can come at 3.")
    await press(case, "Send reply")
    answer = chat.locator(".message.person", has_text="I can come at 3.")
    await expect(answer).to_contain_text("Sarah from Northwind")
    await expect(chat.locator("#standing")).to_have_text("You are talking to Sarah from Northwind.")

    await say(chat, "Great, thank you")
    await expect(case.locator(".message.contact", has_text="Great, thank you")).to_be_visible()
    await complete(case)
    await expect(chat.locator("#standing")).to_contain_text("the bot of Northwind")
    await talk_to_the_bot(chat, "What are your opening hours?")


async def test_news_arrive_by_themselves(a_person: Open, stack: Stack) -> None:
    inbox = await sign_in(await a_person(), stack, "sarah")
    chat = await handed_over(await a_person())
    entry = inbox.locator(".entry", has_text=await conversation_of(chat))
    await expect(entry).to_contain_text("Asked for a person")
    await expect(entry).to_contain_text(re.compile(r" in \d.* unless (you act|a person acts)"))
    await expect(inbox).to_have_title(re.compile(r"^\(\d+\) Inbox"))


async def test_who_loses_a_race_is_told_who_won(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    slow_person = await a_person()
    slow = await sign_in(slow_person, stack, "ben")
    await open_case(slow, chat)
    await slow_person.route("**/inbox/**/live", lambda route: route.abort())
    await slow.reload()
    await claimed_by_sarah(await a_person(), stack, chat)
    await press(slow, "Claim")
    await expect(slow.get_by_role("alert")).to_contain_text("Sarah Lindgren was faster and claimed this handover")
    await expect(slow.get_by_role("button", name="Claim", exact=True)).to_have_count(0)


async def test_a_refused_reply_is_not_lost(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    slow = await sign_in(await a_person(), stack, "ben")
    await open_case(slow, chat)
    await slow.get_by_label("Reply to").fill("I was about to say this")
    await claimed_by_sarah(await a_person(), stack, chat)
    await expect(slow.locator("#standing")).to_contain_text("Sarah Lindgren")
    await expect(slow.get_by_label("Reply to")).to_have_value("I was about to say this")
    await press(slow, "Send reply")
    await expect(slow.get_by_role("alert")).to_contain_text("Sarah Lindgren holds this handover")
    await expect(slow.get_by_label("Reply to")).to_have_value("I was about to say this")
    await expect(chat.locator(".message", has_text="about to say this")).to_have_count(0)


async def test_typing_survives_news(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    case = await claimed_by_sarah(await a_person(), stack, chat)
    await case.get_by_label("Reply to").fill("Half a sent")
    await say(chat, "Are you there?")
    await expect(case.locator(".message.contact", has_text="Are you there?")).to_be_visible()
    await expect(case.get_by_label("Reply to")).to_be_focused()
    await case.keyboard.type("ence")
    await expect(case.get_by_label("Reply to")).to_have_value("Half a sentence")


async def test_script_is_text_everywhere(a_person: Open, stack: Stack, troubles: list[str]) -> None:
    visitor, staff = await a_person(), await a_person()
    for context in (visitor, staff):
        context.on("dialog", lambda dialog: troubles.append(dialog.message))
    chat = await open_chat(visitor)
    await say(chat, SCRIPT)
    await expect(chat.get_by_role("status").first).to_contain_text("A person has been asked for")
    inbox = await sign_in(staff, stack, "sarah")
    await expect(inbox.locator(".entry .words", has_text="onerror=alert(2)")).to_be_visible()
    await open_case(inbox, chat)
    await expect(inbox.locator(".message.contact .text")).to_have_text(SCRIPT)
    await press(inbox, "Claim")
    await inbox.get_by_label("Reply to").fill(SCRIPT)
    await press(inbox, "Send reply")
    await expect(chat.locator(".message.person .text")).to_have_text(SCRIPT)


async def test_notes_stay_inside(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    case = await claimed_by_sarah(await a_person(), stack, chat)
    await case.get_by_text("Write a note").click()
    await case.get_by_label("Note, never seen").fill("Careful: angry customer")
    await press(case, "Save note")
    await expect(case.locator(".message.note")).to_contain_text("only the team sees this")
    await say(chat, "Still there?")
    await chat.reload()
    await expect(chat.locator(".message.contact", has_text="Still there?")).to_be_visible()
    await expect(chat.get_by_text("angry customer")).to_have_count(0)


@pytest.mark.parametrize("deed", ["snooze", "hand back", "reassign"])
async def test_other_deeds(a_person: Open, stack: Stack, deed: str) -> None:
    chat = await handed_over(await a_person())
    case = await claimed_by_sarah(await a_person(), stack, chat)
    match deed:
        case "snooze":
            await case.get_by_text("Snooze").first.click()
            await case.get_by_label("For how long").select_option("2h")
            await press(case, "Snooze")
            await expect(case.locator("#panel-log")).to_contain_text("snoozed")
            end = case.locator("#panel-log time[data-clock]")
            in_own_zone = "at => at.textContent === new Date(at.dateTime).toLocaleString(undefined, STYLE)"
            assert await end.evaluate(in_own_zone.replace("STYLE", '{ dateStyle: "medium", timeStyle: "short" }'))
        case "hand back":
            await press(case, "Hand back to the bot")
            await expect(case.locator("#standing")).to_contain_text("With the bot")
            await expect(chat.locator("#standing")).to_contain_text("the bot of Northwind")
        case "reassign":
            await case.get_by_text("Give it to somebody else").click()
            await press(case, "Reassign")  # as it stands: the browser asks for a choice first
            await expect(case.get_by_label("Who gets it")).to_be_focused()
            await case.get_by_label("Who gets it").select_option("user:omar")
            await press(case, "Reassign")
            await expect(case.locator("#standing")).to_contain_text("Omar Haddad")


async def test_a_follow_up_needs_a_time(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    case = await claimed_by_sarah(await a_person(), stack, chat)
    next_month = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT10:00")
    await case.get_by_text("Complete the task").click()
    await expect(case.get_by_label("Follow up at")).to_be_hidden()
    await case.get_by_label("Outcome").select_option("scheduled")
    await case.locator("#deed-complete").get_by_label("Note").fill("Waits for the part")
    await press(case, "Complete")
    await expect(case.get_by_role("alert")).to_have_text("Pick a day and a time.")
    await expect(case.locator("#deed-complete").get_by_label("Note")).to_have_value("Waits for the part")
    await case.get_by_label("Follow up at").fill(next_month)
    await press(case, "Complete")
    await expect(case.locator("#standing")).to_contain_text("The follow-up's time comes in")


async def test_a_person_steps_in(a_person: Open, stack: Stack) -> None:
    chat = await open_chat(await a_person())
    await talk_to_the_bot(chat)
    case = await sign_in(await a_person(), stack, "mei", "/conversations")
    await open_case(case, chat)
    await press(case, "Take over")
    await expect(case.locator("#panel-log")).to_contain_text("stepped in without being asked")
    await expect(chat.locator("#standing")).to_have_text("You are talking to Mei from Northwind.")


async def test_reload_and_a_cut_keep_the_chat(a_person: Open) -> None:
    person = await a_person()
    chat = await open_chat(person)
    await talk_to_the_bot(chat)
    await chat.reload()
    await expect(chat.locator(".message.contact", has_text=QUESTION)).to_be_visible()
    await expect(chat.locator(".message.bot")).to_have_count(1)

    await chat.route(
        "**/chat/messages", lambda route: route.fulfill(status=503) if _is_post(route) else route.fallback()
    )
    await say(chat, "What are your opening hours?")
    await expect(chat.locator(".message.contact").last).to_contain_text("not sent yet")
    await chat.unroute("**/chat/messages")
    await chat.reload()
    await expect(chat.locator(".message.bot")).to_have_count(2)
    await expect(chat.locator(".message.contact")).to_have_count(2)


def _is_post(route: Route) -> bool:
    return route.request.method == "POST"


async def test_start_over(a_person: Open) -> None:
    chat = await open_chat(await a_person())
    await talk_to_the_bot(chat)
    before = await conversation_of(chat)
    await press(chat, "Start over")
    await expect(chat.get_by_text("Write a message to begin.")).to_be_visible()
    assert await conversation_of(chat) != before


async def test_wrong_keys_open_nothing(a_person: Open) -> None:
    page = await (await a_person()).new_page()
    await page.goto("/inbox")
    await page.get_by_role("link", name="sign in with an API key").click()
    await page.get_by_label("API key").fill("guessed")
    await page.get_by_label("Staff id").fill("sarah")
    await press(page, "Sign in")
    await expect(page.get_by_role("alert")).to_contain_text("not known here")


async def test_nothing_scrolls_sideways_on_a_phone(a_person: Open, stack: Stack) -> None:
    chat = await open_chat(await a_person(**PHONE))
    await say(chat, "supercalifragilistic" * 12 + " I want to talk to a human")
    await expect(chat.locator("#standing")).to_contain_text("A person has been asked for")
    inbox = await sign_in(await a_person(**PHONE), stack, "omar")
    for page in (chat, inbox):
        assert await fits_its_window(page)
    await open_case(inbox, chat)
    for summary in await inbox.locator("summary").all():
        await summary.click()
    assert await fits_its_window(inbox)


async def test_the_keyboard_is_enough(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    case = await sign_in(await a_person(), stack, "sarah")
    await case.get_by_role("link", name=f"Visitor {await conversation_of(chat)}").press("Enter")
    await case.get_by_role("button", name="Claim", exact=True).press("Enter")
    await case.get_by_label("Reply to").fill("By keyboard")
    await case.keyboard.press("Control+Enter")
    await expect(chat.locator(".message.person", has_text="By keyboard")).to_be_visible()
