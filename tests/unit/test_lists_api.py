"""Lists over HTTP: a person's inbox, and what every list says of a filter that it does not know."""

from typing import Any

import pytest

from handover.casefile import Notification
from handover.staff import Staff
from store import Store
from tests.unit.store_world import BOT, begin, case_of, open_one, save, staff
from tests.unit.web_world import Http, SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

INBOX = "/v1/notifications"


@pytest.fixture(autouse=True)
async def people(now_store: Store) -> None:
    await now_store.settings.put_bot(BOT)
    await staff(now_store, Staff(id="ann", name="Ann"), Staff(id="bob", name="Bob"))


@pytest.fixture
async def hers(sign_in: SignIn) -> Http:
    return await sign_in("ann")


@pytest.fixture
async def everybodys(sign_in: SignIn) -> Http:
    return await sign_in()


async def tell(store: Store, *texts: str, staff_id: str = "ann", channel: str = "inbox") -> None:
    for text in texts:
        values = {"key": f"{staff_id}/{text}", "staff_id": staff_id, "event": "reminder", "text": text}
        await store.notifications.put(Notification(conversation_id="c1", number=1, **values), channel)


async def shown(http: Http, **asked: Any) -> list[str]:
    answer = await http.get(INBOX, params=asked)
    assert answer.status_code == 200, answer.text
    return [one["text"] for one in answer.json()["items"]]


async def read(http: Http, *ids: int, **more: Any) -> int:
    return (await http.post(f"{INBOX}/read", json={"ids": list(ids), **more})).status_code


async def test_the_inbox_is_the_callers_own_newest_first(hers: Http, now_store: Store) -> None:
    await tell(now_store, "one", "two")
    await tell(now_store, "not yours", staff_id="bob")
    await tell(now_store, "by mail", channel="email")
    assert await shown(hers) == ["two", "one"]
    newest = (await hers.get(INBOX)).json()["items"][0]
    assert newest.keys() == {"v", "id", "event", "conversation_id", "number", "text", "at", "read_at"}
    assert (newest["event"], newest["conversation_id"], newest["number"], newest["read_at"]) == (
        "reminder",
        "c1",
        1,
        None,
    )


async def test_the_inbox_comes_in_parts(hers: Http, now_store: Store) -> None:
    await tell(now_store, *"abcde")
    first = (await hers.get(INBOX, params={"limit": 2})).json()
    second = (await hers.get(INBOX, params={"limit": 2, "after": first["next"]})).json()
    last = (await hers.get(INBOX, params={"limit": 2, "after": second["next"]})).json()
    assert [[one["text"] for one in part["items"]] for part in (first, second, last)] == [["e", "d"], ["c", "b"], ["a"]]
    assert last["next"] is None


async def test_what_was_read_is_not_unread_any_more(hers: Http, now_store: Store) -> None:
    await tell(now_store, "one", "two", "three")
    ids = [one["id"] for one in (await hers.get(INBOX)).json()["items"]]
    assert await read(hers, *ids[:2]) == 204
    assert await shown(hers, unread=True) == ["one"]
    assert await shown(hers) == ["three", "two", "one"]
    first = (await hers.get(INBOX)).json()
    assert [one["read_at"] is not None for one in first["items"]] == [True, True, False]
    assert await read(hers, *ids[:2]) == 204
    assert (await hers.get(INBOX)).json() == first


async def test_nobody_reads_what_is_not_theirs(hers: Http, everybodys: Http, now_store: Store) -> None:
    await tell(now_store, "his", staff_id="bob")
    [one] = (await everybodys.get(INBOX, params={"staff_id": "bob"})).json()["items"]
    assert await read(hers, one["id"], 12345) == 204  # whether there is such a one is not told
    assert await shown(everybodys, staff_id="bob", unread=True) == ["his"]
    assert (await hers.get(INBOX, params={"staff_id": "bob"})).status_code == 403
    assert await read(hers, one["id"], staff_id="bob") == 403


