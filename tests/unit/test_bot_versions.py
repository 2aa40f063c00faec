"""Every version of a bot: who saved it when, and nobody undoes what they have not seen."""

import asyncio
from datetime import timedelta

import pytest

from handover.errors import Refused
from handover.ports import Versioned
from store import Store
from tests.unit.store_world import BOT, Clock

pytest_plugins = ["tests.unit.store_fixtures"]

RENAMED = BOT.model_copy(update={"name": "Help desk"})


async def test_a_version_knows_who_saved_it_and_when(store: Store, clock: Clock) -> None:
    first = await store.settings.put_bot(BOT)
    clock.now += timedelta(hours=1)
    second = await store.settings.put_bot(RENAMED, by="ann", expected=1)
    assert (first.saved_by, second.saved_by) == (None, "ann")
    assert first.at is not None
    assert second.at == first.at + timedelta(hours=1)
    assert await store.settings.bot("support") == second
    same = await store.settings.put_bot(RENAMED, by="bob", expected=2)
    assert (same.version, same.saved_by) == (2, "ann")


async def test_versions_are_listed_newest_first_and_in_parts(store: Store) -> None:
    for number in range(1, 6):
        await store.settings.put_bot(BOT.model_copy(update={"name": f"Name {number}"}), by=f"by{number}")
    found = await store.settings.bot_versions("support")
    assert [(one.version, one.saved_by, one.settings["name"]) for one in found] == [
        (number, f"by{number}", f"Name {number}") for number in (5, 4, 3, 2, 1)
    ]
    assert [one.version for one in await store.settings.bot_versions("support", before=4, limit=2)] == [3, 2]
    assert await store.settings.bot_versions("nobody") == []


@pytest.mark.parametrize("expected", [0, 1, 3])
async def test_another_version_than_the_newest_is_not_changed(store: Store, expected: int) -> None:
    await store.settings.put_bot(BOT)
    before = await store.settings.put_bot(RENAMED, by="ann")
    for bot in (BOT, RENAMED):
        with pytest.raises(Refused) as refused:
            await store.settings.put_bot(bot, by="bob", expected=expected)
        assert (refused.value.code, refused.value.holder, refused.value.since) == (
            "changed_meanwhile",
            "ann",
            before.at,
        )
    assert await store.settings.bot("support") == before


async def test_a_bot_that_is_not_there_has_version_0(store: Store) -> None:
    with pytest.raises(Refused):
        await store.settings.put_bot(BOT, expected=1)
    assert await store.settings.bots() == []
    assert (await store.settings.put_bot(BOT, expected=0)).version == 1


async def test_of_changes_at_once_to_one_version_one_wins(store: Store, other: Store) -> None:
    await store.settings.put_bot(BOT)
    bots = [BOT.model_copy(update={"name": f"Name {number}"}) for number in range(6)]
    puts = [(store, other)[number % 2].settings.put_bot(bot, expected=1) for number, bot in enumerate(bots)]
    results = await asyncio.gather(*puts, return_exceptions=True)
    assert [one.version for one in results if isinstance(one, Versioned)] == [2]
    assert sum(isinstance(one, Refused) for one in results) == 5
