"""The settings of a bot in a real browser: rows that come in place, a phrase that is tried, two people at once."""

import pytest
from playwright.async_api import Page, expect

from engine.stack import Stack
from tests.browser.accessibility import serious
from tests.browser.conftest import Open
from tests.browser.steps import fits_its_window, press, sign_in
from tests.example import put_example_bot

ASKED = "#c-handover\\.scenarios\\.human_requested"
RULES = "#part-handover\\.rules"


@pytest.fixture(autouse=True)
async def _as_the_example_has_it(stack: Stack) -> None:
    await put_example_bot(stack)


async def settings_page(person: Open, stack: Stack, staff_id: str = "omar", width: int = 1280) -> Page:
    return await sign_in(await person(width), stack, staff_id, "/bots/hvac")


async def save(page: Page) -> None:
    await press(page, "Save changes")
    await expect(page.get_by_role("status").first).to_contain_text("Saved as version")


async def test_a_phrase_is_added_tried_and_saved(a_person: Open, stack: Stack) -> None:
    page = await settings_page(a_person, stack)
    card = page.locator(ASKED)
    await card.locator("summary").click()
    await page.get_by_role("button", name="+ Add example phrase to Asked for a person").click()
    added = card.get_by_label("Example phrase 7 of Asked for a person")
    await expect(added).to_be_focused()
    await page.keyboard.type("Please fetch the penguin keeper")
    await page.keyboard.press("Enter")
    await expect(card.get_by_label("Example phrase 8 of Asked for a person")).to_be_focused()
    await expect(added).to_have_value("Please fetch the penguin keeper")

    await page.get_by_label("What a contact writes").fill("please fetch the penguin keeper!")
    await page.keyboard.press("Enter")
    await expect(page.locator("#tried .outcome")).to_have_text("Hands over at once: Asked for a person.")
    await expect(page.locator("#tried tr.fires")).to_contain_text("Please fetch the penguin keeper")
    await expect(page.locator("#news")).to_contain_text("Not saved yet")
    await expect(page.locator("#unsaved")).to_have_text("Not saved yet.")

    await card.get_by_role("button", name="Remove example phrase 1", exact=True).click()
    await expect(card.get_by_label("Example phrase 1 of Asked for a person")).to_have_value("Can I speak to a manager?")
    await save(page)
    await card.locator("summary").click()
    await expect(card.get_by_label("Example phrase 6 of Asked for a person")).to_have_value(
        "Please fetch the penguin keeper"
    )


async def test_what_is_wrong_is_reached_from_the_top(a_person: Open, stack: Stack) -> None:
    page = await settings_page(a_person, stack)
    card = page.locator("#c-handover\\.scenarios\\.high_value")
    await card.locator("summary").click()
    await card.get_by_role("slider", name="Threshold of High value").fill("0.35")
    number = card.get_by_label("Threshold", exact=True)
    await expect(number).to_have_value("0.35")
    await number.fill("a lot")
    await press(page, "Save changes")
    await expect(page.get_by_role("alert")).to_contain_text("Nothing was saved. 1 value can't be used:")
    await page.get_by_role("alert").get_by_role("link", name="Threshold").click()
    await expect(number).to_be_focused()
    await expect(number).to_have_value("a lot")
    await expect(number).to_have_accessible_description(
        "From 0 to 1: how sure it must be. 'a lot': allowed is a number"
    )
    await number.fill("0.5")
    await save(page)


