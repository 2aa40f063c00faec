"""The weekly review on a clock that can be moved: which week, to whom, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import WorkflowFailureError
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from handover.ids import TASK_QUEUE
from handover.review import ReviewInput
from handover.staff import Access, Staff
from handover.week import week_before
from tests.workflows.town import Town
from workflows.review import ReviewWorkflow

NOMINAL_TIME = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _known_attribute(town: Town) -> None:
    """A real server has this attribute by itself."""
    temporal = town.environment.client
    kind = {NOMINAL_TIME.name: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME}
    request = AddSearchAttributesRequest(namespace=temporal.namespace, search_attributes=kind)
    await temporal.operator_service.add_search_attributes(request)


async def review(town: Town, run: str = "review", at: datetime | None = None, time_zone: str = "UTC") -> str:
    """What a run says that a schedule meant to begin at that time; without a time, a run that none began."""
    nominal = TypedSearchAttributes([SearchAttributePair(NOMINAL_TIME, at)]) if at else TypedSearchAttributes.empty
    return await town.environment.client.execute_workflow(
        ReviewWorkflow.run,
        ReviewInput(time_zone=time_zone),
        id=run,
        task_queue=TASK_QUEUE,
        search_attributes=nominal,
    )


async def reviews(town: Town, staff_id: str) -> list[str]:
    page = await town.store.notifications.inbox(staff_id, limit=200)
    return [one.text for one in page.items if one.event == "review"]


async def test_every_manager_who_is_there_gets_it_and_nobody_else(town: Town) -> None:
    for settings in (
        Staff(id="pia", name="Pia", access=Access.admin),
        Staff(id="zoe", name="Zoe", access=Access.manager, enabled=False),
    ):
        await town.store.settings.put_staff(settings)
    said = await review(town, at=MONDAY)
    team = await town.store.settings.team()
    told = [one.id for one in team if await reviews(town, one.id)]
    assert told == ["omar", "pia"]
    assert said == "The review of 2026-W47 went to omar, pia"


async def test_it_is_about_the_week_that_the_schedule_meant(town: Town) -> None:
    """However late the run begins: by the server's clock this one is weeks too late."""
    await town.pass_time(timedelta(days=20))
    await review(town, at=MONDAY)
    [text] = await reviews(town, "omar")
    assert text.startswith("The handovers of week 2026-W47, 16 November 2026 to 22 November 2026 (UTC)")


async def test_the_week_is_that_of_the_time_zone(town: Town) -> None:
    sunday_evening = MONDAY.replace(day=22, hour=20)  # Monday morning in Auckland
    assert "2026-W46" in await review(town, "in-greenwich", sunday_evening)
    assert "2026-W47" in await review(town, "in-auckland", sunday_evening, "Pacific/Auckland")


async def test_a_run_that_no_schedule_began_is_about_the_week_before_it(town: Town) -> None:
    assert week_before(await town.now(), "UTC").name in await review(town)


async def test_the_same_week_again_tells_nobody_twice(town: Town) -> None:
    await review(town, "first", MONDAY)
    await review(town, "again", MONDAY + timedelta(days=2))
    assert len(await reviews(town, "omar")) == 1
    await review(town, "next", MONDAY + timedelta(days=7))
    assert len(await reviews(town, "omar")) == 2


async def test_it_counts_what_happened_in_the_week(town: Town) -> None:
    await town.hand_over()
    await review(town, at=await town.now() + timedelta(days=7))
    [text] = await reviews(town, "omar")
    assert "Handovers: 1. Conversations that began: 1, handed over: 100%." in text
    assert "Reasons: human requested 1." in text


async def test_one_who_cannot_be_reached_holds_up_nobody_and_is_named(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.store.settings.put_staff(Staff(id="pia", name="Pia", access=Access.admin))
    put = town.store.notifications.put

    async def refuse_omar(notification: Any, channel: str = "inbox") -> bool:
        if notification.staff_id == "omar":
            raise ConnectionError("the mail server is down")
        return await put(notification, channel)

    monkeypatch.setattr(town.store.notifications, "put", refuse_omar)
    with pytest.raises(WorkflowFailureError) as failure:
        await review(town, at=MONDAY)
    assert str(failure.value.cause) == "untold: The review of 2026-W47 did not reach omar"
    assert len(await reviews(town, "pia")) == 1
