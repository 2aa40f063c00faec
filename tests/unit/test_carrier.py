"""What is carried to a channel outside: how a try ends that was in vain, and what is given up by its name."""

import asyncio
from typing import Any

import pytest

from channels.carrier import STANDING, ChannelCarrier
from handover.errors import NotCarried, TryAgain, Undeliverable
from handover.outside import Followed, Parcel
from store import Store
from tests.unit.store_world import begin, take, told

pytest_plugins = ["tests.unit.store_fixtures"]


class Wire:
    """A way outside that fails as it is told to; without a word, it never answers."""

    def __init__(self) -> None:
        self.fault: BaseException | None = None
        self.hangs = False
        self.took: list[str] = []

    async def send(self, parcel: Parcel) -> str:
        await self._work()
        self.took.append(parcel.key)
        return parcel.key

    async def follow(self, followed: Followed) -> dict[str, Any]:
        await self._work()
        return {"status": str(followed.status)}

    async def _work(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def carrier(store: Store, wire: Wire) -> ChannelCarrier:
    """Two messages wait."""
    await begin(store)
    for key in ("first", "second"):
        await store.transcripts.put(told(key), waits=True)
    return ChannelCarrier(store.transcripts, {"web": wire}, seconds=0.05)


async def fails(carrier: ChannelCarrier) -> NotCarried:
    with pytest.raises(NotCarried) as caught:
        await carrier.carry("c1")
    return caught.value


async def shown(store: Store) -> dict[str, tuple[str, str]]:
    """Each message with its state, and why it failed."""
    page = await store.reads.messages("c1", notes=True)
    return {one.message_id: (one.state, one.failed) for one in page.items}


async def test_what_was_not_taken_has_a_name_and_waits(store: Store, carrier: ChannelCarrier, wire: Wire) -> None:
    wire.fault = ConnectionError("the wire is cut")
    failed = await fails(carrier)
    assert (str(failed), failed.to, failed.after) == ("the wire is cut", "web", None)
    assert (await fails(carrier)).item == failed.item
    assert await store.transcripts.leaving("c1", 9) == 0, "whoever takes the conversation would wait for it"
    wire.fault = TryAgain("not now", (await fails(carrier)).after)
    assert str(await fails(carrier)) == "not now"


async def test_one_that_does_not_answer_is_left_in_time_to_say_what_it_was_about(
    carrier: ChannelCarrier, wire: Wire
) -> None:
    wire.hangs = True
    failed = await fails(carrier)
    assert str(failed) == "It was not taken within 0.05 seconds"
    wire.hangs, wire.fault = False, ConnectionError("cut")
    assert (await fails(carrier)).item == failed.item


async def test_giving_up_names_what_is_given_up_and_changes_nothing_more(
    store: Store, carrier: ChannelCarrier, wire: Wire
) -> None:
    wire.fault = ConnectionError("the wire is cut")
    first = await fails(carrier)
    for _ in range(2):
        assert await carrier.give_up("c1", first.item, "the wire is cut")
    assert await shown(store) == {
        "first": ("failed", "It was tried for a day: the wire is cut"),
        "second": ("sending", ""),
    }
    assert (await fails(carrier)).item != first.item


async def test_what_left_after_all_is_not_given_up(store: Store, carrier: ChannelCarrier, wire: Wire) -> None:
    wire.fault = ConnectionError("the wire is cut")
    first = await fails(carrier)
    wire.fault = None
    await carrier.carry("c1")
    assert await carrier.give_up("c1", first.item, "too late")
    assert (await shown(store))["first"] == ("sent", "")


async def test_what_the_fence_held_back_keeps_its_own_reason(store: Store, carrier: ChannelCarrier, wire: Wire) -> None:
    await carrier.carry("c1")
    await carrier.carry("c1")
    await store.transcripts.put(told("bot", epoch=0), waits=True)
    wire.fault = ConnectionError("the wire is cut")
    failed = await fails(carrier)
    await store.transcripts.take(take())
    await fails(carrier)
    await carrier.give_up("c1", failed.item, "the wire is cut")
    assert (await shown(store))["bot"][1].startswith("Held back")


@pytest.mark.parametrize("fault", [ConnectionError("cut"), Undeliverable("they do not want to hear it")])
async def test_how_it_stands_is_no_message(
    store: Store, carrier: ChannelCarrier, wire: Wire, fault: BaseException
) -> None:
    while await carrier.carry("c1"):
        pass
    await store.transcripts.take(take())
    wire.fault = fault
    failed = await fails(carrier)
    assert (failed.item, str(failed)) == (STANDING, str(fault))
    assert not await carrier.give_up("c1", failed.item, str(failed))
    assert await shown(store) == {"first": ("sent", ""), "second": ("sent", "")}
