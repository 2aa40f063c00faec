"""Pictures from the contact's chat to the team's inbox, in a real browser."""

from playwright.async_api import FilePayload, Locator, Page, expect

from engine.stack import Stack
from tests.browser.conftest import Open
from tests.browser.steps import claimed_by_sarah, handed_over, press
from tests.unit.files import HTML, PDF, PNG

IS_DRAWN = "image => image.complete && image.naturalWidth > 0"


async def choose(chat: Page, *files: tuple[str, str, bytes]) -> None:
    payloads = [FilePayload(name=name, mimeType=kind, buffer=content) for name, kind, content in files]
    await chat.get_by_label("Attach pictures or PDF files").set_input_files(payloads)


async def expect_drawn(picture: Locator) -> None:
    await expect(picture).to_be_visible()
    await picture.scroll_into_view_if_needed()
    await picture.page.wait_for_function(IS_DRAWN, arg=await picture.element_handle())


async def test_a_picture_and_a_document_come_to_the_person(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    await choose(
        chat, ("boiler.png", "image/png", PNG), ("bill.pdf", "application/pdf", PDF), ("two.png", "image/png", PNG)
    )
    staged = chat.get_by_role("list", name="To be sent along").get_by_role("listitem")
    await expect(staged).to_have_count(3)
    await press(chat, "Remove two.png")
    await expect(staged).to_have_count(2)
    await chat.get_by_label("Your message").fill("This is what it shows")
    await press(chat, "Send")
    await expect(staged).to_have_count(0)
    said = chat.locator(".message.contact", has_text="This is what it shows")
    await expect(said).to_contain_text("(sent 2 files: boiler.png, bill.pdf)")
    await expect_drawn(said.get_by_role("img", name="boiler.png"))
    await chat.reload()
    await expect_drawn(said.get_by_role("img", name="boiler.png"))

    case = await claimed_by_sarah(await a_person(), stack, chat)
    seen = case.locator(".message.contact", has_text="This is what it shows")
    await expect_drawn(seen.get_by_role("img", name="boiler.png"))
    async with case.expect_download() as saved, case.expect_popup():
        await seen.get_by_role("link", name="bill.pdf").click()
    assert (await saved.value).suggested_filename == "bill.pdf"


async def test_a_picture_alone_is_a_message_and_comes_live(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    case = await claimed_by_sarah(await a_person(), stack, chat)
    await choose(chat, ("boiler.png", "image/png", PNG))
    await press(chat, "Send")
    await expect(chat.locator(".message.contact", has_text="(sent 1 picture: boiler.png)")).to_be_visible()
    await expect_drawn(case.locator(".message.contact").get_by_role("img", name="boiler.png"))


async def test_what_is_not_taken_says_why(a_person: Open, stack: Stack) -> None:
    chat = await handed_over(await a_person())
    trouble = chat.get_by_role("alert")
    await choose(chat, ("page.html", "text/html", HTML))
    await expect(trouble).to_contain_text(
        "page.html can't be sent: only pictures (PNG, JPEG, GIF, WebP) and PDF files can."
    )
    await choose(chat, ("large.png", "image/png", PNG + b"\x00" * 11 * 1024 * 1024))
    await expect(trouble).to_contain_text("large.png is larger than 10 MB")
    await choose(chat, ("page.png", "image/png", b"<!doctype html>"))
    await expect(trouble).to_contain_text("Only pictures (PNG, JPEG, GIF, WebP) and PDF files can be sent here.")
    await expect(chat.get_by_role("list", name="To be sent along")).to_be_hidden()
    await choose(chat, ("boiler.png", "image/png", PNG))
    await expect(trouble).to_be_hidden()
