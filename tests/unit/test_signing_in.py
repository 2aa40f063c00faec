"""Signing in with a password or a key, one-time links, and a person's own page."""

import re
from html import unescape

import pytest

from handover.quiet import DAYS
from handover.staff import Staff
from store import Store
from tests.unit.people_world import ANN, PASSWORD, BrowserOf, audited, keep_waiting
from tests.unit.web_world import Http
from web.pages.entry import browser_of as called
from web.pages.people import WRONG

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.people_fixtures"]


async def log_in(http: Http, name: str = "ann", password: str = PASSWORD, **more: str) -> tuple[int, str]:
    """The status, and where it leads or what it says."""
    answer = await http.post("/login", data={"staff_id": name, "password": password, **more})
    return answer.status_code, answer.headers.get("location") or alert(answer.text)


def alert(html: str) -> str:
    found = re.search(r'role="alert"[^>]*>([^<]*)<', html)
    return found[1].replace("&#39;", "'") if found else ""


@pytest.fixture
async def browser(browser_of: BrowserOf, now_store: Store) -> Http:
    await now_store.access.set_password("ann", PASSWORD)
    return await browser_of()


async def is_in(http: Http) -> bool:
    return (await http.get("/me")).status_code == 200


@pytest.mark.parametrize("name", ["ann", "ANN ", "Ann@example.org"])
async def test_a_password_opens_a_session(browser: Http, now_store: Store, name: str) -> None:
    assert await log_in(browser, name, next="/conversations") == (303, "/conversations")
    assert await is_in(browser)
    assert await audited(now_store) == [("signed_in", "person:ann")]
    assert (await browser.get("/login")).headers["location"] == "/inbox"


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil.example", "inbox"])
async def test_signing_in_leads_to_no_other_site(browser: Http, next: str) -> None:
    assert await log_in(browser, next=next) == (303, "/inbox")


async def test_unknown_disabled_and_wrong_are_refused_alike(browser: Http, now_store: Store) -> None:
    await now_store.access.set_password("ben", PASSWORD)
    tries = [
        ("ann", "wrong one"),
        ("nobody", PASSWORD),
        ("ben", PASSWORD),
        ("omar", PASSWORD),
        ("omar", ""),
        ("", ""),
        ("a\x00b", ""),
    ]
    refusals = {await log_in(browser, *one) for one in tries}
    assert refusals == {(401, f"{WRONG} Nothing was opened.")}
    assert not await is_in(browser)
    assert {kind for kind, _ in await audited(now_store)} == {"sign_in_refused"}


@pytest.mark.parametrize("name", ["ann", "nobody"])
async def test_wrong_passwords_make_wait_whether_the_name_is_known_or_not(
    browser: Http, now_store: Store, name: str
) -> None:
    for _ in range(5):
        assert (await log_in(browser, name, "wrong one"))[0] == 401
    await keep_waiting(now_store)
    answer = await browser.post("/login", data={"staff_id": name, "password": PASSWORD})
    assert answer.status_code == 429
    assert 3500 < int(answer.headers["retry-after"]) < 3700
    assert "Too many wrong passwords. Try again in" in answer.text
    assert f'value="{name}"' in answer.text
    assert not await is_in(browser)
    assert (await log_in(browser, "omar", "wrong one"))[0] == 401


async def test_the_right_password_forgives_the_wrong_ones(browser: Http) -> None:
    for _ in range(3):
        for _ in range(4):
            assert (await log_in(browser, "ann", "wrong one"))[0] == 401
        assert (await log_in(browser))[0] == 303


async def test_tries_that_have_to_wait_do_not_fill_the_audit_log(browser: Http, now_store: Store) -> None:
    for _ in range(5):
        await log_in(browser, "ann", "wrong one")
    await keep_waiting(now_store)
    for _ in range(3):
        assert (await log_in(browser, "ann", "wrong one"))[0] == 429
    assert len(await audited(now_store)) == 5


