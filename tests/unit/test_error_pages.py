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


PROGRAMS = {"Accept": "application/json"}


@pytest.mark.parametrize("path", ["/nonsense", "/invitation/", "/static/none.css", "/bots/hvac/nothing/here"])
async def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(
    browser_of: BrowserOf, path: str
) -> None:
    anybody = await browser_of()
    answer = await anybody.get(path)
    assert (answer.status_code, heading(answer.text)) == (404, "There is nothing here")
    assert f"There is no page at {path}:" in answer.text
    assert '<a href="/inbox">Go to the inbox</a>' in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    problem = await anybody.get(path, headers=PROGRAMS)
    assert (problem.status_code, problem.json()["type"]) == (404, "urn:handover:problem:not_found")


@pytest.mark.parametrize("path", ["/v1/nonsense", "/webhooks/nonsense", "/v1"])
async def test_the_addresses_of_programs_answer_browsers_with_problems_too(browser_of: BrowserOf, path: str) -> None:
    answer = await (await browser_of()).get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_what_an_address_has_in_it_is_shown_as_text(browser_of: BrowserOf) -> None:
    answer = await (await browser_of()).get("/<b>no</b>" + "x" * 5000)
    assert "/&lt;b&gt;no&lt;/b&gt;xxx" in answer.text
    assert len(answer.text) < 2500


async def test_an_address_that_is_used_in_another_way_says_which_way_there_is(browser_of: BrowserOf) -> None:
    answer = await (await browser_of()).get("/logout")
    assert (answer.status_code, heading(answer.text)) == (405, "That does not work")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("path", "size", "allowed"),
    [
        ("/bots/hvac/import", 100_000, ["the 64 KiB that are allowed here"]),
        ("/bots/hvac/knowledge", 30_000_000, ["the 1024 KiB that are allowed here", "at most 48 KiB"]),
    ],
)
async def test_what_is_too_large_for_a_page_is_said_on_a_page(
    browser_of: BrowserOf, path: str, size: int, allowed: list[str]
) -> None:
    omar = await browser_of("omar")
    file = {"file": ("faq.md", b"x" * size, "text/markdown")}
    answer = await omar.post(path, files=file)
    assert (answer.status_code, heading(answer.text)) == (413, "That is too large")
    assert all(words in answer.text for words in [*allowed, "Nothing was changed."])
    problem = await omar.post(path, files=file, headers=PROGRAMS)
    assert (problem.status_code, problem.json()["type"]) == (413, "urn:handover:problem:too_large")


@pytest.mark.parametrize("path", ["/v1/conversations/c1/messages", "/webhooks/zendesk"])
async def test_what_is_too_large_for_a_program_is_a_problem_whatever_it_accepts(
    browser_of: BrowserOf, path: str
) -> None:
    answer = await (await browser_of()).post(path, content=b"x" * 100_000)
    assert answer.json()["detail"] == "A body has at most 65536 bytes. Nothing was stored."


async def test_a_form_that_cannot_be_read_is_said_on_a_page(browser_of: BrowserOf) -> None:
    omar = await browser_of("omar")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await omar.post("/bots/hvac/import", content=b"no form", headers=headers)
    assert (answer.status_code, heading(answer.text)) == (422, "That does not work")
    assert "read as this page’s form. Nothing was changed." in answer.text
