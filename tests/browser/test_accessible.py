"""Every page asked by axe-core what keeps people from using it."""

import pytest

from engine.stack import Stack
from tests.browser.accessibility import serious
from tests.browser.conftest import Open
from tests.browser.steps import handed_over, open_case, sign_in

PAGES = [
    "/inbox",
    "/conversations",
    "/notifications",
    "/replies",
    "/bots",
    "/bots/hvac",
    "/bots/hvac/chat",
    "/bots/hvac/versions",
    "/team",
    "/subscriptions",
    "/me",
    "/numbers",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_keeps_anybody_out(a_person: Open, stack: Stack, scheme: str) -> None:
    chat = await handed_over(await a_person())
    await chat.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found = {"/chat": await serious(chat)}
    page = await sign_in(await a_person(), stack, "omar")
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in PAGES:
        await page.goto(path)
        found[path] = await serious(page)
    await page.goto("/inbox")
    await open_case(page, chat)
    found["a case"] = await serious(page)
    stranger = await (await a_person()).new_page()
    admin = await sign_in(await a_person(), stack, "admin", "/keys")
    await admin.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("/keys", "/keys/1/revoke", "/audit", "/audit?from=1066-10-14"):
        await admin.goto(path)
        found[path] = await serious(admin)
    for path in ("/login", "/login?by=key", "/demo"):
        await stranger.goto(path)
        found[path] = await serious(stranger)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
