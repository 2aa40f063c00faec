"""A writer that is cancelled, as a worker's shutdown or a caller who leaves does it, holds up no other."""

import asyncio
import random

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from store import Store

pytest_plugins = ["tests.unit.store_fixtures"]


async def test_a_cancelled_writer_leaves_no_lock_behind(store: Store) -> None:
    chance = random.Random(1)
    for _ in range(200):
        writers = [asyncio.create_task(_write(store)) for _ in range(3)]
        await asyncio.sleep(0.02 * chance.random() ** 2)
        for writer in writers:
            if chance.random() < 0.5:
                writer.cancel()
        ended = await asyncio.gather(*writers, return_exceptions=True)
        assert not [one for one in ended if isinstance(one, OperationalError)]


async def _write(store: Store) -> None:
    async with store.database.write() as session:
        await session.execute(text("UPDATE staff SET id = id"))
        await session.execute(text("SELECT 1"))
