"""What happens next to an open handover if nobody acts, and when: policy + case + now -> the next step."""

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import count
from typing import NamedTuple

from handover.casefile import Case
from handover.hours import after_working, next_open
from handover.messages import ConversationStatus, HandoverStatus
from handover.wording import in_words


class StepKind(IntEnum):
    """In the order in which steps of the same instant are taken (spec §4)."""

    resume = 0
    idle = 1
    due = 2
    rung = 3
    reactivate = 4


class Occurrence(NamedTuple):
    """One firing of a rung: when, which rung of the ladder, and which repeat of it, counted from 0."""

    at: datetime
    rung: int
    repeat: int


class Step(NamedTuple):
    """The next thing to do by itself. For a rung: which firing, and the missed ones that it stands for."""

    kind: StepKind
    at: datetime
    occurrence: Occurrence | None = None
    skipped: tuple[Occurrence, ...] = ()


def next_step(case: Case, now: datetime) -> Step | None:
    """The earliest step that waits; one whose time has passed is to be taken at once. None: only people can move this."""
    candidates = (_resume(case), _idle(case), _due(case), _rung(case, now), _reactivate(case))
    return min((step for step in candidates if step), key=lambda step: (max(step.at, now), step.kind), default=None)


def rung_above(case: Case) -> int | None:
    """The next rung that asks somebody else than the holder; None where the last one has been reached."""
    above = max(case.fired, default=-1) + 1
    rungs = range(above, len(case.policy.ladder))
    return next((rung for rung in rungs if _asks_another(case, case.policy.ladder[rung].to)), None)


def _asks_another(case: Case, to: str) -> bool:
    """A manager with no manager of their own is the last to be asked."""
    at_the_top = case.holder is not None and case.holder.manages and case.holder.manager is None
    return to != "assignee" and not (to == "manager" and at_the_top)


def later(case: Case, start: datetime, length: timedelta) -> datetime:
    """The moment so long after `start`, in the time that the case's lengths are given in: wall-clock or working time."""
    if case.policy.working_time:
        return after_working(case.calendar, start, length)
    return start + length


def counts_since(case: Case, now: datetime) -> datetime:
    """From when on openings have to be known: lengths in working time count from where they began, long ago perhaps."""
    return min(case.opened_at, now) if case.policy.working_time else now


def waits_for_opening(case: Case, at: datetime) -> datetime:
    """What should not happen while nobody is there is put off to the next opening, unless the case is urgent."""
    return at if case.urgent else next_open(case.calendar, at)


def pause_ends(case: Case) -> datetime:
    """Until when the bot is silent, unless a person hands the conversation back."""
    return later(case, case.opened_at, case.policy.pause or timedelta(0))


def bring_forward(case: Case, rung: int, now: datetime) -> Step:
    """Take a rung before its time: those below it are passed over, and those above keep their distance to it."""
    after = _after(case, rung)
    case.armed_at, case.head_start = now, after
    below = (Occurrence(now, index, _repeats(case, index, after)) for index in range(rung))
    passed_over = tuple(one for one in below if one.repeat >= case.fired.get(one.rung, 0))
    return Step(StepKind.rung, now, Occurrence(now, rung, 0), passed_over)


def mark_fired(case: Case, step: Step) -> None:
    """Note that a rung, and all that it stands for, has been taken."""
    for occurrence in (*step.skipped, step.occurrence):
        if occurrence is not None:
            case.fired[occurrence.rung] = max(case.fired.get(occurrence.rung, 0), occurrence.repeat + 1)


def arm(case: Case, now: datetime) -> None:
    """Start the ladder and the reactivation anew, counting from now; a ladder waits until somebody is there."""
    case.armed_at, case.head_start, case.due_length = waits_for_opening(case, now), timedelta(0), None
    case.silent_since = now
    case.fired = {}
    case.asked = [case.holder.staff_id] if case.holder else []
    case.reactivated_at = None


def describe(case: Case, step: Step | None) -> str:
    """The next step in plain words, for staff and operators; without its time."""
    if step is None:
        return "Waits for a person"
    match step.kind:
        case StepKind.resume:
            return "The follow-up's time has come"
        case StepKind.idle:
            return "The bot comes back unless the contact is answered"
        case StepKind.due:
            return "The task is overdue unless it is completed"
        case StepKind.reactivate:
            return "The bot comes back unless a person acts"
        case StepKind.rung:
            assert step.occurrence is not None
            return f"{_whom(case, step.occurrence)} unless a person acts"


