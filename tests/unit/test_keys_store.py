"""API keys and the lines of the audit log in the store: who took whose place, and what is counted together."""

from datetime import timedelta

import pytest

from handover.staff import Access
from store import Store
from store.audit import APART_A_MINUTE
from tests.unit.store_world import Clock

pytest_plugins = ["tests.unit.store_fixtures"]


async def opens(store: Store, *secrets: str) -> list[bool]:
    return [await store.access.key(secret) is not None for secret in secrets]


async def test_a_first_key_that_is_no_longer_set_opens_nothing(store: Store, other: Store) -> None:
    made = await store.access.create_key("shop")
    await store.access.admit("old", "first key")
    await other.access.admit("new", "first key")
    assert await opens(store, "old", "new", made.key) == [False, True, True]
    for _ in range(2):
        await store.access.admit("old", "first key")
    assert await opens(store, "old", "new", made.key) == [True, False, True]
    assert len(await store.access.keys()) == 3
    assert [one.kind for one in (await store.access.audits()).items] == ["first_key_replaced"] * 2


@pytest.mark.parametrize("before", ["old", "new"])
async def test_a_first_key_that_somebody_revoked_stays_so(store: Store, before: str) -> None:
    """Revoked while it was set, or after another one had taken its place."""
    await store.access.admit("old", "first key")
    await store.access.admit(before, "first key")
    [old] = [one for one in await store.access.keys() if one.id == 1]
    await store.access.revoke_key(old.id, "root")
    await store.access.admit("old", "first key")
    assert await opens(store, "old") == [False]


async def test_a_key_keeps_what_it_may_do_and_who_made_and_revoked_it(store: Store, clock: Clock) -> None:
    made = await store.access.create_key("shop", "ann", Access.staff, "root")
    assert (made.access, made.staff_id, made.made_by, made.is_first) == (Access.staff, "ann", "root", False)
    first = clock.forward(hours=1)
    await store.access.revoke_key(made.id, "root")
    clock.forward(hours=1)
    again = await store.access.revoke_key(made.id, "omar")
    assert (again.revoked_at, again.revoked_by) == (first, "root")


async def test_the_sessions_of_a_key_end_with_it(store: Store) -> None:
    made, lasts = await store.access.create_key("shop"), timedelta(hours=1)
    with_key = await store.access.open_session("ann", lasts, key_id=made.id)
    without = await store.access.open_session("ann", lasts)
    await store.access.revoke_key(made.id)
    assert [await store.access.session(token) for token in (with_key, without)] == [None, "ann"]


# ---- the audit log ---------------------------------------------------------------------------------------------------


async def refuse(store: Store, address: str = "192.0.2.1", actor: str = "unknown", kind: str = "wrong_key") -> None:
    await store.access.refused(kind, actor, "GET /v1/tasks", address)


async def test_refusals_of_a_minute_share_a_line_that_counts_them(store: Store, other: Store, clock: Clock) -> None:
    first = clock.now
    for one in (store, other, store):
        await refuse(one)
        last = clock.now
        clock.forward(seconds=10)
    for different in ({"address": "192.0.2.2"}, {"actor": "person:ann"}, {"kind": "missing_key"}):
        await refuse(store, **different)
    clock.forward(minutes=1)
    await refuse(store)
    lines = list(reversed((await store.access.audits()).items))
    assert [one.times for one in lines] == [3, 1, 1, 1, 1]
    assert (lines[0].at, lines[0].last_at, lines[0].text) == (first, last, "GET /v1/tasks from 192.0.2.1")


async def test_refusals_from_everywhere_do_not_fill_the_log(store: Store) -> None:
    for number in range(APART_A_MINUTE + 30):
        await refuse(store, address=f"192.0.2.{number}")
    await store.access.audit("signed_in", "person:ann", "")
    lines = (await store.access.audits(kind="wrong_key", limit=200)).items
    assert len(lines) == APART_A_MINUTE + 1
    assert (lines[0].times, "192.0.2" in lines[0].text) == (30, False)


async def test_the_log_is_narrowed_down(store: Store, clock: Clock) -> None:
    for kind, actor in (("signed_in", "person:ann"), ("wrong_key", "unknown"), ("signed_in", "person:omar")):
        await store.access.audit(kind, actor, "")
        clock.forward(hours=1)
    end = clock.now

    async def found(**filters: object) -> list[int]:
        return [one.id for one in (await store.access.audits(**filters)).items]  # type: ignore[arg-type]

    assert await found() == [3, 2, 1]
    assert await found(kind="signed_in") == [3, 1]
    assert await found(actor="person:ann") == [1]
    assert await found(since=end - timedelta(hours=2)) == [3, 2]
    assert await found(until=end - timedelta(hours=1)) == [2, 1]
    assert await found(since=end) == []
    part = await store.access.audits(kind="signed_in", limit=1)
    assert [one.id for one in (await store.access.audits(kind="signed_in", after=part.next)).items] == [1]
