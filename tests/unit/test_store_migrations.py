"""The migrations: exactly the models' tables, for any number of processes at once."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from store import Database
from store.migrating import upgrade
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


OLD = """
INSERT INTO contacts (id, name, phone, email, tags, fields, status) VALUES ('c1', '', '', '', '[]', '{}', 'done');
INSERT INTO conversations (id, channel, contact_id, status, epoch, created_at, last_at)
    VALUES ('c1', 'web', 'c1', 'bot', 0, '2026-11-16', '2026-11-16');
INSERT INTO handovers (conversation_id, number, bot_id, trigger_key, turn, seq, status, reason, priority, request,
    opened_at, next_step, "trigger", policy)
    SELECT 'c1', number, 'support', number, 1, 1, 'completed', 'human_requested', 'medium', '', '2026-11-16', '', '{}', '{}'
    FROM (SELECT 1 AS number UNION SELECT 2) AS numbers;
INSERT INTO tasks (conversation_id, handover_number, number, title, description, priority, status, due_at, created_at, note,
    completed_at, converted, unnecessary)
    VALUES ('c1', 1, 1, '', '', 'medium', 'completed', '2026-11-17', '2026-11-16', '', '2026-11-16', true, false),
           ('c1', 1, 2, '', '', 'medium', 'completed', '2026-11-19', '2026-11-16', '', '2026-11-20', false, false);
INSERT INTO notifications ("key", channel, staff_id, event, conversation_id, number, text, at)
    VALUES ('n1', 'email', 'ann', 'reminder', 'c1', 1, '', '2026-11-17');
INSERT INTO api_keys (hash, name, staff_id, created_at) VALUES ('1', 'first key', NULL, '2026-11-16');
INSERT INTO api_keys (hash, name, staff_id, created_at) VALUES ('2', 'first key', 'ann', '2026-11-16');
"""
"""As the first version wrote it: one handover with a task in time and a late one, one without a task, a mail, and keys."""


async def test_what_older_versions_wrote_gets_what_its_tasks_know(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(upgrade, "0001")
        for statement in filter(str.strip, OLD.split(";")):
            await connection.execute(text(statement))
        await connection.run_sync(upgrade)
        rows = await connection.execute(
            text("SELECT due_at, breached_at, converted, unnecessary FROM handovers ORDER BY number")
        )
        assert [tuple(row) for row in rows] == [("2026-11-19", "2026-11-19", 1, 0), (None, None, 0, 0)]
        # What was written before it was noted what is sent: an old mail must not go out a second time.
        assert await connection.scalar(text("SELECT sent_at FROM notifications")) == "2026-11-17"
        keys = await connection.execute(text("SELECT is_first, access FROM api_keys ORDER BY hash"))
        assert [tuple(row) for row in keys] == [(1, "admin"), (0, "admin")]
    await engine.dispose()


async def test_a_sqlite_file_is_set_up_for_many_processes(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    await database.migrate()
    async with database.read() as session:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        assert [await session.scalar(text(f"PRAGMA {name}")) for name in names] == ["wal", 1, 10_000, 1]
    await database.close()