def _whom(case: Case, occurrence: Occurrence) -> str:
    to = case.policy.ladder[occurrence.rung].to
    number = f" (time {occurrence.repeat + 1})" if occurrence.repeat else ""
    if to == "assignee":
        return f"The assignee is reminded{number}"
    target = "the manager" if to == "manager" else to.replace("role:", "").replace("user:", "")
    return f"Goes to {target}{number}"


def overdue_by(case: Case, now: datetime) -> str:
    """How long the task is overdue, in words; empty where it is not."""
    due = due_at(case)
    return in_words(now - due) if now > due else ""


def missed_due(case: Case) -> datetime | None:
    """The due time that has passed with something left to do; None while there is time, or where all was done in time.

    Cancelling late makes nothing punctual: a due time that was missed before stays missed.
    """
    due = due_at(case)
    done_at = (case.task.completed_at if case.task else None) or case.completed_at
    late = case.due_passed_at is not None if done_at is None else done_at > due
    return due if late else None


def due_at(case: Case) -> datetime:
    """When the task, or the handover itself where it has none, has to be done."""
    return case.task.due_at if case.task else later(case, case.due_from or case.opened_at, case.policy.due)


def _unattended(case: Case) -> bool:
    return case.status is HandoverStatus.open


def _resume(case: Case) -> Step | None:
    if case.status is not HandoverStatus.scheduled or case.follow_up_at is None:
        return None
    return Step(StepKind.resume, case.follow_up_at)


def _idle(case: Case) -> Step | None:
    if case.status is not HandoverStatus.acknowledged or case.waiting_since is None or case.handed_back:
        return None
    answerable_since = _not_before(case.waiting_since, case.held_since)
    idle_at = later(case, answerable_since, case.policy.person_idle)
    return Step(StepKind.idle, _not_before(idle_at, case.snoozed_until))


def _due(case: Case) -> Step | None:
    if case.due_passed_at is not None or case.status.ended:
        return None
    return Step(StepKind.due, due_at(case))


def _reactivate(case: Case) -> Step | None:
    silent = case.standing.status is ConversationStatus.escalated
    if not (_unattended(case) and silent and case.reactivated_at is None):
        return None
    silence = max(case.policy.reactivate_after, case.policy.pause or timedelta(0))
    return Step(StepKind.reactivate, later(case, case.silent_since, silence))


def _rung(case: Case, now: datetime) -> Step | None:
    """The next firing of the ladder. Missed ones collapse into the highest; a snooze moves them all to its end."""
    if not _unattended(case):
        return None
    missed: list[Occurrence] = []
    for occurrence in _occurrences(case):
        at = _not_before(occurrence.at, case.snoozed_until)
        if at > now:
            return _collapsed(missed) or Step(StepKind.rung, at, occurrence._replace(at=at))
        missed.append(occurrence._replace(at=at))
    return _collapsed(missed)


def _collapsed(missed: list[Occurrence]) -> Step | None:
    if not missed:
        return None
    highest = max(missed, key=lambda occurrence: (occurrence.rung, occurrence.repeat))
    return Step(StepKind.rung, highest.at, highest, tuple(other for other in missed if other != highest))


def _occurrences(case: Case) -> Iterator[Occurrence]:
    return heapq.merge(*(_firings(case, rung) for rung in range(len(case.policy.ladder))))


def _firings(case: Case, rung: int) -> Iterator[Occurrence]:
    """The firings of a rung that are still to come, endless where it repeats; repeats wait for somebody to be there."""
    fired, every = case.fired.get(rung, 0), case.policy.ladder[rung].repeat
    for repeat in count(fired) if every else range(fired, 1):
        at = _fires_at(case, _after(case, rung) + repeat * (every or timedelta(0)))
        yield Occurrence(waits_for_opening(case, at) if repeat else at, rung, repeat)


def _fires_at(case: Case, after: timedelta) -> datetime:
    """When a rung fires that comes so long after the bottom of the ladder."""
    left = after - case.head_start
    return later(case, case.armed_at, left) if left > timedelta(0) else case.armed_at + left


def _after(case: Case, rung: int) -> timedelta:
    """How long after the bottom of the ladder a rung comes; one that is a share of the due time moves with it."""
    resolved = case.policy.ladder[rung]
    if resolved.share is None or case.due_length is None:
        return resolved.after
    return case.due_length * resolved.share


def _repeats(case: Case, rung: int, elapsed: timedelta) -> int:
    """How often a rung has repeated by then."""
    every = case.policy.ladder[rung].repeat
    return max(0, (elapsed - _after(case, rung)) // every) if every else 0


def _not_before(at: datetime, earliest: datetime | None) -> datetime:
    return at if earliest is None else max(at, earliest)
