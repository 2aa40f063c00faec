"""Over HTTP: a reviewer says in which turn the bot should have handed over."""

from typing import Any

import pytest

from handover.staff import Access, Staff
from store import Store
from store.writing import utcnow
from tests.unit.backtest_world import World, a_bot
from tests.unit.store_world import staff
from tests.unit.web_world import Http, SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

PATH = "/v1/conversations/c1/missed"


@pytest.fixture(autouse=True)
async def world(now_store: Store) -> World:
    """Ann's and Omar's team; turns 1 and 2 are the bot's, 3 asks for a person, 4 waits for one, 5 is the bot's."""
    made = World(now_store, utcnow)
    await made.uses(a_bot())
    await staff(now_store, Staff(id="ann", name="Ann"), Staff(id="omar", name="Omar", access=Access.manager))
    talk = made.conversation()
    for text in ("What does a visit cost?", "That is a lot.", "I want to talk to a human", "Hello?"):
        await talk.says(text)
    await talk.replies("Hello!")
    await talk.completed()
    await talk.says("Thanks")
    return made


@pytest.fixture
async def ann(sign_in: SignIn) -> Http:
    return await sign_in("ann")


async def marked(http: Http) -> list[tuple[int, str, str]]:
    answer = await http.get(PATH)
    assert answer.status_code == 200, answer.text
    return [(one["turn"], one["staff_id"], one["reason"]) for one in answer.json()["items"]]


async def test_a_turn_is_marked_with_who_and_why_and_when(ann: Http) -> None:
    answer = await ann.post(PATH, json={"turn": 2, "reason": "They were about to leave"})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    assert body.pop("at")
    assert body == {
        "v": 1,
        "conversation_id": "c1",
        "turn": 2,
        "staff_id": "ann",
        "reason": "They were about to leave",
    }
    await ann.post(PATH, json={"turn": 1})
    await ann.post(PATH, json={"turn": 5})
    assert await marked(ann) == [(1, "ann", ""), (2, "ann", "They were about to leave"), (5, "ann", "")]


async def test_the_last_word_counts(ann: Http, sign_in: SignIn) -> None:
    await ann.post(PATH, json={"turn": 2, "reason": "one"})
    await (await sign_in("omar")).post(PATH, json={"turn": 2, "reason": "two"})
    assert await marked(ann) == [(2, "omar", "two")]


async def test_it_can_be_taken_back_and_that_is_kept(ann: Http, now_store: Store) -> None:
    await ann.post(PATH, json={"turn": 2})
    assert (await ann.delete(f"{PATH}/2")).status_code == 204
    assert await marked(ann) == []
    assert (await ann.delete(f"{PATH}/2")).status_code == 404
    assert [one.text for one in (await now_store.access.audits()).items] == ["ann: c1, turn 2"]


@pytest.mark.parametrize("turn", [3, 4])
async def test_a_turn_with_a_handover_was_not_missed(ann: Http, turn: int) -> None:
    answer = await ann.post(PATH, json={"turn": turn})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:handover:problem:handed_over")
    assert "c1~1" in answer.json()["detail"]
    assert await marked(ann) == []


async def test_a_turn_or_conversation_that_is_not_there(ann: Http) -> None:
    assert (await ann.post(PATH, json={"turn": 9})).status_code == 404
    assert (await ann.post("/v1/conversations/c9/missed", json={"turn": 1})).status_code == 404
    assert (await ann.get("/v1/conversations/c9/missed")).status_code == 404
    assert (await ann.delete("/v1/conversations/c9/missed/1")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"turn": 0}, {"turn": 2**31}, {"turn": "two"}, {"turn": 2, "why": ""}, {"turn": 2, "reason": "x" * 501}],
)
async def test_what_is_not_valid_is_refused(ann: Http, body: dict[str, Any]) -> None:
    assert (await ann.post(PATH, json=body)).status_code == 422
    assert await marked(ann) == []


async def test_only_in_ones_own_name_and_that_of_somebody_there(ann: Http, sign_in: SignIn) -> None:
    assert (await ann.post(PATH, json={"turn": 2, "staff_id": "omar"})).status_code == 403
    assert (await ann.delete(f"{PATH}/2", params={"staff_id": "omar"})).status_code == 403
    everybody = await sign_in()
    assert (await everybody.post(PATH, json={"turn": 2})).status_code == 422
    assert (await everybody.post(PATH, json={"turn": 2, "staff_id": "nobody"})).status_code == 404
    assert (await everybody.post(PATH, json={"turn": 2, "staff_id": "omar"})).status_code == 200
    ann.headers["Authorization"] = "Bearer wrong"
    assert (await ann.post(PATH, json={"turn": 2})).status_code == 401
    assert await marked(everybody) == [(2, "omar", "")]
