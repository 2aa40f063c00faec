"""What is held in the store: of a burst one leaves, whatever happens at the same time, and what becomes of the rest."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from handover.casefile import Notification
from handover.digest import Digest
from handover.quiet import leaves_at
from handover.staff import Staff
from integrations.digest import StaffDigester
from integrations.letters import Letter, Letters
from store import Store
from tests.unit.store_world import START, Clock, staff

pytest_plugins = ["tests.unit.store_fixtures"]

WINDOW = timedelta(seconds=60)
MAILS = Digest(staff_id="ann", channel="email")
ANN = Staff(id="ann", name="Ann", manager="omar", addresses={"email": "ann@example.org"})
OMAR = Staff.model_validate({"id": "omar", "name": "Omar", "access": "manager", "roles": ["manager"]})


class Post:
    """Takes letters, unless it is down."""

    def __init__(self) -> None:
        self.down = False
        self.letters: list[Letter] = []

    async def send(self, address: str, letter: Letter) -> None:
        if self.down:
            raise ConnectionError("the post is down")
        self.letters.append(letter)


def told(number: int = 1, event: str = "task_assigned", staff_id: str = "ann") -> Notification:
    return Notification.model_validate(
        {
            "key": f"n{number}",
            "staff_id": staff_id,
            "event": event,
            "conversation_id": "c1",
            "number": 1,
            "text": f"Number {number}",
        }
    )


def in_a_window(last: datetime | None, now: datetime) -> datetime:
    return leaves_at(None, last, now, WINDOW)


async def place(store: Store, *numbers: int, event: str = "task_assigned") -> Sequence[str]:
    return [await store.notifications.place(told(one, event), "email", in_a_window) for one in numbers]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
async def digester(store: Store, post: Post) -> StaffDigester:
    await staff(store, ANN, OMAR)
    return StaffDigester(store.team, store.notifications, {"email": post}, Letters(store.handovers))


async def test_of_a_burst_one_leaves_now_whoever_is_asked(store: Store, other: Store) -> None:
    await staff(store, ANN)
    of_both = (one.notifications.place(told(n), "email", in_a_window) for n, one in enumerate([store, other] * 10))
    assert sorted(await asyncio.gather(*of_both)) == ["held"] * 19 + ["now"]
    waiting = await store.notifications.waiting(MAILS)
    assert {one.until for one in waiting} == {START + WINDOW}
    assert len(waiting) == 19


async def test_the_one_that_leaves_is_asked_for_again_until_it_has_left(store: Store) -> None:
    assert await place(store, 1, 1) == ["now", "now"]
    await store.notifications.mark_sent(told(1), "email")
    assert await place(store, 1) == ["over"]


async def test_one_that_did_not_leave_goes_with_the_others_that_came_meanwhile(store: Store) -> None:
    assert await place(store, 1, 2, 1) == ["now", "held", "held"]
    assert [one.notification for one in await store.notifications.waiting(MAILS)] == [told(1), told(2)]


async def test_a_burst_is_over_after_its_window(store: Store, clock: Clock) -> None:
    assert await place(store, 1) == ["now"]
    clock.forward(seconds=60)
    assert await place(store, 2) == ["now"]


async def test_people_and_channels_wait_for_themselves_alone(store: Store) -> None:
    await place(store, 1)
    assert await store.notifications.place(told(1), "sms", in_a_window) == "now"
    assert await store.notifications.place(told(2, staff_id="omar"), "email", in_a_window) == "now"


async def test_what_waits_leaves_in_one_letter_when_its_time_has_come(
    store: Store, digester: StaffDigester, post: Post
) -> None:
    await place(store, 1, 2, 3)
    due = START + WINDOW
    assert await digester.send_due(MAILS, due - timedelta(seconds=1)) == due
    assert post.letters == []
    assert await digester.send_due(MAILS, due) is None
    assert await digester.send_due(MAILS, due) is None
    assert [one.notifications for one in post.letters] == [(told(2), told(3))]


async def test_what_could_not_be_sent_still_waits(store: Store, digester: StaffDigester, post: Post) -> None:
    await place(store, 1, 2)
    post.down = True
    with pytest.raises(ConnectionError):
        await digester.send_due(MAILS, START + WINDOW)
    post.down = False
    assert await digester.send_due(MAILS, START + WINDOW) is None
    assert len(post.letters) == 1


async def test_what_is_given_up_waits_no_longer_and_a_manager_hears_of_it_once(
    store: Store, digester: StaffDigester, post: Post
) -> None:
    await place(store, 1, 2, 3)
    due = START + WINDOW
    [problem] = await digester.give_up(MAILS, due, "the post is down")
    assert (problem.staff_id, problem.event, problem.conversation_id) == ("omar", "problem", "c1")
    assert problem.text == "2 notifications for ann could not be sent by email: the post is down"
    assert await digester.give_up(MAILS, due, "the post is down") == []
    assert await digester.send_due(MAILS, due) is None
    assert post.letters == []
    assert await place(store, 2) == ["over"]


@pytest.mark.parametrize("event", ["problem", "review"])
async def test_a_problem_that_could_not_be_told_makes_no_other(
    store: Store, digester: StaffDigester, event: str
) -> None:
    await place(store, 1, 2, event=event)
    assert await digester.give_up(MAILS, START + WINDOW, "the post is down") == []


async def test_without_an_address_any_more_nothing_waits_for_ever(
    store: Store, digester: StaffDigester, post: Post
) -> None:
    await place(store, 1, 2)
    await staff(store, ANN.model_copy(update={"addresses": {}}))
    assert await digester.send_due(MAILS, START + WINDOW) is None
    assert post.letters == []
