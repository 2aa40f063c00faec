"""Who is told of what by which channel: every combination, and what happens when a channel fails."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.casefile import Case, Notification
from handover.digest import Digest
from handover.errors import NotFound
from handover.ids import HandoverId
from handover.staff import NotifyChannel, Staff
from integrations.letters import Letter, Letters
from integrations.notifier import NotTold, StaffNotifier
from store import Store
from tests.unit.store_world import staff

pytest_plugins = ["tests.unit.store_fixtures"]

CHANNELS: tuple[NotifyChannel, ...] = get_args(NotifyChannel)
OUTSIDE = [channel for channel in CHANNELS if channel != "inbox"]
CHOSEN = ("conversation_assigned", "task_assigned")
NOT_SWITCHED_OFF = ("escalation", "problem")
SWITCHED = ("conversation_assigned", "task_assigned", "reminder", "update", "review")
NOT_CHOSEN = ("reminder", "escalation", "problem", "update", "review")
AT_ONCE = timedelta(0)
"""No window: nothing waits for a letter that has just left. What does is in test_held.py."""
ADDRESSES: dict[str, str] = {channel: f"sarah by {channel}" for channel in OUTSIDE}


class Team:
    """One person, or nobody."""

    def __init__(self, person: Staff | None) -> None:
        self.person = person

    async def staff(self, staff_id: str) -> Staff:
        if self.person is None or self.person.id != staff_id:
            raise NotFound("staff member", staff_id)
        return self.person


class Shelf:
    """What is kept, and which of it has been sent."""

    def __init__(self) -> None:
        self.kept: set[tuple[str, str]] = set()
        self.sent: set[tuple[str, str]] = set()

    async def put(self, notification: Notification, channel: str = "inbox") -> bool:
        self.kept.add((notification.key, channel))
        return channel != "inbox" and (notification.key, channel) not in self.sent

    async def place(self, notification: Notification, channel: str, decide: Callable[..., datetime]) -> Any:
        now = datetime.now(UTC)
        assert decide(None, now) == now
        return "now" if await self.put(notification, channel) else "over"

    async def mark_sent(self, notification: Notification, channel: str) -> None:
        self.sent.add((notification.key, channel))


class NoCases:
    async def case(self, handover: HandoverId) -> Case:
        raise NotFound("handover", str(handover))


class NoDigests:
    async def gather(self, digest: Digest) -> None:
        raise AssertionError("nothing is held here")


class Vendor:
    """Delivers, after it has failed so many times."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.tried = 0
        self.delivered: list[str] = []

    async def send(self, address: str, letter: Letter) -> None:
        self.tried += 1
        if self.tried <= self.fails:
            raise ConnectionError("the vendor is down")
        self.delivered.append(f"{address}: {letter.key}")


class Office:
    """A notifier with what it works with."""

    def __init__(self, person: Staff | None, senders: Collection[str] = OUTSIDE, fails: Mapping[str, int] = {}) -> None:
        self.shelf = Shelf()
        self.vendors: dict[Any, Vendor] = {one: Vendor(fails.get(one, 0)) for one in senders}
        self.notifier = notifier(Team(person), self.shelf, self.vendors)

    async def tell(self, event: str = "task_assigned", key: str = "n1") -> None:
        await self.notifier.notify(notification(event, key))

    @property
    def told(self) -> set[str]:
        """The channels by which anything has arrived."""
        outside = {channel for channel, vendor in self.vendors.items() if vendor.delivered}
        return outside | ({"inbox"} if any(channel == "inbox" for _, channel in self.shelf.kept) else set())


def notifier(team: Any, shelf: Any, senders: Any) -> StaffNotifier:
    return StaffNotifier(team, shelf, senders, Letters(NoCases()), NoDigests(), AT_ONCE)


def notification(event: str, key: str = "n1") -> Notification:
    values = {
        "key": key,
        "staff_id": "sarah",
        "event": event,
        "conversation_id": "c1",
        "number": 1,
        "text": "It is yours",
    }
    return Notification.model_validate(values)


