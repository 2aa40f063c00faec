"""A whole Handover and a real browser for the tests of the pages."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from engine.stack import Stack, StackPlan
from engine.temporal import find_temporal
from tests.example import put_example_bot

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

PROVOKED = (
    "status of 401",
    "status of 409",
    "status of 415",
    "status of 422",
    "status of 503",
    "ERR_FAILED",
    "ERR_INTERNET_DISCONNECTED",
)
"""Failed requests that tests provoke: refusals, and cuts in the line."""

CLOSING_SECONDS = 20

Open = Callable[..., Awaitable[BrowserContext]]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here: install the package chromium")
    return found


@pytest.fixture(scope="session")
def temporal_command() -> str:
    try:
        return find_temporal()
    except FileNotFoundError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory, chromium: str, temporal_command: str) -> AsyncIterator[Stack]:
    """The engine, a worker and the web process, on ports and files of their own."""
    plan = StackPlan(data_dir=Path(tmp_path_factory.mktemp("stack")), port=0, temporal_port=0, ui_port=None)
    one = Stack(plan)
    try:
        await one.start()
        await put_example_bot(one)
        yield one
    finally:
        await one.stop()


@pytest.fixture(scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield one
        await one.close()


@pytest.fixture
async def troubles() -> AsyncIterator[list[str]]:
    """What browsers complained about; a test that ends with any of it has failed."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
async def a_person(browser: Browser, stack: Stack, troubles: list[str]) -> AsyncIterator[Open]:
    """Opens a browser of their own for somebody: a context without anybody else's cookies."""
    contexts: list[BrowserContext] = []

    async def open_(width: int = 1280, height: int = 860) -> BrowserContext:
        context = await browser.new_context(base_url=stack.url, viewport={"width": width, "height": height})
        context.on("page", lambda page: _listen(page, troubles))
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context

    yield open_
    for context in contexts:
        # Chromium was seen once not to answer to this; then the end of the browser ends it too.
        with suppress(TimeoutError):
            await asyncio.wait_for(context.close(), CLOSING_SECONDS)


def _listen(page: Page, troubles: list[str]) -> None:
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.on("console", lambda message: _note(message.type, message.text, message.location["url"], troubles))


def _note(kind: str, text: str, url: str, troubles: list[str]) -> None:
    """Chromium reports each request that failed as an error of the page; that a test provoked it, only the test knows."""
    if kind in ("error", "warning") and not any(provoked in text for provoked in PROVOKED):
        troubles.append(f"{url}: {text}")
