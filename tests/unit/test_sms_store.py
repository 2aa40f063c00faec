"""Parts of text messages in the store: noted before they are sent, and which of them Twilio has."""

from datetime import timedelta

import pytest

from handover.ports import SentPart
from store import Store
from tests.unit.store_world import START, Clock

pytest_plugins = ["tests.unit.store_fixtures"]

PART = ("sms:1:2", "turn/1/answer", 1)


async def test_a_part_is_noted_once_and_then_known(store: Store, other: Store, clock: Clock) -> None:
    assert await store.texts.begin(*PART) == SentPart(START, again=False)
    clock.forward(minutes=5)
    assert await other.texts.begin(*PART) == SentPart(START, again=True)
    await store.texts.taken(*PART, "SM1")
    assert await other.texts.begin(*PART) == SentPart(START, again=True, reference="SM1")
    assert await other.texts.known(["SM1", "SM2"]) == {"SM1"}
    assert await other.texts.known([]) == set()


async def test_what_was_not_taken_is_begun_anew_and_what_was_stays(store: Store, clock: Clock) -> None:
    await store.texts.begin(*PART)
    await store.texts.not_taken(*PART)
    later = clock.forward(minutes=5)
    assert await store.texts.begin(*PART) == SentPart(later, again=False)
    await store.texts.taken(*PART, "SM1")
    await store.texts.not_taken(*PART)
    assert (await store.texts.begin(*PART)).reference == "SM1"


@pytest.mark.parametrize("other", [("sms:1:3", PART[1], 1), (PART[0], "turn/2/answer", 1), (PART[0], PART[1], 2)])
async def test_another_part_is_another(store: Store, other: tuple[str, str, int]) -> None:
    await store.texts.begin(*PART)
    assert not (await store.texts.begin(*other)).again


async def test_after_a_week_a_part_is_forgotten(store: Store, clock: Clock) -> None:
    await store.texts.begin(*PART)
    await store.texts.taken(*PART, "SM1")
    clock.now += timedelta(days=7, seconds=1)
    await store.texts.begin("sms:1:3", "turn/1/answer", 1)
    assert await store.texts.known(["SM1"]) == set()
