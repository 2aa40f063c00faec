"""The migrations: exactly the models' tables, for any number of processes at once."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from store import Database
from store.tables import Base
from tests.unit.store_fixtures import POSTGRES

pytest_plugins = ["tests.unit.store_fixtures"]

MIGRATE = """
import asyncio, sys
from store import Database

async def main():
    database = Database(sys.argv[1])
    await database.migrate()
    await database.close()

asyncio.run(main())
"""


@pytest.mark.skipif(not POSTGRES, reason="HANDOVER_TEST_POSTGRES names no database: the store is tested on SQLite only")
def test_postgres_is_tested_too() -> None:
    """Says in the summary whether every test of the store ran on PostgreSQL as well."""


def differences(connection: Connection) -> Any:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, Base.metadata)


async def test_the_migrations_make_exactly_the_models_tables(url: str) -> None:
    database = Database(url)
    async with database.read() as session:
        connection = await session.connection()
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_processes_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    root = Path(__file__).parents[2]
    starting = [asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, url, cwd=root) for _ in range(4)]
    processes = await asyncio.gather(*starting)
    assert [await process.wait() for process in processes] == [0] * 4


async def test_migrating_again_changes_nothing(url: str) -> None:
    database = Database(url)
    await asyncio.gather(*[database.migrate() for _ in range(3)])
    await database.ping()
    await database.close()


async def test_a_sqlite_file_is_set_up_for_many_processes(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    await database.migrate()
    async with database.read() as session:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        assert [await session.scalar(text(f"PRAGMA {name}")) for name in names] == ["wal", 1, 10_000, 1]
    await database.close()