async def test_another_site_signs_nobody_in(browser: Http) -> None:
    answer = await browser.post(
        "/login", data={"staff_id": "ann", "password": PASSWORD}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403
    assert not await is_in(browser)


async def test_a_key_still_opens_a_session(browser: Http, now_store: Store) -> None:
    made = [await now_store.access.create_key("shop"), await now_store.access.create_key("anns", "ann")]
    key, anns = [one.key for one in made]
    assert 'name="password"' not in (await browser.get("/login?by=key")).text
    for name, secret in (("omar", "guessed"), ("omar", anns), ("ben", key), ("nobody", key)):
        answer = await browser.post("/login", data={"staff_id": name, "key": secret})
        assert answer.status_code == 401
        assert 'name="key"' in answer.text
    assert (await browser.post("/login", data={"staff_id": "omar", "key": key})).status_code == 303
    assert await is_in(browser)


# ---- one-time links --------------------------------------------------------------------------------------------------


async def test_a_link_lets_a_person_choose_a_password_once(browser_of: BrowserOf, now_store: Store) -> None:
    root, ann, late = [await browser_of(one) for one in ("root", None, None)]
    page = (await root.post("/team/ann/link")).text
    path = re.search(r"/invitation/[\w-]+", page)
    assert path is not None
    for _ in range(2):
        assert "Welcome, Ann Lee" in (await ann.get(path[0])).text
    for typed, fault in (
        ({"password": "short", "again": "short"}, "10 characters"),
        ({"password": PASSWORD, "again": "another"}, "not the same"),
    ):
        answer = await ann.post(path[0], data=typed)
        assert (answer.status_code, fault in alert(answer.text)) == (422, True)
    chosen = {"password": PASSWORD, "again": PASSWORD}
    assert (await ann.post(path[0], data=chosen, headers={"Origin": "http://evil.example"})).status_code == 403
    assert (await ann.post(path[0], data=chosen)).headers["location"] == "/inbox"
    assert await is_in(ann)
    again = await late.post(path[0], data=chosen)
    assert (again.status_code, "This link is over" in again.text) == (404, True)
    assert (await late.get(path[0])).status_code == 404
    assert await log_in(late) == (303, "/inbox")
    kinds = [kind for kind, _ in await audited(now_store)]
    assert kinds == ["link_made", "foreign_origin", "password_set", "signed_in"]


async def test_a_link_of_somebody_disabled_opens_nothing(browser_of: BrowserOf, now_store: Store) -> None:
    root, ann = await browser_of("root"), await browser_of()
    path = re.search(r"/invitation/[\w-]+", (await root.post("/team/ann/link")).text)
    assert path is not None
    assert (await root.post("/team/ann/disable")).status_code == 303
    await root.post("/team/ann/enable")
    assert (await ann.post(path[0], data={"password": PASSWORD, "again": PASSWORD})).status_code == 404


# ---- the own page ----------------------------------------------------------------------------------------------------


async def person(store: Store, staff_id: str = "ann") -> Staff:
    return await store.team.staff(staff_id)


async def test_nobody_sees_the_pages_without_signing_in(browser_of: BrowserOf) -> None:
    nobody = await browser_of()
    for path in ("/me", "/team", "/team/new", "/team/ann"):
        assert (await nobody.get(path)).headers["location"].startswith("/login?next=")
    for path in ("/me/availability", "/me/password", "/team/new", "/team/ann", "/team/ann/disable"):
        assert (await nobody.post(path)).headers["location"].startswith("/login?next=")


async def test_one_click_makes_available_from_any_page(browser_of: BrowserOf, now_store: Store) -> None:
    ann = await browser_of("ann")
    assert "new cases pass you over" not in (await ann.get("/team")).text
    assert (await ann.post("/me/availability", data={"available": "no"})).headers["location"] == "/me"
    assert not (await person(now_store)).available
    assert '<input type="hidden" name="back" value="/team">' in (await ann.get("/team")).text
    back = await ann.post("/me/availability", data={"available": "yes", "back": "/team"})
    assert back.headers["location"] == "/team"
    assert await person(now_store) == ANN
    foreign = await ann.post("/me/availability", data={"available": "no"}, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert await person(now_store) == ANN
    assert await audited(now_store) == [("staff_changed", "person:ann")] * 2 + [("foreign_origin", "person:ann")]


async def test_who_takes_no_cases_is_not_reminded_of_being_away(browser_of: BrowserOf, now_store: Store) -> None:
    await now_store.settings.put_staff(ANN.model_copy(update={"capacity": 0, "available": False}))
    assert "new cases pass you over" not in (await (await browser_of("ann")).get("/team")).text


async def test_notifications_are_set_per_event_and_channel(browser_of: BrowserOf, now_store: Store) -> None:
    ann = await browser_of("ann")
    typed = {
        "notify.conversation_assigned.inbox": "on",
        "notify.conversation_assigned.sms": "on",
        "notify.task_assigned.slack": "on",
        "notify.task_assigned.pigeon": "on",
        "addresses.sms": "+15550101",
        "addresses.email": " ann@example.com ",
        "access": "admin",
        "enabled": "no",
    }
    assert (await ann.post("/me/notifications", data=typed)).status_code == 303
    after = await person(now_store)
    assert {event: by for event, by in after.notify.model_dump().items() if by} == {
        "conversation_assigned": ["inbox", "sms"],
        "task_assigned": ["slack"],
    }
    assert after.addresses == {"sms": "+15550101", "email": "ann@example.com"}
    assert (after.access, after.enabled, after.roles) == (ANN.access, True, ANN.roles)
    html = (await ann.get("/me")).text
    assert re.search(r'name="notify.task_assigned.slack" checked', html)
    assert not re.search(r'name="notify.task_assigned.inbox" checked', html)


QUIET = {
    "quiet": "on",
    "quiet.start": "22:00",
    "quiet.end": "07:00",
    "quiet.time_zone": "Europe/Berlin",
    "quiet.mon": "on",
}


async def test_quiet_hours_are_set_and_taken_away(browser_of: BrowserOf, now_store: Store) -> None:
    ann = await browser_of("ann")
    assert (await ann.post("/me/notifications", data=QUIET)).status_code == 303
    quiet = (await person(now_store)).quiet
    assert quiet is not None
    assert (quiet.start, quiet.end, quiet.time_zone, quiet.days) == ("22:00", "07:00", "Europe/Berlin", ["mon"])
    html = (await ann.get("/me")).text
    assert re.search(r'name="quiet" checked', html)
    assert re.search(r'name="quiet.time_zone" type="text" value="Europe/Berlin"', html)
    assert re.search(r'name="quiet.mon" checked', html)
    assert not re.search(r'name="quiet.tue" checked', html)
    assert (await ann.post("/me/notifications", data={})).status_code == 303
    assert (await person(now_store)).quiet is None


AS_SHOWN = {"quiet.start": "22:00", "quiet.end": "07:00", "quiet.time_zone": "UTC"} | {
    f"quiet.{day}": "on" for day in DAYS
}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (AS_SHOWN | {"quiet.time_zone": "Europe/Berlin"}, "quiet.time_zone", "tick “Only the inbox, at these times”"),
        (AS_SHOWN | {"quiet.time_zone": "Mars/X"}, "quiet.time_zone", "'Mars/X' is no time zone"),
        (AS_SHOWN | {"quiet.start": "20:00"}, "quiet.start", "without quiet hours this is not kept"),
        ({name: text for name, text in AS_SHOWN.items() if name != "quiet.sun"}, "quiet.days", "is not kept"),
    ],
)
async def test_what_is_kept_with_quiet_hours_only_is_refused_without_them(
    browser_of: BrowserOf, now_store: Store, typed: dict[str, str], field: str, words: str
) -> None:
    answer = await (await browser_of("ann")).post("/me/notifications", data=typed)
    assert answer.status_code == 422
    [said] = re.findall(r'class="fault" id="e-([\w.]+)">(.*?)</p>', answer.text)
    assert said[0] == field
    assert words in unescape(said[1])
    assert f'value="{typed["quiet.time_zone"]}"' in answer.text
    assert await person(now_store) == ANN


