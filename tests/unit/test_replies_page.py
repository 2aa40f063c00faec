"""Canned replies and notifications: who may write them, what is refused, and what a person has read."""

import pytest

from handover.canned import filled
from handover.casefile import Notification
from store import Store
from tests.unit.inbox_world import Browser, case

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.inbox_fixtures"]


async def titles(store: Store) -> list[str]:
    return [one.title for one in await store.desk.canned()]


async def test_a_manager_writes_changes_and_removes_a_reply(browser: Browser, now_store: Store) -> None:
    omar = await browser("omar")
    assert (await omar.post("/replies", data={"title": " Thanks  a lot ", "text": "Thank you!"})).status_code == 303
    assert (await omar.post("/replies", data={"title": "bye", "text": "Bye, {contact_name}."})).status_code == 303
    assert await titles(now_store) == ["bye", "Thanks a lot"]
    [bye, thanks] = await now_store.desk.canned()
    changed = {"title": "Thanks", "text": "Thanks, {agent_name}"}
    assert (await omar.post(f"/replies/{thanks.id}", data=changed)).status_code == 303
    assert (await omar.post(f"/replies/{bye.id}/remove")).status_code == 303
    [left] = await now_store.desk.canned()
    assert (left.title, left.text, left.by, left.id) == ("Thanks", "Thanks, {agent_name}", "omar", thanks.id)


@pytest.mark.parametrize("path", ["/replies", "/replies/1", "/replies/1/remove"])
async def test_staff_read_them_and_change_nothing(browser: Browser, now_store: Store, path: str) -> None:
    await now_store.desk.add_canned("Hello", "Hello!", "omar")
    ann = await browser("ann")
    answer = await ann.post(path, data={"title": "Mine", "text": "Mine"})
    assert answer.status_code == 403
    assert await titles(now_store) == ["Hello"]
    html = (await ann.get("/replies")).text
    assert "Hello!" in html
    assert "Add it" not in html


@pytest.mark.parametrize(
    ("title", "text", "says"),
    [
        ("", "text", "The title is empty"),
        ("  ", "text", "The title is empty"),
        ("x" * 61, "text", "The title is too long: at most 60"),
        ("title", "", "The text is empty"),
        ("title", "x" * 4001, "The text is too long: at most 4000"),
        ("title", "Hi {name}", "There is no {name}; allowed are {contact_name} and {agent_name}."),
        ("Hello", "text", "There is already a reply called “Hello”."),
    ],
)
async def test_a_wrong_reply_is_refused_and_stays_in_the_form(
    browser: Browser, now_store: Store, title: str, text: str, says: str
) -> None:
    await now_store.desk.add_canned("Hello", "Hello!", "omar")
    omar = await browser("omar")
    answer = await omar.post("/replies", data={"title": title, "text": text})
    assert answer.status_code == 422
    assert says in answer.text
    assert f">{text}</textarea>" in answer.text
    assert await titles(now_store) == ["Hello"]
    other = await now_store.desk.add_canned("Other", "Other!", "omar")
    assert (await omar.post(f"/replies/{other.id}", data={"title": title, "text": text})).status_code == 422
    assert await titles(now_store) == ["Hello", "Other"]


def test_names_are_filled_in_and_never_read_as_templates() -> None:
    text = "Hello {contact_name}, this is {agent_name}."
    assert filled(text, "{agent_name}", "Sarah Lindgren") == "Hello {agent_name}, this is Sarah."
    assert filled(text, "", "Sarah Lindgren") == "Hello there, this is Sarah."


async def test_a_case_offers_them_with_its_names(browser: Browser, now_store: Store) -> None:
    await now_store.desk.add_canned("Hello", "Hello {contact_name}, this is {agent_name}.", "omar")
    await case(now_store, "c1", contact={"name": "Jamie <b>"})
    assert "Hello Jamie &lt;b&gt;, this is Ann." in (await (await browser("ann")).get("/inbox/c1")).text


# ---- notifications ---------------------------------------------------------------------------------------------------


async def tell(store: Store, key: str, staff_id: str = "ann", conversation: str = "c1") -> None:
    await store.notifications.put(
        Notification(
            key=key,
            staff_id=staff_id,
            event="reminder",
            conversation_id=conversation,
            number=1,
            text=f"Told <{key}>",
        )
    )


async def unread(http: object) -> int:
    answer = await http.get("/notifications/unread", headers={"Accept": "application/json"})  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.text
    return int(answer.json()["unread"])


async def test_what_a_person_was_told_leads_to_the_case(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1")
    await tell(now_store, "one")
    await tell(now_store, "review", conversation="")
    await tell(now_store, "bens", "ben")
    html = (await (await browser("ann")).get("/notifications")).text
    assert "Told &lt;one&gt;" in html
    assert html.count('<a href="/inbox/c1">Reminder</a>') == 1
    assert "Told &lt;review&gt;" in html
    assert 'href="/inbox/"' not in html
    assert "bens" not in html


async def test_reading_them_empties_the_bell_of_nobody_else(browser: Browser, now_store: Store) -> None:
    await tell(now_store, "one")
    await tell(now_store, "two")
    await tell(now_store, "bens", "ben")
    ann, ben = await browser("ann"), await browser("ben")
    assert (await unread(ann), await unread(ben)) == (2, 1)
    everything = [str(one.id) for who in ("ann", "ben") for one in (await now_store.notifications.inbox(who)).items]
    assert (await ann.post("/notifications/read", data={"id": everything})).status_code == 303
    assert (await unread(ann), await unread(ben)) == (0, 1)
    assert (await ann.post("/notifications/read")).status_code == 303


async def test_looking_at_a_case_reads_what_was_told_about_it(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1")
    await tell(now_store, "one")
    await tell(now_store, "other", conversation="c2")
    ann = await browser("ann")
    await ann.get("/inbox/c1", headers={"Accept": "application/json"})
    assert await unread(ann) == 2
    await ann.get("/inbox/c1")
    assert await unread(ann) == 1


async def test_the_bell_does_not_count_for_ever(browser: Browser, now_store: Store) -> None:
    for number in range(101):
        await tell(now_store, f"n{number}")
    answer = await (await browser("ann")).get("/notifications/unread", headers={"Accept": "application/json"})
    assert answer.json() == {"unread": 100, "more": True}
