"""A manager tries a bot in a chat, with a visitor beside them: a real browser against the whole system."""

from playwright.async_api import Page, expect

from engine.stack import Stack
from tests.browser.conftest import Open
from tests.browser.steps import (
    ask_for_a_person,
    conversation_of,
    handed_over,
    open_case,
    open_chat,
    press,
    say,
    sign_in,
    talk_to_the_bot,
)


async def counted(page: Page) -> str:
    """Everything on the page of numbers."""
    await page.goto("/numbers")
    return await page.locator("main").inner_text()


async def tried(bots: Page) -> Page:
    """The chat that the settings' page opens."""
    await bots.goto("/bots/hvac")
    async with bots.context.expect_page() as opened:
        await bots.get_by_role("link", name="Try it in a chat").click()
    chat = await opened.value
    await expect(chat.get_by_text("Test: nobody is told, and it does not count.")).to_be_visible()
    return chat


async def test_a_bot_is_tried_and_only_the_lists_know_of_it(a_person: Open, stack: Stack) -> None:
    await handed_over(await a_person())
    person = await a_person()
    page = await sign_in(person, stack, "omar")
    as_a_visitor = await open_chat(person)
    await talk_to_the_bot(as_a_visitor)
    theirs = await conversation_of(as_a_visitor)
    before = await counted(page)

    chat = await tried(page)
    await expect(chat.locator(".message")).to_have_count(0)
    await talk_to_the_bot(chat)
    await ask_for_a_person(chat)
    await chat.reload()
    await expect(chat.locator(".message.contact")).to_have_count(1)

    await page.goto("/inbox")
    entry = page.locator(".entry", has_text=await conversation_of(chat))
    await expect(entry.get_by_text("Test", exact=True)).to_be_visible()
    await expect(page.get_by_text("Test", exact=True)).to_have_count(1)
    await open_case(page, chat)
    await expect(page.locator("#standing").get_by_text("Test", exact=True)).to_be_visible()
    await expect(page.locator("#panel-log")).to_contain_text("in a test nobody is told; otherwise told")
    await press(page, "Claim")
    await page.get_by_label("Reply to").fill("This is what our contacts will read.")
    await press(page, "Send reply")
    await expect(chat.locator(".message.person", has_text="our contacts will read")).to_be_visible()
    assert await counted(page) == before

    await as_a_visitor.reload()
    assert await conversation_of(as_a_visitor) == theirs
    await expect(as_a_visitor.locator(".message.contact")).to_have_count(1)
    await expect(as_a_visitor.locator("#test")).to_have_count(0)
    await say(as_a_visitor, "Nobody asked for a person here")
    await expect(as_a_visitor.locator(".message.person")).to_have_count(0)


async def test_start_over_begins_another_test(a_person: Open, stack: Stack) -> None:
    chat = await tried(await sign_in(await a_person(), stack, "omar"))
    await talk_to_the_bot(chat)
    first = await conversation_of(chat)
    await press(chat, "Start over")
    await expect(chat.locator(".message")).to_have_count(0)
    await expect(chat.locator("#test")).to_be_visible()
    assert await conversation_of(chat) != first
