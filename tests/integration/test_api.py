"""The HTTP contract of spec §7 and the refusals of §8, over real HTTP."""

import asyncio
import json
import uuid
from typing import Any

import httpx2
import pytest

from console.api import Api
from console.server import api_key
from engine.process import wait_until
from engine.stack import Stack

Json = dict[str, Any]


@pytest.fixture
async def http(stack: Stack) -> Any:
    headers = {"Authorization": f"Bearer {api_key(stack.plan)}"}
    async with httpx2.AsyncClient(base_url=stack.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def conversation() -> str:
    return f"c-{uuid.uuid4().hex[:10]}"


def a_message(text: str, **more: Any) -> Json:
    return {"message_id": uuid.uuid4().hex, "text": text, **more}


async def handed_over(api: Api, conversation: str) -> Json:
    """The handover of a conversation whose contact asks for a person."""
    await api.post(f"/conversations/{conversation}/messages", a_message("I want to talk to a human"), wait=20)

    async def is_done() -> bool:
        actions = ((await api.get(f"/conversations/{conversation}")).get("detail") or {}).get("actions") or {}
        return bool(actions) and all(state["status"] != "running" for state in actions.values())

    assert await wait_until(is_done, 30)
    detail: Json = (await api.get(f"/conversations/{conversation}"))["detail"]
    return detail


async def test_a_message_is_answered_while_the_caller_waits(http: httpx2.AsyncClient, conversation: str) -> None:
    answer = await http.post(
        f"/v1/conversations/{conversation}/messages?wait=20", json=a_message("What are your opening hours?")
    )
    assert answer.status_code == 200
    [reply] = answer.json()["replies"]
    assert reply["author"] == "bot"
    assert "18:00" in reply["text"]


async def test_who_becomes_a_vip_on_the_way_is_one_for_the_rules(api: Api, conversation: str) -> None:
    """A backend that says more of the contact with a later message: the rules of that very turn know it."""
    path = f"/conversations/{conversation}"
    await api.post(f"{path}/messages", a_message("What are your opening hours?", contact={"name": "Jamie"}), wait=20)
    more = {"tags": ["vip"], "owner": "omar", "email": "jamie@example.org"}
    await api.post(f"{path}/messages", a_message("And on Saturdays?", contact=more), wait=20)
    found = await api.get(path)
    assert (found["status"], found["detail"]["reason"]) == ("escalated", "high_value")
    assert found["contact"].items() >= {"name": "Jamie", "owner": "omar", "email": "jamie@example.org"}.items()
    assert found["contact"]["tags"][0] == "vip"

    await api.post(f"{path}/messages", a_message("Hello?", contact={"phone": "+13125550142"}))

    async def is_known() -> bool:
        return bool((await api.get(path))["contact"]["phone"])

    assert await wait_until(is_known, 30)


async def test_a_message_without_waiting_is_accepted(http: httpx2.AsyncClient, conversation: str) -> None:
    answer = await http.post(f"/v1/conversations/{conversation}/messages", json=a_message("Hello"))
    assert (answer.status_code, answer.json()["replies"], answer.json()["duplicate"]) == (202, [], False)


async def test_nobody_answers_in_time(http: httpx2.AsyncClient, api: Api, conversation: str) -> None:
    await handed_over(api, conversation)
    answer = await http.post(f"/v1/conversations/{conversation}/messages?wait=0.5", json=a_message("Hello?"))
    assert (answer.status_code, answer.json()["replies"]) == (202, [])


async def test_the_same_message_again_says_so_and_changes_nothing(http: httpx2.AsyncClient, conversation: str) -> None:
    message = a_message("What are your opening hours?")
    path = f"/v1/conversations/{conversation}/messages"
    answers = await asyncio.gather(*(http.post(f"{path}?wait=20", json=message) for _ in range(5)))
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False, True, True, True, True]
    assert len({json.dumps(answer.json()["replies"]) for answer in answers}) == 1
    history = (await http.get(path)).json()["items"]
    assert [one["author"] for one in history] == ["contact", "bot"]


