"""Every page asked by axe-core what keeps people from using it."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from engine.stack import Stack
from tests.browser.conftest import Open
from tests.browser.steps import handed_over, open_case, sign_in

SERIOUS = {"serious", "critical"}
PAGES = [
    "/inbox",
    "/conversations",
    "/notifications",
    "/replies",
    "/bots",
    "/bots/hvac",
    "/bots/hvac/versions",
    "/team",
    "/me",
    "/numbers",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_keeps_anybody_out(a_person: Open, stack: Stack, scheme: str) -> None:
    chat = await handed_over(await a_person())
    await chat.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found = {"/chat": await _found_on(chat)}
    page = await sign_in(await a_person(), stack, "omar")
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in PAGES:
        await page.goto(path)
        found[path] = await _found_on(page)
    await page.goto("/inbox")
    await open_case(page, chat)
    found["a case"] = await _found_on(page)
    stranger = await (await a_person()).new_page()
    for path in ("/login", "/login?by=key", "/demo"):
        await stranger.goto(path)
        found[path] = await _found_on(stranger)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


async def _found_on(page: Page) -> list[str]:
    """What is serious: the rule, and where it is broken."""
    results = await Axe().run(page)
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in results.response["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]
