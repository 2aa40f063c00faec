"""The steps that visitors and staff take on the pages."""

from playwright.async_api import BrowserContext, Page, expect

from engine.stack import Stack

QUESTION = "What does error code E3 on my NW-200 mean?"


async def open_chat(person: BrowserContext) -> Page:
    page = await person.new_page()
    await page.goto("/chat")
    return page


async def say(chat: Page, text: str) -> None:
    await chat.get_by_label("Your message").fill(text)
    await chat.keyboard.press("Enter")
    await expect(chat.locator(".message.contact", has_text=text).last).to_be_visible()


async def talk_to_the_bot(chat: Page, text: str = QUESTION) -> None:
    before = await chat.locator(".message.bot").count()
    await say(chat, text)
    await expect(chat.locator(".message.bot")).to_have_count(before + 1)


async def ask_for_a_person(chat: Page) -> None:
    await chat.get_by_role("button", name="Talk to a person").click()
    await expect(chat.get_by_role("status").first).to_contain_text("A person has been asked for")


async def sign_in(person: BrowserContext, stack: Stack, staff_id: str, path: str = "/inbox") -> Page:
    page = await person.new_page()
    await page.goto(path)
    await page.get_by_role("link", name="sign in with an API key").click()
    await page.get_by_label("API key").fill((stack.plan.data_dir / "api-key").read_text().strip())
    await page.get_by_label("Staff id").fill(staff_id)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    await page.wait_for_load_state()
    return page


async def conversation_of(chat: Page) -> str:
    """The end of the conversation's id, by which the inbox names a visitor without a name."""
    found = await chat.locator("main").get_attribute("data-chat")
    assert found is not None
    return found[-6:]


async def open_case(inbox: Page, chat: Page) -> None:
    await inbox.get_by_role("link", name=f"Visitor {await conversation_of(chat)}").click()
    await expect(inbox.locator("#messages")).to_be_visible()
    await inbox.wait_for_load_state()


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def fits_its_window(page: Page) -> bool:
    """Whether nothing reaches beyond the window's side, once a page that is on its way has come."""
    await page.wait_for_load_state()
    return bool(await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


async def handed_over(person: BrowserContext) -> Page:
    chat = await open_chat(person)
    await talk_to_the_bot(chat)
    await ask_for_a_person(chat)
    return chat


async def complete(case: Page) -> None:
    await case.get_by_text("Complete the task").click()
    await case.get_by_label("It brought a booking").check()
    await press(case, "Complete")
    await expect(case.get_by_role("button", name="Take over")).to_be_visible()


async def claimed_by_sarah(person: BrowserContext, stack: Stack, chat: Page) -> Page:
    case = await sign_in(person, stack, "sarah")
    await open_case(case, chat)
    await press(case, "Claim")
    await expect(case.get_by_label("Reply to")).to_be_visible()
    await expect(case.locator("#standing")).to_contain_text("claimed")
    return case