async def test_quiet_hours_that_were_there_are_unticked_as_the_form_showed_them(
    browser_of: BrowserOf, now_store: Store
) -> None:
    ann = await browser_of("ann")
    assert (await ann.post("/me/notifications", data=AS_SHOWN)).status_code == 303
    assert (await ann.post("/me/notifications", data=QUIET)).status_code == 303
    unticked = {name: text for name, text in QUIET.items() if name != "quiet"}
    assert (await ann.post("/me/notifications", data=unticked)).status_code == 303
    assert (await person(now_store)).quiet is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("quiet.end", "22:00", "22:00 is when it begins"),
        ("quiet.start", "late", "is no time of a day"),
        ("quiet.time_zone", "Berlin", "did you mean Europe/Berlin"),
        ("addresses.push", "json://127.0.0.1/", "json:// is none of this channel"),
        ("addresses.push", "gotify://10.0.0.1/token", "not among those of HANDOVER_NOTIFY_HOSTS"),
        ("addresses.sms", "0151 2345678", "allowed is +4915112345678"),
    ],
)
async def test_what_cannot_be_kept_is_refused_at_its_field(
    browser_of: BrowserOf, now_store: Store, field: str, value: str, words: str
) -> None:
    answer = await (await browser_of("ann")).post("/me/notifications", data=QUIET | {field: value})
    assert answer.status_code == 422
    assert words in unescape(re.search(rf'id="e-{field}">(.*?)</p>', answer.text)[1])  # type: ignore[index]
    assert await person(now_store) == ANN