async def test_fifty_triggers_at_once_give_one_handover(http: httpx2.AsyncClient, api: Api, conversation: str) -> None:
    path = f"/v1/conversations/{conversation}"
    presses = [http.post(f"{path}/handover", json={}) for _ in range(25)]
    wishes = [http.post(f"{path}/messages", json=a_message("I want to talk to a human")) for _ in range(25)]
    answers = await asyncio.gather(*presses, *wishes)
    assert {answer.status_code for answer in answers} <= {200, 202}
    detail = await handed_over(api, conversation)
    assert (detail["number"], len(detail["tasks"])) == (1, 1)
    assert len((await api.get("/handovers", conversation_id=conversation))["items"]) == 1
    history = (await api.get(f"/conversations/{conversation}/messages"))["items"]
    assert sum("Someone from the team" in one["text"] for one in history) == 1


async def test_twenty_claims_at_once_have_one_winner(http: httpx2.AsyncClient, api: Api, conversation: str) -> None:
    detail = await handed_over(api, conversation)
    for number in range(20):
        await api.put(f"/staff/p{number}", {"name": f"Person {number}", "roles": ["pool"]})
    path = f"/v1/handovers/{detail['handover_id']}/claim"
    answers = await asyncio.gather(*(http.post(path, json={"staff_id": f"p{number}"}) for number in range(20)))
    winners = [answer.json()["assignee"] for answer in answers if answer.status_code == 200]
    losers = [answer.json() for answer in answers if answer.status_code == 409]
    assert (len(winners), len(losers)) == (1, 19)
    assert {loser["holder"] for loser in losers} == set(winners)
    assert all(loser["since"] for loser in losers)


async def test_from_claim_to_completion(api: Api, conversation: str) -> None:
    detail = await handed_over(api, conversation)
    path = f"/handovers/{detail['handover_id']}"
    assert (await api.post(f"{path}/claim", {"staff_id": "sarah"}))["status"] == "acknowledged"
    await api.post(f"{path}/reply", {"staff_id": "sarah", **a_message("We come tomorrow.")})
    await api.post(f"{path}/note", {"staff_id": "ben", **a_message("I know them.")})
    [task] = (await api.get("/tasks", assignee="sarah", status="open", limit=200))["items"][-1:]
    body = {"staff_id": "sarah", "outcome": "closed", "converted": True}
    done = await api.post(f"/tasks/{task['task_id']}/complete", body)
    assert (done["status"], done["task_id"]) == ("completed", task["task_id"])
    after = await api.get(f"/conversations/{conversation}")
    assert (after["status"], after["contact"]["status"]) == ("bot", "done")
    assert after["detail"]["tasks"][0]["outcome"] == "closed"
    assert "I know them." not in [
        one["text"] for one in (await api.get(f"/conversations/{conversation}/messages"))["items"]
    ]
    assert (await api.get("/metrics/handovers"))["converted"] >= 1


