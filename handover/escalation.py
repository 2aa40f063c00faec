"""What happens next to an open handover if nobody acts, and when: policy + case + now -> the next step."""

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import count
from typing import NamedTuple

from handover.casefile import Case, ResolvedRung
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


def pause_ends(case: Case) -> datetime:
    """Until when the bot is silent, unless a person hands the conversation back."""
    return case.opened_at + (case.policy.pause or timedelta(0))


def bring_forward(case: Case, rung: int, now: datetime) -> Step:
    """Take a rung before its time: those below it are passed over, and those above keep their distance to it."""
    after = case.policy.ladder[rung].after
    case.armed_at = now - after
    below = (Occurrence(now, index, _repeats(case.policy.ladder[index], after)) for index in range(rung))
    passed_over = tuple(one for one in below if one.repeat >= case.fired.get(one.rung, 0))
    return Step(StepKind.rung, now, Occurrence(now, rung, 0), passed_over)


def mark_fired(case: Case, step: Step) -> None:
    """Note that a rung, and all that it stands for, has been taken."""
    for occurrence in (*step.skipped, step.occurrence):
        if occurrence is not None:
            case.fired[occurrence.rung] = max(case.fired.get(occurrence.rung, 0), occurrence.repeat + 1)


def arm(case: Case, now: datetime) -> None:
    """Start the ladder and the reactivation anew, counting from now."""
    case.armed_at = case.silent_since = now
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


def due_at(case: Case) -> datetime:
    """When the task, or the handover itself where it has none, has to be done."""
    return case.task.due_at if case.task else (case.due_from or case.opened_at) + case.policy.due


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
    return Step(StepKind.idle, _not_before(answerable_since + case.policy.person_idle, case.snoozed_until))


def _due(case: Case) -> Step | None:
    if case.due_passed_at is not None or case.status.ended:
        return None
    return Step(StepKind.due, due_at(case))


def _reactivate(case: Case) -> Step | None:
    silent = case.standing.status is ConversationStatus.escalated
    if not (_unattended(case) and silent and case.reactivated_at is None):
        return None
    return Step(
        StepKind.reactivate, case.silent_since + max(case.policy.reactivate_after, case.policy.pause or timedelta(0))
    )


def _rung(case: Case, now: datetime) -> Step | None:
    """The next firing of the ladder. Missed ones collapse into the highest; a snooze moves them all to its end."""
    if not _unattended(case):
        return None
    missed: list[Occurrence] = []
    for occurrence in _occurrences(case.policy.ladder, case.armed_at, case.fired):
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


def _occurrences(ladder: list[ResolvedRung], armed_at: datetime, fired: Mapping[int, int]) -> Iterator[Occurrence]:
    return heapq.merge(*(_firings(index, rung, armed_at, fired.get(index, 0)) for index, rung in enumerate(ladder)))


def _firings(index: int, rung: ResolvedRung, armed_at: datetime, fired: int) -> Iterator[Occurrence]:
    """The firings of a rung that are still to come, endless where it repeats."""
    for repeat in count(fired) if rung.repeat else range(fired, 1):
        yield Occurrence(armed_at + rung.after + repeat * (rung.repeat or timedelta(0)), index, repeat)


def _repeats(rung: ResolvedRung, elapsed: timedelta) -> int:
    """How often a rung has repeated by then."""
    return max(0, (elapsed - rung.after) // rung.repeat) if rung.repeat else 0


def _not_before(at: datetime, earliest: datetime | None) -> datetime:
    return at if earliest is None else max(at, earliest)