async def test_an_address_that_is_a_secret_is_shown_to_nobody_and_kept(browser_of: BrowserOf, now_store: Store) -> None:
    ann = await browser_of("ann")
    webhook = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
    await ann.post("/me/notifications", data={"addresses.slack": webhook})
    html = (await ann.get("/me")).text
    assert webhook not in html + (await (await browser_of("root")).get("/team/ann")).text
    shown = re.search(r'name="addresses.slack" type="text" value="(.*?)"', html)
    assert shown is not None
    await ann.post("/me/notifications", data={"addresses.slack": shown[1]})
    assert (await person(now_store)).addresses["slack"] == webhook
    await ann.post("/me/notifications", data={"addresses.slack": ""})
    assert "slack" not in (await person(now_store)).addresses


async def test_an_email_of_somebody_else_is_refused_at_its_field(browser_of: BrowserOf, now_store: Store) -> None:
    omar = await browser_of("omar")
    typed = {"addresses.email": "ANN@example.org", "addresses.sms": "+15550102"}
    answer = await omar.post("/me/notifications", data=typed)
    assert answer.status_code == 422
    assert re.search(r'id="e-addresses.email">Ann Lee has it already', answer.text)
    assert 'value="+15550102"' in answer.text
    assert (await person(now_store, "omar")).addresses == {}


async def test_a_new_password_ends_all_other_sessions(browser: Http, browser_of: BrowserOf, now_store: Store) -> None:
    lost = await browser_of("ann")
    await log_in(browser)
    new = {"password": "the next one", "again": "the next one"}
    for typed, fault in (
        (new, "This is not your password."),
        (new | {"current": "wrong one"}, "This is not your password."),
        (new | {"current": PASSWORD, "again": "other"}, "The two are not the same."),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "10 characters"),
    ):
        answer = await browser.post("/me/password", data=typed)
        assert (answer.status_code, fault in answer.text) == (422, True)
    assert await is_in(lost)
    assert (await browser.post("/me/password", data=new | {"current": PASSWORD})).status_code == 303
    assert (await is_in(browser), await is_in(lost)) == (True, False)
    assert (await log_in(lost))[0] == 401
    assert (await log_in(lost, password="the next one"))[0] == 303


async def test_the_password_cannot_be_guessed_on_the_own_page_either(browser: Http, now_store: Store) -> None:
    await log_in(browser)
    new = {"password": "the next one", "again": "the next one"}
    for number in range(5):
        await browser.post("/me/password", data=new | {"current": f"guess {number}"})
    await keep_waiting(now_store)
    answer = await browser.post("/me/password", data=new | {"current": PASSWORD})
    assert "Too many wrong passwords" in answer.text
    assert await now_store.access.password_fits("ann", PASSWORD)


async def test_who_came_with_a_key_chooses_a_first_password(browser_of: BrowserOf, now_store: Store) -> None:
    omar = await browser_of("omar")
    assert "Password now" not in (await omar.get("/me")).text
    new = {"password": PASSWORD, "again": PASSWORD}
    assert (await omar.post("/me/password", data=new)).status_code == 303
    assert await now_store.access.password_fits("omar", PASSWORD)
    assert "Password now" in (await omar.get("/me")).text


async def test_a_session_is_ended_from_another_browser(browser: Http, browser_of: BrowserOf, now_store: Store) -> None:
    lost, foreign = await browser_of("ann"), await browser_of("omar")
    await log_in(browser)
    [bobs] = await now_store.access.sessions("omar")
    shown = re.findall(r'name="session" value="(\w+)"', (await browser.get("/me")).text)
    assert len(shown) == 1
    for session_id in (*shown, bobs.id):
        assert (await browser.post("/me/sessions", data={"session": session_id})).status_code == 303
    assert [await is_in(one) for one in (browser, lost, foreign)] == [True, False, True]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on an iPhone"),
        ("curl/8.0", "A browser"),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(agent: str, name: str) -> None:
    assert called(agent) == name
