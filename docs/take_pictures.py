"""Takes the pictures of docs/pictures: plays the walkthrough up to the manager's rung, and looks at the pages.

    .venv/bin/python -m docs.take_pictures

Needs the packages of requirements-dev.lock and a Chromium.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from rich.console import Console

from console.api import Api
from console.server import api_key
from console.stage import Stage
from console.story import Story
from engine.stack import Stack, StackPlan
from tests.example import put_example_bot

PICTURES = Path(__file__).parent / "pictures"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OPEN_TREES = """
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function () { return attach.call(this, { mode: "open" }); };
"""
"""The widget's button stands in a closed shadow tree, where nothing from outside can press it."""
WIDE = ViewportSize(width=1280, height=860)


async def main() -> None:
    """Start everything, play, and take the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(StackPlan(data_dir=Path(folder), port=0, temporal_port=0, ui_port=0))
        try:
            await stack.start()
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
                await _take_all(stack, browser)
                await browser.close()
        finally:
            await stack.stop()


async def _take_all(stack: Stack, browser: Browser) -> None:
    key = api_key(stack.plan)
    await put_example_bot(stack)
    async with Api.at(stack.url, key) as api:
        stage = Stage(api, Console(), "web-jamie-rivera")
        story = Story(stage)
        for step in story.steps()[:5]:
            await step()
        await _take_pages(stack, browser, key, stage)
    await _take_widget(stack, browser)


async def _take_pages(stack: Stack, browser: Browser, key: str, stage: Stage) -> None:
    page = await browser.new_page(viewport=WIDE)
    await _sign_in(page, stack.url, key)
    await page.goto(f"{stack.url}/inbox/{stage.conversation_id}")
    await page.wait_for_timeout(500)
    await page.screenshot(path=PICTURES / "inbox.png")
    await page.goto(f"{stack.url}/inbox")
    await page.wait_for_timeout(500)
    await page.screenshot(path=PICTURES / "inbox-list.png")
    for path, name in (("numbers", "numbers"), ("bots/hvac", "bot")):
        await page.goto(f"{stack.url}/{path}")
        await page.wait_for_timeout(1500)
        await page.screenshot(path=PICTURES / f"{name}.png")
    number = stage.detail["number"]
    run = f"handover%2F{stage.conversation_id}%2F{number}"
    await page.goto(f"http://127.0.0.1:{stack.ui_port}/namespaces/default/workflows/{run}")
    await page.get_by_text("User Metadata", exact=True).click()
    await page.wait_for_timeout(4000)
    await page.screenshot(path=PICTURES / "temporal.png")
    await page.get_by_text("Timeline", exact=True).first.click()
    await page.set_viewport_size({"width": 1280, "height": 1900})
    await page.wait_for_timeout(4000)
    await page.screenshot(
        path=PICTURES / "temporal-timeline.png", clip={"x": 256, "y": 720, "width": 1024, "height": 580}
    )


async def _take_widget(stack: Stack, browser: Browser) -> None:
    page = await browser.new_page(viewport=WIDE)
    await page.add_init_script(OPEN_TREES)
    await page.goto(f"{stack.url}/demo")
    await page.get_by_role("button", name="Chat with us").click()
    chat = page.frame_locator("iframe")
    await chat.get_by_label("Your message").fill("My furnace shows E4 and it is cold. What does it mean?")
    await chat.get_by_role("button", name="Send").click()
    await page.wait_for_timeout(3000)
    await page.screenshot(path=PICTURES / "widget.png")


async def _sign_in(page: Page, url: str, key: str) -> None:
    await page.goto(f"{url}/login?by=key")
    await page.get_by_label("API key").fill(key)
    await page.get_by_label("Staff id").fill("omar")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{url}/inbox")


if __name__ == "__main__":
    asyncio.run(main())