async def test_a_key_that_acts_for_everybody_says_for_whom(everybodys: Http, now_store: Store) -> None:
    await tell(now_store, "one")
    assert await shown(everybodys, staff_id="ann") == ["one"]
    [one] = (await everybodys.get(INBOX, params={"staff_id": "ann"})).json()["items"]
    assert await read(everybodys, one["id"], staff_id="ann") == 204
    assert await shown(everybodys, staff_id="ann", unread=True) == []
    assert (await everybodys.get(INBOX)).status_code == 422
    assert await read(everybodys, one["id"]) == 422
    assert (await everybodys.get(INBOX, params={"staff_id": "nobody"})).status_code == 404
    assert await read(everybodys, one["id"], staff_id="nobody") == 404


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": [0]}, {"ids": [2**63]}, {"ids": [1] * 201}])
async def test_wrong_ids_are_refused_by_the_name_of_the_key(hers: Http, body: Any) -> None:
    answer = await hers.post(f"{INBOX}/read", json=body)
    assert (answer.status_code, "ids" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/v1/conversations", ["status=bot", "status=overdue", "status=further_up", "assignee=ann", "assignee="]),
        ("/v1/tasks", ["status=open", "assignee=ann", "status=overdue"]),
        (
            "/v1/handovers",
            [
                *("bot_id=b", "conversation_id=c", "reason=r", "assignee=ann", "since=2026-01-01T00:00:00Z"),
                *("status=open", "status=open&status=scheduled"),
                *("breached=true", "breached=false", "escalated=true"),
            ],
        ),
        ("/v1/metrics/handovers", ["bot_id=b", "conversation_id=c", "assignee=ann", "until=2026-01-01T00:00:00Z"]),
        (INBOX, ["unread=true"]),
    ],
)
async def test_a_filter_that_is_not_known_is_refused_by_its_name(hers: Http, path: str, filters: list[str]) -> None:
    for one in filters:
        assert (await hers.get(f"{path}?{one}")).status_code == 200, one
    answer = await hers.get(f"{path}?asignee=ann")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["key"] == "asignee"


async def test_handovers_of_one_status_or_of_several(hers: Http, now_store: Store) -> None:
    for name, status in (("c1", "open"), ("c2", "scheduled"), ("c3", "completed")):
        await save(now_store, case_of(await open_one(now_store, name), name, seq=1, status=status))
    for query, expected in (
        ("", ["c3~1", "c2~1", "c1~1"]),
        ("?status=open", ["c1~1"]),
        ("?status=open&status=scheduled", ["c2~1", "c1~1"]),
    ):
        items = (await hers.get(f"/v1/handovers{query}")).json()["items"]
        assert [one["handover_id"] for one in items] == expected, query
    answer = await hers.get("/v1/handovers?status=open&status=opne")
    assert (answer.status_code, answer.json()["errors"][0]["key"]) == (422, "status.1")


async def test_the_numbers_of_everybody_and_of_what_nobody_has(hers: Http, everybodys: Http, now_store: Store) -> None:
    for name, holder in (("c1", "ann"), ("c2", None), ("c3", None)):
        await save(now_store, case_of(await open_one(now_store, name), name, seq=1, holder=holder))
    for http, query, counted in (
        (everybodys, "?assignee=", 2),
        (everybodys, "", 3),
        (hers, "", 1),
        (hers, "?assignee=ann", 1),
    ):
        assert (await http.get(f"/v1/metrics/handovers{query}")).json()["handovers"] == counted, query
    for others in ("", "bob"):
        answer = await hers.get(f"/v1/metrics/handovers?assignee={others}")
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:handover:problem:managers_only")


@pytest.mark.parametrize("path", ["/v1/conversations", "/v1/tasks", "/v1/handovers", INBOX])
@pytest.mark.parametrize(("value", "key"), [("limit=0", "limit"), ("limit=201", "limit"), ("after=nonsense", "cursor")])
async def test_a_part_that_cannot_be_is_refused(hers: Http, path: str, value: str, key: str) -> None:
    answer = await hers.get(f"{path}?{value}")
    assert (answer.status_code, key in answer.json()["detail"]) == (422, True)


async def test_a_limit_is_kept(hers: Http, now_store: Store) -> None:
    for name in ("c1", "c2"):
        await begin(now_store, name)
    found = (await hers.get("/v1/conversations", params={"limit": 1})).json()
    assert (len(found["items"]), found["next"] is None) == (1, False)


async def test_a_name_that_nobody_can_have_is_refused(everybodys: Http) -> None:
    answer = await everybodys.post("/v1/handovers/c1~1/claim", json={"staff_id": "x" * 65})
    assert (answer.status_code, answer.json()["errors"][0]["key"]) == (422, "staff_id")


async def test_filters_and_answers_are_documented(hers: Http) -> None:
    paths = (await hers.get("/openapi.json")).json()["paths"]
    filters = {one["name"] for one in paths["/v1/handovers"]["get"]["parameters"]}
    assert filters >= {"bot_id", "conversation_id", "reason", "assignee", "status", "since", "until", "after", "limit"}
    assert {one["name"] for one in paths[INBOX]["get"]["parameters"]} == {"staff_id", "unread", "after", "limit"}
    answers = paths["/v1/handovers/bulk"]["post"]["responses"]
    assert answers["200"]["content"].keys() == {"application/json", "application/x-ndjson"}
    assert answers.keys() >= {"401", "403", "422", "503"}
