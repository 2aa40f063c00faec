"""Admins make and revoke keys over HTTP and read the audit log: nobody gets more than they have, and no text is kept."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from starlette.requests import Request

from handover.staff import Access
from store import Store
from tests.unit.people_world import ANN, BEN, OMAR, ROOT
from tests.unit.store_world import open_one, staff
from tests.unit.web_world import Http, SignIn, app_on
from web.access import Caller
from web.api.conversations import events
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]


@pytest.fixture
async def admin(sign_in: SignIn, now_store: Store) -> Http:
    await staff(now_store, ANN, BEN, OMAR, ROOT)
    return await sign_in()


async def make(admin: Http, **body: Any) -> dict[str, Any]:
    answer = await admin.post("/v1/keys", json={"name": "shop"} | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def statuses(admin: Http, key: str, *paths: str) -> list[int]:
    """What a program with this key is answered."""
    return [(await admin.get(path, headers=bearer(key))).status_code for path in paths]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def lines(store: Store, kind: str) -> list[tuple[str, str]]:
    return [(one.actor, one.text) for one in (await store.access.audits(kind=kind)).items]


# ---- making and revoking ---------------------------------------------------------------------------------------------


async def test_a_key_opens_until_it_is_revoked(admin: Http, now_store: Store) -> None:
    made = await make(admin, staff_id="ann")
    assert (made["access"], made["staff_id"]) == ("staff", "ann")
    assert await statuses(admin, made["key"], "/v1/tasks") == [200]
    assert (await admin.delete(f"/v1/keys/{made['id']}")).status_code == 204
    assert await statuses(admin, made["key"], "/v1/tasks") == [401]
    assert (await admin.delete(f"/v1/keys/{made['id']}")).status_code == 204
    assert (await admin.delete("/v1/keys/4711")).status_code == 404
    assert await lines(now_store, "key_made") == [("key:1", "key 2 “shop”, acts for ann")]
    assert {actor for actor, _ in await lines(now_store, "key_revoked")} == {"key:1"}
    assert await lines(now_store, "wrong_key") == [("unknown", "GET /v1/tasks from 127.0.0.1")]


async def test_a_key_does_not_revoke_itself(admin: Http) -> None:
    refused = await admin.delete("/v1/keys/1")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:handover:problem:own_key")
    another = bearer((await make(admin, access="admin"))["key"])
    assert (await admin.delete("/v1/keys/1", headers=another)).status_code == 204
    assert (await admin.get("/v1/keys")).status_code == 401


async def test_the_text_of_a_key_is_shown_once_and_kept_nowhere(admin: Http, now_store: Store) -> None:
    key = (await make(admin))["key"]
    listed = await admin.get("/v1/keys")
    assert [one["name"] for one in listed.json()["items"]] == ["test", "shop"]
    assert "key" not in listed.json()["items"][1]
    async with now_store.database.read() as session:
        for table in ("api_keys", "audit", "receipts"):
            rows = (await session.execute(text(f"SELECT * FROM {table}"))).all()
            assert key not in str(rows)
    assert key not in listed.text


@pytest.mark.parametrize(
    ("body", "key", "allowed"),
    [
        ({"name": "  "}, "name", "1 to 100"),
        ({"staff_id": "nobody"}, "staff_id", "ann, omar, root"),
        ({"staff_id": "ben"}, "staff_id", "somebody who is not"),
        ({"staff_id": "ann", "access": "admin"}, "access", "staff"),
        ({"staff_id": "omar", "access": "staff"}, "access", "manager"),
    ],
)
async def test_a_key_that_can_not_be_made_is_refused_in_words(
    admin: Http, body: dict[str, str], key: str, allowed: str
) -> None:
    answer = await admin.post("/v1/keys", json={"name": "shop"} | body)
    assert answer.status_code == 422
    [wrong] = answer.json()["errors"]
    assert (wrong["key"], allowed in wrong["detail"]) == (key, True)
    assert len((await admin.get("/v1/keys")).json()["items"]) == 1


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 101}, {"name": "x", "access": "god"}, {"x": 1}])
async def test_a_body_of_no_sense_is_refused(admin: Http, body: dict[str, Any]) -> None:
    assert (await admin.post("/v1/keys", json=body)).status_code == 422


@pytest.mark.parametrize("more", [{"staff_id": "ann"}, {"staff_id": "omar"}, {"access": "manager"}, {}])
async def test_only_admins_make_revoke_and_read(admin: Http, more: dict[str, str]) -> None:
    lesser = bearer((await make(admin, **more))["key"])
    assert (await admin.post("/v1/keys", json={"name": "mine", "access": "staff"}, headers=lesser)).status_code == 403
    assert (await admin.delete("/v1/keys/1", headers=lesser)).status_code == 403
    assert [(await admin.get(path, headers=lesser)).status_code for path in ("/v1/keys", "/v1/audit")] == [403, 403]
    assert (await admin.get("/v1/keys")).status_code == 200, "nothing was revoked"


# ---- what a key may do -----------------------------------------------------------------------------------------------


async def test_a_backends_key_acts_for_nobody(admin: Http) -> None:
    key = (await make(admin))["key"]
    assert await statuses(admin, key, "/v1/handovers", "/v1/conversations") == [200, 200]
    assert await statuses(admin, key, "/v1/metrics/handovers", "/v1/subscriptions") == [403, 403]
    assert await statuses(admin, key, "/v1/notifications?staff_id=root") == [403]
    claim = await admin.post("/v1/handovers/c1~1/claim", json={"staff_id": "root"}, headers=bearer(key))
    assert (claim.status_code, claim.json()["type"]) == (403, "urn:handover:problem:acts_for_nobody")
    cancel = await admin.post("/v1/handovers/c1~1/cancel", json={"staff_id": "omar"}, headers=bearer(key))
    assert cancel.status_code == 403


async def test_a_managers_key_without_a_person_manages_and_acts_for_nobody(admin: Http) -> None:
    key = (await make(admin, access="manager"))["key"]
    assert await statuses(admin, key, "/v1/metrics/handovers", "/v1/subscriptions", "/v1/keys") == [200, 200, 403]
    promoting = ANN.model_copy(update={"access": Access.admin}).model_dump(mode="json")
    assert (await admin.put("/v1/staff/ann", json=promoting, headers=bearer(key))).status_code == 403
    assert await statuses(admin, key, "/v1/notifications?staff_id=root") == [403]


async def test_a_key_never_does_more_than_when_it_was_made_nor_than_its_person(admin: Http, now_store: Store) -> None:
    anns, roots = [(await make(admin, staff_id=one))["key"] for one in ("ann", "root")]
    assert await statuses(admin, roots, "/v1/keys") == [200]
    await staff(
        now_store, ANN.model_copy(update={"access": Access.admin}), ROOT.model_copy(update={"access": Access.staff})
    )
    assert [await statuses(admin, key, "/v1/keys") for key in (anns, roots)] == [[403], [403]]


async def test_a_key_of_somebody_disabled_opens_nothing_and_is_noted(admin: Http, now_store: Store) -> None:
    key = (await make(admin, staff_id="ann"))["key"]
    await staff(now_store, ANN.model_copy(update={"enabled": False}))
    assert await statuses(admin, key, "/v1/tasks") == [403]
    assert [actor for actor, _ in await lines(now_store, "key_of_nobody")] == ["key:2"]


@pytest.mark.parametrize(
    ("more", "comes_in_as"),
    [({"access": "admin"}, ["ann", "root"]), ({"access": "manager"}, []), ({}, []), ({"staff_id": "ann"}, ["ann"])],
)
async def test_a_key_signs_in_nobody_who_may_do_more(
    admin: Http, services: Services, now_store: Store, more: dict[str, str], comes_in_as: list[str]
) -> None:
    made, app = await make(admin, **more), app_on(services)
    came_in = []
    for name in ("ann", "root"):
        async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as browser:
            answer = await browser.post("/login", data={"staff_id": name, "key": made["key"]})
            if answer.status_code == 303:
                came_in.append(name)
                await now_store.access.revoke_key(made["id"], "root")
                assert (await browser.get("/v1/tasks")).status_code == 401, "what it opened is over with it"
                made = await make(admin, **more)
    assert came_in == comes_in_as
    await staff(now_store, ANN.model_copy(update={"access": Access.manager}))
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as browser:
        promoted = await browser.post("/login", data={"staff_id": "ann", "key": made["key"]})
        assert promoted.status_code == (303 if more == {"access": "admin"} else 401)


async def test_a_stream_that_is_open_ends_when_its_key_is_revoked(
    admin: Http, services: Services, now_store: Store
) -> None:
    await open_one(now_store)
    assert len(await now_store.reads.events("c1", after=0)) > 1
    made = await now_store.access.create_key("live")
    headers = [(b"authorization", f"Bearer {made.key}".encode())]
    request = Request({"type": "http", "headers": headers})
    stream = events("c1", request, services, Caller("key:2", None, manages=True, access=Access.admin))
    assert (await anext(stream)).event is not None
    await now_store.access.revoke_key(made.id)
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


# ---- the audit log ---------------------------------------------------------------------------------------------------


async def test_the_log_is_read_in_parts_and_narrowed_down(admin: Http) -> None:
    for name in ("one", "two"):
        await make(admin, name=name)
    await admin.get("/v1/tasks", headers={"Authorization": ""})
    first = (await admin.get("/v1/audit", params={"limit": 2})).json()
    assert [one["kind"] for one in first["items"]] == ["missing_key", "key_made"]
    rest = (await admin.get("/v1/audit", params={"after": first["next"]})).json()
    assert [one["text"] for one in rest["items"]] == ["key 2 “one”, as staff"]
    mine = (await admin.get("/v1/audit", params={"kind": "key_made", "actor": "key:1"})).json()["items"]
    assert [one["id"] for one in mine] == [2, 1]
    assert (await admin.get("/v1/audit", params={"until": mine[0]["at"], "actor": "unknown"})).json()["items"] == []
    for wrong in ({"since": "today"}, {"knd": "x"}, {"limit": 0}, {"after": "x"}):
        assert (await admin.get("/v1/audit", params=wrong)).status_code == 422


async def test_a_missing_key_is_written_down_once_a_minute(admin: Http, now_store: Store) -> None:
    for _ in range(30):
        assert (await admin.get("/v1/tasks", headers={"Authorization": ""})).status_code == 401
    found = (await now_store.access.audits(kind="missing_key")).items
    assert sum(one.times for one in found) == 30
    assert len(found) < 30, "those of a minute share a line"
