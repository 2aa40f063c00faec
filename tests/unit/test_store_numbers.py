"""The measures, on cases that can be counted by hand."""

from datetime import timedelta
from typing import Any

import pytest

from handover.messages import Outcome
from store import Store
from store.numbers import percentile
from tests.unit.store_world import START, Clock, begin, case_of, open_one, save, task, trigger

pytest_plugins = ["tests.unit.store_fixtures"]


async def one(store: Store, name: str, *, day: float = 0, answered: float | None = None, **values: Any) -> None:
    """A handover opened some days after START, first answered some minutes later, with its state."""
    at = START + timedelta(days=day)
    reason = values.pop("reason", "human_requested")
    opened = await open_one(store, name, at=at, reason=reason)
    first = at + timedelta(minutes=answered) if answered is not None else None
    await save(
        store,
        case_of(opened, name, opened_at=at, first_response_at=first, seq=1, trigger=trigger(reason=reason), **values),
    )


def done(minutes: float, **values: Any) -> Any:
    """A task that was due after an hour and completed after some minutes."""
    at = START + timedelta(minutes=minutes)
    return task(due=timedelta(hours=1), status="completed", completed_at=at, outcome="closed", **values)


async def test_nothing_to_count(store: Store) -> None:
    numbers = await store.reads.numbers()
    assert (numbers.handovers, numbers.conversations, numbers.breaches) == (0, 0, 0)
    assert numbers.handover_share is numbers.completion_rate is numbers.conversion_rate is None
    assert numbers.first_response_median is numbers.sla_compliance is None


async def test_the_measures_of_some_cases(store: Store, clock: Clock) -> None:
    await begin(store, "quiet")
    await one(store, "in-time", answered=10, status="completed", holder="ann", task=done(30, converted=True))
    await one(store, "late", answered=20, status="completed", holder="bob", task=done(90, unnecessary=True))
    await one(store, "overdue", answered=60, holder="ann", task=task(due=timedelta(hours=1)))
    await one(store, "running", holder="ann", task=task(due=timedelta(hours=9)), reason="negative_sentiment")
    await one(store, "cancelled", status="cancelled", task=task(due=timedelta(hours=1), status="cancelled"))
    clock.forward(hours=2)
    numbers = await store.reads.numbers()
    assert (numbers.handovers, numbers.conversations, numbers.handover_share) == (5, 6, 5 / 6)
    assert (numbers.completed, numbers.completion_rate) == (2, 2 / 4)
    assert (numbers.converted, numbers.conversion_rate, numbers.unnecessary) == (1, 1 / 5, 1)
    assert numbers.first_response_median == 20 * 60
    assert numbers.first_response_p90 == pytest.approx(52 * 60)
    assert (numbers.sla_compliance, numbers.breaches) == (1 / 3, 2)
    assert numbers.reasons == {"human_requested": 4, "negative_sentiment": 1}


async def test_a_handover_counts_once_however_many_tasks_it_had(store: Store, clock: Clock) -> None:
    opened = await open_one(store)
    scheduled = done(30, converted=True).model_copy(update={"outcome": Outcome.scheduled})
    await save(store, case_of(opened, seq=1, task=scheduled))
    await save(store, case_of(opened, seq=2, status="completed", task=done(90, number=2, converted=True)))
    numbers = await store.reads.numbers()
    assert (numbers.converted, numbers.sla_compliance, numbers.breaches, numbers.completion_rate) == (1, 0, 1, 1)


async def test_weeks_are_those_of_the_iso_calendar(store: Store) -> None:
    for name, day in (("c1", 0), ("c2", 6.5), ("c3", 7), ("c4", 46.5)):
        await one(store, name, day=day)
    assert (await store.reads.numbers()).per_week == {"2026-W47": 2, "2026-W48": 1, "2026-W53": 1}


async def test_the_measures_of_a_time_a_bot_and_a_person(store: Store, clock: Clock) -> None:
    await one(store, "c1", holder="ann")
    clock.forward(days=1)
    await one(store, "c2", day=1, holder="bob")
    assert (await store.reads.numbers(since=clock.now)).handovers == 1
    before = await store.reads.numbers(until=clock.now)
    assert (before.handovers, before.conversations) == (1, 1)
    assert (await store.reads.numbers(assignee="bob")).handovers == 1
    assert (await store.reads.numbers(bot_id="support")).conversations == 2
    assert (await store.reads.numbers(bot_id="another")).conversations == 0


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([7.0], 0.9, 7.0), ([1.0, 2.0], 0.5, 1.5), ([3.0, 1.0, 2.0], 0.5, 2.0), ([0.0, 10.0], 0.9, 9.0)],
)
def test_percentiles(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected
