"""The page of numbers in a real browser: pictures, filters, files, by keyboard and on a phone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from engine.stack import Stack
from store import Store
from tests.browser.conftest import Open
from tests.browser.steps import fits_its_window, sign_in
from tests.unit.store_lives import Handover

QUESTION = "<script>alert(1)</script> Do you service heat pumps?"


@pytest.fixture(scope="module", autouse=True)
async def cases(stack: Stack) -> None:
    """Twelve handovers of the last days, written by the transitions of their workflows."""
    store = Store.at(f"sqlite+aiosqlite:///{stack.plan.data_dir / 'handover.db'}")
    try:
        for number in range(12):
            reason = ("human_requested", "lack_of_information", "Wholesale")[number % 3]
            at = datetime.now(UTC) - timedelta(hours=30 + number)
            holder = ("sarah", "ben", None)[number % 3]
            case = await Handover.opened(
                store, f"number-{number}", at=at, reason=reason, request=QUESTION, bot_id="hvac", holder=holder
            )
            if number % 2:
                await (await case.answered(number)).completed(number + 1, converted=True)
    finally:
        await store.close()


async def drawn(page: Page) -> list[int]:
    """The widths in which the pictures have been drawn, after all were looked at."""
    pictures = page.locator(".plot img")
    for picture in await pictures.all():
        await picture.scroll_into_view_if_needed()
        await expect(picture).to_have_js_property("complete", True)
    widths: list[int] = await pictures.evaluate_all("all => all.map(one => one.naturalWidth)")
    return widths


def form(page: Page) -> Locator:
    return page.get_by_role("form", name="What to count")


async def test_a_manager_filters_and_takes_a_file_home(a_person: Open, stack: Stack) -> None:
    page = await sign_in(await a_person(), stack, "omar")
    await page.get_by_role("link", name="Numbers").click()
    await expect(page.get_by_role("heading", name="Do we answer as promised?")).to_be_visible()
    await expect(page.get_by_text("12 handovers; the most frequent reason")).to_be_visible()
    assert await drawn(page) == [860] * 5
    assert await fits_its_window(page)

    await expect(form(page).get_by_label("From")).to_be_hidden()
    await form(page).get_by_label("Time").select_option(label="Last 12 weeks")
    await form(page).get_by_label(re.compile("^Person")).select_option(label="Sarah Lindgren")
    await form(page).get_by_label(re.compile("^Reason")).focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("4 handovers, all for one reason")).to_be_visible()
    assert "range=12w" in page.url
    await expect(form(page).get_by_label(re.compile("^Person"))).to_have_value("sarah")

    async with page.expect_download() as download:
        await page.get_by_role("link", name=re.compile("CSV.*Each person")).click()
    lines = (await (await download.value).path()).read_text().splitlines()
    assert lines[0].startswith("id,name,handovers,")
    assert [line.split(",")[:3] for line in lines[1:]] == [["sarah", "Sarah Lindgren", "4"]]


async def test_unanswered_questions_lead_to_their_conversations(a_person: Open, stack: Stack) -> None:
    page = await sign_in(await a_person(), stack, "omar", "/numbers")
    await page.get_by_text("All questions, and where they were asked").click()
    group = page.locator(".asked li")
    await expect(group).to_have_count(1)
    await expect(group).to_contain_text(QUESTION)
    await expect(group).to_contain_text("4 times")
    await group.get_by_role("link").first.click()
    await expect(page.locator("#messages")).to_be_visible()


async def test_on_a_phone_in_the_dark(a_person: Open, stack: Stack) -> None:
    page = await sign_in(await a_person(width=390, height=844), stack, "omar", "/numbers")
    await page.emulate_media(color_scheme="dark")
    assert await drawn(page) == [360] * 5
    shown = await page.locator(".plot img").evaluate_all("all => all.map(one => one.currentSrc)")
    assert all("dark=1" in address for address in shown)
    for summary in await page.locator("summary").all():
        await summary.click()
    assert await fits_its_window(page)


HEIGHT = "one => one.getBoundingClientRect().height"
EDGES = """one => {
  const style = getComputedStyle(one);
  const shadows = style.backgroundImage.split("linear-gradient").length - 1;
  return [one.scrollWidth > one.clientWidth, style.backgroundAttachment, shadows];
}"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["Each person", "Each bot"])
async def test_a_table_that_is_too_wide_shows_that_there_is_more(
    a_person: Open, stack: Stack, name: str, width: int
) -> None:
    page = await sign_in(await a_person(width=width), stack, "omar", "/numbers")
    table = page.get_by_role("region", name=name).locator("xpath=self::*[@tabindex]")
    assert await table.evaluate(EDGES) == [True, "local, local, scroll, scroll", 4]
    if width == 390:
        assert await table.locator("thead").evaluate(HEIGHT) < 70, (
            "two lines of titles, and no gap above those in sight"
        )


async def test_days_without_handovers_and_days_that_cannot_be(a_person: Open, stack: Stack) -> None:
    page = await sign_in(await a_person(), stack, "sarah", "/numbers")
    await expect(page.get_by_role("heading", name="My numbers")).to_be_visible()
    await form(page).get_by_label("Time").select_option("days")
    await form(page).get_by_label("From").fill("2020-02-01")
    await form(page).get_by_label("To").fill("2020-01-01")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_role("alert")).to_contain_text("To: 2020-01-01 is before 2020-02-01")
    await form(page).get_by_label("To").fill("2020-02-02")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_text("No handovers in this time.")).to_be_visible()
