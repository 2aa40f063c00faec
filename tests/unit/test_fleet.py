"""One order for everything that matches: who may, what matches, what is refused, what the same key does again."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from starlette.requests import Request

from handover.errors import NotFound, Refused, Unavailable
from handover.messages import HandoverStatus, Reassign, Snooze
from handover.staff import Staff
from store import Store
from store.tables import HandoverRow
from tests.unit.store_world import BOT, case_of, open_one, save, staff
from tests.unit.web_world import ClientDouble, Http, SignIn
from web.access import Caller
from web.bodies import BulkLine, BulkMatched, BulkReassignBody, OpenHandovers
from web.fleet import AT_ONCE, Line, Order, matching
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

BULK = "/v1/handovers/bulk"
OPENED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
TO_SUPPORT = {"act": "reassign", "to": "role:support", "query": {"assignee": "sarah"}}


@pytest.fixture(autouse=True)
async def people(now_store: Store) -> None:
    await now_store.settings.put_bot(BOT)
    support = [Staff(id=name, name=name.title(), roles=["support"]) for name in ("sarah", "ben")]
    gone = Staff(id="gone", name="Gone", roles=["manager"], enabled=False)
    await staff(now_store, *support, gone, Staff(id="omar", name="Omar", roles=["manager"]))


@pytest.fixture
async def http(sign_in: SignIn) -> Http:
    return await sign_in("omar")


async def opened(store: Store, count: int, holder: str | None = "sarah", *, first: int = 0, **values: Any) -> list[str]:
    """So many handovers, a minute after one another."""
    ids = [f"c{number:03}" for number in range(first, first + count)]
    for number, conversation_id in enumerate(ids, first):
        at = OPENED + timedelta(minutes=number)
        one = await open_one(store, conversation_id, at=at)
        await save(store, case_of(one, conversation_id, holder=holder, seq=1, opened_at=at, **values))
    return [f"{one}~1" for one in ids]


async def give(http: Http, order: dict[str, Any], key: str | None = None, **headers: str) -> Any:
    headers |= {"Idempotency-Key": key} if key else {}
    return await http.post(BULK, json=order, headers=headers)


async def ordered(http: Http, order: dict[str, Any], key: str | None = None) -> Any:
    answer = await give(http, order, key)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def matched(http: Http, **query: Any) -> list[str]:
    """The handovers that a query matches, in the order in which they would be acted on."""
    answer = await ordered(http, {"act": "hand_back", "query": query, "dry_run": True})
    return [one["handover_id"] for one in answer["handovers"]]


async def test_everything_that_matches_is_acted_on(http: Http, now_store: Store, client: ClientDouble) -> None:
    hers = await opened(now_store, 3)
    await opened(now_store, 2, "ben", first=10)
    answer = await ordered(http, TO_SUPPORT)
    assert (answer["matched"], answer["done"], answer["refused"], answer["unanswered"]) == (3, 3, 0, 0)
    act = Reassign(staff_id="omar", to="role:support")
    assert sorted(client.acts, key=str) == [("reassign", one, act) for one in hers]
    assert {one["handover_id"]: one["assignee"] for one in answer["handovers"]} == dict.fromkeys(hers, "ben")


async def test_snooze_and_hand_back(http: Http, now_store: Store, client: ClientDouble) -> None:
    [one] = await opened(now_store, 1)
    until = datetime.now(UTC) + timedelta(hours=1)
    await ordered(http, {"act": "snooze", "until": until.isoformat(), "query": {"conversation_id": "c000"}})
    await ordered(http, {"act": "hand_back", "all": True})
    assert [(name, of, act.staff_id) for name, of, act in client.acts] == [
        ("snooze", one, "omar"),
        ("hand_back", one, "omar"),
    ]
    assert client.acts[0][2] == Snooze(staff_id="omar", until=until)


async def test_the_filters_are_those_of_the_log(http: Http, now_store: Store) -> None:
    first, second = await opened(now_store, 2)
    [nobodys] = await opened(now_store, 1, None, first=5, status=HandoverStatus.acknowledged)
    assert await matched(http, assignee="sarah") == [first, second]
    assert await matched(http, assignee="") == [nobodys]
    assert await matched(http, conversation_id="c001") == [second]
    assert await matched(http, status="acknowledged") == [nobodys]
    assert await matched(http, status=["scheduled", "acknowledged"]) == [nobodys]
    assert await matched(http, since=(OPENED + timedelta(minutes=1)).isoformat()) == [second, nobodys]
    assert await matched(http, until=OPENED.isoformat()) == []
    assert await matched(http, reason="human_requested", bot_id="support", assignee="sarah") == [first, second]
    assert await matched(http, reason="another") == []


async def test_what_has_ended_is_never_touched(http: Http, now_store: Store) -> None:
    for number, status in enumerate(HandoverStatus):
        await opened(now_store, 1, first=number, status=status)
    assert await matched(http, assignee="sarah") == ["c000~1", "c001~1", "c002~1"]


async def test_what_changes_its_status_meanwhile_is_not_missed(now_store: Store) -> None:
    await opened(now_store, 3, status=HandoverStatus.scheduled)

    class Reads:
        """After each part that is read, every case that had its time to come is open."""

        async def handovers(self, **asked: Any) -> Any:
            part = await now_store.reads.handovers(**asked)
            async with now_store.database.write() as session:
                await session.execute(update(HandoverRow).values(status="open"))
            return part

    reads: Any = Reads()
    found = await matching(reads, OpenHandovers(assignee="sarah"))
    assert [one.handover_id for one in found] == ["c000~1", "c001~1", "c002~1"]


async def test_the_most_urgent_come_first(http: Http, now_store: Store) -> None:
    await opened(now_store, 2)
    await opened(now_store, 1, first=5, priority="urgent")
    assert await matched(http, assignee="sarah") == ["c005~1", "c000~1", "c001~1"]


async def test_all_parts_are_walked_and_only_a_few_are_acted_on_at_once(
    http: Http, now_store: Store, client: ClientDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.fleet._PART", 7)
    ids = await opened(now_store, 30)
    answer = await ordered(http, TO_SUPPORT)
    assert answer["done"] == 30
    assert sorted(of for _, of, _ in client.acts) == ids
    assert 1 < client.most <= AT_ONCE


async def test_a_refusal_is_told_and_the_rest_goes_on(http: Http, now_store: Store, client: ClientDouble) -> None:
    first, second, third, fourth = await opened(now_store, 4)
    since = OPENED + timedelta(hours=1)
    client.fails = {
        first: Refused("nobody_available", "Nobody could be found.", "sarah", since),
        third: Unavailable("No answer came in time."),
    }
    answer = await ordered(http, TO_SUPPORT)
    assert (answer["done"], answer["refused"], answer["unanswered"]) == (2, 1, 1)
    lines = {one["handover_id"]: one for one in answer["handovers"]}
    assert lines[first] == {
        "handover_id": first,
        "result": "refused",
        "type": "urn:handover:problem:nobody_available",
        "detail": "Nobody could be found.",
        "holder": "sarah",
        "since": since.isoformat().replace("+00:00", "Z"),
    }
    assert (lines[third]["result"], lines[third]["detail"]) == ("unanswered", "No answer came in time.")
    assert [lines[one]["result"] for one in (second, fourth)] == ["done", "done"]


async def test_who_ended_it_meanwhile_is_named(http: Http, now_store: Store, client: ClientDouble) -> None:
    [one] = await opened(now_store, 1)

    async def ends(*_: Any, **__: Any) -> Any:
        done = await now_store.reads.handover(one)
        ended = case_of(
            await open_one(now_store, "c000"), "c000", seq=2, status=HandoverStatus.completed, ended_by="ben"
        )
        await save(now_store, ended.model_copy(update={"completed_at": done.opened_at}))
        raise NotFound("open handover", one)

    client.reassign = ends  # type: ignore[method-assign]
    [line] = (await ordered(http, TO_SUPPORT))["handovers"]
    assert (line["type"], line["holder"]) == ("urn:handover:problem:already_completed", "ben")


async def test_lines_come_as_it_happens(http: Http, now_store: Store, client: ClientDouble) -> None:
    first, second = await opened(now_store, 2)
    client.fails = {second: Refused("not_yours", "It is held.")}
    answer = await give(http, TO_SUPPORT, Accept="application/x-ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    begin, *each, end = [json.loads(line) for line in answer.text.splitlines()]
    assert begin == {"matched": 2}
    assert {one["handover_id"]: one["result"] for one in each} == {first: "done", second: "refused"}
    assert end == {"matched": 2, "done": 1, "refused": 1, "unanswered": 0, "dry_run": False}


async def test_nothing_matches(http: Http) -> None:
    assert (await ordered(http, TO_SUPPORT))["matched"] == 0


async def test_a_dry_run_changes_nothing(http: Http, now_store: Store, client: ClientDouble) -> None:
    [one] = await opened(now_store, 1)
    answer = await ordered(http, {**TO_SUPPORT, "dry_run": True}, key="k")
    assert answer["handovers"] == [{"handover_id": one, "result": "matched", "status": "open", "assignee": "sarah"}]
    assert (answer["matched"], answer["done"], answer["dry_run"]) == (1, 0, True)
    assert (client.acts, (await now_store.access.audits()).items) == ([], [])
    assert (await ordered(http, TO_SUPPORT, key="k"))["done"] == 1  # the key is still free


async def test_it_is_in_the_audit_log(http: Http, now_store: Store) -> None:
    await opened(now_store, 2)
    await ordered(http, TO_SUPPORT)
    [line] = (await now_store.access.audits()).items
    assert line.kind == "bulk"
    assert line.actor.startswith("key:")
    assert line.text == 'omar to 2 handovers: {"to":"role:support","query":{"assignee":"sarah"},"act":"reassign"}'


# ---- the same key again ------------------------------------------------------------------------------------------------


async def test_the_same_key_again_gets_the_first_answer(http: Http, now_store: Store, client: ClientDouble) -> None:
    await opened(now_store, 2)
    first = await give(http, TO_SUPPORT, "k")
    await opened(now_store, 1, first=10)  # would match by now
    again = await give(http, TO_SUPPORT, "k")
    assert again.json() == first.json()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert len(client.acts) == 2
    in_lines = await give(http, TO_SUPPORT, "k", Accept="application/x-ndjson")
    assert len(in_lines.text.splitlines()) == 4
    assert (await ordered(http, TO_SUPPORT, "another"))["done"] == 3


async def test_a_key_is_for_one_order(http: Http, now_store: Store) -> None:
    await ordered(http, TO_SUPPORT, "k")
    answer = await give(http, {**TO_SUPPORT, "to": "role:manager"}, "k")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handover:problem:key_reused")


async def test_the_same_key_goes_on_where_somebody_did_not_answer(
    http: Http, now_store: Store, client: ClientDouble
) -> None:
    first, second = await opened(now_store, 2)
    client.fails = {first: Unavailable("No answer came in time.")}
    assert (await ordered(http, TO_SUPPORT, "k"))["unanswered"] == 1
    client.fails = {}
    assert (await ordered(http, TO_SUPPORT, "k"))["done"] == 2
    assert sorted(of for _, of, _ in client.acts) == [first, second]


async def test_who_stops_listening_stops_the_rest_and_goes_on_with_the_same_key(
    services: Services, now_store: Store, client: ClientDouble
) -> None:
    ids = await opened(now_store, 30)
    lines = an_order(services).lines()
    begin = [await anext(lines) for _ in range(3)]
    assert isinstance(begin[0], BulkMatched)
    await lines.aclose()
    await asyncio.sleep(0.1)
    assert 2 <= len(client.acts) <= 3 * AT_ONCE
    rest: list[Line] = [line async for line in an_order(services).lines()]
    assert sum(isinstance(line, BulkLine) for line in rest) == 30
    assert sorted(of for _, of, _ in client.acts) == ids


def an_order(services: Services) -> Order:
    body = BulkReassignBody.model_validate(TO_SUPPORT)

    async def receive() -> Any:
        return {"type": "http.request", "body": body.model_dump_json().encode()}

    scope = {"type": "http", "method": "POST", "path": BULK, "headers": [], "query_string": b"", "server": ("x", 80)}
    return Order(Request(scope, receive), services, Caller("person:omar", "omar", manages=True), body, "k")


# ---- what is refused as a whole ------------------------------------------------------------------------------------------


async def test_who_is_no_manager_may_not(sign_in: SignIn, now_store: Store, client: ClientDouble) -> None:
    await opened(now_store, 1)
    hers, everybodys = await sign_in("sarah"), await sign_in()
    answers = [
        await give(hers, TO_SUPPORT),
        await give(everybodys, {**TO_SUPPORT, "staff_id": "sarah"}),
        await give(hers, {"act": "not even looked at"}),
    ]
    assert {(one.status_code, one.json()["type"]) for one in answers} == {(403, "urn:handover:problem:managers_only")}
    assert client.acts == []


async def test_a_key_that_acts_for_everybody_names_a_manager(sign_in: SignIn, now_store: Store) -> None:
    await opened(now_store, 1)
    http = await sign_in()
    assert (await ordered(http, {**TO_SUPPORT, "staff_id": "omar"}))["done"] == 1
    answer = await give(http, TO_SUPPORT)
    assert (answer.status_code, "staff_id" in answer.json()["detail"]) == (422, True)


SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ({"act": "hand_back"}, "query"),
        ({"act": "hand_back", "query": {}}, "query"),
        ({"act": "hand_back", "query": {"assignee": None}}, "query"),
        ({"act": "hand_back", "query": {"assignee": "sarah"}, "all": True}, "query"),
        ({"act": "hand_back", "query": {"asignee": "sarah"}}, "asignee"),
        ({"act": "hand_back", "query": {"status": "completed"}}, "status"),
        ({"act": "hand_back", "query": {"status": ["open", "completed"]}}, "status"),
        ({"act": "hand_back", "query": {"status": []}}, "status"),
        ({"act": "hand_back", "query": {"since": "yesterday"}}, "since"),
        ({"act": "hand_back", "query": {"limit": 5}}, "limit"),
        ({"act": "hand_back", "all": True, "to": "role:support"}, "to"),
        ({"act": "hand_back", "all": True, "staff_id": "nobody"}, "nobody"),
        ({"act": "hand_back", "all": True, "staff_id": "gone"}, "gone"),
        ({"act": "reassign", "all": True}, "to"),
        ({"act": "reassign", "all": True, "to": "support"}, "to"),
        ({"act": "reassign", "all": True, "to": "role:suport"}, "role:support"),
        ({"act": "reassign", "all": True, "to": "user:nobody"}, "user:ben"),
        ({"act": "snooze", "all": True}, "until"),
        ({"act": "snooze", "all": True, "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"act": "snooze", "all": True, "until": SOON[:19]}, "until"),
        ({"act": "cancel", "all": True}, "act"),
        ({"query": {"assignee": "sarah"}}, "act"),
    ],
)
async def test_a_wrong_order_is_refused_by_the_name_of_the_key(
    sign_in: SignIn, now_store: Store, client: ClientDouble, order: dict[str, Any], key: str
) -> None:
    await opened(now_store, 1)
    http = await sign_in()
    answer = await give(http, {"staff_id": "omar", **order}, "k", Accept="application/x-ndjson")
    assert answer.status_code == 422
    assert key in answer.json()["detail"]
    assert client.acts == []
    assert (await ordered(http, {**TO_SUPPORT, "staff_id": "omar"}, "k"))["done"] == 1  # the key is still free
