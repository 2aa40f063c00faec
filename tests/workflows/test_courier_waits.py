"""How a courier waits for a channel that is down: visibly, no longer than it has to, and never in a vendor's face."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHandle
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from adapters import Outside
from client import WorkflowSignals
from engine.temporal import find_temporal
from handover.errors import TryAgain
from handover.ids import SEARCH_ATTRIBUTES
from handover.outside import Errand, Followed, Parcel
from tests.workflows.town import Town

HOUR = timedelta(hours=1)


class Wire:
    """A way outside that refuses as long as `fault` says so."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.took: list[str] = []
        self.tries = 0

    async def send(self, parcel: Parcel) -> str:
        self.tries += 1
        if self.fault is not None:
            raise self.fault
        self.took.append(parcel.text)
        return f"wire-{len(self.took)}"

    async def follow(self, followed: Followed) -> dict[str, Any]:
        return {"status": str(followed.status)}

    async def is_tried(self) -> bool:
        return self.tries > 0

    async def has_taken(self) -> bool:
        return bool(self.took)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def town(server: object, tmp_path: Path, wire: Wire) -> AsyncIterator[Town]:
    async with Town.with_people(server, tmp_path, outside=Outside(remote={"wire": wire})) as town:
        town.channel = "wire"
        yield town


def courier(town: Town) -> WorkflowHandle[Any, Any]:
    return town.environment.client.get_workflow_handle(f"courier/channel/{town.conversation_id}")


async def look(town: Town) -> None:
    errand = Errand(carrier="channel", conversation_id=town.conversation_id)
    await WorkflowSignals(town.environment.client).wake(errand)


async def summaries(run: WorkflowHandle[Any, Any]) -> list[str]:
    """What the Temporal UI shows at a run's timers, without repeats."""
    events = [one async for one in run.fetch_history_events() if one.event_type is EventType.EVENT_TYPE_TIMER_STARTED]
    found = [one.user_metadata.summary.data.decode().strip('"') for one in events]
    return list(dict.fromkeys(found))


async def details(run: WorkflowHandle[Any, Any]) -> str:
    """What the Temporal UI shows of a run now."""
    raw = await run.query("__temporal_workflow_metadata", result_type=RawValue)
    found = pydantic_data_converter.payload_converter.from_payload(raw.payload, WorkflowMetadata)
    return str(found.current_details)


async def asks(town: Town, wire: Wire) -> None:
    """The bot's answer is on its way, and is not taken."""
    await town.say("What does error code E3 mean?")
    await town.until(wire.is_tried)


async def test_something_new_hurries_what_has_waited_long(town: Town, wire: Wire) -> None:
    """After an hour the next try may be minutes away; a new message does not wait for it."""
    wire.fault = ConnectionError("the wire is cut")
    await asks(town, wire)
    await town.pass_time(HOUR)
    wire.fault = None
    before = await town.now()
    await town.say("Hello?")
    await town.until(wire.has_taken)
    assert await town.now() - before < timedelta(seconds=10), "the clock had to be moved"


async def test_whoever_asks_for_another_try_gets_one(town: Town, wire: Wire) -> None:
    wire.fault = ConnectionError("the wire is cut")
    await asks(town, wire)
    await town.pass_time(HOUR)
    wire.fault = None
    await look(town)
    await town.until(wire.has_taken)


async def test_a_vendor_who_asked_to_be_left_alone_is_whoever_looks(town: Town, wire: Wire) -> None:
    wire.fault = TryAgain("HTTP 429", timedelta(minutes=30))
    await asks(town, wire)
    wire.fault = None
    await town.say("Hello?")
    await look(town)
    await town.pass_time(timedelta(minutes=29))
    assert wire.tries == 1
    await town.pass_time(timedelta(minutes=2))
    await town.until(wire.has_taken)


async def test_operators_see_what_it_waits_for(town: Town, wire: Wire) -> None:
    wire.fault = TryAgain("HTTP 503")
    await asks(town, wire)
    await town.pass_time(timedelta(minutes=20))
    run = courier(town)
    assert await summaries(run) == ["Waits for wire to answer again: HTTP 503"]
    shown = await details(run)
    assert shown.startswith("**Waits** for wire to answer again: HTTP 503")
    assert "The signal `look` makes it try now" in shown
    failures = [
        one async for one in run.fetch_history_events() if one.HasField("activity_task_failed_event_attributes")
    ]
    assert len(failures) == wire.tries
    assert failures[-1].activity_task_failed_event_attributes.failure.message == "HTTP 503"
    wire.fault = None
    await look(town)
    assert await run.result() == "Carried 2"


async def test_a_day_of_tries_is_one_thing_and_the_next_has_its_own(town: Town, wire: Wire) -> None:
    wire.fault = TryAgain("HTTP 503", HOUR)
    await asks(town, wire)
    await town.say("Hello?")
    await town.pass_time(23 * HOUR)
    assert set(await states(town)) == {"sending"}
    await town.pass_time(2 * HOUR)
    await town.until(lambda: _is(town, ["failed", "sending"]))
    await town.pass_time(20 * HOUR)
    assert await states(town) == ["failed", "sending"]
    wire.fault = None
    await town.pass_time(HOUR)
    await town.until(wire.has_taken)


async def test_an_operator_can_end_it(town: Town, wire: Wire) -> None:
    """A cancelled run ends; nothing is given up, and the next thing that is put down starts another."""
    wire.fault = ConnectionError("the wire is cut")
    await asks(town, wire)
    run = courier(town)
    await run.cancel()
    with pytest.raises(Exception, match="failed") as ended:
        await run.result()
    assert "cancelled" in str(ended.value.__cause__).lower()
    assert await states(town) == ["sending"]
    wire.fault = None
    await look(town)
    await town.until(wire.has_taken)


@asynccontextmanager
async def impatient_server() -> AsyncIterator[WorkflowEnvironment]:
    """A real server, which suggests to continue as new after 60 events instead of 4,096."""
    suggest = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=60"]
    known = [part for name in SEARCH_ATTRIBUTES for part in ("--search-attribute", f"{name}=Keyword")]
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=find_temporal(),
        dev_server_extra_args=[*suggest, *known],
    ) as server:
        yield server


async def test_a_long_outage_goes_on_in_a_new_run_that_knows_of_it(tmp_path: Path, wire: Wire) -> None:
    outside = Outside(remote={"wire": wire})
    async with impatient_server() as server, Town.with_people(server, tmp_path, outside=outside) as town:
        town.channel, wire.fault = "wire", TryAgain("HTTP 503")
        await asks(town, wire)
        first = (await courier(town).describe()).run_id
        since = await since_when(town, wire)
        while (await courier(town).describe()).run_id == first:
            assert wire.tries < 100, "it never went on in a new run"
            await look(town)
            await since_when(town, wire)
        assert await since_when(town, wire) == since
        wire.fault = None
        await look(town)
        assert await courier(town).result() == "Carried 2"


async def since_when(town: Town, wire: Wire) -> str:
    """Since when operators see that it fails, once they see all the tries."""

    async def all_tries_are_shown() -> bool:
        return f"Tried {wire.tries} times" in await details(courier(town))

    await town.until(all_tries_are_shown)
    return (await details(courier(town))).partition("since ")[2].partition(";")[0]


async def states(town: Town) -> list[str]:
    page = await town.store.reads.messages(town.conversation_id, notes=True)
    return [one.state for one in page.items if one.author != "contact"]


async def _is(town: Town, wanted: list[str]) -> bool:
    return await states(town) == wanted
