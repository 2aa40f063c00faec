"""Names in a bot's settings that only the team and the integrations know: refused by their keys, over HTTP and on the page."""

from typing import Any

import pytest
from pydantic import SecretStr

from adapters import make_outside
from handover.documents import read_bot, read_team
from handover.ticket import SYSTEMS
from settings import AppSettings
from store import Store
from store.first_start import EXAMPLES
from tests.unit.bot_people import Person, text_of_page, with_values
from tests.unit.web_world import SignIn
from web.names import check_names

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.bot_people"]

ACTION = "handover.actions.follow_up"
WRONG = [
    (f"{ACTION}.assign.to", "role:suport", "nobody is role:suport (did you mean role:support?); allowed are"),
    (f"{ACTION}.assign.to", "user:anna", "user:ben, user:mei, user:omar, user:sarah, manager"),
    (f"{ACTION}.ladder.0.to", "role:night", "role:dispatch, role:manager, role:support, role:technician, manager"),
    ("handover.default_assignee", "user:sara", "did you mean user:sarah?"),
    (
        f"{ACTION}.ticket",
        "zendek",
        "'zendek' is no ticket system (did you mean zendesk?); allowed are webhook, zendesk",
    ),
]


def changed(settings: Any, key: str, value: str) -> None:
    *path, last = key.split(".")
    for name in path:
        settings = settings[int(name) if isinstance(settings, list) else name]
    settings[last] = value


@pytest.mark.parametrize(("key", "value", "says"), WRONG)
async def test_a_name_that_nobody_has_is_refused_by_its_key(
    example: Store, sign_in: SignIn, key: str, value: str, says: str
) -> None:
    http = await sign_in("omar")
    settings = (await http.get("/v1/bots/hvac")).json()["settings"]
    assert (await http.put("/v1/bots/hvac", json=settings)).json()["version"] == 1
    changed(settings, key, value)
    answer = await http.put("/v1/bots/hvac", json=settings)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:handover:problem:invalid_settings")
    [problem] = answer.json()["errors"]
    assert problem["key"] == key
    assert says in problem["detail"]
    assert (await example.settings.bot("hvac")).version == 1


@pytest.mark.parametrize(("key", "value", "says"), WRONG)
async def test_the_page_shows_it_at_its_field(omar: Person, example: Store, key: str, value: str, says: str) -> None:
    answer = await omar.send(with_values(await omar.form(), **{key: value}))
    assert answer.status_code == 422
    assert f'id="p-{key}"' in answer.text
    assert says in text_of_page(answer.text)
    assert (await example.settings.bot("hvac")).version == 1


async def test_all_wrong_names_are_told_at_once(example: Store, sign_in: SignIn) -> None:
    http = await sign_in("omar")
    settings = (await http.get("/v1/bots/hvac")).json()["settings"]
    for key, value, _ in WRONG[1:]:
        changed(settings, key, value)
    answer = await http.put("/v1/bots/hvac", json=settings)
    assert {one["key"] for one in answer.json()["errors"]} == {key for key, _, _ in WRONG}


def test_the_examples_name_nobody_who_is_not_there() -> None:
    folders = [file.parent for file in EXAMPLES.rglob("bot.yaml")]
    assert folders
    for folder in folders:
        team = read_team((folder / "staff.yaml").read_text(), "staff")
        check_names(read_bot((folder / "bot.yaml").read_text(), "bot"), team)


async def test_every_ticket_system_that_can_be_connected_may_be_named(now_store: Store) -> None:
    secret = SecretStr("whsec_" + "A" * 32)
    connected = AppSettings(
        zendesk_url="https://example.zendesk.com",
        zendesk_email="agent@example.org",
        zendesk_token=SecretStr("token"),
        ticket_webhook_url="https://tickets.example.org",
        ticket_webhook_secret=secret,
    )
    assert set(make_outside(connected, now_store).ticketing) == set(SYSTEMS)
