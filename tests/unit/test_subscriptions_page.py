"""The page of the programs that are told: for managers, with how each fares, and without its secrets."""

import re

import pytest

from handover.subscriptions import Outgoing
from store import Store
from tests.unit.people_world import BrowserOf
from tests.unit.store_world import case_of, entry, open_one, save, task

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.people_fixtures"]

URL = "https://hooks.example.org/in/token-of-theirs?<b>"


async def first_event(store: Store, subscription_id: str) -> Outgoing:
    opened = await open_one(store)
    await save(store, case_of(opened, seq=1, task=task()), entry("assigned"))
    outgoing = await store.subscriptions.next_event(subscription_id, "c1")
    assert outgoing is not None
    return outgoing


@pytest.mark.parametrize("staff_id", ["omar", "root"])
async def test_managers_see_which_programs_are_told(browser_of: BrowserOf, now_store: Store, staff_id: str) -> None:
    browser = await browser_of(staff_id)
    assert "No program is told of anything yet" in (await browser.get("/subscriptions")).text
    assert 'href="/subscriptions"' in (await browser.get("/team")).text
    made = await now_store.subscriptions.add(URL, [], "omar")
    html = (await browser.get("/subscriptions")).text
    assert re.findall(r"<h2>([^<]+)</h2>", html) == ["hooks.example.org"]
    assert "all events" in html
    assert "token-of-theirs" not in html
    assert made.secret not in html


async def test_what_did_not_arrive_is_shown_with_why(browser_of: BrowserOf, now_store: Store) -> None:
    made = await now_store.subscriptions.add(URL, [], "omar")
    outgoing = await first_event(now_store, made.id)
    await now_store.subscriptions.note_try(outgoing, 503, "the receiver answered 503")
    omar = await browser_of("omar")
    html = (await omar.get("/subscriptions")).text
    assert "2 waiting" in html
    assert "the receiver answered 503" in html
    assert html.count("handover.assigned") == 1
    assert "task.created" not in html, "one that has not been tried yet is no trouble"
    await now_store.subscriptions.note_gone(outgoing, 410, "it is <gone>")
    html = (await omar.get("/subscriptions")).text
    assert "Switched off: it is &lt;gone&gt;" in html
    assert "1 failed" in html


@pytest.mark.parametrize(("staff_id", "status"), [("ann", 403), (None, 303)])
async def test_it_is_for_managers(browser_of: BrowserOf, staff_id: str | None, status: int) -> None:
    browser = await browser_of(staff_id)
    assert (await browser.get("/subscriptions")).status_code == status
    if staff_id:
        assert "/subscriptions" not in (await browser.get("/team")).text
