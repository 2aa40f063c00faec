"""Over HTTP: the numbers, the weekly review, and what every handover has to say for itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handover.staff import Access, Staff
from handover.week import week_before
from store import Store
from tests.unit.store_lives import Handover
from tests.unit.store_world import BOT, START, begin, staff
from tests.unit.web_world import Http, SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]


@pytest.fixture(autouse=True)
async def people(now_store: Store) -> None:
    await now_store.settings.put_bot(BOT)
    await staff(now_store, Staff(id="ann", name="Ann"), Staff(id="omar", name="Omar", access=Access.manager))


@pytest.fixture
async def managers(sign_in: SignIn) -> Http:
    return await sign_in("omar")


async def got(http: Http, path: str, **asked: Any) -> Any:
    answer = await http.get(f"/v1{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


ACCOUNT = ("assignee", "request", "completed_at", "outcome", "status")


async def test_every_handover_says_who_what_when_and_what_came_of_it(managers: Http, now_store: Store) -> None:
    several = await Handover.opened(now_store, "several-tasks")
    await (await several.completed(2, "needs_escalation")).completed(5)
    await (await Handover.opened(now_store, "no-task", has_task=False)).completed(3)
    await (await Handover.opened(now_store, "cancelled")).cancelled(4)
    scheduled = await Handover.opened(now_store, "scheduled")
    await (await scheduled.completed(1, "scheduled", follow_up_at=after(48))).completed(50)
    waits = await Handover.opened(now_store, "no-task-waits", has_task=False)
    await waits.completed(1, "scheduled", follow_up_at=after(48))
    await Handover.opened(now_store, "running", holder=None)

    def at(hours: float) -> str:
        return after(hours).isoformat().replace("+00:00", "Z")

    items = (await got(managers, "/handovers"))["items"]
    assert {one["conversation_id"]: tuple(one[name] for name in ACCOUNT) for one in items} == {
        "several-tasks": ("ann", "A refund", at(5), "closed", "completed"),
        "no-task": ("ann", "A refund", at(3), "closed", "completed"),
        "cancelled": ("ann", "A refund", at(4), None, "cancelled"),
        "scheduled": ("ann", "A refund", at(50), "closed", "completed"),
        "no-task-waits": ("ann", "A refund", None, "scheduled", "scheduled"),
        "running": (None, "A refund", None, None, "open"),
    }


async def test_a_task_says_whether_it_brought_something_or_was_needless(managers: Http, now_store: Store) -> None:
    first = await Handover.opened(now_store, "c1")
    await first.completed(2, "scheduled", follow_up_at=after(48), unnecessary=True)
    await first.completed(50, converted=True)
    tasks = [await got(managers, f"/tasks/c1~1~{number}") for number in (1, 2)]
    assert [(one["converted"], one["unnecessary"]) for one in tasks] == [(False, True), (True, False)]


async def test_the_numbers_each_bot_and_each_person(managers: Http, now_store: Store) -> None:
    await (await Handover.opened(now_store, "c1")).completed(30, converted=True)
    await Handover.opened(now_store, "c2", bot_id="billing", holder=None, at=datetime.now(UTC))
    numbers = await got(managers, "/metrics/handovers")
    assert (numbers["handovers"], numbers["breaches"], numbers["breaches_by_hour"][9]) == (2, 1, 1)
    assert {one["id"]: one["converted"] for one in numbers["per_bot"]} == {"support": 1, "billing": 0}
    assert {one["id"]: one["breaches"] for one in numbers["per_person"]} == {"ann": 1, None: 0}


async def test_the_numbers_of_one_conversation(managers: Http, now_store: Store) -> None:
    await (await Handover.opened(now_store, "c1")).completed(30)
    await Handover.opened(now_store, "c2", at=datetime.now(UTC))
    await begin(now_store, "c3")
    numbers = await got(managers, "/metrics/handovers", conversation_id="c1")
    assert (numbers["handovers"], numbers["breaches"], numbers["conversations"]) == (1, 1, 1)
    assert (numbers["tasks_per_week"], numbers["handover_share"]) == ({"2026-W47": {"completed": 1}}, 1.0)
    numbers = await got(managers, "/metrics/handovers", conversation_id="c3")
    assert (numbers["handovers"], numbers["conversations"], numbers["handover_share"]) == (0, 1, 0.0)


async def test_the_review_of_a_week(managers: Http, now_store: Store) -> None:
    await Handover.opened(now_store, "c1", reason="lack_of_information", request="Do you take bitcoin?")
    review = await got(managers, "/review", week="2026-W47")
    assert (review["week"], review["numbers"]["handovers"]) == ("2026-W47", 1)
    assert [(one["count"], one["example"]) for one in review["questions"]] == [(1, "Do you take bitcoin?")]
    assert "- once: Do you take bitcoin?" in review["text"]
    assert (await got(managers, "/review", week="2026-W46"))["numbers"]["handovers"] == 0


async def test_without_a_week_it_is_the_last_one_that_has_ended(managers: Http, now_store: Store) -> None:
    await begin(now_store)
    expected = {week_before(datetime.now(UTC), "UTC").name}
    found = {(await got(managers, "/review"))["week"]}
    assert found <= expected | {week_before(datetime.now(UTC), "UTC").name}  # it may be midnight


async def test_the_review_is_for_managers(sign_in: SignIn) -> None:
    answer = await (await sign_in("ann")).get("/v1/review")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:handover:problem:managers_only")


@pytest.mark.parametrize("asked", [{"week": "2026-W54"}, {"week": "last"}, {"weeks": "2026-W47"}])
async def test_what_is_no_week_is_refused_and_named(managers: Http, asked: dict[str, str]) -> None:
    answer = await managers.get("/v1/review", params=asked)
    assert answer.status_code == 422
    assert next(iter(asked)) in answer.json()["detail"]


async def test_the_pictures_of_a_review(managers: Http, now_store: Store) -> None:
    await Handover.opened(now_store, "c1", reason="lack_of_information", request="Do you take bitcoin?")
    review = await got(managers, "/review", week="2026-W47")
    assert {plot["question"] for plot in review["plots"]} >= {"How many handovers are there, and why?"}
    for plot in review["plots"]:
        picture = await managers.get(plot["svg"])
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
        assert picture.text.count(plot["question"]) > 1  # its title is drawn as well
        assert "default-src 'none'" in picture.headers["content-security-policy"]
    dark = await managers.get(review["plots"][0]["svg"], params={"week": "2026-W47", "dark": True, "narrow": True})
    assert "#1d2329" in dark.text


@pytest.mark.parametrize("path", ["nothing.svg?week=2026-W47", "handovers.svg?week=2026-W10"])
async def test_a_picture_that_is_not_there(managers: Http, path: str) -> None:
    answer = await managers.get(f"/v1/review/plots/{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:handover:problem:not_found")


async def test_the_pictures_of_a_review_are_for_managers(sign_in: SignIn) -> None:
    answer = await (await sign_in("ann")).get("/v1/review/plots/handovers.svg")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:handover:problem:managers_only")


async def test_the_numbers_of_a_reason_in_a_time_zone(managers: Http, now_store: Store) -> None:
    await Handover.opened(now_store, "c1", reason="high_value", at=START - timedelta(hours=9, minutes=30))
    await Handover.opened(now_store, "c2")
    found = await got(managers, "/metrics/handovers", reason="high_value", time_zone="Europe/Berlin")
    assert found["per_week"] == {"2026-W47": 1}
    answer = await managers.get("/v1/metrics/handovers", params={"time_zone": "Berlin"})
    assert (answer.status_code, answer.json()["errors"][0]["key"]) == (422, "time_zone")