def sarah(addresses: Collection[str] = OUTSIDE, notify: dict[str, Any] | None = None, **values: Any) -> Staff:
    return Staff.model_validate(
        {
            "id": "sarah",
            "name": "Sarah",
            "addresses": {channel: ADDRESSES[channel] for channel in addresses if channel != "inbox"},
            **({"notify": notify} if notify is not None else {}),
            **values,
        }
    )


@pytest.mark.parametrize(("event", "channel", "is_on"), list(product(CHOSEN, CHANNELS, (True, False))))
async def test_a_channel_is_on_or_off_for_each_event(event: str, channel: str, is_on: bool) -> None:
    chosen = [channel] if is_on else [one for one in CHANNELS if one != channel]
    [other] = {*CHOSEN} - {event}
    office = Office(sarah(notify={event: chosen, other: [one for one in CHANNELS if one not in chosen]}))
    await office.tell(event)
    assert office.told == {*chosen}


@given(st.sets(st.sampled_from(CHANNELS)), st.sets(st.sampled_from(OUTSIDE)), st.sets(st.sampled_from(OUTSIDE)))
async def test_a_channel_needs_to_be_chosen_and_an_address_and_a_sender(
    chosen: set[str], addresses: set[str], senders: set[str]
) -> None:
    office = Office(sarah(addresses, {"task_assigned": sorted(chosen)}), senders)
    await office.tell("task_assigned")
    assert office.told == chosen & ({"inbox"} | addresses & senders)


@pytest.mark.parametrize("event", CHOSEN)
async def test_inbox_and_email_are_on_by_default(event: str) -> None:
    office = Office(sarah())
    await office.tell(event)
    assert office.told == {"inbox", "email"}


@pytest.mark.parametrize("event", NOT_CHOSEN)
async def test_what_older_settings_do_not_name_comes_by_inbox_and_email(event: str) -> None:
    office = Office(sarah(notify={one: [] for one in CHOSEN}))
    await office.tell(event)
    assert office.told == {"inbox", "email"}


@pytest.mark.parametrize("event", NOT_SWITCHED_OFF)
async def test_what_nobody_can_switch_off_comes_to_the_inbox(event: str) -> None:
    office = Office(sarah(notify={event: []}))
    await office.tell(event)
    assert office.told == {"inbox"}


async def test_who_has_switched_everything_off_is_told_nothing() -> None:
    office = Office(sarah(notify={one: [] for one in SWITCHED}))
    for event in SWITCHED:
        await office.tell(event)
    assert office.told == set()


async def test_a_channel_named_twice_tells_once() -> None:
    office = Office(sarah(notify={"task_assigned": ["sms", "sms"]}))
    await office.tell()
    assert office.vendors["sms"].delivered == ["sarah by sms: n1"]


async def test_an_empty_address_is_none() -> None:
    office = Office(
        sarah(addresses=[], notify={"task_assigned": ["email"]}).model_copy(update={"addresses": {"email": ""}})
    )
    await office.tell()
    assert office.vendors["email"].tried == 0


@pytest.mark.parametrize("event", [*CHOSEN, *NOT_CHOSEN])
@pytest.mark.parametrize("person", [None, sarah(enabled=False)], ids=["gone", "disabled"])
async def test_who_may_not_read_it_any_more_is_told_nothing(person: Staff | None, event: str) -> None:
    office = Office(person)
    await office.tell(event)
    assert office.told == set()


async def test_who_is_away_is_told() -> None:
    office = Office(sarah(available=False))
    await office.tell()
    assert office.told == {"inbox", "email"}


async def test_a_channel_that_fails_holds_up_no_other_and_is_named() -> None:
    office = Office(
        sarah(notify={"task_assigned": ["sms", "push", "email", "inbox", "slack"]}), fails={"sms": 1, "slack": 1}
    )
    with pytest.raises(NotTold, match=r"^Sarah could not be told by sms \(the vendor is down\), slack \(.*\)$"):
        await office.tell()
    assert office.told == {"inbox", "email", "push"}


