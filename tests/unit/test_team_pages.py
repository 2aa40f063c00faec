"""The team's pages: who sees what, who may change whom, and what no change may do."""

import re

import pytest

from handover.casefile import AssignRequest
from handover.staff import Access, Staff
from store import Store
from tests.unit.people_world import ANN, BEN, OMAR, ROOT, BrowserOf, audited
from tests.unit.store_world import staff
from tests.unit.web_world import Http, SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.people_fixtures"]

NEW = {"id": "Cleo", "name": "Cleo <b>", "roles": "support,  dispatch, support", "skills": "", "capacity": "3"}
EDIT = {"name": "Ann Lee", "roles": "support", "manager": "omar", "capacity": "8", "access": "staff"}


async def team_of(store: Store) -> dict[str, Staff]:
    return {one.id: one for one in await store.settings.team()}


def faults(html: str) -> dict[str, str]:
    """What stands at each field."""
    return dict(re.findall(r'class="fault" id="e-([\w.]+)">([^<]*)<', html))


async def test_everybody_sees_the_team_and_only_managers_may_change_it(browser_of: BrowserOf) -> None:
    ann, omar = await browser_of("ann"), await browser_of("omar")
    seen = (await ann.get("/team")).text
    assert re.findall(r"<h2>(?:<a[^>]*>)?([^<]+)", seen) == ["Ann Lee", "Omar", "Root", "Ben"]
    assert "/team/new" not in seen
    assert "No password yet" not in seen
    assert 'href="/team/ann"' not in seen
    managed = (await omar.get("/team")).text
    assert "/team/new" in managed
    assert 'href="/team/ann"' in managed
    assert 'href="/team/root"' not in managed


@pytest.mark.parametrize("path", ["/team/new", "/team/ann"])
async def test_staff_get_no_form(browser_of: BrowserOf, path: str) -> None:
    assert (await (await browser_of("ann")).get(path)).status_code == 403


@pytest.mark.parametrize("path", ["new", "ann", "ann/link", "ann/disable", "ben/enable", "ann/away", "ann/available"])
async def test_staff_change_nobody(browser_of: BrowserOf, now_store: Store, path: str) -> None:
    before = await team_of(now_store)
    ann = await browser_of("ann")
    assert (await ann.post(f"/team/{path}", data=NEW | {"access": "staff"})).status_code == 403
    assert await team_of(now_store) == before
    assert await now_store.access.sign_ins() == {}


@pytest.mark.parametrize("path", ["", "/link", "/disable", "/away"])
@pytest.mark.parametrize("staff_id", ["root", "lea"])
async def test_managers_change_no_manager_and_no_admin(
    browser_of: BrowserOf, now_store: Store, staff_id: str, path: str
) -> None:
    await staff(now_store, Staff(id="lea", name="Lea", roles=["manager"]))
    before = await team_of(now_store)
    omar = await browser_of("omar")
    assert (await omar.get(f"/team/{staff_id}")).status_code == 403
    answer = await omar.post(f"/team/{staff_id}{path}", data=EDIT | {"name": "Changed"})
    assert answer.status_code == 403
    assert await team_of(now_store) == before
    assert await now_store.access.sign_ins() == {}


@pytest.mark.parametrize("rise", [{"access": "manager"}, {"access": "admin"}, {"roles": "manager, support"}])
@pytest.mark.parametrize("path", ["/team/new", "/team/ann"])
async def test_only_admins_make_managers(
    browser_of: BrowserOf, now_store: Store, path: str, rise: dict[str, str]
) -> None:
    before = await team_of(now_store)
    typed = (NEW | EDIT if path == "/team/new" else EDIT) | {"skills": "warranty"} | rise
    refused = await (await browser_of("omar")).post(path, data=typed)
    assert refused.status_code == 403
    assert "Only an admin may make somebody" in refused.text
    assert 'value="warranty"' in refused.text
    assert await team_of(now_store) == before
    assert (await (await browser_of("root")).post(path, data=typed)).status_code in (200, 303)
    assert await team_of(now_store) != before


