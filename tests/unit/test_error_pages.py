"""What somebody in a browser sees where something is wrong: a page that says so, and a way on. Programs get the problem."""

import re
from html import unescape

import pytest

from tests.unit.people_world import BrowserOf

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.people_fixtures"]

NOT_FROM_HERE = "eyJhIjoxfQ"
"""A cursor that can be read, but that no list gives out."""


def heading(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text)
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize("cursor", ["bad", NOT_FROM_HERE])
@pytest.mark.parametrize(
    "path", ["/conversations?", "/conversations?q=heat+pump&bot=hvac&", "/notifications?", "/audit?actor=ann&"]
)
async def test_a_place_in_a_list_that_is_none_leads_to_the_beginning(
    browser_of: BrowserOf, path: str, cursor: str
) -> None:
    root = await browser_of("root")
    answer = await root.get(f"{path}after={cursor}")
    assert (answer.status_code, heading(answer.text)) == (422, "That does not work")
    assert "names a place in the list that there is none of" in answer.text
    way_on = re.search(r'<a href="([^"]*)">Show the list from its beginning', answer.text)
    assert way_on is not None
    assert unescape(way_on[1]) == path.rstrip("?&")
    assert (await root.get(unescape(way_on[1]))).status_code == 200
