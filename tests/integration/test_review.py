"""The weekly review on a real Temporal server: its schedule, and what a run of it puts into the managers' inboxes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client, ScheduleBackfill, ScheduleHandle, ScheduleOverlapPolicy

from client import connect
from console.api import Api
from engine.process import wait_until
from engine.stack import Stack
from handover.week import week_before
from schedules import CATCH_UP, WEEKLY_REVIEW, ensure_weekly_review

MANAGERS = ("omar", "pia")
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
async def temporal(stack: Stack) -> Client:
    return await connect(target_host=stack.temporal_address)


@pytest.fixture
async def schedule(temporal: Client, api: Api) -> AsyncIterator[ScheduleHandle]:
    """The schedule as the worker has made it, and two managers."""
    await api.put("/staff/pia", {"name": "Pia Novak", "access": "admin"})
    yield temporal.get_schedule_handle(WEEKLY_REVIEW)
    await ensure_weekly_review(temporal, "UTC")


async def reviews(api: Api, staff_id: str) -> list[dict[str, Any]]:
    items = (await api.get("/notifications", staff_id=staff_id, limit=200))["items"]
    return [one for one in items if one["event"] == "review"]


async def runs(temporal: Client) -> list[str]:
    """What the runs of the schedule that have ended say, by their ids."""
    found = [run async for run in temporal.list_workflows("WorkflowType = 'ReviewWorkflow' AND CloseTime IS NOT NULL")]
    handles = [temporal.get_workflow_handle(run.id, run_id=run.run_id, result_type=str) for run in found]
    return [await handle.result() for handle in sorted(handles, key=lambda handle: handle.id)]


async def until_ended(temporal: Client, count: int) -> list[str]:
    async def all_ended() -> bool:
        return len(await runs(temporal)) >= count

    assert await wait_until(all_ended, 30, every=0.2)
    return await runs(temporal)


async def test_a_worker_that_starts_has_made_the_schedule(schedule: ScheduleHandle) -> None:
    found = await schedule.describe()
    first, second = found.info.next_action_times[:2]
    assert (first.weekday(), first.hour, first.minute) == (0, 8, 0)
    assert second - first == timedelta(days=7)
    assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert found.schedule.policy.catchup_window == CATCH_UP


async def test_each_manager_has_one_review_of_a_week_however_often_it_is_triggered(
    schedule: ScheduleHandle, temporal: Client, api: Api
) -> None:
    before = len(await runs(temporal))
    await schedule.trigger()
    await until_ended(temporal, before + 1)
    await asyncio.sleep(1.1)  # runs are named by the second
    await schedule.trigger()
    await until_ended(temporal, before + 2)
    week = week_before(datetime.now(UTC), "UTC")
    expected = (await api.get("/review", week=week.name))["text"]
    for staff_id in MANAGERS:
        [review] = await reviews(api, staff_id)
        text, _, link = review["text"].rpartition("\n")
        assert text.strip() == expected
        assert f"/numbers?range=days&from={week.begins:%Y-%m-%d}" in link
    assert await reviews(api, "sarah") == []


async def test_one_that_is_made_up_for_is_about_the_week_that_it_was_meant_for(
    schedule: ScheduleHandle, temporal: Client, api: Api
) -> None:
    before = len(await runs(temporal))
    monday = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    await schedule.backfill(ScheduleBackfill(monday - HOUR, monday + HOUR))
    await until_ended(temporal, before + 1)
    texts = [one["text"] for one in await reviews(api, "omar")]
    assert sum("week 2026-W09, 23 February 2026 to 1 March 2026 (UTC)" in text for text in texts) == 1


async def test_workers_that_start_again_or_at_once_change_nothing(schedule: ScheduleHandle, temporal: Client) -> None:
    before = await schedule.describe()
    await asyncio.gather(*(ensure_weekly_review(temporal, "UTC") for _ in range(5)))
    after = await schedule.describe()
    assert after.info.last_updated_at == before.info.last_updated_at
    assert after.schedule == before.schedule


async def test_a_new_time_zone_changes_the_schedule_and_a_pause_stays(
    schedule: ScheduleHandle, temporal: Client, api: Api
) -> None:
    await schedule.pause(note="on holiday")
    await asyncio.gather(*(ensure_weekly_review(temporal, "Pacific/Auckland") for _ in range(3)))
    found = await schedule.describe()
    assert (found.schedule.state.paused, found.schedule.state.note) == (True, "on holiday")
    await schedule.unpause()
    assert (await schedule.describe()).info.next_action_times[0].weekday() == 6  # still Sunday in Greenwich
    before = len(await runs(temporal))
    sunday_evening = datetime(2026, 3, 8, 19, 0, tzinfo=UTC)  # Monday 08:00 in Auckland
    await schedule.backfill(ScheduleBackfill(sunday_evening - HOUR, sunday_evening + HOUR))
    assert any("2026-W10" in said for said in await until_ended(temporal, before + 1))
