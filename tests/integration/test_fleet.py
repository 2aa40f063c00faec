"""Fleet control on a real server: dozens of cases by one request or one command."""

import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from console.api import Api
from console.server import api_key
from engine.process import wait_until
from engine.stack import Stack
from tests.integration.test_server import typed

Json = dict[str, Any]
BULK = "/v1/handovers/bulk"


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {api_key(stack.plan)}"}
    async with httpx2.AsyncClient(base_url=stack.url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


async def a_person(api: Api, capacity: int = 50, role: str = "nobodys") -> str:
    """Somebody new, so that no other test gives them cases."""
    name = f"p-{uuid.uuid4().hex[:8]}"
    await api.put(f"/staff/{name}", {"name": name.title(), "roles": [role], "capacity": capacity})
    return name


async def cases_of(api: Api, person: str, count: int) -> list[str]:
    """So many open handovers of contacts whom this person looks after."""
    ids = [f"c-{uuid.uuid4().hex[:10]}" for _ in range(count)]
    for conversation_id in ids:
        body = {"text": "A person, please", "contact": {"id": conversation_id, "owner": person}}
        await api.post(f"/conversations/{conversation_id}/handover", body)

    async def all_have_begun() -> bool:
        return len(await held_by(api, person)) == count

    assert await wait_until(all_have_begun, 60)
    return [f"{one}~1" for one in ids]


async def held_by(api: Api, person: str) -> list[Json]:
    found: list[Json] = (await api.get("/handovers", assignee=person, limit=200))["items"]
    return found


async def logged(api: Api, handover_id: str, kind: str) -> int:
    """How often something happened to a handover."""
    return sum(line["kind"] == kind for line in (await api.get(f"/handovers/{handover_id}"))["log"])


def reassign(query: Json, role: str, **more: Any) -> Json:
    return {"act": "reassign", "to": f"role:{role}", "query": query, "staff_id": "omar", **more}


async def test_who_goes_home_leaves_no_case_behind(http: httpx2.AsyncClient, api: Api) -> None:
    """Twelve cases go fairly to the evening shift, and to nobody over their capacity."""
    person = await a_person(api)
    shift = [await a_person(api, capacity, "evening") for capacity in (6, 6, 3)]
    cases = await cases_of(api, person, 12)
    answer = (await http.post(BULK, json=reassign({"assignee": person}, "evening"))).json()
    assert (answer["matched"], answer["done"]) == (12, 12)
    assert {one["handover_id"] for one in answer["handovers"]} == set(cases)
    assert await held_by(api, person) == []
    loads = Counter({name: len(await held_by(api, name)) for name in shift})
    assert sorted(loads.values()) == [3, 4, 5]
    assert loads[shift[2]] == 3
    assert loads == Counter(one["assignee"] for one in answer["handovers"])


async def test_where_the_room_ends_the_rest_is_named_and_stays(http: httpx2.AsyncClient, api: Api) -> None:
    person, few = await a_person(api), await a_person(api, 3, "few")
    cases = await cases_of(api, person, 5)
    answer = (await http.post(BULK, json=reassign({"assignee": person}, "few"))).json()
    assert (answer["done"], answer["refused"]) == (3, 2)
    refused = [one for one in answer["handovers"] if one["result"] == "refused"]
    assert {one["type"] for one in refused} == {"urn:handover:problem:nobody_available"}
    assert {one["handover_id"] for one in refused} == {one["handover_id"] for one in await held_by(api, person)}
    assert len(await held_by(api, few)) == 3
    assert {one["handover_id"] for one in answer["handovers"]} == set(cases)


async def test_cut_off_and_repeated_with_its_key_nothing_is_done_twice(http: httpx2.AsyncClient, api: Api) -> None:
    """The query still matches what was done, so that only the key keeps it from being done again."""
    person, role = await a_person(api), "later"
    for _ in range(3):
        await a_person(api, 50, role)
    since = datetime.now(UTC).isoformat()
    cases = await cases_of(api, person, 25)
    order, key = reassign({"since": since}, role), {"Idempotency-Key": uuid.uuid4().hex}
    lines = {"Accept": "application/x-ndjson"}
    async with http.stream("POST", BULK, json=order, headers=key | lines) as stream:
        each = stream.aiter_lines()
        assert json.loads(await anext(each)) == {"matched": 25}
        first = [json.loads(await anext(each)) for _ in range(3)]
    assert {one["result"] for one in first} == {"done"}

    async def is_free() -> bool:
        return (await http.post(BULK, json=order, headers=key)).status_code == 200

    assert await wait_until(is_free, 30)
    again = await http.post(BULK, json=order, headers=key)
    assert (again.json()["matched"], again.json()["done"]) == (25, 25)
    assert again.headers["idempotent-replayed"] == "true"
    assert {await logged(api, one, "reassigned") for one in cases} == {1}
    assert await held_by(api, person) == []


async def test_what_is_refused_or_only_tried_changes_nothing(http: httpx2.AsyncClient, api: Api) -> None:
    person = await a_person(api)
    cases = await cases_of(api, person, 2)
    order = reassign({"assignee": person}, "support")
    tried = await http.post(BULK, json={**order, "dry_run": True})
    assert {one["handover_id"] for one in tried.json()["handovers"]} == set(cases)
    answers = [
        await http.post(BULK, json={**order, "staff_id": person}),
        await http.post(BULK, json={**order, "query": {}}),
        await http.post(BULK, json={**order, "to": "role:suport"}),
        await http.post(BULK, json=order, headers={"Authorization": "Bearer wrong"}),
    ]
    assert [one.status_code for one in answers] == [403, 422, 422, 401]
    assert [await logged(api, one, "reassigned") for one in cases] == [0, 0]


async def test_the_commands(stack: Stack, api: Api) -> None:
    environment = {"HANDOVER_API_KEY": api_key(stack.plan), "HANDOVER_URL": stack.url}
    person, _ = await a_person(api), await a_person(api, 2, "two")
    cases = await cases_of(api, person, 3)
    query = ("--assignee", person)

    code, out, errors = await typed("fleet", "reassign", *query, "--to", "role:two", "--dry-run", **environment)
    assert (code, errors) == (0, "")
    assert all(one in out for one in cases)
    assert len(await held_by(api, person)) == 3

    until = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    code, out, _ = await typed("fleet", "snooze", *query, "--until", until, **environment)
    assert code == 0
    assert "In the name of Omar Haddad." in out
    assert "3 of 3 snoozed." in out
    assert [await logged(api, one, "snoozed") for one in cases] == [1, 1, 1]

    code, out, _ = await typed("fleet", "hand-back", *query, "--by", "omar", **environment)
    assert (code, "3 of 3 handed back." in out) == (0, True)
    assert [await logged(api, one, "handed_back") for one in cases] == [1, 1, 1]

    code, out, _ = await typed("fleet", "reassign", *query, "--to", "role:two", **environment)
    assert code == 1
    assert "2 of 3 reassigned." in out
    [left] = await held_by(api, person)
    assert f"{left['handover_id']}: Nobody could be found for role:two" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("reassign", "--to", "role:support"), 2, "query"),
        (("reassign", "--assignee", "sarah"), 2, "to"),
        (("reassign", "--assignee", "sarah", "--to", "role:suport"), 2, "role:support"),
        (("hand-back", "--all", "--by", "sarah"), 1, "managers"),
    ],
)
async def test_a_wrong_command_says_what_is_wrong(stack: Stack, words: tuple[str, ...], code: int, said: str) -> None:
    environment = {"HANDOVER_API_KEY": api_key(stack.plan), "HANDOVER_URL": stack.url}
    ended, _, errors = await typed("fleet", *words, **environment)
    assert (ended, said in errors) == (code, True), errors
