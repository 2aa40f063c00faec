"""The pages of the keys and of the audit log, for admins; what is refused at pages is written down, without its secrets."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from store import Store
from tests.unit.people_world import BrowserOf, audited
from tests.unit.web_world import Http

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.people_fixtures"]

NAME = "shop <b>{{ 7*7 }}"
EVIL = {"Origin": "http://evil.example"}


@pytest.fixture
async def root(browser_of: BrowserOf) -> Http:
    return await browser_of("root")


@pytest.mark.parametrize("staff_id", ["ann", "omar"])
async def test_the_pages_are_for_admins(browser_of: BrowserOf, staff_id: str) -> None:
    browser = await browser_of(staff_id)
    for path in ("/keys", "/keys/1/revoke", "/audit"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post("/keys", data={"name": "mine"})).status_code == 403
    assert 'href="/keys"' not in (await browser.get("/team")).text


async def test_an_admin_makes_a_key_and_sees_its_text_once(root: Http, now_store: Store) -> None:
    team = (await root.get("/team")).text
    assert all(link in team for link in ('href="/keys"', 'href="/audit"'))
    assert "There are no keys" in (await root.get("/keys")).text
    html = (await root.post("/keys", data={"name": NAME, "staff_id": "ann", "access": ""})).text
    [secret] = re.findall(r'id="the-key"[^>]* value="([\w-]{43})"', html)
    known = await now_store.access.key(secret)
    assert known is not None
    assert (known.name, known.staff_id, known.access) == (NAME, "ann", "staff")
    html = (await root.get("/keys")).text
    assert secret not in html
    assert "shop &lt;b&gt;{{ 7*7 }}" in html
    assert "Acts for Ann Lee" in html
    assert "made by Root" in html


def once_of(html: str) -> str:
    """What makes a form one that is sent once."""
    [found] = re.findall(r'name="once" value="(\w{32})"', html)
    return str(found)


async def test_a_form_that_is_sent_again_makes_no_second_key(root: Http, now_store: Store) -> None:
    form = {"name": NAME, "once": once_of((await root.get("/keys")).text)}
    refused = await root.post("/keys", data=form | {"name": ""})
    assert refused.status_code == 422
    made = (await root.post("/keys", data=form)).text
    again = await root.post("/keys", data=form)
    assert (again.status_code, again.headers["location"]) == (303, "/keys?made=1")
    html = (await root.get(again.headers["location"])).text
    assert "made the key “shop &lt;b&gt;{{ 7*7 }}”" in html
    assert [one.id for one in await now_store.access.keys()] == [1]
    another = (await root.post("/keys", data=form | {"once": once_of(made)})).text
    assert 'id="the-key"' in another
    assert len(await now_store.access.keys()) == 2


async def test_a_form_that_is_sent_twice_at_once_makes_one_key(root: Http, now_store: Store) -> None:
    form = {"name": NAME, "once": once_of((await root.get("/keys")).text)}
    answers = await asyncio.gather(*(root.post("/keys", data=form) for _ in range(5)))
    assert {one.status_code for one in answers} <= {200, 303, 409}
    assert [one.status_code for one in answers].count(200) == 1
    assert len(await now_store.access.keys()) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "allowed are 1 to 100"),
        ({"name": "x" * 101}, "it has 101 characters"),
        ({"name": "a", "access": "god"}, "allowed is one of staff, manager, admin"),
        ({"name": "a", "staff_id": "ann", "access": "admin"}, "allowed is staff"),
        ({"name": "a", "staff_id": "nobody"}, "nobody is nobody"),
    ],
)
async def test_what_was_typed_stays_where_it_is_refused(
    root: Http, now_store: Store, typed: dict[str, str], said: str
) -> None:
    answer = await root.post("/keys", data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed["name"]}"' in answer.text
    assert await now_store.access.keys() == []


async def test_a_key_is_revoked_after_a_second_look(root: Http, now_store: Store) -> None:
    made = await now_store.access.create_key(NAME)
    asked = (await root.get(f"/keys/{made.id}/revoke")).text
    assert "This is the first key" not in asked
    assert await now_store.access.key(made.key) is not None, "looking at it revokes nothing"
    assert (await root.post(f"/keys/{made.id}/revoke", headers=EVIL)).status_code == 403
    done = await root.post(f"/keys/{made.id}/revoke")
    assert (done.status_code, done.headers["location"]) == (303, f"/keys?revoked={made.id}")
    html = (await root.get(done.headers["location"])).text
    assert "It opens nothing any more" in html
    assert "revoked by Root" in html
    assert await now_store.access.key(made.key) is None
    assert (await root.get(f"/keys/{made.id}/revoke")).status_code == 303
    assert (await root.get("/keys/4711/revoke")).status_code == 404
    assert ("key_revoked", "person:root") in await audited(now_store)


async def test_the_first_key_is_revoked_with_a_warning(root: Http, now_store: Store) -> None:
    await now_store.access.admit("set", "first key")
    assert "This is the first key" in (await root.get("/keys/1/revoke")).text


# ---- the audit log ---------------------------------------------------------------------------------------------------


async def test_the_log_says_in_words_who_did_what(root: Http, now_store: Store) -> None:
    assert "Nothing was written down yet" in (await root.get("/audit")).text
    made = await now_store.access.create_key(NAME)
    await now_store.access.audit("signed_in", "person:ann", "with a password")
    await now_store.access.audit("subscription_added", f"key:{made.id}", "<script>")
    for _ in range(3):
        await now_store.access.refused("some_new_kind", "unknown", "GET /v1", "192.0.2.1")
    html = (await root.get("/audit")).text
    shown = [re.sub(r"\s*<.*", "", one) for one in re.findall(r"<h3>(.*)</h3>", html)]
    assert shown == ["Some new kind", "Added a subscription", "Signed in"]
    assert "3 times" in html
    assert all(name in html for name in (">Ann Lee</a>", ">Somebody unknown</a>", "Key 1 “shop &lt;b&gt;"))
    assert "<script>" not in html.split('id="lines-title"')[1]


async def test_the_log_is_narrowed_down_and_turned_over(root: Http, now_store: Store) -> None:
    for number in range(51):
        await now_store.access.audit("signed_in", "person:ann", f"line {number}")
    await now_store.access.audit("link_made", "person:omar", "for ann")
    today = datetime.now(UTC).date()
    first = (await root.get("/audit", params={"kind": "signed_in", "actor": "person:ann"})).text
    assert first.count('id="line-') == 50
    [older] = re.findall(r'href="(/audit\?[^"]*after=[^"]*)"', first)
    rest = (await root.get(older.replace("&amp;", "&"))).text
    assert re.findall(r"line \d+", rest) == ["line 0"]
    assert "Nothing matches" in (await root.get("/audit", params={"kind": "bulk"})).text
    week = {"from": str(today - timedelta(days=7)), "to": str(today + timedelta(days=1))}
    assert "for ann" in (await root.get("/audit", params=week)).text
    before = {"to": str(today - timedelta(days=2))}
    assert "Nothing matches" in (await root.get("/audit", params=before)).text


@pytest.mark.parametrize("days", [{"from": "today"}, {"to": "1066-10-14"}, {"from": "2026-11-16", "to": "2026-11-15"}])
async def test_days_that_are_none_are_refused_in_words(root: Http, days: dict[str, str]) -> None:
    answer = await root.get("/audit", params=days)
    assert answer.status_code == 422
    assert "allowed is" in answer.text


# ---- what is refused -------------------------------------------------------------------------------------------------


async def test_a_foreign_origin_is_written_down_with_whose_cookie_it_was(
    browser_of: BrowserOf, now_store: Store
) -> None:
    ann, nobody = await browser_of("ann"), await browser_of(None)
    assert (await ann.post("/me/availability", data={"available": "no"}, headers=EVIL)).status_code == 403
    assert (await ann.post("/v1/conversations/c1/close", json={}, headers=EVIL)).status_code == 403
    assert (await nobody.post("/login", data={"staff_id": "ann"}, headers=EVIL)).status_code == 403
    assert (await nobody.post("/login", data={"staff_id": "ann"}, headers={"Origin": "http://["})).status_code == 403
    found = {one.actor: one for one in (await now_store.access.audits(kind="foreign_origin")).items}
    assert found.keys() == {"person:ann", "unknown"}
    assert "/me/availability" in found["person:ann"].text or "/close" in found["person:ann"].text


@pytest.mark.parametrize("path", ["/invitation/secret-of-theirs", "/claim/secret-of-theirs"])
async def test_a_path_that_is_a_permission_is_not_written_down(
    browser_of: BrowserOf, now_store: Store, path: str
) -> None:
    nobody = await browser_of(None)
    for headers in (EVIL, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}):
        assert (await nobody.post(path, headers=headers)).status_code == 403
    found = (await now_store.access.audits(kind="foreign_origin")).items
    assert sum(one.times for one in found) == 2
    assert {one.text for one in found} == {f"POST {path.rsplit('/', 1)[0]}/{{token}} from 127.0.0.1"}


async def test_wrong_keys_at_the_form_share_a_line(browser_of: BrowserOf, now_store: Store) -> None:
    nobody = await browser_of(None)
    for number in range(30):
        answer = await nobody.post("/login", data={"staff_id": f"name{number}", "key": "guessed"})
        assert answer.status_code == 401
    found = (await now_store.access.audits(kind="sign_in_refused")).items
    assert sum(one.times for one in found) == 30
    assert len(found) < 30
    assert "guessed" not in str(found)


async def test_tokens_of_no_visitor_are_written_down(browser_of: BrowserOf, now_store: Store) -> None:
    nobody = await browser_of(None)
    for headers in ({}, {"Authorization": "Bearer forged.to.ken"}):
        assert (await nobody.get("/chat/messages", headers=headers)).status_code == 401
    entering = {"token": "forged.to.ken"}
    assert (await nobody.post("/chat/session", json=entering, headers={"Accept": "*/*"})).status_code == 401
    found = (await now_store.access.audits()).items
    assert {(one.kind, one.actor) for one in found} == {("missing_token", "visitor"), ("wrong_token", "visitor")}
    assert sum(one.times for one in found) == 3
    assert "forged" not in str(found)
