"""An admin makes a key on the page; a program uses it until the admin revokes it, and the audit log says so."""

import httpx2
from playwright.async_api import Page, expect

from engine.stack import Stack
from tests.browser.accessibility import serious
from tests.browser.conftest import Open
from tests.browser.steps import fits_its_window, press, sign_in

NAME = "web shop & <script>alert(1)</script>"


async def made(admin: Page) -> str:
    """The text of a new key, as the page shows it once."""
    await admin.get_by_label("Name", exact=True).fill(NAME)
    await admin.get_by_label("Acts for").select_option("sarah")
    await press(admin, "Make the key")
    secret = await admin.get_by_label("Text of the key").input_value()
    assert await serious(admin) == []
    return secret


async def status_of(stack: Stack, secret: str) -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx2.AsyncClient(base_url=stack.url, headers=headers, trust_env=False) as program:
        return (await program.get("/v1/tasks")).status_code


async def test_a_key_is_made_used_and_revoked(a_person: Open, stack: Stack) -> None:
    admin = await sign_in(await a_person(width=360, height=800), stack, "admin", "/team")
    await admin.get_by_role("link", name="API keys of programs").click()
    secret = await made(admin)
    assert await fits_its_window(admin)
    assert await status_of(stack, secret) == 200

    await admin.reload()
    await expect(admin.get_by_role("status")).to_contain_text("Nothing was made now")
    await expect(admin.get_by_role("heading", name=NAME, exact=True)).to_have_count(1)

    await admin.goto("/keys")
    assert secret not in await admin.content()
    await admin.get_by_role("link", name=f"Revoke {NAME}").click()
    assert await fits_its_window(admin)
    await press(admin, "Revoke the key")
    await expect(admin.get_by_role("status")).to_contain_text(f"Revoked: {NAME}")
    assert await status_of(stack, secret) == 401

    await admin.get_by_role("link", name="audit log").click()
    lines = admin.get_by_role("listitem")
    await expect(lines.filter(has_text="Came with a wrong or revoked key")).to_contain_text("GET /v1/tasks")
    await expect(lines.filter(has_text="Revoked a key")).to_contain_text(NAME)
    assert await fits_its_window(admin)
    await admin.get_by_label("What").select_option("key_made")
    await press(admin, "Show")
    await expect(lines.filter(has_text="Made a key")).to_contain_text("acts for sarah")
    await expect(lines.filter(has_text="Revoked a key")).to_have_count(0)


PRESSED_TWICE = """() => {
  const form = document.querySelector("form[data-once]");
  return [1, 2].map(() => form.dispatchEvent(new Event("submit", { cancelable: true })));
}"""


async def test_a_form_that_is_pressed_twice_is_sent_once(a_person: Open, stack: Stack) -> None:
    """The answer to the second one would take the place of the page that shows the key."""
    admin = await sign_in(await a_person(), stack, "admin", "/keys")
    assert await admin.evaluate(PRESSED_TWICE) == [True, False]
    await admin.reload()
    assert len(await made(admin)) == 43
