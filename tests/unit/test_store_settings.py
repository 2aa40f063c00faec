"""Bots and staff: every version kept, and none made for nothing."""

import asyncio

import pytest

from handover.bot import Bot
from handover.errors import NotFound
from handover.ports import Document
from handover.staff import Staff
from store import Store
from tests.unit.store_world import BOT

pytest_plugins = ["tests.unit.store_fixtures"]

RENAMED = BOT.model_copy(update={"name": "Help desk"})


async def test_a_change_makes_a_version_and_the_same_again_none(store: Store) -> None:
    assert (await store.settings.put_bot(BOT)).version == 1
    assert (await store.settings.put_bot(BOT)).version == 1
    assert (await store.settings.put_bot(RENAMED)).version == 2
    assert (await store.settings.bot("support")).bot == RENAMED
    assert await store.settings.bot_at("support", 1) == BOT


async def test_knowledge_is_part_of_a_version(store: Store) -> None:
    documents = [Document("faq.md", "# FAQ"), Document("prices.md", "1 €")]
    assert (await store.settings.put_bot(BOT, documents)).knowledge == tuple(documents)
    kept = await store.settings.put_bot(BOT)
    assert (kept.version, kept.knowledge) == (1, tuple(documents))
    emptied = await store.settings.put_bot(BOT, [])
    assert (emptied.version, emptied.knowledge) == (2, ())


async def test_changes_at_once_each_make_a_version(store: Store, other: Store) -> None:
    bots = [BOT.model_copy(update={"name": f"Name {number}"}) for number in range(10)]
    puts = [(store, other)[number % 2].settings.put_bot(bot) for number, bot in enumerate(bots)]
    assert sorted(one.version for one in await asyncio.gather(*puts)) == list(range(1, 11))


async def test_the_first_bot_is_the_default_one(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.settings.bot(None)
    await store.settings.put_bot(BOT)
    await store.settings.put_bot(Bot(id="another", name="Another"))
    await store.settings.put_bot(RENAMED)
    assert (await store.settings.bot(None)).bot == RENAMED
    assert [one.bot.id for one in await store.settings.bots()] == ["support", "another"]


async def test_what_is_not_there_is_not_found(store: Store) -> None:
    await store.settings.put_bot(BOT)
    with pytest.raises(NotFound):
        await store.settings.bot("another")
    with pytest.raises(NotFound):
        await store.settings.bot_at("support", 2)


async def test_staff_are_stored_in_place(store: Store) -> None:
    ann = Staff(id="ann", name="Ann")
    away = ann.model_copy(update={"available": False})
    await store.settings.put_staff(Staff(id="bob", name="Bob"))
    await store.settings.put_staff(ann)
    assert await store.settings.put_staff(away) == away
    assert [one.id for one in await store.settings.team()] == ["ann", "bob"]
    assert (await store.settings.team())[0] == away
