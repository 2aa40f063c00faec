"""What the people of a simulated team do: they see what they are told of, one case after another, each in their own time."""

from collections.abc import Callable, Sequence
from datetime import datetime

from handover import case as story
from handover.bot import Bot
from handover.casefile import Assigned, AssignRequest
from handover.escalation import bring_forward, rung_above
from handover.hours import Opening, after_working, next_open
from handover.lifecycle import SPEAKER, Event, check, check_person
from handover.messages import CompleteTask, ConversationStatus, Outcome
from handover.routing import holder_of
from handover.simulation.agenda import Agenda, By
from handover.simulation.cases import Cases
from handover.simulation.chance import Draw, length, one_of
from handover.simulation.course import Course, What
from handover.simulation.office import Colleague, Office
from handover.simulation.plan import Person, Plan, Reason, Spell
from handover.simulation.steps import climb

Changed = Callable[[Course, datetime], None]


class Work:
    """Implements steps.Desk. changed: told after each change of a case."""

    def __init__(
        self, bot: Bot, plan: Plan, cases: Cases, office: Office, agenda: Agenda, draw: Draw, changed: Changed
    ) -> None:
        self._bot, self._plan = bot, plan
        self._reasons = plan.reasons or {}
        self._cases, self._office, self._agenda = cases, office, agenda
        self._draw, self._changed = draw, changed

    # ---- what steps need ---------------------------------------------------------------------------------------------

    def assign(self, course: Course, targets: Sequence[str], asked: Sequence[str], now: datetime) -> Assigned:
        request = AssignRequest(
            key=course.arrival.key,
            conversation_id=course.arrival.key,
            number=1,
            targets=list(targets),
            skills=course.case.policy.skills,
            asked=list(asked),
            holder=course.case.holder_id,
        )
        return self._office.assign(request, now)

    def tell(self, course: Course, staff_id: str, now: datetime) -> None:
        """Somebody is told of a case: nothing comes of it, or they see it once they have been there for long enough."""
        person, name = self._office.people[staff_id], f"{course.arrival.key}/asked-{course.asked}"
        course.asked += 1
        if self._draw(f"{name}/forgets") < person.pace.forgets:
            return
        delay = length(person.pace.notice, self._draw(f"{name}/notice"))
        sees_at = after_working(person.presence.works, now, delay)
        self._agenda.at(sees_at, By.person, lambda at: self._notice(person, course, at))

    # ---- people ------------------------------------------------------------------------------------------------------

    def _notice(self, person: Colleague, course: Course, now: datetime) -> None:
        person.noticed[course.arrival.key] = course
        self._work(person, now)

    def _work(self, person: Colleague, now: datetime) -> None:
        """Whoever is there and free takes the next case that they have seen."""
        person.noticed = {key: one for key, one in person.noticed.items() if _concerns(person, one)}
        waiting = [one for one in person.noticed.values() if self._may_take(person, one)]
        if person.works_on is not None or not waiting:
            return
        if not person.is_there(now):
            self._wake(person, next_open(person.presence.works, now))
            return
        course = min(waiting, key=lambda one: _order(person, one))
        del person.noticed[course.arrival.key]
        self._begin(person, course, now)

    def _may_take(self, person: Colleague, course: Course) -> bool:
        """What nobody has is taken by those who have room for it."""
        return course.case.holder is not None or self._office.load(person.id) < person.staff.capacity

    def _wake(self, person: Colleague, at: datetime) -> None:
        if person.wakes_at != at:
            person.wakes_at = at
            self._agenda.at(at, By.person, lambda now: self._work(person, now))

    def _begin(self, person: Colleague, course: Course, now: datetime) -> None:
        """Answer the contact, which takes the case, and deal with it."""
        case, holder = course.case, holder_of(person.staff)
        check(case, Event.replied, holder.staff_id)
        check_person(case, Event.replied, holder)
        if case.standing.status is not ConversationStatus.human or case.acted_at is None:
            story.taken(case, Event.replied, holder, now)
            course.settle(SPEAKER[Event.replied])
        story.answered(case, None, now)
        course.note(What.answered, now)
        self._office.reserve(course.arrival.key, holder.staff_id)
        takes = length(self._handling(person, course), self._draw(self._visit(course, "handling")))
        person.works_on, course.with_whom = course, person.id
        person.spells.append(Opening(now, now + takes))
        self._agenda.at(now + takes, By.person, lambda at: self._finish(person, course, at))
        self._changed(course, now)

    def _handling(self, person: Colleague, course: Course) -> Spell:
        """How long it takes: this person, this reason, everybody, and otherwise as the bot's promises count on."""
        own = self._plan.people.get(person.id, Person()).handling
        usual = Spell(mean=self._bot.handover.handling_time, varies="lognormal")
        of_the_reason = self._reasons.get(course.arrival.reason, Reason()).handling
        return own or of_the_reason or self._plan.pace.handling or usual

    def _visit(self, course: Course, what: str) -> str:
        return f"{course.arrival.key}/visit-{course.visits}/{what}"

    def _finish(self, person: Colleague, course: Course, now: datetime) -> None:
        """The work is done; or the contact writes once more, and the person has turned to something else."""
        person.works_on = course.with_whom = None
        if self._draw(self._visit(course, "leaves")) < person.pace.leaves_waiting:
            story.contact_wrote(course.case, now)
            course.note(What.left_waiting, now)
        else:
            self._complete(person, course, now)
        course.visits += 1
        self._changed(course, now)
        self._work(person, now)

    def _complete(self, person: Colleague, course: Course, now: datetime) -> None:
        """What workflows/people.py does when a task is completed."""
        case, above = course.case, rung_above(course.case)
        act = self._act(person, course, above, now)
        event = story.OUTCOME_EVENTS[act.outcome]
        check(case, event, person.id)
        story.complete(case, act, now)
        if act.outcome is Outcome.needs_escalation and above is not None:
            course.note(What.escalated, now)
            climb(self, course, bring_forward(case, above, now), now, SPEAKER[event])
        else:
            course.note(What.completed if case.status.ended else What.scheduled, now)
            course.settle(SPEAKER[event])
        if case.status.ended:
            self._office.free(course.arrival.key)
        else:
            story.next_task(case, now)

    def _act(self, person: Colleague, course: Course, above: int | None, now: datetime) -> CompleteTask:
        """Where nobody is above the holder, the case ends with them. A follow-up is for when the team is there."""
        plan, case = self._plan.outcomes, course.case
        upwards = plan.needs_escalation if above is not None else 0.0
        weights = {
            Outcome.closed.value: 1 - plan.scheduled - upwards,
            Outcome.scheduled.value: plan.scheduled,
            Outcome.needs_escalation.value: upwards,
        }
        outcome = Outcome(one_of(weights, self._draw(self._visit(course, "outcome"))))
        case.calendar = self._cases.calendar(case.policy, case.opened_at, now + plan.follow_up_after)
        follow_up = next_open(case.calendar, now + plan.follow_up_after) if outcome is Outcome.scheduled else None
        return CompleteTask(staff_id=person.id, outcome=outcome, follow_up_at=follow_up)


def _concerns(person: Colleague, course: Course) -> bool:
    """Whether a case that somebody has seen is still for them to take up, if not at once."""
    case = course.case
    if course.unclaimed:
        return case.holder_id in (person.id, None)
    left_waiting = case.waiting_since is not None and course.with_whom is None
    return not case.status.ended and case.holder_id == person.id and left_waiting


def _order(person: Colleague, course: Course) -> tuple[int, bool, datetime, str]:
    """The higher priority first, then what they have already, then what has waited longest."""
    case = course.case
    return -case.priority.rank, case.holder_id != person.id, case.opened_at, course.arrival.key
