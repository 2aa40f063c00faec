"""Passwords, one-time links, wrong tries and sessions, as the database keeps them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import func, select

from handover.errors import SettingsError
from handover.staff import Access, Staff
from store import Store
from store.first_start import FIRST_ADMIN, first_link, first_start
from store.tables import LinkRow, PasswordRow, TriesRow
from tests.unit.store_world import Clock, staff

pytest_plugins = ["tests.unit.store_fixtures"]

WEEK = timedelta(days=7)
GOOD = "tin horse nine"
ALLOWED = {"name ann": 2}


async def test_a_password_fits_its_person_alone(store: Store) -> None:
    await store.access.set_password("ann", GOOD)
    await store.access.set_password("bob", "another good one")
    assert await store.access.password_fits("ann", GOOD)
    assert not await store.access.password_fits("ann", "another good one")
    assert not await store.access.password_fits("cleo", GOOD)
    assert not await store.access.password_fits(None, GOOD)
    await store.access.set_password("ann", "the next one of ann")
    assert not await store.access.password_fits("ann", GOOD)


async def test_a_password_fits_however_a_keyboard_writes_its_letters(store: Store) -> None:
    await store.access.set_password("ann", "caf\u00e9 au lait")
    assert await store.access.password_fits("ann", "cafe\u0301 au lait")
    assert not await store.access.password_fits("ann", "cafe au lait")


async def test_neither_password_nor_link_is_in_the_database(store: Store) -> None:
    await store.access.set_password("ann", GOOD)
    token = await store.access.make_link("bob", "omar", WEEK)
    async with store.database.read() as session:
        hashed = await session.scalar(select(PasswordRow.hash))
        link = await session.scalar(select(LinkRow.hash))
    assert hashed is not None
    assert hashed.startswith("$argon2id$")
    assert GOOD not in hashed
    assert link is not None
    assert token not in link


async def test_a_cheaper_hash_is_replaced_when_its_password_is_seen(store: Store) -> None:
    await store.access.set_password("ann", GOOD)
    cheap = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=1024)]).hash(GOOD)
    await keep_hash(store, cheap)
    assert not await store.access.password_fits("ann", "wrong")
    assert await kept_hash(store) == cheap
    assert await store.access.password_fits("ann", GOOD)
    assert await kept_hash(store) != cheap
    assert await store.access.password_fits("ann", GOOD)


async def keep_hash(store: Store, hashed: str) -> None:
    async with store.database.write() as session:
        (await session.get_one(PasswordRow, "ann")).hash = hashed


async def kept_hash(store: Store) -> str:
    async with store.database.read() as session:
        return (await session.get_one(PasswordRow, "ann")).hash


async def test_a_new_password_ends_sessions_and_link_of_its_person(store: Store) -> None:
    mine, foreign = [await store.access.open_session(who, WEEK) for who in ("ann", "bob")]
    links = [await store.access.make_link(who, "omar", WEEK) for who in ("ann", "bob")]
    await store.access.set_password("ann", GOOD)
    assert [await store.access.session(one) for one in (mine, foreign)] == [None, "bob"]
    assert [await store.access.link(one) for one in links] == [None, "bob"]


async def test_a_link_is_used_once_by_one_of_many(store: Store, other: Store) -> None:
    token = await store.access.make_link("ann", "omar", WEEK)
    assert [await store.access.link(token) for _ in range(2)] == ["ann", "ann"]
    uses = [one.access.redeem_link(token, f"{GOOD} {number}") for number, one in enumerate((store, other, store))]
    done = await asyncio.gather(*uses)
    assert sorted(done, key=str) == [None, None, "ann"]
    assert await store.access.password_fits("ann", f"{GOOD} {done.index('ann')}")
    assert await store.access.link(token) is None


async def test_a_link_is_over_after_its_time_or_when_a_newer_one_is_made(store: Store, clock: Clock) -> None:
    first = await store.access.make_link("ann", "omar", WEEK)
    second = await store.access.make_link("ann", "omar", WEEK)
    assert [await store.access.link(one) for one in (first, second, "guessed\ud800")] == [None, "ann", None]
    clock.forward(days=7)
    assert await store.access.link(second) is None
    assert await store.access.redeem_link(second, GOOD) is None
    assert not await store.access.password_fits("ann", GOOD)


async def test_a_dropped_link_opens_nothing(store: Store) -> None:
    token = await store.access.make_link("ann", "omar", WEEK)
    await store.access.drop_link("ann")
    assert await store.access.redeem_link(token, GOOD) is None


async def test_who_can_sign_in_is_known(store: Store, clock: Clock) -> None:
    await store.access.set_password("ann", GOOD)
    await store.access.make_link("bob", "omar", WEEK)
    await store.access.make_link("cleo", "omar", timedelta(hours=1))
    clock.forward(hours=1)
    found = await store.access.sign_ins()
    assert {one: (how.has_password, how.link_until is not None) for one, how in found.items()} == {
        "ann": (True, False),
        "bob": (False, True),
    }


async def test_too_many_tries_have_to_wait(store: Store, clock: Clock) -> None:
    assert [await store.access.begin_try(ALLOWED) for _ in range(3)] == [timedelta(0)] * 2 + [timedelta(seconds=2)]
    clock.forward(seconds=1)
    assert await store.access.begin_try(ALLOWED) == timedelta(seconds=1)
    clock.forward(seconds=1)
    assert await store.access.begin_try(ALLOWED) == timedelta(0)
    assert await store.access.begin_try(ALLOWED) == timedelta(seconds=4)
    assert await store.access.begin_try({"name bob": 2}) == timedelta(0)
    assert await store.access.begin_try({"name bob": 2, "name ann": 2}) == timedelta(seconds=4)


async def test_a_try_that_has_to_wait_does_not_count(store: Store, clock: Clock) -> None:
    for _ in range(20):
        await store.access.begin_try(ALLOWED)
    clock.forward(seconds=2)
    assert await store.access.begin_try(ALLOWED) == timedelta(0)


async def test_a_try_that_has_to_wait_leaves_no_row(store: Store) -> None:
    for number in range(5):
        await store.access.begin_try({"address 1.2.3.4": 2, f"name {number}": 9})
    async with store.database.read() as session:
        rows = await session.scalars(select(TriesRow.subject).order_by(TriesRow.subject))
        assert list(rows) == ["address 1.2.3.4", "name 0", "name 1"]


async def test_many_tries_at_once_are_counted_before_any_has_failed(store: Store, other: Store) -> None:
    waits = await asyncio.gather(*[one.access.begin_try(ALLOWED) for _ in range(10) for one in (store, other)])
    assert waits.count(timedelta(0)) == 2


async def test_tries_are_forgotten_after_the_right_password_or_half_an_hour(store: Store, clock: Clock) -> None:
    for _ in range(3):
        await store.access.begin_try(ALLOWED | {"name bob": 9})
    await store.access.forget_tries(["name ann"])
    assert await store.access.begin_try(ALLOWED) == timedelta(0)
    clock.forward(minutes=30)
    await store.access.begin_try({"name cleo": 2})
    async with store.database.read() as session:
        assert list(await session.scalars(select(TriesRow.subject))) == ["name cleo"]


async def test_a_person_sees_and_ends_their_own_sessions(store: Store, clock: Clock) -> None:
    first = await store.access.open_session("ann", WEEK, "Firefox on Linux")
    opened = clock.now
    clock.forward(hours=1)
    second = await store.access.open_session("ann", WEEK)
    foreign = await store.access.open_session("bob", WEEK)
    newest, oldest = await store.access.sessions("ann", first)
    assert (oldest.browser, oldest.opened_at, oldest.is_current) == ("Firefox on Linux", opened, True)
    assert (newest.browser, newest.is_current) == ("", False)
    [bobs] = await store.access.sessions("bob")
    for session_id in (bobs.id, newest.id, "%", "_" * 16):
        await store.access.close_one("ann", session_id)
    assert [await store.access.session(one) for one in (first, second, foreign)] == ["ann", None, "bob"]
    clock.forward(days=7)
    assert await store.access.sessions("ann") == []


# ---- the team, one change at a time ----------------------------------------------------------------------------------

ONE, TWO = (Staff(id=one, name=one.title(), access=Access.admin) for one in ("one", "two"))


async def test_two_admins_cannot_take_each_others_access_at_once(store: Store, other: Store) -> None:
    await staff(store, ONE, TWO)

    def demote(staff_id: str, team: Sequence[Staff]) -> Staff:
        admins = [one for one in team if one.access is Access.admin]
        if len(admins) == 1:
            raise SettingsError("staff", [])
        return next(one for one in team if one.id == staff_id).model_copy(update={"access": Access.staff})

    changes = [
        store.people.change("one", lambda team: demote("one", team)),
        other.people.change("two", lambda team: demote("two", team)),
    ]
    done = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(one, SettingsError) for one in done) == 1
    assert [one.access for one in await store.settings.team()].count(Access.admin) == 1


async def test_a_change_tells_before_and_after(store: Store) -> None:
    assert await store.people.change("one", lambda team: ONE) == (None, ONE)
    later = ONE.model_copy(update={"capacity": 1})
    assert await store.people.change("one", lambda team: later) == (ONE, later)
    assert await store.team.staff("one") == later


# ---- the first start -------------------------------------------------------------------------------------------------


async def test_the_first_start_makes_an_admin_beside_the_example(store: Store) -> None:
    for _ in range(2):
        await first_start(store)
    team = await store.settings.team()
    assert [one.id for one in team] == ["admin", "ben", "mei", "omar", "sarah"]
    assert team[0] == FIRST_ADMIN
    assert not team[0].available


@pytest.mark.parametrize("there", [ONE, Staff(id="admin", name="Ada", enabled=False)])
async def test_no_admin_is_made_where_there_is_one_or_the_id_is_taken(store: Store, there: Staff) -> None:
    await staff(store, there)
    await first_start(store)
    kept = [one for one in await store.settings.team() if one.id in (there.id, "admin")]
    assert kept == [there]


async def test_the_first_link_is_there_until_an_admin_has_a_password(store: Store) -> None:
    assert await first_link(store) is None
    await first_start(store)
    earlier, later = [await first_link(store) for _ in range(2)]
    assert earlier is not None
    assert later is not None
    assert (await store.access.link(earlier[1]), await store.access.link(later[1])) == (None, "admin")
    await store.access.set_password("sarah", GOOD)
    latest = await first_link(store)
    assert latest is not None
    assert await store.access.redeem_link(latest[1], GOOD) == "admin"
    assert await first_link(store) is None
    await staff(store, ONE)
    assert await first_link(store) is None
    async with store.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(LinkRow)) == 0