async def test_a_manager_reopens_what_was_ended_wrongly(http: httpx2.AsyncClient, api: Api, conversation: str) -> None:
    detail = await handed_over(api, conversation)
    path = f"/v1/handovers/{detail['handover_id']}/reopen"
    early = await http.post(path, json={"staff_id": "omar"})
    assert (early.status_code, early.json()["type"]) == (409, "urn:handover:problem:handover_open")
    await api.post(f"/tasks/{detail['tasks'][0]['task_id']}/complete", {"staff_id": "omar", "outcome": "closed"})
    assert (await http.post(path, json={"staff_id": "sarah"})).status_code == 403
    answers = [
        await http.post(path, json={"staff_id": "omar"}, headers={"Idempotency-Key": f"reopen {conversation}"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["handover_id"] == detail["handover_id"]

    async def is_open_again() -> bool:
        now = await api.get(f"/handovers/{detail['handover_id']}")
        return [task["status"] for task in now["tasks"]] == ["completed", "open"]

    assert await wait_until(is_open_again, 20)


async def test_completing_twice_names_who_was_first(http: httpx2.AsyncClient, api: Api, conversation: str) -> None:
    detail = await handed_over(api, conversation)
    path = f"/v1/tasks/{detail['tasks'][0]['task_id']}/complete"
    body = {"staff_id": "omar", "outcome": "closed"}
    assert (await http.post(path, json=body)).status_code == 200
    again = await http.post(path, json={**body, "staff_id": "sarah"})
    assert again.status_code == 409
    assert (again.json()["type"], again.json()["holder"]) == ("urn:handover:problem:already_completed", "omar")
    late = await http.post(f"/v1/handovers/{detail['handover_id']}/claim", json={"staff_id": "sarah"})
    assert (late.status_code, late.json()["holder"]) == (409, "omar")


async def test_the_same_key_gets_the_first_answer_again(http: httpx2.AsyncClient, api: Api, conversation: str) -> None:
    detail = await handed_over(api, conversation)
    path = f"/v1/tasks/{detail['tasks'][0]['task_id']}/complete"
    key = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"staff_id": "omar", "outcome": "closed"}
    first, second = [await http.post(path, json=body, headers=key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    other = await http.post(path, json={**body, "note": "another"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:handover:problem:key_reused")


async def test_events_come_live_and_resume_after_a_cut(http: httpx2.AsyncClient, conversation: str) -> None:
    path = f"/v1/conversations/{conversation}"
    await http.post(f"{path}/messages?wait=20", json=a_message("Hello"))
    first = await events(http, f"{path}/events", 2)
    assert [one["event"] for one in first] == ["message", "message"]
    await http.post(f"{path}/messages", json=a_message("What are your opening hours?"))
    resumed = await events(http, f"{path}/events", 2, {"Last-Event-ID": first[0]["id"]})
    assert resumed[0] == first[1]
    assert int(resumed[1]["id"]) > int(first[1]["id"])


async def events(http: httpx2.AsyncClient, path: str, count: int, headers: dict[str, str] | None = None) -> list[Json]:
    """The first events of a stream."""
    found: list[Json] = []
    current: Json = {}
    async with asyncio.timeout(20), http.stream("GET", path, headers=headers or {}) as stream:
        async for line in stream.aiter_lines():
            name, _, value = line.partition(": ")
            if name in ("id", "event", "data"):
                current[name] = value
            elif not line and current:
                found.append(current)
                current = {}
            if len(found) == count:
                break
    return found


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({}, "message_id"),
        ({"message_id": "1"}, "text"),
        ({"message_id": "", "text": "x"}, "message_id"),
        ({"message_id": "1", "text": ""}, "text"),
        ({"message_id": "1", "text": "x", "colour": "red"}, "colour"),
        ({"message_id": "1", "text": "x", "bot_id": "no-such-bot"}, "bot_id"),
        ({"message_id": "1", "text": "x", "contact": {"tags": "vip"}}, "contact"),
        ({"message_id": 1, "text": ["x"]}, "text"),
    ],
)
async def test_a_wrong_message_is_refused_by_the_name_of_the_key(
    http: httpx2.AsyncClient, conversation: str, body: Json, key: str
) -> None:
    answer = await http.post(f"/v1/conversations/{conversation}/messages", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert key in answer.json()["detail"]
    assert (await http.get(f"/v1/conversations/{conversation}")).status_code == 404


@pytest.mark.parametrize(("text", "bytes_more"), [("ä" * 8193, 0), ("x", 70_000)])
async def test_what_is_too_large_is_refused_and_not_stored(
    http: httpx2.AsyncClient, conversation: str, text: str, bytes_more: int
) -> None:
    body = json.dumps(a_message(text)) + " " * bytes_more
    headers = {"Content-Type": "application/json"}
    answer = await http.post(f"/v1/conversations/{conversation}/messages", content=body, headers=headers)
    assert answer.status_code == 413
    assert (await http.get(f"/v1/conversations/{conversation}")).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
async def test_without_a_valid_key_nothing_is_told_or_done(
    stack: Stack, conversation: str, headers: dict[str, str]
) -> None:
    async with httpx2.AsyncClient(base_url=stack.url, headers=headers, trust_env=False) as stranger:
        read = await stranger.get(f"/v1/conversations/{conversation}")
        write = await stranger.post(f"/v1/conversations/{conversation}/messages", json=a_message("hello"))
    assert (read.status_code, write.status_code) == (401, 401)
    assert read.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/conversations/nowhere", None),
        ("GET", "/v1/handovers/nowhere~1", None),
        ("GET", "/v1/handovers/nonsense", None),
        ("GET", "/v1/tasks/nowhere~1~1", None),
        ("GET", "/v1/tasks/x", None),
        ("GET", "/v1/bots/nobot", None),
        ("GET", "/v1/staff/nobody", None),
        ("GET", "/v1/conversations/nowhere/messages", None),
        ("POST", "/v1/handovers/nowhere~1/claim", {"staff_id": "sarah"}),
        ("POST", "/v1/handovers/nowhere~1/reopen", {"staff_id": "omar"}),
        ("POST", "/v1/tasks/nowhere~1~1/complete", {"staff_id": "sarah", "outcome": "closed"}),
        ("POST", "/v1/conversations/nowhere/take-over", {"staff_id": "sarah"}),
        ("POST", "/v1/conversations/nowhere/close", {"staff_id": "sarah"}),
    ],
)
async def test_what_is_not_there_is_not_found(http: httpx2.AsyncClient, method: str, path: str, body: Json) -> None:
    answer = await http.request(method, path, json=body)
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:handover:problem:not_found"


@pytest.mark.parametrize(
    ("act", "body", "key"),
    [
        ("reassign", {"staff_id": "omar", "to": "somebody"}, "to"),
        ("snooze", {"staff_id": "omar", "until": "2020-01-01T00:00:00Z"}, "from now"),
        ("snooze", {"staff_id": "omar", "until": "tomorrow"}, "until"),
        ("snooze", {"staff_id": "omar", "until": "2030-01-01T00:00:00"}, "until"),
        ("claim", {}, "staff_id"),
        ("claim", {"staff_id": "nobody"}, "nobody"),
        ("reply", {"staff_id": "omar", "text": "no id"}, "message_id"),
    ],
)
async def test_a_wrong_act_is_refused_with_what_is_allowed(
    http: httpx2.AsyncClient, api: Api, act: str, body: Json, key: str
) -> None:
    conversation = "wrong-acts"
    detail = (await api.get("/handovers", conversation_id=conversation))["items"]
    handover = detail[0] if detail else await handed_over(api, conversation)
    answer = await http.post(f"/v1/handovers/{handover['handover_id']}/{act}", json=body)
    assert answer.status_code == 422
    assert key in answer.json()["detail"]
    assert (await api.get(f"/handovers/{handover['handover_id']}"))["status"] == "open"


@pytest.mark.parametrize(
    "body",
    [{"outcome": "done"}, {"outcome": "scheduled"}, {"outcome": "closed", "follow_up_at": "2030-01-01T00:00:00Z"}, {}],
)
async def test_a_wrong_completion_is_refused(http: httpx2.AsyncClient, body: Json) -> None:
    answer = await http.post("/v1/tasks/any~1~1/complete", json={"staff_id": "sarah", **body})
    assert answer.status_code == 422


async def test_settings_are_validated_and_versioned(http: httpx2.AsyncClient, api: Api) -> None:
    before = await api.get("/bots/hvac")
    wrong = {**before["settings"], "handover": {**before["settings"]["handover"], "trigger_mode": "sometimes"}}
    refused = await http.put("/v1/bots/hvac", json=wrong)
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"key": "handover.trigger_mode", "detail": "'sometimes' is not known; allowed are 'button', 'auto' or 'both'"}
    ]
    assert (await api.get("/bots/hvac")) == before
    changed = await api.put("/bots/hvac", {**before["settings"], "name": "Another name"})
    assert (changed["version"], changed["documents"]) == (before["version"] + 1, before["documents"])
    assert (await api.put("/bots/hvac", changed["settings"]))["version"] == changed["version"]


async def test_a_manager_who_is_not_there_is_refused(http: httpx2.AsyncClient) -> None:
    answer = await http.put("/v1/staff/new", json={"name": "New", "manager": "ghost"})
    assert answer.status_code == 422
    assert "ghost" in answer.json()["detail"]


async def test_operators_see_that_it_is_ready_and_what_it_does(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert (await http.get("/readyz")).json() == {"status": "ready", "waits_for": [], "backlog": []}
    metrics = (await http.get("/metrics")).text
    assert 'handover_http_seconds_count{method="GET",route="/healthz",status="200"}' in metrics


async def test_the_contract_is_documented(http: httpx2.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]
    for path in (
        "/v1/conversations/{conversation_id}/messages",
        "/v1/conversations/{conversation_id}/handover",
        "/v1/conversations/{conversation_id}/events",
        "/v1/handovers/{handover_id}/claim",
        "/v1/tasks/{task_id}/complete",
        "/v1/metrics/handovers",
        "/v1/bots/{bot_id}",
        "/v1/staff/{staff_id}",
    ):
        assert path in paths
    page = await http.get("/docs")
    assert "swagger-ui-bundle.js" in page.text
    assert "https://" not in page.text
    assert (await http.get("/docs/swagger-ui-bundle.js")).status_code == 200
