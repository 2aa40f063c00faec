"""The page of numbers: what it shows to whom, its filters, its pictures and its files."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from handover.bot import Bot
from store import Store
from tests.unit.people_world import BrowserOf
from tests.unit.store_lives import Handover
from tests.unit.web_world import Http
from web.pages.days import WrongDays
from web.pages.number_filters import Asked, Span, span_of
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.people_fixtures"]

GAP = "lack_of_information"
FORMULA = '=HYPERLINK("https://example.org")'
PLOTS = ["handovers", "first-response", "completion", "breaches", "questions"]


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


@pytest.fixture
async def cases(now_store: Store) -> None:
    """Two of Ann's, one of Omar's that is late, and one of nobody."""
    await now_store.settings.put_bot(Bot(id="support", name="Support desk"))
    asked = await Handover.opened(now_store, "c1", reason=GAP, request="<script>alert(1)</script>", at=hours_ago(30))
    await (await asked.answered(0.5)).completed(3, converted=True)
    await Handover.opened(now_store, "c2", reason=GAP, request=FORMULA, at=hours_ago(2))
    await Handover.opened(now_store, "c3", holder="omar", at=hours_ago(25))
    await Handover.opened(now_store, "c4", holder=None, reason="Wholesale", at=hours_ago(1))


async def text_of(http: Http, path: str = "/numbers") -> str:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def rows(http: Http, table: str, query: str = "") -> list[dict[str, str]]:
    answer = await http.get(f"/numbers/tables/{table}.csv?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{table}-')
    return list(csv.DictReader(StringIO(answer.text)))


# ---- who sees what ---------------------------------------------------------------------------------------------------


async def test_a_manager_sees_everything_once(browser_of: BrowserOf, cases: None) -> None:
    text = await text_of(await browser_of("omar"))
    assert "4 handovers; the most frequent reason: The bot had no answer (2 of 4)." in text
    assert "1 of 1 first response came in time. Still waiting past the promised time: 1." in text
    for name in PLOTS:
        assert text.count(f'<img src="/numbers/plots/{name}.svg?') == 1
    assert "Ann Lee" in text
    assert "Support desk" in text
    assert '<a href="/inbox/c1">c1</a>' in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


async def test_staff_see_what_they_have_themselves(browser_of: BrowserOf, cases: None) -> None:
    ann = await browser_of("ann")
    text = await text_of(ann)
    assert "<h1>My numbers</h1>" in text
    assert "2 handovers, all for one reason" in text
    assert 'name="person"' not in text
    assert [one["id"] for one in await rows(ann, "people")] == ["ann"]
    assert await text_of(ann, "/numbers?person=ann")


@pytest.mark.parametrize("path", ["/numbers", "/numbers/plots/handovers.svg", "/numbers/tables/people.csv"])
@pytest.mark.parametrize("person", ["omar", "-"])
async def test_staff_do_not_see_what_others_have(browser_of: BrowserOf, cases: None, path: str, person: str) -> None:
    ann = await browser_of("ann")
    answer = await ann.get(path, params={"person": person})
    assert answer.status_code == 403
    assert "Only managers and admins see the numbers of other people." in answer.text


@pytest.mark.parametrize("path", ["/numbers", "/numbers/plots/handovers.svg", "/numbers/tables/people.csv"])
async def test_nobody_else_comes_in(browser_of: BrowserOf, cases: None, path: str) -> None:
    answer = await (await browser_of()).get(path)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")


# ---- filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "handovers"),
    [
        ("", "4"),
        ("range=12w", "4"),
        ("person=ann", "2"),
        ("person=-", "1"),
        ("reason=Wholesale", "1"),
        ("bot=support", "4"),
        ("bot=another", "0"),
        ("person=omar&reason=human_requested", "1"),
        ("range=days&from=2020-01-01&to=2020-01-31", "0"),
    ],
)
async def test_the_filters_of_the_address(browser_of: BrowserOf, cases: None, query: str, handovers: str) -> None:
    omar = await browser_of("omar")
    assert [one["handovers"] for one in await rows(omar, "total", query)] == [handovers]


async def test_the_form_keeps_what_was_chosen_and_hands_it_on(browser_of: BrowserOf, cases: None) -> None:
    text = await text_of(await browser_of("omar"), "/numbers?range=12w&person=ann&reason=lack_of_information")
    for value in ("12w", "ann", "lack_of_information"):
        assert f'<option value="{value}" selected>' in text
    assert "/numbers/tables/people.csv?range=12w&amp;person=ann&amp;reason=lack_of_information" in text
    assert "/numbers/plots/handovers.svg?range=12w&amp;person=ann&amp;reason=lack_of_information" in text


async def test_a_rule_that_is_gone_can_still_be_chosen(browser_of: BrowserOf, cases: None) -> None:
    text = await text_of(await browser_of("omar"), "/numbers?reason=Wholesale")
    assert '<option value="Wholesale" selected>Wholesale</option>' in text


async def test_no_handovers_in_this_time(browser_of: BrowserOf, cases: None) -> None:
    text = await text_of(await browser_of("omar"), "/numbers?range=days&from=2020-01-01&to=2020-01-31")
    assert "No handovers in this time." in text
    assert "1 January to 31 January 2020" in text
    assert "<img" not in text


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("from=2026-11-16", "To: nothing is no day"),
        ("from=yesterday&to=2026-11-16", "From: yesterday is no day; allowed is one like 2026-11-16"),
        ("from=2026-11-16&to=2026-11-15", "To: 2026-11-15 is before 2026-11-16"),
        ("from=2020-01-01&to=2026-11-15", "allowed are 371 days at most, until 2021-01-05"),
        ("from=9999-12-31&to=9999-12-31", "From: 9999-12-31 is no day"),
    ],
)
async def test_days_that_cannot_be_shown_are_said_and_stay_in_the_form(
    browser_of: BrowserOf, cases: None, days: str, said: str
) -> None:
    omar = await browser_of("omar")
    answer = await omar.get(f"/numbers?range=days&{days}")
    assert answer.status_code == 422
    assert said in answer.text
    assert f'name="from" value="{days.split("&")[0].removeprefix("from=")}"' in answer.text
    for path in ("plots/handovers.svg", "tables/people.csv"):
        refused = await omar.get(f"/numbers/{path}?range=days&{days}", headers={"Accept": "*/*"})
        assert (refused.status_code, said in refused.json()["detail"]) == (422, True)


@pytest.mark.parametrize("query", ["range=year", "persn=ann", f"bot={'x' * 300}"])
async def test_an_address_that_is_not_known_is_refused(browser_of: BrowserOf, cases: None, query: str) -> None:
    assert (await (await browser_of("omar")).get(f"/numbers?{query}")).status_code == 422


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({"range": "week"}, date(2026, 11, 16), date(2026, 11, 22)),
        ({}, date(2026, 10, 26), date(2026, 11, 22)),
        ({"range": "12w"}, date(2026, 8, 31), date(2026, 11, 22)),
        ({"range": "days", "from": "2026-11-20", "to": "2026-11-20"}, date(2026, 11, 20), date(2026, 11, 20)),
        ({"range": "days", "from": "2025-11-16", "to": "2026-11-21"}, date(2025, 11, 16), date(2026, 11, 21)),
    ],
)
def test_the_days_of_a_time(asked: dict[str, Any], first: date, last: date) -> None:
    sunday = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)  # already Monday in Berlin
    assert span_of(Asked.model_validate(asked), sunday, "Europe/Berlin") == Span(first, last, "Europe/Berlin")


def test_days_begin_and_end_where_the_managers_are() -> None:
    span = Span(date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin")  # it has 23 hours
    assert span.since.astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert span.until.astimezone(UTC) == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_a_year_and_a_day_too_much_are_refused() -> None:
    with pytest.raises(WrongDays):
        span_of(Asked.model_validate({"range": "days", "from": "2025-11-16", "to": "2026-11-22"}), hours_ago(0), "UTC")


# ---- pictures and files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLOTS)
async def test_the_pictures(browser_of: BrowserOf, cases: None, name: str) -> None:
    omar = await browser_of("omar")
    answer = await omar.get(f"/numbers/plots/{name}.svg?dark=1&narrow=1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["cache-control"] == "no-store"
    assert 'width="360"' in answer.text
    assert "#1d2329" in answer.text


@pytest.mark.parametrize(
    "path", ["plots/pie.svg", "tables/secrets.csv", "plots/breaches.svg?range=days&from=2020-01-01&to=2020-01-01"]
)
async def test_what_is_not_there_is_not_found(browser_of: BrowserOf, cases: None, path: str) -> None:
    assert (await (await browser_of("omar")).get(f"/numbers/{path}")).status_code == 404


async def test_the_files_hold_the_numbers_of_the_api(browser_of: BrowserOf, cases: None) -> None:
    omar = await browser_of("omar")
    span = span_of(Asked(), datetime.now(UTC), "UTC")
    asked = {"since": span.since.isoformat(), "until": span.until.isoformat()}
    numbers = (await omar.get("/v1/metrics/handovers", params=asked)).json()
    assert numbers["handovers"] == 4
    [total] = await rows(omar, "total")
    assert total == {name: _cell(numbers[name]) for name in total}
    for table, part in (("people", "per_person"), ("bots", "per_bot")):
        found = [{name: one[name] for name in one if name != "name"} for one in await rows(omar, table)]
        assert found == [{name: _cell(of[name]) for name in found[0]} for of in numbers[part]]
    hours = [int(one["breaches"]) for one in await rows(omar, "breaches")]
    assert hours == numbers["breaches_by_hour"]
    weeks = {one["week"]: one for one in await rows(omar, "handovers")}
    assert {week: int(one["handovers"]) for week, one in weeks.items() if one["handovers"] != "0"} == numbers[
        "per_week"
    ]
    for reason, count in numbers["reasons"].items():
        assert sum(int(one[reason]) for one in weeks.values()) == count
    responses = await rows(omar, "first-response")
    assert sum(int(one["in_time"]) for one in responses) == numbers["first_responses"]["in_time"]
    tasks = await rows(omar, "completion")
    assert sum(int(one["completed"]) for one in tasks) == numbers["completed"]


async def test_the_hours_of_the_page_are_those_of_the_managers(
    browser_of: BrowserOf, cases: None, services: Services
) -> None:
    omar = await browser_of("omar")
    in_greenwich = [one["breaches"] for one in await rows(omar, "breaches")]
    services.settings.review_time_zone = "Asia/Tokyo"
    in_tokyo = [one["breaches"] for one in await rows(omar, "breaches")]
    assert in_tokyo == in_greenwich[-9:] + in_greenwich[:-9]
    assert "1" in in_tokyo


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


async def test_what_a_contact_wrote_is_no_formula_in_the_file(browser_of: BrowserOf, cases: None) -> None:
    questions = await rows(await browser_of("omar"), "questions")
    assert {one["example"] for one in questions} == {f"'{FORMULA}", "<script>alert(1)</script>"}
    assert {one["conversations"] for one in questions} == {"c1", "c2"}
