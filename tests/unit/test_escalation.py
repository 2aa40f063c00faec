"""What happens next if nobody acts, and when: each step once, in its order, however time jumps."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.case import reactivated, went_idle
from handover.casefile import Case, ResolvedRung
from handover.escalation import (
    Occurrence,
    Step,
    StepKind,
    arm,
    bring_forward,
    describe,
    due_at,
    mark_fired,
    next_step,
    overdue_by,
    rung_above,
)
from handover.messages import ConversationStatus, HandoverStatus
from tests.unit.make import BEN, START, after, case, speaks

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MOST = 20
"""More steps than any of these stories has in one go."""
MINUTES = st.integers(0, 600).map(lambda minutes: minutes * MINUTE)
REPEATS = st.none() | st.integers(10, 200).map(lambda minutes: minutes * MINUTE)
LADDERS = st.lists(st.tuples(MINUTES, REPEATS), min_size=1, max_size=4).map(
    lambda rungs: [
        ResolvedRung(after=length, to="manager", repeat=repeat)
        for length, repeat in sorted(rungs, key=lambda rung: rung[0])
    ]
)


def kinds(made: Case, *moments: datetime) -> list[str]:
    """The steps that come one after another, each taken at its time."""
    taken: list[str] = []
    while (step := next_step(made, moments[0])) is not None and step.at <= moments[-1]:
        taken.append(step.kind.name)
        assert len(taken) <= MOST, "a step is taken again and again"
        take(made, step, max(step.at, moments[0]))
    return taken


def take(made: Case, step: Step, now: datetime) -> None:
    """Do to the case what its workflow does."""
    match step.kind:
        case StepKind.due:
            made.due_passed_at = now
        case StepKind.rung:
            mark_fired(made, step)
        case StepKind.reactivate:
            reactivated(made, now)
            speaks(made, ConversationStatus.bot)
        case StepKind.idle:
            went_idle(made, now)
            speaks(made, ConversationStatus.bot)
        case StepKind.resume:
            made.status = HandoverStatus.open


def with_ladder(*rungs: tuple[float, str, float | None], **values: Any) -> Case:
    """A case whose rungs come after so many hours, and again every so many."""
    made = case(**values)
    ladder = [
        ResolvedRung(after=hours * HOUR, to=to, repeat=None if repeat is None else repeat * HOUR)
        for hours, to, repeat in rungs
    ]
    made.policy = made.policy.model_copy(update={"ladder": ladder})
    return made


def claimed(made: Case, hours: float, waiting: float | None = None) -> Case:
    """The case after a person has claimed it; the contact waits since then for an answer."""
    made.status, made.acted_at, made.held_since = HandoverStatus.acknowledged, after(hours), after(hours)
    made.waiting_since = None if waiting is None else after(waiting)
    speaks(made, ConversationStatus.human)
    return made


def at(step: Step | None) -> tuple[str, float]:
    """A step's kind, and how many hours after the opening it comes."""
    assert step is not None
    return step.kind.name, (step.at - START) / HOUR


# ---- the default story -----------------------------------------------------------------------------------------------


def test_nobody_acts_for_three_days() -> None:
    assert kinds(case(), START, after(73)) == ["reactivate", "rung", "due", "rung", "rung", "rung"]


def test_the_defaults_are_8_12_and_24_hours() -> None:
    made = case()
    assert at(next_step(made, START)) == ("reactivate", 8)
    reactivated(made, after(8))
    assert at(next_step(made, after(8))) == ("rung", 12)
    made.fired = {0: 1}
    assert at(next_step(made, after(12))) == ("due", 24)


def test_a_claim_stops_reactivation_and_ladder_but_not_the_due_time() -> None:
    made = claimed(case(), 1)
    assert at(next_step(made, after(1))) == ("due", 24)
    made.due_passed_at = after(24)
    assert next_step(made, after(24)) is None


@pytest.mark.parametrize("status", [status for status in HandoverStatus if status.ended])
def test_what_has_ended_has_no_next_step(status: HandoverStatus) -> None:
    assert next_step(case(status=status), after(100)) is None


