"""Test conversations: nobody is told, nothing leaves, nothing counts, and everything else is as in earnest."""

from collections.abc import Sequence
from typing import Any, get_args

import pytest

from activities.assistant import BUTTON_CHANNELS
from activities.errands import Errands
from activities.notify import NotifyActivities
from activities.ticket import TicketActivities
from handover.casefile import Notification, TicketRequest
from handover.errors import Refused
from handover.messages import ContactStatus
from handover.outside import Errand, Ticket
from handover.subscriptions import SendAgain
from handover.trying import TEST_CHANNEL
from integrations.events import EventAudience, EventSender
from store import Store
from tests.unit.store_lives import Handover
from tests.unit.store_world import (
    START,
    Clock,
    begin,
    case_of,
    entry,
    open_one,
    said,
    save,
    staff,
    task,
    wanted,
)
from tests.unit.test_notifier import Office, notification, sarah
from tests.unit.test_store_numbers import W47, some_cases
from tests.unit.test_store_team import agent, who

pytest_plugins = ["tests.unit.store_fixtures"]

GAP: dict[str, Any] = {"reason": "lack_of_information", "request": "Do you service heat pumps?"}


async def writes(store: Store, conversation_id: str, channel: str) -> None:
    """The contact has written something."""
    await store.transcripts.record(said("m1", conversation_id=conversation_id).model_copy(update={"channel": channel}))


# ---- the numbers -----------------------------------------------------------------------------------------------------


async def all_numbers(store: Store) -> list[Any]:
    """Everything that is counted, as everybody sees it."""
    scopes: Sequence[dict[str, Any]] = (
        {},
        {"bot_id": "support"},
        {"assignee": "ann"},
        {"assignee": ""},
        {"reason": "lack_of_information"},
        {"since": W47.begins, "until": W47.ends},
    )
    counted = [(await store.reads.numbers(**one), await store.reads.unanswered(**one)) for one in scopes]
    return [*counted, await store.reads.review(W47)]


async def tries_out(store: Store, channel: str = TEST_CHANNEL) -> None:
    """One conversation without a handover, and three with one: answered and completed late, with nobody, completed."""
    await begin(store, "tried-quiet", channel)
    late = await Handover.opened(store, "tried-late", channel=channel, **GAP)
    await (await (await late.answered(7)).overdue()).completed(30, unnecessary=True)
    await Handover.opened(store, "tried-running", holder=None, channel=channel, **GAP)
    done = await Handover.opened(store, "tried-done", has_task=False, channel=channel)
    await done.completed(2, converted=True)


async def test_the_numbers_are_as_without_them(store: Store, clock: Clock) -> None:
    await some_cases(store, clock)
    await Handover.opened(store, "gap", **GAP)
    before = await all_numbers(store)
    await tries_out(store)
    assert await all_numbers(store) == before


async def test_in_earnest_the_same_would_count(store: Store, clock: Clock) -> None:
    """What the test above compares does not stay the same by itself."""
    await some_cases(store, clock)
    before = await all_numbers(store)
    await tries_out(store, "web")
    assert not [1 for one, other in zip(before, await all_numbers(store), strict=True) if one == other]


# ---- people and their places -----------------------------------------------------------------------------------------


async def test_whoever_gets_a_test_keeps_their_places_and_their_turn(store: Store) -> None:
    await staff(store, agent("ann"), agent("bob"))
    for number in (1, 2, 3):
        await begin(store, f"c{number}", TEST_CHANNEL)
    assert [who(await store.team.assign(wanted(number))) for number in (1, 2, 3)] == ["ann"] * 3
    assert await store.people.loads() == {}
    assert [who(await store.team.assign(wanted(number))) for number in (4, 5)] == ["ann", "bob"]
    assert await store.people.loads() == {"ann": 1, "bob": 1}


async def test_the_same_request_finds_the_same_person_in_a_test_too(store: Store) -> None:
    await staff(store, agent("ann"), agent("bob"))
    await begin(store, "c1", TEST_CHANNEL)
    first = await store.team.assign(wanted(1))
    await store.team.assign(wanted(2))
    assert await store.team.assign(wanted(1)) == first


async def test_a_test_is_given_to_nobody_who_has_no_place_in_earnest(store: Store) -> None:
    await staff(store, agent("ann", capacity=1))
    await begin(store, "c2", TEST_CHANNEL)
    assert [who(await store.team.assign(wanted(number))) for number in (1, 2)] == ["ann", None]


async def test_a_test_that_changes_hands_takes_no_place_either(store: Store) -> None:
    opened = await open_one(store, channel=TEST_CHANNEL)
    await save(store, case_of(opened, seq=1, holder="bob", channel=TEST_CHANNEL))
    assert await store.people.loads() == {}


async def test_a_test_has_a_contact_of_its_own(store: Store) -> None:
    """What is known of a real contact stays as it is, whatever is tried in their name."""
    await begin(store, "real", id="jamie", name="Jamie", tags=["vip"])
    await begin(store, "tried", TEST_CHANNEL, id="jamie", name="Somebody", tags=["vip"])
    tried = (await open_one(store, "tried", channel=TEST_CHANNEL)).contact
    assert (tried.id, tried.name, tried.tags) == ("tried", "Somebody", ["vip"])
    await store.handovers.tag(tried.id, ["human_handover"], ContactStatus.in_progress)
    real = (await store.reads.conversation("real")).contact
    assert (real.id, real.tags, real.status) == ("jamie", ["vip"], ContactStatus.new)


# ---- what leaves -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", get_args(Notification.model_fields["event"].annotation))
async def test_nobody_is_told_by_any_channel(event: str) -> None:
    office = Office(sarah())
    tell = NotifyActivities(office.notifier).notify
    await tell(notification(event).model_copy(update={"is_test": True}))
    assert office.told == set()
    await tell(notification(event))
    assert office.told != set()


class TicketDesk:
    """A system that has a ticket for everything."""

    async def open_ticket(self, ticket: Ticket) -> str:
        return "#1"


@pytest.mark.parametrize("channel", ["web", TEST_CHANNEL])
async def test_no_ticket_is_opened(store: Store, channel: str) -> None:
    made = case_of(await open_one(store, channel=channel), task=task(), channel=channel)
    tickets = TicketActivities({"zendesk": TicketDesk()}, store.transcripts)
    state = await tickets.open_ticket(TicketRequest(system="zendesk", case=made))
    skipped = ("skipped", "in a test no ticket is opened in zendesk")
    assert (state.status, state.text) == (skipped if channel == TEST_CHANNEL else ("done", "#1"))


class Listening:
    """Couriers who write down why they were woken."""

    def __init__(self) -> None:
        self.woken: list[Errand] = []

    async def wake(self, errand: Errand) -> None:
        self.woken.append(errand)


@pytest.mark.parametrize(("channel", "woken"), [("web", {"zendesk", "events/"}), (TEST_CHANNEL, set())])
async def test_nobody_outside_is_woken(store: Store, channel: str, woken: set[str]) -> None:
    made = await store.subscriptions.add("https://crm.example.org/", [], "omar")
    couriers = Listening()
    audience = EventAudience(store.subscriptions, EventSender())
    errands = Errands(couriers, ["sms"], ["zendesk"], {"events": audience})
    await errands.moved(case_of(await open_one(store, channel=channel), channel=channel))
    assert {one.carrier.removesuffix(made.id) for one in couriers.woken} == woken


@pytest.mark.parametrize(("channel", "waiting"), [("web", 2), (TEST_CHANNEL, 0)])
async def test_no_event_waits_for_a_subscriber_nor_is_sent_again(store: Store, channel: str, waiting: int) -> None:
    made = await store.subscriptions.add("https://crm.example.org/", [], "omar")
    opened = await open_one(store, channel=channel)
    await save(store, case_of(opened, seq=1, task=task(), channel=channel), entry("assigned"))
    assert (await store.subscriptions.next_event(made.id, "c1") is not None) == bool(waiting)
    assert len((await store.subscriptions.deliveries(made.id)).items) == waiting
    again = await store.subscriptions.resend_since(made.id, SendAgain(since=START, include_sent=True))
    assert again.events == waiting


# ---- what is learnt --------------------------------------------------------------------------------------------------


async def test_no_turn_of_a_test_can_be_missed(store: Store) -> None:
    await begin(store, "c1", TEST_CHANNEL)
    await writes(store, "c1", TEST_CHANNEL)
    with pytest.raises(Refused, match="is a test: no handover was missed") as refused:
        await store.missed.mark("c1", 1, "ann", "")
    assert (refused.value.code, await store.missed.missed("c1")) == ("only_a_test", [])


async def test_a_backtest_plays_no_test(store: Store) -> None:
    for name, channel in {"real": "web", "tried": TEST_CHANNEL}.items():
        await begin(store, name, channel)
        await writes(store, name, channel)
    assert await store.recordings.recorded_bots() == {"support": 1}
    assert await store.recordings.recorded("support", None, None, None) == ["real"]


def test_the_button_is_there() -> None:
    assert TEST_CHANNEL in BUTTON_CHANNELS
