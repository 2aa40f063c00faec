"""Changing a person over HTTP: what does not fit the team is named by the key that the caller sent."""

from typing import Any

import pytest

from handover.staff import Staff
from store import Store
from tests.unit.store_world import staff
from tests.unit.web_world import Http, SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]


@pytest.fixture
async def http(now_store: Store, sign_in: SignIn) -> Http:
    await staff(
        now_store, Staff(id="omar", name="Omar", roles=["manager"]), Staff(id="ann", name="Ann", manager="omar")
    )
    return await sign_in("omar")


async def refused(http: Http, person: str, **settings: Any) -> list[str]:
    """The keys that a change is refused for."""
    answer = await http.put(f"/v1/staff/{person}", json={"name": person.title(), **settings})
    assert answer.status_code == 422, answer.text
    return [one["key"] for one in answer.json()["errors"]]


@pytest.mark.parametrize(("person", "manager"), [("new", "ghost"), ("ann", "ghost"), ("ann", "ann"), ("omar", "ann")])
async def test_a_manager_who_cannot_be_one_is_named_by_its_key(
    http: Http, now_store: Store, person: str, manager: str
) -> None:
    before = await now_store.settings.team()
    assert await refused(http, person, manager=manager, roles=["manager"]) == ["manager"]
    assert await now_store.settings.team() == before


async def test_who_is_blameless_may_be_changed(http: Http, now_store: Store) -> None:
    """Two changes at the same moment may have made others each other's managers."""
    await staff(now_store, Staff(id="bob", name="Bob", manager="cleo"), Staff(id="cleo", name="Cleo", manager="bob"))
    answer = await http.put("/v1/staff/ann", json={"name": "Anna", "manager": "omar"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Anna")
    assert await refused(http, "bob", manager="cleo") == ["manager"]
    assert (await http.put("/v1/staff/bob", json={"name": "Bob"})).status_code == 200