async def test_a_channel_that_hangs_holds_up_no_other() -> None:
    class Hangs(Vendor):
        async def send(self, address: str, letter: Letter) -> None:
            await asyncio.Event().wait()

    office = Office(sarah(notify={"task_assigned": ["sms", "email"]}))
    office.vendors["sms"] = Hangs()
    telling = asyncio.create_task(office.tell())
    await asyncio.sleep(0.01)
    assert office.told == {"email"}
    telling.cancel()  # what the activity's time limit does
    with pytest.raises(asyncio.CancelledError):
        await telling
    office.vendors["sms"] = Vendor()
    await office.tell()
    assert [len(office.vendors[channel].delivered) for channel in ("sms", "email")] == [1, 1]


@given(
    st.lists(st.sampled_from(CHANNELS), unique=True, min_size=1),
    st.fixed_dictionaries({channel: st.integers(0, 3) for channel in OUTSIDE}),
)
async def test_repeated_until_nothing_fails_each_channel_has_told_once(
    chosen: list[str], fails: dict[str, int]
) -> None:
    """As an activity is repeated: each attempt tries what has failed, and nothing else."""
    office = Office(sarah(notify={"task_assigned": chosen}), fails=fails)
    worst = max([0, *(fails[channel] for channel in chosen if channel != "inbox")])
    for _ in range(worst):
        with pytest.raises(NotTold):
            await office.tell()
    await office.tell()
    await office.tell()
    assert office.told == {*chosen}
    for channel, vendor in office.vendors.items():
        expected = [f"sarah by {channel}: n1"] if channel in chosen else []
        assert (vendor.delivered, vendor.tried) == (expected, (fails[channel] + 1) * len(expected))


async def test_two_attempts_at_once_have_one_key() -> None:
    """By which the vendor knows that they are the same."""
    office = Office(sarah(notify={"task_assigned": ["sms", "email"]}))
    await asyncio.gather(office.tell(), office.tell())
    assert [{*office.vendors[channel].delivered} for channel in ("sms", "email")] == [
        {"sarah by sms: n1"},
        {"sarah by email: n1"},
    ]


async def test_another_notification_is_told_as_well() -> None:
    office = Office(sarah(notify={"task_assigned": ["sms"]}))
    await office.tell(key="n1")
    await office.tell(key="n2")
    assert office.vendors["sms"].delivered == ["sarah by sms: n1", "sarah by sms: n2"]


async def test_what_a_killed_worker_had_not_sent_is_sent_by_the_next(store: Store) -> None:
    await staff(store, sarah(notify={"task_assigned": ["email"]}))
    await store.notifications.put(notification("task_assigned"), "email")  # as far as the killed one came
    email = Vendor()
    telling = notifier(store.team, store.notifications, {"email": email})
    for _ in range(2):
        await telling.notify(notification("task_assigned"))
    assert email.delivered == ["sarah by email: n1"]


async def test_what_was_sent_but_not_marked_is_sent_again_with_the_same_key(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: Any) -> None:
        raise ConnectionError("the database is gone")

    await staff(store, sarah(notify={"task_assigned": ["email"]}))
    email = Vendor()
    telling = notifier(store.team, store.notifications, {"email": email})
    with monkeypatch.context() as patched:
        patched.setattr(store.notifications, "mark_sent", killed)
        with pytest.raises(NotTold):
            await telling.notify(notification("task_assigned"))
    await telling.notify(notification("task_assigned"))
    assert email.delivered == ["sarah by email: n1"] * 2


async def test_over_the_real_store(store: Store) -> None:
    await staff(store, sarah(notify={"task_assigned": ["sms", "email", "inbox"]}))
    sms, email = Vendor(fails=1), Vendor()
    telling = notifier(store.team, store.notifications, {"sms": sms, "email": email})
    with pytest.raises(NotTold):
        await telling.notify(notification("task_assigned"))
    assert [one.text for one in (await store.notifications.inbox("sarah")).items] == ["It is yours"]
    await telling.notify(notification("task_assigned"))
    assert (len(sms.delivered), len(email.delivered)) == (1, 1)
    assert len((await store.notifications.inbox("sarah")).items) == 1