async def test_a_person_is_added_with_a_link_to_sign_in(browser_of: BrowserOf, now_store: Store) -> None:
    answer = await (await browser_of("omar")).post("/team/new", data=NEW | {"access": "staff", "manager": "omar"})
    assert answer.status_code == 200
    assert "Cleo &lt;b&gt; is on the team now." in answer.text
    link = re.search(r'value="http://127.0.0.1:8000/invitation/([\w-]+)"', answer.text)
    assert link is not None
    assert await now_store.access.link(link[1]) == "cleo"
    cleo = (await team_of(now_store))["cleo"]
    assert (cleo.roles, cleo.skills, cleo.capacity, cleo.manager) == (["support", "dispatch"], [], 3, "omar")
    assert await audited(now_store) == [("staff_changed", "person:omar"), ("link_made", "person:omar")]


async def test_what_does_not_fit_stands_at_its_field_and_stays_typed(browser_of: BrowserOf, now_store: Store) -> None:
    root = await browser_of("root")
    typed = {"id": "Ü", "name": "", "roles": "Sup port, ok", "capacity": "lots", "access": "king", "skills": "a, B"}
    answer = await root.post("/team/new", data=typed)
    assert answer.status_code == 422
    assert faults(answer.text).keys() == {"id", "name", "roles", "capacity", "access", "skills"}
    assert "a whole number" in faults(answer.text)["capacity"]
    for text in ("Sup port, ok", "lots", "a, B"):
        assert f'value="{text}"' in answer.text
    taken = await root.post("/team/new", data=NEW | {"id": "ann", "access": "staff"})
    assert list(faults(taken.text)) == ["id"]
    circle = await root.post("/team/omar", data=EDIT | {"name": "Omar", "roles": "manager", "manager": "ann"})
    assert list(faults(circle.text)) == ["manager"]
    email = await root.post("/team/omar", data=EDIT | {"manager": "", "addresses.email": "ann@example.org"})
    assert list(faults(email.text)) == ["addresses.email"]
    assert list((await team_of(now_store)).values()) == [ANN, BEN, OMAR, ROOT]


async def test_saving_keeps_what_the_form_does_not_show(browser_of: BrowserOf, now_store: Store) -> None:
    told = {"conversation_assigned": ["sms"], "task_assigned": []}
    quiet = Staff.model_validate(ANN.model_dump() | {"notify": told, "available": False, "addresses": {"inbox": "x"}})
    await staff(now_store, quiet)
    answer = await (await browser_of("omar")).post("/team/ann", data=EDIT | {"capacity": "2"})
    assert answer.headers["location"] == "/team?saved=ann#ann"
    assert (await team_of(now_store))["ann"] == quiet.model_copy(update={"capacity": 2})


async def test_disabling_signs_out_at_once_and_says_what_is_held(browser_of: BrowserOf, now_store: Store) -> None:
    for number in (1, 2):
        request = AssignRequest(key=f"k{number}", conversation_id=f"c{number}", number=1, targets=["user:ann"])
        await now_store.team.assign(request)
    ann, omar = await browser_of("ann"), await browser_of("omar")
    assert "2 of 8 cases" in (await omar.get("/team")).text
    page = (await omar.get("/team/ann")).text
    assert "<strong>2 open cases</strong>" in page
    assert "the ladder passes Ann Lee over" in page
    assert (await omar.post("/team/ann/disable")).status_code == 303
    assert (await ann.get("/me")).status_code == 303
    assert "still holds <strong>2 open cases</strong>" in (await omar.get("/team/ann")).text
    assert (await now_store.people.loads()) == {"ann": 2}
    assert (await omar.post("/team/ann/link")).status_code == 409
    await omar.post("/team/ann/enable")
    assert (await team_of(now_store))["ann"] == ANN
    assert (await ann.get("/me")).status_code == 303
    assert [kind for kind, _ in await audited(now_store)] == ["staff_changed"] * 2


