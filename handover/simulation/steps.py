"""What happens to a simulated case by itself: the decisions of the core, in the order in which workflows/steps.py takes them.

A test plays the same case here and in the real workflow.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from handover import case as story
from handover.casefile import Assigned
from handover.escalation import Step, StepKind, bring_forward, mark_fired, pause_ends, rung_above
from handover.lifecycle import SPEAKER, Event
from handover.messages import ConversationStatus, HandoverStatus
from handover.simulation.course import Course, What


class Desk(Protocol):
    """What a step needs of the others."""

    def assign(self, course: Course, targets: Sequence[str], asked: Sequence[str], now: datetime) -> Assigned:
        """Find somebody by the first of the targets that works."""

    def tell(self, course: Course, staff_id: str, now: datetime) -> None:
        """Let a staff member know: they may see it, and act."""


def take(desk: Desk, course: Course, step: Step, now: datetime) -> None:
    """Do what the step says."""
    if step.kind is StepKind.rung:
        climb(desk, course, step, now)
    else:
        _TAKES[step.kind](desk, course, now)


def climb(desk: Desk, course: Course, step: Step, now: datetime, speaker: ConversationStatus | None = None) -> None:
    """Take a rung of the ladder: remind the holder, or ask the next person and tell both."""
    assert step.occurrence is not None
    _, rung, repeat = step.occurrence
    mark_fired(course.case, step)
    to = course.case.policy.ladder[rung].to
    if to == "assignee":
        _remind(desk, course, now)
    else:
        _ask(desk, course, to, repeat, now)
    course.settle(speaker)


def _resume(desk: Desk, course: Course, now: datetime) -> None:
    story.resumed(course.case, now)
    course.note(What.resumed, now)
    course.settle()
    if course.case.holder is not None and course.case.task is not None:
        desk.tell(course, course.case.holder.staff_id, now)


def _go_idle(desk: Desk, course: Course, now: datetime) -> None:
    case = course.case
    story.went_idle(case, now)
    course.note(What.went_idle, now)
    paused = now < pause_ends(case)
    course.settle(ConversationStatus.escalated if paused else SPEAKER[Event.went_idle])
    if case.holder is not None:
        desk.tell(course, case.holder.staff_id, now)


def _pass_due(desk: Desk, course: Course, now: datetime) -> None:
    case = course.case
    case.due_passed_at = now
    course.note(What.overdue, now)
    course.settle()
    if case.status is HandoverStatus.acknowledged and case.holder is not None:
        desk.tell(course, case.holder.staff_id, now)


def _reactivate(desk: Desk, course: Course, now: datetime) -> None:
    story.reactivated(course.case, now)
    course.note(What.bot_back, now)
    course.settle(SPEAKER[Event.reactivated])


_TAKES: dict[StepKind, Callable[[Desk, Course, datetime], None]] = {
    StepKind.resume: _resume,
    StepKind.idle: _go_idle,
    StepKind.due: _pass_due,
    StepKind.reactivate: _reactivate,
}


def _remind(desk: Desk, course: Course, now: datetime) -> None:
    """One who is away, or nobody at all, is passed over for the next rung."""
    holder = course.case.holder
    there = desk.assign(course, [f"user:{holder.staff_id}"] if holder else [], [], now)
    if there.holder is None:
        _nobody_left(desk, course, there, now)
        return
    course.note(What.reminded, now, there.holder.staff_id)
    desk.tell(course, there.holder.staff_id, now)


def _ask(desk: Desk, course: Course, to: str, repeat: int, now: datetime) -> None:
    """Somebody who was not asked yet; a repeat may ask the same person again."""
    case = course.case
    found = desk.assign(course, [to], [] if repeat else case.asked, now)
    if found.holder is None:
        _nobody_left(desk, course, found, now)
        return
    story.prioritise(case, case.priority.raised())
    story.assigned(case, found, now)
    course.note(What.passed_on, now)
    desk.tell(course, found.holder.staff_id, now)


def _nobody_left(desk: Desk, course: Course, found: Assigned, now: datetime) -> None:
    case = course.case
    course.note(What.nobody_left, now)
    above = rung_above(case)
    if above is None:
        for staff_id in found.tell:
            desk.tell(course, staff_id, now)
        return
    mark_fired(case, bring_forward(case, above, now))
    _ask(desk, course, case.policy.ladder[above].to, 0, now)
