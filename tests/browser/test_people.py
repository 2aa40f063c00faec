"""From the first start to a team: the admin's link, somebody added, their own page, and being disabled."""

import pytest
from playwright.async_api import Page, expect

from engine.stack import Stack
from settings import AppSettings
from store import Store
from store.first_start import first_link
from tests.browser.conftest import Open
from tests.browser.steps import fits_its_window, press

PASSWORD = "tin horse nine"
PHONE = {"width": 390, "height": 800}
NAME = "Zoë <script>alert(1)</script> & {{ 7*7 }}"


@pytest.fixture
async def admins_link(stack: Stack) -> str:
    """What the terminal prints at the first start."""
    store = Store.at(AppSettings(data_dir=stack.plan.data_dir).database)
    try:
        made = await first_link(store)
        assert made is not None
        return f"/invitation/{made[1]}"
    finally:
        await store.close()


async def choose_password(page: Page, link: str) -> None:
    await page.goto(link)
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_label("The same again").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


async def added(admin: Page) -> str:
    """Somebody is added: after a mistake, with what was typed kept. The link to pass on."""
    await admin.get_by_role("link", name="Team", exact=True).click()
    await admin.get_by_role("link", name="Add a person").click()
    await admin.get_by_label("Staff id").fill("zoe")
    await admin.get_by_label("Name", exact=True).fill(NAME)
    await admin.get_by_label("Roles").fill("night shift")
    await press(admin, "Add, and make a link to sign in")
    roles = admin.get_by_label("Roles")
    await expect(roles).to_have_attribute("aria-invalid", "true")
    await expect(admin.get_by_label("Name", exact=True)).to_have_value(NAME)
    await roles.fill("night-shift")
    await press(admin, "Add, and make a link to sign in")
    await expect(admin.get_by_role("heading", name=NAME, exact=True)).to_be_visible()
    return await admin.get_by_label("One-time link for").input_value()


async def test_a_team_begins(a_person: Open, admins_link: str) -> None:
    admin = await (await a_person()).new_page()
    await choose_password(admin, admins_link)
    link = await added(admin)

    person = await a_person(**PHONE)
    zoe = await person.new_page()
    await choose_password(zoe, link)
    await zoe.goto("/me")
    assert await fits_its_window(zoe)
    await zoe.get_by_role("group", name="A task is assigned to me").get_by_label("Slack").check()
    await press(zoe, "Save")
    await expect(zoe.get_by_role("status")).to_have_text("Your notifications are saved.")
    await expect(zoe.get_by_role("group", name="A task is assigned to me").get_by_label("Slack")).to_be_checked()
    await press(zoe, "I’m away")
    await zoe.goto("/team")
    assert await fits_its_window(zoe)
    await expect(zoe.locator("#zoe")).to_contain_text("Away")
    await press(zoe, "I’m available")
    await expect(zoe.locator("#zoe")).to_contain_text("Available")
    await expect(zoe.locator(".away")).to_have_count(0)
    await zoe.get_by_role("link", name="Me", exact=True).click()
    await press(zoe, "Sign out")
    await zoe.get_by_label("Staff id or email").fill("zoe")
    await zoe.get_by_label("Password").fill("a wrong one")
    await press(zoe, "Sign in")
    await expect(zoe.get_by_role("alert")).to_contain_text("don't belong together")
    await zoe.get_by_label("Password").fill(PASSWORD)
    await press(zoe, "Sign in")
    await expect(zoe.get_by_role("heading", name="Inbox")).to_be_visible()

    await admin.goto("/team/zoe")
    await press(admin, f"Disable {NAME}")
    await expect(admin.get_by_role("heading", name="Disabled")).to_be_visible()
    await zoe.reload()
    await expect(zoe.get_by_role("heading", name="Sign in")).to_be_visible()
