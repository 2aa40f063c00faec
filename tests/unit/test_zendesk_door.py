"""The door of Zendesk: closed without a secret, shut to whoever has not signed, and open for news about our own tickets."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from handover.errors import Unavailable
from handover.outside import Errand
from settings import AppSettings
from store import Store
from store.writing import utcnow
from tests.unit.backtest_world import World, a_bot
from tests.unit.web_world import Http, app_on
from tests.vendors.zendesk_wire import SECRET, signed
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

PATH = "/webhooks/zendesk"


class Errands:
    """Who was sent where. `fails`: Temporal is away."""

    def __init__(self) -> None:
        self.sent: list[Errand] = []
        self.fails = False

    async def wake(self, errand: Errand) -> None:
        if self.fails:
            raise Unavailable("Temporal does not answer.")
        self.sent.append(errand)


@pytest.fixture
def errands() -> Errands:
    return Errands()


@pytest.fixture
async def door(services: Services, errands: Errands, tmp_path: Path) -> AsyncIterator[Http]:
    """The app with the door open, and no key of ours."""
    settings = AppSettings(data_dir=tmp_path, zendesk_webhook_secret=SecretStr(SECRET))
    app = app_on(replace(services, settings=settings, couriers=errands))
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
        yield http


@pytest.fixture(autouse=True)
async def handed_over(now_store: Store) -> None:
    """c1~1 is a handover."""
    world = World(now_store, utcnow)
    await world.uses(a_bot())
    talk = world.conversation()
    await talk.says("I want to talk to a human")


async def post(door: Http, document: Any, **headers: str) -> httpx2.Response:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await door.post(PATH, content=body, headers=signed(body) | given)


async def test_news_by_our_trigger(door: Http, errands: Errands) -> None:
    answer = await post(door, {"external_id": "c1~1", "ticket_id": "35"})
    assert (answer.status_code, answer.json()) == (200, {"accepted": True, "duplicate": False})
    assert errands.sent == [Errand(carrier="zendesk", conversation_id="c1")]


async def test_news_by_an_event(door: Http, errands: Errands) -> None:
    event = {"type": "zen:event-type:ticket.comment_added", "detail": {"id": "35", "external_id": "c1~1"}, "event": {}}
    assert (await post(door, event)).json() == {"accepted": True, "duplicate": False}
    assert errands.sent == [Errand(carrier="zendesk", conversation_id="c1")]


@pytest.mark.parametrize("external_id", [None, "", "c1", "c1~2", "c9~1", "INV-2026", "c1~0", "x" * 300, "../c1~1"])
async def test_a_ticket_of_others_is_passed_over(door: Http, errands: Errands, external_id: str | None) -> None:
    for document in ({"external_id": external_id}, {"detail": {"external_id": external_id}}):
        answer = await post(door, document)
        assert (answer.status_code, answer.json()["accepted"]) == (200, False)
    assert errands.sent == []


async def test_a_delivery_that_comes_again_is_taken_once(door: Http, errands: Errands) -> None:
    same = {"x_zendesk_webhook_invocation_id": "8350205582"}
    await post(door, {"external_id": "c1~1"}, **same)
    answer = await post(door, {"external_id": "c1~1"}, **same)
    assert (answer.status_code, answer.json()) == (200, {"accepted": True, "duplicate": True})
    assert len(errands.sent) == 1


async def test_a_delivery_without_a_number_is_known_by_its_signature(door: Http, errands: Errands) -> None:
    body = json.dumps({"external_id": "c1~1"}).encode()
    headers = signed(body)
    del headers["x-zendesk-webhook-invocation-id"]
    answers = [(await door.post(PATH, content=body, headers=headers)).json()["duplicate"] for _ in range(2)]
    assert answers == [False, True]


async def test_while_temporal_is_away_it_is_asked_for_again(door: Http, errands: Errands) -> None:
    """Zendesk tries again after 503 only with a Retry-After of less than a minute."""
    errands.fails = True
    same = {"x_zendesk_webhook_invocation_id": "8350205582"}
    answer = await post(door, {"external_id": "c1~1"}, **same)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) < 60
    errands.fails = False
    assert (await post(door, {"external_id": "c1~1"}, **same)).json() == {"accepted": True, "duplicate": False}


@pytest.mark.parametrize(
    "headers",
    [
        {"x_zendesk_webhook_signature": ""},
        {"x_zendesk_webhook_signature": "kjsdf"},
        {"x_zendesk_webhook_signature_timestamp": ""},
        {"x_zendesk_webhook_signature_timestamp": "yesterday"},
        {"x_zendesk_webhook_signature_timestamp": "2026-03-02T09:00:00"},
    ],
)
async def test_what_is_not_signed_is_refused(door: Http, errands: Errands, headers: dict[str, str]) -> None:
    answer = await post(door, {"external_id": "c1~1"}, **headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:handover:problem:wrong_signature")
    assert errands.sent == []


async def test_what_was_signed_long_ago_or_by_others_is_refused(door: Http, now_store: Store, errands: Errands) -> None:
    body = json.dumps({"external_id": "c1~1"}).encode()
    old = signed(body, at=datetime.now(UTC) - timedelta(minutes=6))
    for headers in (old, signed(body, secret="another"), signed(b"{}")):
        assert (await door.post(PATH, content=body, headers=headers)).status_code == 401
    assert errands.sent == []
    audits = (await now_store.access.audits()).items
    assert sum(one.times for one in audits if one.kind == "wrong_signature") == 3
    assert not any("c1~1" in one.text for one in audits)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"null",
        b'{"external_id": 7}',
        b'{"detail": []}',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"detail":null}',
    ],
)
async def test_a_signed_body_of_no_sense(door: Http, errands: Errands, body: bytes) -> None:
    answer = await post(door, body)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("Nothing was changed: ")
    assert errands.sent == []


async def test_a_body_that_is_too_large(door: Http) -> None:
    assert (await post(door, b'{"external_id": "' + b"x" * 70_000 + b'"}')).status_code == 413


async def test_without_a_secret_there_is_no_door(services: Services) -> None:
    app = app_on(services)
    async with Http(transport=httpx2.ASGITransport(app=app), base_url="http://handover") as http:
        assert (await post(http, {"external_id": "c1~1"})).status_code == 404