@given(LADDERS, st.integers(0, 23), st.sampled_from(list(ConversationStatus)))
def test_an_open_case_whose_due_time_is_ahead_always_has_a_next_step(
    ladder: list[ResolvedRung], hour: int, speaker: ConversationStatus
) -> None:
    made = case()
    made.policy = made.policy.model_copy(update={"ladder": ladder})
    speaks(made, speaker)
    step = next_step(made, after(hour))
    assert step is not None
    assert step.at <= due_at(made)


# ---- ties ------------------------------------------------------------------------------------------------------------


def test_in_the_same_instant_due_comes_before_rung_and_rung_before_reactivation() -> None:
    made = case({"task": {"due": "8h"}, "ladder": [{"after": "8h", "to": "manager"}]})
    assert kinds(made, START, after(8)) == ["due", "rung", "reactivate"]


def test_in_the_same_instant_idle_comes_before_due() -> None:
    made = claimed(case({"task": {"due": "9h"}}), 1, waiting=1)
    assert kinds(made, START, after(9)) == ["idle", "due"]


def test_the_order_is_that_of_the_specification() -> None:
    assert [kind.name for kind in sorted(StepKind)] == ["resume", "idle", "due", "rung", "reactivate"]


def test_what_was_missed_while_everything_was_down_is_taken_in_the_same_order() -> None:
    ladder = [{"after": "1h", "to": "manager"}]
    made = case({"task": {"due": "5h"}, "reactivate_after": "3h", "ladder": ladder})
    assert kinds(made, after(50), after(50)) == ["due", "rung", "reactivate"]


# ---- reactivation ----------------------------------------------------------------------------------------------------


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 50))
def test_the_bot_never_comes_back_before_the_pause_ends(pause: int, reactivate: int, silent: int) -> None:
    made = case(silent_since=after(silent))
    made.policy = made.policy.model_copy(update={"pause": pause * HOUR, "reactivate_after": reactivate * HOUR})
    made.policy = made.policy.model_copy(update={"due": 400 * HOUR, "ladder": []})
    made.due_passed_at = START
    assert at(next_step(made, START)) == ("reactivate", silent + max(pause, reactivate))


@pytest.mark.parametrize("speaker", [ConversationStatus.bot, ConversationStatus.human])
def test_the_bot_comes_back_only_from_silence(speaker: ConversationStatus) -> None:
    made = case()
    speaks(made, speaker)
    assert at(next_step(made, START)) == ("rung", 12)


def test_the_bot_comes_back_once() -> None:
    assert at(next_step(case(reactivated_at=after(8)), after(9))) == ("rung", 12)


# ---- a person who leaves the contact waiting -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed_at", "waiting", "idle_at"),
    [(1, 2, 10), (1, 1, 9), (5, 0.5, 13), (1, None, None)],
)
def test_a_person_has_8_hours_to_answer_from_the_message_or_the_claim(
    claimed_at: float, waiting: float | None, idle_at: float | None
) -> None:
    made = claimed(case(), claimed_at, waiting)
    assert at(next_step(made, after(claimed_at))) == (("idle", idle_at) if idle_at else ("due", 24))


def test_after_handing_back_nobody_is_idle() -> None:
    made = claimed(case(handed_back=True), 1, waiting=2)
    assert at(next_step(made, after(2))) == ("due", 24)


def test_an_open_case_waits_for_nobody_in_particular() -> None:
    assert at(next_step(case(waiting_since=START, reactivated_at=START), after(9))) == ("rung", 12)


# ---- the ladder ------------------------------------------------------------------------------------------------------


def occurrences(ladder: Sequence[ResolvedRung], until: datetime) -> set[tuple[int, int]]:
    """Every firing of a ladder up to a moment, as (rung, repeat)."""
    found = set()
    for index, rung in enumerate(ladder):
        moment, repeat = START + rung.after, 0
        while moment <= until and (rung.repeat or repeat == 0):
            found.add((index, repeat))
            moment, repeat = moment + (rung.repeat or timedelta(0)), repeat + 1
    return found


