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
