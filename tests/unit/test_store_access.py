"""Keys, sessions, receipts, the audit log and the inbox."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from handover.casefile import Notification
from handover.errors import NotFound
from handover.ports import Receipt
from store import Store
from store.tables import KeyRow, NotificationRow, SessionRow
from tests.unit.store_world import Clock

pytest_plugins = ["tests.unit.store_fixtures"]


async def test_a_key_opens_until_it_is_revoked(store: Store) -> None:
    secret = (await store.access.create_key("shop", staff_id="ann")).key
    shown = await store.access.key(secret)
    assert shown is not None
    assert (shown.name, shown.staff_id) == ("shop", "ann")
    await store.access.revoke_key(shown.id)
    assert await store.access.key(secret) is None
    assert await store.access.key("guessed\ud800") is None
    with pytest.raises(NotFound):
        await store.access.revoke_key(shown.id + 1)


async def test_secrets_are_not_in_the_database(store: Store) -> None:
    secrets = [(await store.access.create_key("shop")).key, await store.access.open_session("ann", timedelta(hours=1))]
    async with store.database.read() as session:
        stored = [await session.scalar(select(KeyRow.hash)), await session.scalar(select(SessionRow.hash))]
    assert not set(secrets) & set(stored)


async def test_the_use_of_a_key_is_noted_to_the_minute(store: Store, clock: Clock) -> None:
    secret = (await store.access.create_key("shop")).key
    first = clock.forward(hours=1)
    await store.access.key(secret)
    clock.forward(seconds=59)
    await store.access.key(secret)
    assert [key.last_used_at for key in await store.access.keys()] == [first]
    clock.forward(seconds=2)
    await store.access.key(secret)
    assert [key.last_used_at for key in await store.access.keys()] == [clock.now]


async def test_a_session_lasts_as_long_as_it_was_given(store: Store, clock: Clock) -> None:
    token = await store.access.open_session("ann", timedelta(hours=1))
    clock.forward(minutes=59)
    assert await store.access.session(token) == "ann"
    clock.forward(minutes=1)
    assert await store.access.session(token) is None


async def test_sessions_are_closed_one_by_one_or_all_of_a_person(store: Store) -> None:
    lasts = timedelta(hours=1)
    first, second, foreign = [await store.access.open_session(who, lasts) for who in ("ann", "ann", "bob")]
    await store.access.close_session(first)
    assert [await store.access.session(token) for token in (first, second, foreign)] == [None, "ann", "bob"]
    await store.access.close_sessions("ann")
    assert [await store.access.session(token) for token in (second, foreign)] == [None, "bob"]


async def test_the_same_request_gets_the_first_answer(store: Store) -> None:
    assert await store.access.begin("ann", "k", "hash") == Receipt("new")
    assert await store.access.begin("ann", "k", "hash") == Receipt("in_progress")
    await store.access.finish("ann", "k", 201, {"id": 1})
    await store.access.finish("ann", "k", 500, {})
    assert await store.access.begin("ann", "k", "hash") == Receipt("done", 201, {"id": 1})
    assert await store.access.begin("ann", "k", "another") == Receipt("other")
    assert await store.access.begin("bob", "k", "hash") == Receipt("new")


async def test_one_of_many_at_once_is_the_first(store: Store, other: Store) -> None:
    begins = [one.access.begin("ann", "k", "hash") for _ in range(10) for one in (store, other)]
    states = Counter(receipt.state for receipt in await asyncio.gather(*begins))
    assert states == {"new": 1, "in_progress": 19}


async def test_a_request_that_came_to_nothing_may_be_begun_anew(store: Store, clock: Clock) -> None:
    await store.access.begin("ann", "k", "hash")
    await store.access.abandon("ann", "k")
    assert (await store.access.begin("ann", "k", "hash")).state == "new"
    clock.forward(seconds=90)
    assert (await store.access.begin("ann", "k", "hash")).state == "new"
    assert (await store.access.begin("ann", "k", "hash")).state == "in_progress"


async def test_an_answer_outlives_abandoning_but_not_a_week(store: Store, clock: Clock) -> None:
    await store.access.begin("ann", "k", "hash")
    await store.access.finish("ann", "k", 200, {})
    await store.access.abandon("ann", "k")
    clock.forward(minutes=5)
    assert (await store.access.begin("ann", "k", "hash")).state == "done"
    clock.forward(days=8)
    assert (await store.access.begin("ann", "k", "hash")).state == "new"


async def test_the_audit_log_is_read_from_its_end(store: Store) -> None:
    for number in range(3):
        await store.access.audit("wrong_key", "nobody", f"try {number}")
    page = await store.access.audits(limit=2)
    assert [one.text for one in page.items] == ["try 2", "try 1"]
    assert [one.text for one in (await store.access.audits(after=page.next)).items] == ["try 0"]


def notification(key: str, staff_id: str = "ann") -> Notification:
    return Notification(key=key, staff_id=staff_id, event="reminder", conversation_id="c1", number=1, text=key)


async def test_a_notification_is_kept_once_a_channel(store: Store) -> None:
    for channel in ("inbox", "email"):
        for _ in range(2):
            await store.notifications.put(notification("one"), channel)
    assert await notifications_kept(store) == ["email", "inbox"]
    assert [one.text for one in (await store.notifications.inbox("ann")).items] == ["one"]


async def test_a_notification_waits_until_its_channel_has_sent_it(store: Store, clock: Clock) -> None:
    for _ in range(2):
        assert await store.notifications.put(notification("one"), "email")
    await store.notifications.put(notification("one"), "sms")
    await store.notifications.put(notification("two"), "email")
    sent_at = clock.now
    await store.notifications.mark_sent(notification("one"), "email")
    clock.forward(hours=1)
    await store.notifications.mark_sent(notification("one"), "email")
    assert not await store.notifications.put(notification("one"), "email")
    assert await store.notifications.put(notification("one"), "sms")
    assert await store.notifications.put(notification("two"), "email")
    async with store.database.read() as session:
        found = await session.scalars(select(NotificationRow.sent_at).where(NotificationRow.sent_at.is_not(None)))
        assert found.all() == [sent_at]


async def test_the_inbox_has_told_by_being_written(store: Store, clock: Clock) -> None:
    for _ in range(2):
        assert not await store.notifications.put(notification("one"))
    async with store.database.read() as session:
        assert await session.scalar(select(NotificationRow.sent_at)) == clock.now


async def notifications_kept(store: Store) -> list[str]:
    """The channel of each."""
    async with store.database.read() as session:
        return sorted(await session.scalars(select(NotificationRow.channel)))


async def test_one_reads_only_what_is_ones_own(store: Store, clock: Clock) -> None:
    for key, staff_id in (("one", "ann"), ("two", "ann"), ("three", "bob")):
        await store.notifications.put(notification(key, staff_id))
    [two, one] = (await store.notifications.inbox("ann")).items
    await store.notifications.mark_read("bob", [one.id])
    assert len((await store.notifications.inbox("ann", unread=True)).items) == 2
    await store.notifications.mark_read("ann", [one.id])
    first = clock.now
    clock.forward(hours=1)
    await store.notifications.mark_read("ann", [one.id])
    assert (await store.notifications.inbox("ann", unread=True)).items == [two]
    assert [item.read_at for item in (await store.notifications.inbox("ann")).items] == [None, first]
