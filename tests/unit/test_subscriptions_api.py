"""Over HTTP: managers look after the programs that are told of changes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from handover.outside import Errand
from handover.staff import Access, Staff
from integrations.event_tests import EventTester
from integrations.events import EventCarrier, EventSender
from outbound import Unreached
from store import Store
from store.writing import utcnow
from tests.unit.store_world import case_of, entry, open_one, save, staff, task
from tests.unit.web_world import ClientDouble, Http, SignIn
from tests.vendors.subscriber import Subscriber
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

PATH = "/v1/subscriptions"
ON_THE_PREMISES = EventSender(allow_private=True)


async def no_such_name(host: str, port: int) -> list[str]:
    raise Unreached(f"{host} could not be looked up")


@pytest.fixture(autouse=True)
async def crew(now_store: Store) -> None:
    await staff(now_store, Staff(id="ann", name="Ann"), Staff(id="omar", name="Omar", access=Access.manager))


@pytest.fixture
def receiver() -> Iterator[Subscriber]:
    with Subscriber.opened() as receiver:
        yield receiver


@pytest.fixture
def services(services: Services, now_store: Store) -> Services:
    """As on the premises: events may go to this machine."""
    return replace(services, event_tests=EventTester(now_store.subscriptions, ON_THE_PREMISES, no_such_name))


@pytest.fixture
async def omar(sign_in: SignIn) -> Http:
    return await sign_in("omar")


@pytest.fixture
async def made(omar: Http, receiver: Subscriber) -> dict[str, Any]:
    answer = await omar.post(PATH, json={"url": receiver.url})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    receiver.secret = body["secret"]
    return body


async def happens(store: Store, subscription_id: str, *, carried: bool = True) -> None:
    """A handover opens, and its two events are carried."""
    opened = await open_one(store, at=utcnow())
    await save(store, case_of(opened, seq=1, task=task()), entry("assigned"))
    carrier = EventCarrier(subscription_id, store.subscriptions, ON_THE_PREMISES)
    while carried and await carrier.carry("c1"):
        pass


async def audited(store: Store) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in reversed((await store.access.audits()).items)]


async def test_the_secret_is_shown_once(
    omar: Http, made: dict[str, Any], receiver: Subscriber, now_store: Store
) -> None:
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["events"], made["enabled"], made["created_by"]) == (receiver.url, [], True, "omar")
    shown = await omar.get(f"{PATH}/{made['id']}")
    listed = await omar.get(PATH)
    assert shown.json() == {name: value for name, value in made.items() if name != "secret"}
    assert listed.json() == {"items": [shown.json()], "next": None}
    assert await audited(now_store) == [("subscription_added", f"{made['id']}: 127.0.0.1, on")]


async def test_the_same_request_with_its_key_subscribes_once(omar: Http) -> None:
    body, key = {"url": "https://hooks.example.org/a"}, {"Idempotency-Key": "crm-1"}
    first, again = [await omar.post(PATH, json=body, headers=key) for _ in range(2)]
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len((await omar.get(PATH)).json()["items"]) == 1
    other = await omar.post(PATH, json={"url": "https://hooks.example.org/b"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:handover:problem:key_reused")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("hooks.example.org", "no address"),
        ("ftp://hooks.example.org", "no address"),
        ("https://user:secret@hooks.example.org", "no user name and no password"),
        ("http://169.254.169.254/latest", "can't be a receiver"),
        ("http://hooks.example.org:22", "port 22 is not called"),
    ],
)
async def test_what_is_never_called_is_refused_in_words(
    omar: Http, made: dict[str, Any], address: str, says: str
) -> None:
    for answer in (
        await omar.post(PATH, json={"url": address}),
        await omar.patch(f"{PATH}/{made['id']}", json={"url": address}),
    ):
        assert answer.status_code == 422
        [problem] = answer.json()["errors"]
        assert problem["key"] == "url"
        assert says in problem["detail"]
        assert "allowed" in problem["detail"] or "signed" in problem["detail"]
    [kept] = (await omar.get(PATH)).json()["items"]
    assert kept["url"] == made["url"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:8080/", "http://10.0.0.1", "http://[::1]/", "http://localhost/"])
async def test_private_addresses_are_refused_where_nobody_has_allowed_them(
    omar: Http, services: Services, now_store: Store, address: str
) -> None:
    careful = EventTester(now_store.subscriptions, EventSender())
    object.__setattr__(services, "event_tests", careful)
    answer = await omar.post(PATH, json={"url": address})
    assert (answer.status_code, answer.json()["errors"][0]["key"]) == (422, "url")
    assert "allowed are addresses on the internet" in answer.json()["detail"]
    assert (await omar.get(PATH)).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": ""},
        {"url": "https://a.example.org/" + "x" * 2000},
        {"url": 1},
        {"url": "https://a.example.org", "events": ["handover.eaten"]},
        {"url": "https://a.example.org", "secret": "mine"},
        {"url": "https://a.example.org", "enabled": False},
    ],
)
async def test_what_is_not_valid_is_refused(omar: Http, body: dict[str, Any]) -> None:
    assert (await omar.post(PATH, json=body)).status_code == 422
    assert (await omar.get(PATH)).json()["items"] == []


async def test_only_managers_and_keys_for_everybody(made: dict[str, Any], sign_in: SignIn) -> None:
    ann = await sign_in("ann")
    one = f"{PATH}/{made['id']}"
    answers = [
        await ann.get(PATH),
        await ann.post(PATH, json={"url": "https://a.example.org"}),
        await ann.get(one),
        await ann.patch(one, json={"enabled": False}),
        await ann.delete(one),
        await ann.post(f"{one}/secret"),
        await ann.get(f"{one}/deliveries"),
        await ann.post(f"{one}/test"),
        await ann.post(f"{one}/resend", json={"delivery_id": "x"}),
    ]
    assert {(one.status_code, one.json()["type"]) for one in answers} == {(403, "urn:handover:problem:managers_only")}
    everybody = await sign_in()
    assert (await everybody.get(one)).json()["enabled"]
    everybody.headers["Authorization"] = "Bearer wrong"
    assert (await everybody.get(one)).status_code == 401


@pytest.mark.parametrize("unknown", ["sub_0000000000000000", "x", "1~1", "%F0%9F%99%82"])
async def test_an_unknown_one_is_not_found_whatever_is_done(omar: Http, unknown: str) -> None:
    one = f"{PATH}/{unknown}"
    answers = [
        await omar.get(one),
        await omar.patch(one, json={"enabled": False}),
        await omar.delete(one),
        await omar.post(f"{one}/secret"),
        await omar.get(f"{one}/deliveries"),
        await omar.post(f"{one}/test"),
        await omar.post(f"{one}/resend", json={"delivery_id": "x"}),
        await omar.post(f"{one}/resend", json={"since": "2026-11-16T09:00:00Z"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


async def test_deliveries_with_their_states(
    omar: Http, made: dict[str, Any], receiver: Subscriber, now_store: Store
) -> None:
    receiver.answers = [204, 410]
    await happens(now_store, made["id"])
    page = (await omar.get(f"{PATH}/{made['id']}/deliveries")).json()
    assert [(one["type"], one["state"], one["status"], one["tries"]) for one in page["items"]] == [
        ("task.created", "failed", 410, 1),
        ("handover.assigned", "sent", 204, 1),
    ]
    assert [one["id"] for one in page["items"]][1:] == receiver.ids
    assert page["items"][0]["handover_id"] == "c1~1"
    filters: dict[str, Any] = {"state": "sent", "conversation_id": "c1", "limit": 1}
    assert len((await omar.get(f"{PATH}/{made['id']}/deliveries", params=filters)).json()["items"]) == 1
    for wrong in ({"state": "lost"}, {"stat": "sent"}, {"after": "x"}):
        assert (await omar.get(f"{PATH}/{made['id']}/deliveries", params=wrong)).status_code == 422
    shown = (await omar.get(f"{PATH}/{made['id']}")).json()
    assert (shown["enabled"], shown["failed"]) == (False, 1)
    assert "410" in shown["off_because"]


async def test_switching_on_wakes_what_waits(
    omar: Http, made: dict[str, Any], client: ClientDouble, receiver: Subscriber, now_store: Store
) -> None:
    one = f"{PATH}/{made['id']}"
    receiver.answers = [410]
    await happens(now_store, made["id"])
    assert client.woken == []
    assert (await omar.patch(one, json={"enabled": False})).json()["enabled"] is False
    assert client.woken == []
    changed = (await omar.patch(one, json={"enabled": True, "events": ["handover.opened"]})).json()
    assert (changed["enabled"], changed["off_because"], changed["events"]) == (True, "", ["handover.opened"])
    assert client.woken == [Errand(carrier=f"events/{made['id']}", conversation_id="c1")]
    kinds = [kind for kind, _ in await audited(now_store)]
    assert kinds == ["subscription_added", "subscription_switched_off", "subscription_changed", "subscription_changed"]


async def test_a_new_secret_is_shown_once_too(omar: Http, made: dict[str, Any], now_store: Store) -> None:
    newer = (await omar.post(f"{PATH}/{made['id']}/secret")).json()
    assert newer["secret"] not in ("", made["secret"])
    shown = await omar.get(f"{PATH}/{made['id']}")
    assert shown.json()["former_secret_until"] is not None
    assert "whsec_" not in shown.text + str(await audited(now_store))


async def test_a_test_event_says_how_it_fared(
    omar: Http, made: dict[str, Any], receiver: Subscriber, now_store: Store
) -> None:
    well = (await omar.post(f"{PATH}/{made['id']}/test")).json()
    assert (well["delivered"], well["status"]) == (True, 204)
    assert receiver.types() == ["subscription.test"]
    receiver.answers = [500]
    ill = (await omar.post(f"{PATH}/{made['id']}/test")).json()
    assert (ill["delivered"], ill["status"], ill["detail"]) == (False, 500, "the receiver answered 500")
    assert (await omar.get(f"{PATH}/{made['id']}/deliveries")).json()["items"] == []
    assert [kind for kind, _ in await audited(now_store)][1:] == ["subscription_tested"] * 2


async def test_a_test_event_to_nobody(omar: Http, made: dict[str, Any]) -> None:
    with Subscriber.opened() as closed:
        url = closed.url
    await omar.patch(f"{PATH}/{made['id']}", json={"url": url})
    tried = (await omar.post(f"{PATH}/{made['id']}/test")).json()
    assert (tried["delivered"], tried["status"]) == (False, None)
    assert "could not be reached" in tried["detail"]


async def test_sending_again(
    omar: Http, made: dict[str, Any], client: ClientDouble, receiver: Subscriber, now_store: Store
) -> None:
    await happens(now_store, made["id"])
    path = f"{PATH}/{made['id']}/resend"
    assert (await omar.post(path, json={"delivery_id": receiver.ids[0]})).json() == {"resent": 1}
    assert client.woken == [Errand(carrier=f"events/{made['id']}", conversation_id="c1")]
    every = {"since": "2020-01-01T00:00:00Z", "include_sent": True}
    assert (await omar.post(path, json=every)).json() == {"resent": 2}
    assert (await omar.post(path, json={"delivery_id": f"{made['id']}-999"})).status_code == 404
    await omar.patch(f"{PATH}/{made['id']}", json={"enabled": False})
    off = await omar.post(path, json=every)
    assert (off.status_code, off.json()["type"]) == (409, "urn:handover:problem:switched_off")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"delivery_id": "x", "since": "2026-11-16T09:00:00Z"},
        {"delivery_id": "x", "include_sent": True},
        {"since": "2026-11-16T09:00:00"},
        {"since": "yesterday"},
        {"until": "2026-11-16T09:00:00Z"},
        {"all": True},
    ],
)
async def test_what_to_send_again_has_to_be_said(omar: Http, made: dict[str, Any], body: dict[str, Any]) -> None:
    assert (await omar.post(f"{PATH}/{made['id']}/resend", json=body)).status_code == 422


async def test_unsubscribing_forgets_everything(omar: Http, made: dict[str, Any], now_store: Store) -> None:
    await happens(now_store, made["id"])
    assert (await omar.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert (await omar.get(PATH)).json()["items"] == []
    assert (await audited(now_store))[-1] == ("subscription_removed", f"{made['id']}: 127.0.0.1, on")