async def test_a_rule_an_action_and_a_rung_without_reloading(a_person: Open, stack: Stack) -> None:
    page = await settings_page(a_person, stack)
    await press(page, "Add new rule")
    rule = page.locator(f"{RULES} details").nth(1)
    await expect(rule.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("Refund")
    await rule.get_by_label("Keywords").fill("refund")

    urgent = page.locator("#c-handover\\.actions\\.urgent")
    await urgent.locator("summary").click()
    await press(page, "+ Add a rung to urgent")
    after = urgent.get_by_role("group", name="Rung 3 of urgent").get_by_label("After")
    await expect(after).to_be_focused()
    await after.fill("half_due")
    message = urgent.get_by_label("When it is urgent")
    await message.fill("Dear {contact_name}, {nobody} calls from {contact_line}")
    await expect(urgent.locator("[data-preview$='.urgent']")).to_have_text(
        "Dear Jamie, {nobody} calls from +1 555 0199"
    )
    await message.fill("Dear {contact_name}")

    specialist = page.locator("#c-handover\\.actions\\.specialist")
    await specialist.locator("summary").click()
    await press(page, "Remove this action specialist")
    await expect(specialist).to_have_count(0)
    await page.get_by_label("Name of a new action").fill("expert")
    await page.keyboard.press("Enter")
    await expect(page.locator("#c-handover\\.actions\\.expert summary")).to_be_focused()
    await expect(page.locator(f"{RULES} details").nth(1).get_by_label("Name")).to_have_value("Refund")
    await page.locator("details.card").evaluate_all("cards => cards.forEach((card) => { card.open = true; })")
    for select in await page.locator("select:has(option[value=specialist]:checked)").element_handles():
        await select.select_option("expert")
    await save(page)
    await expect(page.locator("#c-handover\\.actions\\.expert")).to_be_visible()
    await expect(page.locator(f"{RULES} h3")).to_have_text(["Warranty claim", "Refund"])


async def test_who_saves_later_sees_what_the_other_changed(a_person: Open, stack: Stack) -> None:
    slow = await settings_page(a_person, stack)
    await slow.get_by_label("Greeting").fill("Good day from me")
    quick = await settings_page(a_person, stack)
    await quick.get_by_label("Greeting").fill("Good day from the other")
    await save(quick)
    await press(slow, "Save changes")
    alert = slow.get_by_role("alert")
    await expect(alert).to_contain_text("Omar Haddad saved version")
    await expect(alert).to_contain_text("Good day from the other")
    await expect(slow.get_by_label("Greeting")).to_have_value("Good day from me")
    await press(slow, "Save mine all the same")
    await expect(slow.get_by_role("status").first).to_contain_text("Saved as version")
    versions = slow.locator("#versions .versions > li")
    await versions.first.locator("summary").click()
    await expect(versions.first).to_contain_text("Good day from the other → after: Good day from me")
    await versions.nth(1).locator("summary").click()
    await versions.nth(1).get_by_role("link").click()
    await expect(slow.get_by_label("Greeting")).to_have_value("Good day from the other")
    await expect(slow.get_by_label("Greeting")).to_be_disabled()
    await slow.get_by_role("button", name="Take version").click()
    await expect(slow.get_by_role("status").first).to_contain_text("Saved as version")
    await expect(slow.get_by_label("Greeting")).to_have_value("Good day from the other")


async def test_the_week_follows_the_hours_and_switches_switch(a_person: Open, stack: Stack) -> None:
    page = await settings_page(a_person, stack)
    await page.get_by_label("Open", exact=True).fill("Mo-Su 03:15-04:45")
    await page.keyboard.press("Tab")
    await expect(page.locator(".week dd")).to_have_text(["03:15–04:45"] * 7)
    await save(page)
    await page.goto("/bots")
    toggle = page.get_by_role("switch", name="Agents available")
    await expect(toggle).to_be_checked()
    await toggle.click()
    await expect(page.get_by_role("switch", name="Agents available")).not_to_be_checked()


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_is_cut_off(a_person: Open, stack: Stack, width: int) -> None:
    page = await settings_page(a_person, stack, width=width)
    await page.get_by_label("What a contact writes").fill("I want to talk to a human")
    await press(page, "Try it")
    await expect(page.locator("#tried table")).to_be_visible()
    await page.locator("details.card").evaluate_all("cards => cards.forEach((card) => { card.open = true; })")
    for path in ("", "/bots", "/bots/hvac/versions", "/bots/hvac/import"):
        if path:
            await page.goto(path)
        assert await fits_its_window(page), path
        unnamed = (
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter((one) => !one.hidden"
        )
        assert await page.evaluate(f"{unnamed} && !one.labels.length && !one.ariaLabel).map((one) => one.name)") == []


async def test_staff_look_and_change_nothing(a_person: Open, stack: Stack) -> None:
    page = await settings_page(a_person, stack, "sarah")
    await expect(page.get_by_text("Managers and admins change these settings")).to_be_visible()
    await expect(page.get_by_label("Greeting")).to_be_disabled()
    await expect(page.get_by_role("button", name="Save changes")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_document_is_brought_replaced_and_removed_by_keyboard(a_person: Open, stack: Stack, width: int) -> None:
    """Files are chosen in the system's own window, which stands outside the page."""
    page = await settings_page(a_person, stack, width=width)
    listed = page.get_by_role("region", name="Knowledge").get_by_role("listitem")
    before = await listed.count()
    await page.get_by_label("A file", exact=True).set_input_files(
        {"name": "heat pumps.md", "mimeType": "text/markdown", "buffer": b"# Heat pumps\n\nWe sell three."}
    )
    await page.get_by_role("button", name="Add document").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("Saved as version")
    await expect(listed).to_have_count(before + 1)
    new = listed.filter(has_text="heat pumps.md")
    await expect(new).to_contain_text("28 Bytes")
    assert await fits_its_window(page)

    await new.get_by_role("link").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Text, in Markdown")).to_have_value("# Heat pumps\n\nWe sell three.")
    assert await serious(page) == []
    assert await fits_its_window(page)
    await page.get_by_label("Text, in Markdown").fill("# Heat pumps\n\nWe sell four kinds.")
    await press(page, "Save")
    await expect(new).to_contain_text("33 Bytes")

    await page.get_by_label("Name of the document").fill("heat pumps.md")
    await page.get_by_label("Or its text").fill("Mine")
    await press(page, "Add document")
    await expect(page.get_by_role("alert")).to_contain_text("There is a document heat pumps.md already")
    await expect(page.get_by_label("Or its text")).to_have_value("Mine")
    await expect(page.get_by_label("Name of the document")).to_be_in_viewport()

    await new.get_by_role("button", name="Remove heat pumps.md").focus()
    await page.keyboard.press("Enter")
    await expect(listed).to_have_count(before)