def rung_steps(made: Case, now: datetime) -> list[Step]:
    """The rungs that are taken in one instant; after each, the case goes through a crash and is read back."""
    steps: list[Step] = []
    while (step := next_step(made, now)) is not None and step.at <= now:
        assert len(steps) <= MOST, "a rung is taken again and again"
        if step.kind is StepKind.rung:
            steps.append(step)
        take(made, step, now)
        saved = Case.model_validate_json(made.model_dump_json())
        for name in Case.model_fields:
            setattr(made, name, getattr(saved, name))
    return steps


@given(LADDERS, st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_each_firing_is_taken_or_skipped_exactly_once_however_time_jumps(
    ladder: list[ResolvedRung], jumps: list[int]
) -> None:
    made, now = case(), START
    made.policy = made.policy.model_copy(update={"ladder": ladder})
    seen: Counter[tuple[int, int]] = Counter()
    for minutes in jumps:
        now += minutes * MINUTE
        for step in rung_steps(made, now):
            assert step.occurrence is not None
            seen.update((one.rung, one.repeat) for one in (step.occurrence, *step.skipped))
    assert seen == Counter(occurrences(ladder, now))


@given(LADDERS, st.integers(1, 5000))
def test_missed_rungs_collapse_into_the_highest(ladder: list[ResolvedRung], minutes: int) -> None:
    made, now = case(), START + minutes * MINUTE
    made.policy = made.policy.model_copy(update={"ladder": ladder})
    missed = occurrences(ladder, now)
    steps = rung_steps(made, now)
    assert len(steps) == (1 if missed else 0)
    for step in steps:
        assert step.occurrence is not None
        assert step.occurrence[1:] == max(missed)
        assert {(one.rung, one.repeat) for one in step.skipped} == missed - {max(missed)}


def test_repeats_are_numbered() -> None:
    made = with_ladder((1, "manager", 2))
    steps = [step for hours in (1, 3, 5) for step in rung_steps(made, after(hours))]
    assert [step.occurrence for step in steps] == [
        Occurrence(after(1), 0, 0),
        Occurrence(after(3), 0, 1),
        Occurrence(after(5), 0, 2),
    ]
    assert [describe(made, step) for step in steps] == [
        "Goes to the manager unless a person acts",
        "Goes to the manager (time 2) unless a person acts",
        "Goes to the manager (time 3) unless a person acts",
    ]


def test_arming_again_counts_everything_from_now() -> None:
    made = case(fired={0: 1, 1: 3}, asked=["sarah", "omar"], reactivated_at=after(8), holder=BEN)
    arm(made, after(100))
    assert (made.fired, made.asked, made.reactivated_at) == ({}, ["ben"], None)
    assert at(next_step(made.model_copy(update={"due_passed_at": after(24)}), after(100))) == ("reactivate", 108)
    speaks(made, ConversationStatus.bot)
    made.due_passed_at = after(24)
    assert at(next_step(made, after(100))) == ("rung", 112)


# ---- going up before the time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fired", "above"), [({}, 1), ({0: 1}, 1), ({1: 1}, 2), ({0: 1, 1: 4}, 2), ({2: 1}, None), ({0: 1, 2: 1}, None)]
)
def test_the_rung_above_is_the_next_that_asks_somebody_else(fired: dict[int, int], above: int | None) -> None:
    made = with_ladder((1, "assignee", None), (2, "role:support", None), (3, "manager", 1), fired=fired)
    assert rung_above(made) == above


def test_a_ladder_of_reminders_has_nobody_above() -> None:
    assert rung_above(with_ladder((1, "assignee", None), (2, "assignee", 1))) is None


def test_a_rung_brought_forward_passes_over_those_below_and_keeps_the_distance_of_those_above() -> None:
    made = with_ladder((4, "assignee", None), (6, "role:support", None), (9, "manager", 5))
    step = bring_forward(made, 1, after(1))
    assert (step.kind, step.at, step.occurrence) == (StepKind.rung, after(1), Occurrence(after(1), 1, 0))
    assert [(one.rung, one.repeat) for one in step.skipped] == [(0, 0)]
    mark_fired(made, step)
    speaks(made, ConversationStatus.bot)
    assert at(next_step(made, after(1))) == ("rung", 4)
    mark_fired(made, next_step(made, after(4)) or step)
    assert at(next_step(made, after(4))) == ("rung", 9)


