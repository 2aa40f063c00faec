"""Plays handovers one after another: the decisions are those of the core, people do what the plan says of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from handover import case as story
from handover.bot import Bot
from handover.escalation import due_at, next_step
from handover.hours import reaches
from handover.simulation.agenda import Agenda, By
from handover.simulation.arrivals import Arrival
from handover.simulation.cases import Cases
from handover.simulation.chance import Draw
from handover.simulation.course import Course, What
from handover.simulation.office import Colleague, Office, own_pace
from handover.simulation.plan import Person, Plan
from handover.simulation.rota import LookUp, Played, presence
from handover.simulation.steps import take
from handover.simulation.work import Work
from handover.staff import Staff


class Setting(NamedTuple):
    """What is tried: rules, people, and how they work."""

    bot: Bot
    team: Sequence[Staff]
    plan: Plan


class Queued(NamedTuple):
    """From a moment on, so many cases are unclaimed."""

    at: datetime
    unclaimed: int


@dataclass
class Story:
    """Everything that happened. queue: each change of how many cases are unclaimed."""

    courses: list[Course]
    people: Mapping[str, Colleague]
    queue: list[Queued]


def simulate(setting: Setting, coming: Iterable[Arrival], played: Played, draw: Draw, look_up: LookUp) -> Story:
    """Play the handovers until the end of what is played; what has not ended by then stays as it is."""
    return _Simulation(setting, played, draw, look_up).run(coming)


class _Simulation:
    def __init__(self, setting: Setting, played: Played, draw: Draw, look_up: LookUp) -> None:
        self._agenda = Agenda(played.ends)
        self._office = Office(_colleague(setting, staff, played, look_up) for staff in setting.team)
        self._cases = Cases(setting.bot, look_up)
        self._work = Work(setting.bot, setting.plan, self._cases, self._office, self._agenda, draw, self._changed)
        self._courses: list[Course] = []
        self._unclaimed: set[str] = set()
        self._queue: list[Queued] = []

    def run(self, coming: Iterable[Arrival]) -> Story:
        for arrival in coming:
            self._agenda.at(arrival.at, By.contact, partial(self._open, arrival))
        for now, act in self._agenda.all():
            act(now)
        return Story(self._courses, self._office.people, self._queue)

    def _open(self, arrival: Arrival, now: datetime) -> None:
        """What the workflow does at once: somebody is found, the clock started, the task made, the contact told."""
        case = self._cases.new(arrival, now)
        course = Course(arrival, case, due=now)
        self._courses.append(course)
        targets = [target for target in (case.policy.assign_to, case.policy.default_assignee) if target is not None]
        found = self._work.assign(course, targets, [], now)
        story.assigned(case, found, now)
        story.start_clock(case)
        course.due = due_at(case)
        story.new_task(case, now, due=course.due)
        course.promised = story.promised(case, now)
        course.note(What.assigned if found.holder else What.unassigned, now)
        for staff_id in [found.holder.staff_id] if found.holder else found.tell:
            self._work.tell(course, staff_id, now)
        self._changed(course, now)

    def _changed(self, course: Course, now: datetime) -> None:
        """Whatever was to happen to the case next by itself, it is looked up anew."""
        self._count(course, now)
        course.version += 1
        case = course.case
        if case.status.ended:
            return
        if not reaches(case.calendar, now, case.policy.needed_ahead):
            case.calendar = self._cases.calendar(case.policy, case.opened_at, now)
        step = next_step(case, now)
        if step is not None:
            self._agenda.at(max(step.at, now), By.clock, partial(self._take, course, course.version))

    def _take(self, course: Course, version: int, now: datetime) -> None:
        """The time of a case's next step has come, unless something has happened to the case meanwhile."""
        if version != course.version:
            return
        step = next_step(course.case, now)
        assert step is not None
        assert step.at <= now, "a step before its time"
        take(self._work, course, step, now)
        self._changed(course, now)

    def _count(self, course: Course, now: datetime) -> None:
        key = course.arrival.key
        if course.unclaimed == (key in self._unclaimed):
            return
        (self._unclaimed.add if course.unclaimed else self._unclaimed.discard)(key)
        self._queue.append(Queued(now, len(self._unclaimed)))


def _colleague(setting: Setting, staff: Staff, played: Played, look_up: LookUp) -> Colleague:
    person = setting.plan.people.get(staff.id, Person())
    there = presence(person, setting.bot.handover.hours, played, look_up)
    return Colleague(staff, own_pace(person, setting.plan.pace), there)
