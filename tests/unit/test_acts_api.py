"""What people do over HTTP: what is refused before anybody is asked, and the same request sent again."""

import pytest

from handover.messages import MAX_TEXT
from handover.staff import Access, Staff
from store import Store
from tests.unit.inbox_world import Desk, case
from tests.unit.store_world import staff
from tests.unit.web_world import Http, SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]


@pytest.fixture
def client() -> Desk:
    return Desk()


@pytest.fixture
async def omars(now_store: Store, sign_in: SignIn) -> Http:
    """Omar's own key; there is Ann in support, and a case of hers."""
    people = [Staff(id="ann", name="Ann Berg", roles=["support"]), Staff(id="omar", name="Omar", access=Access.manager)]
    await staff(now_store, *people)
    await case(now_store, "c1", "ann")
    return await sign_in("omar")


TEXTS = [
    ("/v1/handovers/c1~1/reply", {"message_id": "1"}, "text"),
    ("/v1/handovers/c1~1/note", {"message_id": "1"}, "text"),
    ("/v1/handovers/c1~1/complete", {"outcome": "closed"}, "note"),
    ("/v1/tasks/c1~1~1/complete", {"outcome": "closed"}, "note"),
]


@pytest.mark.parametrize(("path", "body", "name"), TEXTS)
async def test_a_text_of_16_kib_is_taken(omars: Http, client: Desk, path: str, body: dict[str, str], name: str) -> None:
    answer = await omars.post(path, json=body | {name: "ä" * (MAX_TEXT // 2)})
    assert answer.status_code == 200, answer.text
    assert len(client.acts) == 1


@pytest.mark.parametrize("text", ["ä" * (MAX_TEXT // 2) + "x", "x" * (MAX_TEXT + 1)])
@pytest.mark.parametrize(("path", "body", "name"), TEXTS)
async def test_a_text_over_16_kib_is_too_large_in_bytes(
    omars: Http, client: Desk, path: str, body: dict[str, str], name: str, text: str
) -> None:
    answer = await omars.post(path, json=body | {name: text})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:handover:problem:too_large")
    assert "16 KiB" in answer.json()["detail"]
    assert client.acts == []


async def test_closing_again_with_the_same_key_gives_the_first_answer_again(omars: Http, client: Desk) -> None:
    """Even where the contact has written since: what runs now is another run, which nobody has asked to close."""
    key = {"Idempotency-Key": "k1"}
    first = await omars.post("/v1/conversations/c1/close", json={}, headers=key)
    assert client.closed == {"c1": "omar"}
    again = await omars.post("/v1/conversations/c1/close", json={}, headers=key)
    client.closed.clear()
    later = await omars.post("/v1/conversations/c1/close", json={}, headers=key)
    assert [(one.status_code, one.content) for one in (first, again, later)] == [(204, b"")] * 3
    assert [one.headers.get("Idempotent-Replayed") for one in (first, again, later)] == [None, "true", "true"]
    assert client.closed == {}
    answer = await omars.post("/v1/conversations/c1/close", json={"staff_id": "omar"}, headers=key)
    assert answer.status_code == 422, "the key was another request's"


async def test_without_a_key_it_is_closed_once(omars: Http, client: Desk) -> None:
    statuses = [(await omars.post("/v1/conversations/c1/close", json={})).status_code for _ in range(2)]
    assert (statuses, client.closed) == ([204, 404], {"c1": "omar"})


@pytest.mark.parametrize(
    ("to", "allowed"),
    [("role:suport", "(did you mean role:support?); allowed are role:support"), ("user:anna", "user:ann, user:omar")],
)
async def test_giving_a_case_to_nobody_says_who_there_is(omars: Http, client: Desk, to: str, allowed: str) -> None:
    answer = await omars.post("/v1/handovers/c1~1/reassign", json={"to": to})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handover:problem:unknown_target")
    assert to in answer.json()["detail"]
    assert allowed in answer.json()["detail"]
    assert client.acts == []


@pytest.mark.parametrize("to", ["role:support", "user:ann", "manager"])
async def test_giving_a_case_to_somebody_who_is_known_is_for_the_handover_to_decide(
    omars: Http, client: Desk, to: str
) -> None:
    assert (await omars.post("/v1/handovers/c1~1/reassign", json={"to": to})).status_code == 200
    assert [act[2].to for act in client.acts] == [to]
