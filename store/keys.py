"""API keys: of their texts only hashes are kept."""

from datetime import timedelta
from secrets import token_urlsafe

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.errors import NotFound
from handover.staff import Access
from handover.views import KeyView, NewKey
from store import shapes
from store.secrets import SECRET_BYTES, plain_hash
from store.tables import AuditRow, KeyRow, SessionRow
from store.writing import Repository, add

SETTINGS = "settings"
"""Who revokes a first key that another one has taken the place of."""
_USE_NOTED_EVERY = timedelta(minutes=1)


class Keys(Repository):
    async def create_key(
        self, name: str, staff_id: str | None = None, access: Access = Access.admin, made_by: str = ""
    ) -> NewKey:
        """A new key, its text in clear this once. `staff_id`: on whose behalf it acts. `access`: what it may do at most."""
        secret = token_urlsafe(SECRET_BYTES)
        row = KeyRow(hash=plain_hash(secret), name=name, staff_id=staff_id, access=access.value, made_by=made_by)
        row.created_at = self._clock()
        async with self._database.write() as session:
            session.add(row)
            await session.flush()
            return NewKey(**shapes.key(row).model_dump(), key=secret)

    async def admit(self, secret: str, name: str) -> None:
        """Know the first key, which was made elsewhere: the one that is set, or kept in a file. A first key of before ends;
        one that is set again after that opens again, unless somebody has revoked it. Repeated, nothing changes."""
        hashed = plain_hash(secret)
        async with self._database.write() as session:
            await self._end_former(session, hashed)
            values = {"hash": hashed, "name": name, "is_first": True, "made_by": SETTINGS, "created_at": self._clock()}
            await add(session, KeyRow, values)
            row = await session.scalar(select(KeyRow).where(KeyRow.hash == hashed).with_for_update())
            if row is not None and row.revoked_by == SETTINGS:
                row.revoked_at = row.revoked_by = None

    async def _end_former(self, session: AsyncSession, hashed: str) -> None:
        former = select(KeyRow).where(KeyRow.is_first, KeyRow.hash != hashed, KeyRow.revoked_at.is_(None))
        for row in await session.scalars(former.with_for_update()):
            await self._close(session, row, SETTINGS)
            text = f"key {row.id}: another first key is set now"
            session.add(AuditRow(kind="first_key_replaced", actor=SETTINGS, text=text, at=self._clock()))

    async def key(self, secret: str) -> KeyView | None:
        """The key that a caller shows; None where it is unknown or revoked. Its use is noted, to the minute."""
        async with self._database.read() as session:
            row = await session.scalar(
                select(KeyRow).where(KeyRow.hash == plain_hash(secret), KeyRow.revoked_at.is_(None))
            )
        if row is None:
            return None
        if row.last_used_at is None or row.last_used_at < self._clock() - _USE_NOTED_EVERY:
            await self._note_use(row.id)
        return shapes.key(row)

    async def _note_use(self, key_id: int) -> None:
        async with self._database.write() as session:
            row = await session.get_one(KeyRow, key_id)
            row.last_used_at = self._clock()

    async def keys(self) -> list[KeyView]:
        """All keys, oldest first, the revoked ones included."""
        async with self._database.read() as session:
            return [shapes.key(row) for row in await session.scalars(select(KeyRow).order_by(KeyRow.id))]

    async def revoke_key(self, key_id: int, by: str = "") -> KeyView:
        """Close a key for good, and the sessions that it has opened. Raises NotFound."""
        async with self._database.write() as session:
            row = await session.get(KeyRow, key_id, with_for_update=True)
            if row is None:
                raise NotFound("key", str(key_id))
            if row.revoked_by in (None, SETTINGS):
                await self._close(session, row, by)
            return shapes.key(row)

    async def _close(self, session: AsyncSession, row: KeyRow, by: str) -> None:
        """Who revokes what the settings have replaced makes sure that they never bring it back."""
        row.revoked_at, row.revoked_by = row.revoked_at or self._clock(), by
        await session.execute(delete(SessionRow).where(SessionRow.key_id == row.id))
