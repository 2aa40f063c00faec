"""What axe-core finds on a page that keeps people from using it."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_SERIOUS = {"serious", "critical"}


async def serious(page: Page) -> list[str]:
    """What is serious: the rule, and where it is broken."""
    results = await Axe().run(page)
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in results.response["violations"]
        if one["impact"] in _SERIOUS
        for node in one["nodes"]
    ]