async def test_managers_mark_people_as_away_and_back(browser_of: BrowserOf, now_store: Store) -> None:
    omar = await browser_of("omar")
    await omar.post("/team/ann/away")
    assert not (await team_of(now_store))["ann"].available
    await omar.post("/team/ann/available")
    assert (await team_of(now_store))["ann"] == ANN


@pytest.mark.parametrize(("by", "staff_id"), [("root", "root"), ("omar", "omar")])
async def test_nobody_locks_themselves_out(browser_of: BrowserOf, now_store: Store, by: str, staff_id: str) -> None:
    await staff(now_store, Staff(id="second", name="Second", access=Access.admin))
    http = await browser_of(by)
    answer = await http.post(f"/team/{staff_id}/disable")
    assert (answer.status_code, "nobody disables themselves" in answer.text) == (422, True)
    lower = await http.post(f"/team/{staff_id}", data=EDIT | {"manager": "", "access": "staff"})
    assert (lower.status_code, list(faults(lower.text))) == (422, ["access"])
    assert (await http.get("/me")).status_code == 200


async def test_unknown_people_are_not_found(browser_of: BrowserOf, now_store: Store) -> None:
    root = await browser_of("root")
    for path in ("/team/ghost", "/team/ghost/disable", "/team/ghost/link"):
        assert (await root.post(path, data=EDIT)).status_code == 404
    assert (await root.get("/team/ghost")).status_code == 404
    assert (await root.get("/team/ann/link")).headers["location"] == "/team/ann"
    assert "ghost" not in await team_of(now_store)


async def test_another_site_changes_nobody(browser_of: BrowserOf, now_store: Store) -> None:
    root = await browser_of("root")
    answer = await root.post("/team/ann/disable", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert (await team_of(now_store))["ann"] == ANN


# ---- the same over the API -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("staff_id", "settings", "status"),
    [
        ("ann", {"name": "Ann", "access": "manager"}, 403),
        ("ann", {"name": "Ann", "roles": ["manager"]}, 403),
        ("root", {"name": "Root"}, 403),
        ("omar", {"name": "Omar", "access": "admin"}, 403),
        ("omar", {"name": "Omar"}, 422),
        ("omar", {"name": "Omar", "access": "manager", "enabled": False}, 422),
    ],
)
async def test_the_api_refuses_what_the_pages_refuse(
    sign_in: SignIn, team: None, now_store: Store, staff_id: str, settings: dict[str, object], status: int
) -> None:
    http: Http = await sign_in("omar")
    before = await team_of(now_store)
    assert (await http.put(f"/v1/staff/{staff_id}", json=settings)).status_code == status
    assert await team_of(now_store) == before


async def test_a_key_for_everybody_changes_all_but_the_last_admin(
    sign_in: SignIn, team: None, now_store: Store
) -> None:
    http: Http = await sign_in()
    assert (await http.put("/v1/staff/ann", json={"name": "Ann", "access": "manager"})).status_code == 200
    last = await http.put("/v1/staff/root", json={"name": "Root"})
    assert (last.status_code, [one["key"] for one in last.json()["errors"]]) == (422, ["access"])
    assert (await http.put("/v1/staff/ann", json={"name": "Ann", "access": "admin"})).status_code == 200
    assert (await http.put("/v1/staff/root", json={"name": "Root"})).status_code == 200


async def test_disabling_over_the_api_signs_out(sign_in: SignIn, browser_of: BrowserOf, now_store: Store) -> None:
    http, ann = await sign_in("omar"), await browser_of("ann")
    await http.put("/v1/staff/ann", json={"name": "Ann", "enabled": False})
    await http.put("/v1/staff/ann", json={"name": "Ann"})
    assert (await ann.get("/me")).status_code == 303
