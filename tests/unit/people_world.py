"""A team to sign in as, what its browsers send, and what it left in the audit log."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from handover.staff import Access, Staff
from store import Store
from store.tables import TriesRow
from tests.unit.web_world import Http

ANN = Staff(id="ann", name="Ann Lee", roles=["support"], manager="omar", addresses={"email": "ann@example.org"})
BEN = Staff(id="ben", name="Ben", roles=["support"], enabled=False)
OMAR = Staff(id="omar", name="Omar", roles=["manager"], access=Access.manager)
ROOT = Staff(id="root", name="Root", access=Access.admin)
PASSWORD = "tin horse nine"
FORM = {"Origin": "http://handover", "Accept": "text/html"}
BrowserOf = Callable[..., Awaitable[Http]]


async def audited(store: Store) -> list[tuple[str, str]]:
    """Kind and actor of each line of the audit log, oldest first."""
    return [(one.kind, one.actor) for one in reversed((await store.access.audits()).items)]


async def keep_waiting(store: Store) -> None:
    """Whoever has to wait has to wait for an hour: no test depends on how fast the machine is."""
    async with store.database.write() as session:
        await session.execute(update(TriesRow).values(last_at=datetime.now(UTC) + timedelta(hours=1)))
