"""How people prove who they are: passwords, of which only slow hashes are kept, and one-time links to choose one."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from secrets import token_urlsafe
from unicodedata import normalize

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from handover.sign_in import FORGET_TRIES_AFTER, wait_left
from handover.views import SignInView
from store.secrets import SECRET_BYTES, plain_hash
from store.tables import LinkRow, PasswordRow, SessionRow, TriesRow
from store.writing import Repository, add, upsert

_AT_ONCE = 2
"""How many passwords a process hashes at the same time: each takes 19 MiB and a core."""
_SLOW_HASH = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)])
"""Argon2id at the cost that OWASP's password storage cheat sheet asks for at least. With other figures here, a password is
hashed anew when it is next seen."""


class Passwords(Repository):
    async def set_password(self, staff_id: str, password: str) -> None:
        """A person chooses a password: it replaces the one before, and ends their one-time link and all their sessions."""
        hashed = await _hashed(password)
        async with self._database.write() as session:
            await _replace(session, staff_id, hashed, self._clock())

    async def password_fits(self, staff_id: str | None, password: str) -> bool:
        """Whether this is the person's password. It takes as long for nobody and for those who have none: the time tells
        nothing."""
        async with self._database.read() as session:
            kept = await session.scalar(select(PasswordRow.hash).where(PasswordRow.staff_id == staff_id))
        fits, better = await _compared(password, kept or _nobodys_hash())
        if kept is None or not fits:
            return False
        if better is not None:
            await self._keep_better(str(staff_id), kept, better)
        return True

    async def _keep_better(self, staff_id: str, kept: str, better: str) -> None:
        """The same password under today's cost; one that was changed meanwhile stays."""
        async with self._database.write() as session:
            row = await session.get(PasswordRow, staff_id, with_for_update=True)
            if row is not None and row.hash == kept:
                row.hash = better

    async def sign_ins(self) -> dict[str, SignInView]:
        """How each person can sign in; those who can't yet are left out."""
        async with self._database.read() as session:
            with_password = set(await session.scalars(select(PasswordRow.staff_id)))
            links = select(LinkRow.staff_id, LinkRow.expires_at).where(LinkRow.expires_at > self._clock())
            until = {row.staff_id: row.expires_at for row in await session.execute(links)}
        return {
            one: SignInView(has_password=one in with_password, link_until=until.get(one))
            for one in with_password | until.keys()
        }


class Links(Repository):
    async def make_link(self, staff_id: str, made_by: str, lasts: timedelta) -> str:
        """A one-time link's token, in clear this once. It replaces the person's link before it."""
        token = token_urlsafe(SECRET_BYTES)
        values = {"staff_id": staff_id, "hash": plain_hash(token), "made_by": made_by}
        async with self._database.write() as session:
            await upsert(session, LinkRow, values | {"expires_at": self._clock() + lasts})
        return token

    async def link(self, token: str) -> str | None:
        """Whose link it is; None where it is unknown, used or over. Looking uses nothing up: mail scanners look as well."""
        async with self._database.read() as session:
            found = select(LinkRow.staff_id).where(
                LinkRow.hash == plain_hash(token), LinkRow.expires_at > self._clock()
            )
            return await session.scalar(found)

    async def redeem_link(self, token: str, password: str) -> str | None:
        """Use a link up by choosing a password: whose it was. Of many at once one is done, the others are told None."""
        hashed = await _hashed(password)
        async with self._database.write() as session:
            used = delete(LinkRow).where(LinkRow.hash == plain_hash(token), LinkRow.expires_at > self._clock())
            staff_id = await session.scalar(used.returning(LinkRow.staff_id))
            if staff_id is not None:
                await _replace(session, staff_id, hashed, self._clock())
        return staff_id

    async def drop_link(self, staff_id: str) -> None:
        """A person's link, if there is one, opens nothing any more."""
        async with self._database.write() as session:
            await session.execute(delete(LinkRow).where(LinkRow.staff_id == staff_id))


class Tries(Repository):
    """Wrong passwords, counted in the database: all web processes slow down together, and a restart forgives nothing.

    There are never many rows: each costs whoever makes it a slow hash, and those half an hour old are removed. What has to
    wait leaves none.
    """

    async def begin_try(self, allowances: Mapping[str, int]) -> timedelta:
        """How long to wait before the next try, zero where it may be made now. `allowances`: what it counts for, each with
        its free tries. It is counted before its password is looked at: many at once are not all compared before one has
        failed."""
        now = self._clock()
        async with self._database.write() as session:
            await session.execute(delete(TriesRow).where(TriesRow.last_at <= now - FORGET_TRIES_AFTER))
            for subject in sorted(allowances):
                await add(session, TriesRow, {"subject": subject, "tries": 0, "last_at": now})
            mine = select(TriesRow).where(TriesRow.subject.in_(allowances)).order_by(TriesRow.subject)
            rows = list(await session.scalars(mine.with_for_update()))
            wait = max(wait_left(row.tries, allowances[row.subject], row.last_at, now) for row in rows)
            for row in rows:
                if not wait:
                    row.tries, row.last_at = row.tries + 1, now
                elif not row.tries:
                    await session.delete(row)
        return wait

    async def forget_tries(self, subjects: Sequence[str]) -> None:
        """The password was right."""
        async with self._database.write() as session:
            await session.execute(delete(TriesRow).where(TriesRow.subject.in_(subjects)))


class Credentials(Passwords, Links, Tries):
    """What a person signs in with."""


async def _replace(session: AsyncSession, staff_id: str, hashed: str, now: datetime) -> None:
    await upsert(session, PasswordRow, {"staff_id": staff_id, "hash": hashed, "set_at": now})
    await session.execute(delete(LinkRow).where(LinkRow.staff_id == staff_id))
    await session.execute(delete(SessionRow).where(SessionRow.staff_id == staff_id))


@cache
def _hashing() -> asyncio.Semaphore:
    return asyncio.Semaphore(_AT_ONCE)


@cache
def _nobodys_hash() -> str:
    """What no password fits, and takes as long to find out."""
    return _SLOW_HASH.hash(token_urlsafe(SECRET_BYTES))


def _as_typed_anywhere(password: str) -> str:
    """Keyboards and systems write the same letter, as in é, in several ways."""
    return normalize("NFKC", password)


async def _hashed(password: str) -> str:
    async with _hashing():
        return await asyncio.to_thread(_SLOW_HASH.hash, _as_typed_anywhere(password))


async def _compared(password: str, kept: str) -> tuple[bool, str | None]:
    async with _hashing():
        return await asyncio.to_thread(_SLOW_HASH.verify_and_update, _as_typed_anywhere(password), kept)
