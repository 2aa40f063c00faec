"""In whose name agents of Chatwoot act here, and what a resolved conversation completes."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from handover.errors import NotFound
from handover.ids import HandoverId
from handover.messages import TaskCompleted
from handover.staff import Staff
from settings import AppSettings
from store import Store
from store.writing import utcnow
from tests.unit.backtest_world import World, a_bot
from tests.unit.store_world import staff
from web.doors.chatwoot_events import Changed, Person
from web.doors.chatwoot_lookups import author_of
from web.doors.chatwoot_people import resolved
from web.services import Services

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]


@pytest.fixture(autouse=True)
async def chatwoot_team(now_store: Store) -> None:
    await staff(
        now_store,
        Staff(id="ann", name="Ann", addresses={"email": " Ann@Example.org"}),
        Staff(id="gone", name="Gone", enabled=False, addresses={"email": "gone@example.org"}),
        Staff(id="ben", name="Ben"),
    )


def standing_in(services: Services, folder: Path, staff_id: str) -> Services:
    return dataclasses.replace(services, settings=AppSettings(data_dir=folder, chatwoot_agent=staff_id))


@pytest.mark.parametrize(
    ("email", "stands_in", "found", "is_known"),
    [
        ("ann@example.ORG ", "", "ann", True),
        ("ann@example.org", "ben", "ann", True),
        ("maria@example.net", "ben", "ben", False),
        ("maria@example.net", "", None, False),
        ("maria@example.net", "gone", None, False),
        ("maria@example.net", "nobody", None, False),
        ("gone@example.org", "ben", "ben", False),
        ("", "ben", "ben", False),
        (None, "", None, False),
    ],
)
async def test_in_whose_name(
    services: Services, tmp_path: Path, email: str | None, stands_in: str, found: str | None, is_known: bool
) -> None:
    author = await author_of(standing_in(services, tmp_path, stands_in), Person(id=1, name="Maria", email=email))
    assert (author.staff_id, author.is_known) == (found, is_known)


class Completions:
    """Stands in for the client: what was signalled as completed."""

    def __init__(self, gone: bool = False) -> None:
        self.gone = gone
        self.done: list[tuple[str, str, str | None]] = []

    async def signal_completed(self, handover: HandoverId, done: TaskCompleted) -> None:
        if self.gone:
            raise NotFound("open handover", str(handover))
        self.done.append((str(handover), done.outcome, done.staff_id))


def change(number: int = 7, at: float | None = None) -> Changed:
    payload: dict[str, Any] = {"event": "conversation_resolved", "id": number, "messages": [{"account_id": 3}]}
    return Changed.model_validate(payload | ({"updated_at": at} if at is not None else {}))


@pytest.fixture
async def opened(now_store: Store) -> str:
    """A handover that nobody holds yet, in the conversation that is 7 in account 3 there."""
    world = World(now_store, utcnow)
    await world.uses(a_bot())
    await world.conversation("chatwoot:3:7").says("I want to talk to a human")
    detail = (await now_store.reads.conversation("chatwoot:3:7")).handover
    assert detail is not None
    return detail.handover_id


def parts_of(services: Services, client: Completions, settings: AppSettings) -> Services:
    stands_in: Any = client
    return dataclasses.replace(services, client=stands_in, settings=settings)


async def test_what_was_resolved_is_completed(services: Services, tmp_path: Path, opened: str) -> None:
    client = Completions()
    settings = AppSettings(data_dir=tmp_path, chatwoot_agent="ben")
    parts = parts_of(services, client, settings)
    await resolved(parts, change())
    await resolved(parts, change(at=utcnow().timestamp() + 60))
    assert client.done == [(opened, "closed", "ben")] * 2


async def test_what_was_resolved_before_it_was_opened_is_not(services: Services, tmp_path: Path, opened: str) -> None:
    client = Completions()
    await resolved(parts_of(services, client, AppSettings(data_dir=tmp_path)), change(at=utcnow().timestamp() - 3600))
    await resolved(parts_of(services, client, AppSettings(data_dir=tmp_path)), change(number=8))
    assert client.done == []


async def test_a_case_that_ends_in_that_moment(services: Services, tmp_path: Path, opened: str) -> None:
    await resolved(parts_of(services, Completions(gone=True), AppSettings(data_dir=tmp_path)), change())


@pytest.mark.parametrize(
    "wrong",
    [
        {"chatwoot_url": "chat.example.org"},
        {"chatwoot_url": "https://me@chat.example.org"},
        {"chatwoot_url": "https://chat.example.org/?a=1"},
        {"chatwoot_url": "https://chat example.org"},
        {"chatwoot_url": "ftp://chat.example.org"},
        {"chatwoot_token": "two words"},
        {"chatwoot_user_token": "öffne"},
        {"chatwoot_bot": "Not An Id"},
        {"chatwoot_agent": "../sarah"},
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="allowed are") as caught:
        AppSettings(data_dir=tmp_path, **wrong)
    assert "two words" not in str(caught.value)


def test_an_address_may_end_in_a_slash(tmp_path: Path) -> None:
    assert (
        AppSettings(data_dir=tmp_path, chatwoot_url=" https://app.example.org/ ").chatwoot_url
        == "https://app.example.org"
    )