def test_what_was_fired_before_is_not_passed_over_again() -> None:
    made = with_ladder((1, "role:support", None), (6, "manager", None), fired={0: 1})
    assert bring_forward(made, 1, after(2)).skipped == ()


def test_a_lower_rung_that_repeats_does_not_fire_for_the_time_that_was_jumped_over() -> None:
    made = with_ladder((1, "role:support", 1), (10, "manager", None), fired={0: 2})
    step = bring_forward(made, 1, after(2.5))
    mark_fired(made, step)
    speaks(made, ConversationStatus.bot)
    assert at(next_step(made, after(2.5))) == ("rung", 3.5)


@given(LADDERS, st.integers(0, 700), st.data())
def test_after_bringing_forward_nothing_is_due_at_once_but_rungs_of_the_same_time(
    ladder: list[ResolvedRung], minutes: int, data: st.DataObject
) -> None:
    made, now = case(), START + minutes * MINUTE
    made.policy = made.policy.model_copy(update={"ladder": ladder})
    rung_steps(made, now)
    above = rung_above(made)
    if above is None:
        return
    mark_fired(made, bring_forward(made, above, now))
    for step in rung_steps(made, now):
        assert step.occurrence is not None
        assert ladder[step.occurrence.rung].after == ladder[above].after


# ---- snooze ----------------------------------------------------------------------------------------------------------


def test_a_snooze_moves_rungs_but_never_the_due_time() -> None:
    made = case(snoozed_until=after(40), reactivated_at=after(8))
    assert at(next_step(made, after(8))) == ("due", 24)
    made.due_passed_at = after(24)
    assert at(next_step(made, after(24))) == ("rung", 40)
    [step] = rung_steps(made, after(40))
    assert step.occurrence == Occurrence(after(40), 1, 0)
    assert [(one.rung, one.repeat) for one in step.skipped] == [(0, 0)]


def test_a_snooze_moves_idle() -> None:
    assert at(next_step(claimed(case(snoozed_until=after(20)), 1, waiting=2), after(2))) == ("idle", 20)
    assert at(next_step(claimed(case(snoozed_until=after(5)), 1, waiting=2), after(2))) == ("idle", 10)


def test_a_snooze_leaves_reactivation_where_it_is() -> None:
    assert at(next_step(case(snoozed_until=after(20)), START)) == ("reactivate", 8)


# ---- follow-ups, and cases without a task ----------------------------------------------------------------------------


def test_a_scheduled_follow_up_waits_for_its_time_alone() -> None:
    made = case(status=HandoverStatus.scheduled, follow_up_at=after(20), waiting_since=START)
    assert at(next_step(made, after(1))) == ("resume", 20)


def test_without_a_task_the_due_time_counts_from_the_opening_or_from_the_follow_up() -> None:
    made = case({"task": False})
    assert made.task is None
    assert due_at(made) == after(24)
    assert due_at(made.model_copy(update={"due_from": after(100)})) == after(124)


# ---- in words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (None, "Waits for a person"),
        (Step(StepKind.resume, START), "The follow-up's time has come"),
        (Step(StepKind.idle, START), "The bot comes back unless the contact is answered"),
        (Step(StepKind.due, START), "The task is overdue unless it is completed"),
        (Step(StepKind.reactivate, START), "The bot comes back unless a person acts"),
        (Step(StepKind.rung, START, Occurrence(START, 0, 0)), "The assignee is reminded unless a person acts"),
        (Step(StepKind.rung, START, Occurrence(START, 1, 1)), "Goes to the manager (time 2) unless a person acts"),
    ],
)
def test_operators_read_the_next_step_in_plain_words(step: Step | None, words: str) -> None:
    assert describe(case(), step) == words


@pytest.mark.parametrize(("hours", "words"), [(24, ""), (25, "60 minutes"), (31, "7 hours")])
def test_an_overdue_task_says_by_how_much(hours: float, words: str) -> None:
    assert overdue_by(case(), after(hours)) == words
