"""A plan: how many handovers come, what they are about, and how people deal with them. Every key has a default."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from handover.bot import Bot, Hours, Id, Length, Settings, Share
from handover.durations import Duration, format_duration, parse_duration
from handover.errors import Misfit, Problem, did_you_mean, shown
from handover.opening_hours import check_hours
from handover.triggers import rules_of

USUAL_WEIGHTS = {"human_requested": 5.0, "lack_of_information": 3.0}
"""How often the reasons come beside each other where a plan doesn't say; every other one that is switched on: 1."""

Varies = Literal["fixed", "exponential", "lognormal"]


class Spell(Settings):
    """A length of time that differs from case to case. Its standard deviation is as long as its mean, unless it is fixed;
    lognormal has fewer that are next to nothing."""

    mean: Duration
    varies: Varies = "exponential"


def _fixed(value: Any) -> Any:
    """A text is a length of time that is always the same."""
    return {"mean": parse_duration(value), "varies": "fixed"} if isinstance(value, str) else value


def _takes_time(spell: Spell) -> Spell:
    if timedelta(seconds=1) <= spell.mean <= timedelta(days=1):
        return spell
    raise Misfit(("mean",), f"{format_duration(spell.mean)} is no time for one case; allowed is 1s to 1d")


Takes = Annotated[Spell, BeforeValidator(_fixed)]
Handling = Annotated[Spell, BeforeValidator(_fixed), AfterValidator(_takes_time)]
Expression = Annotated[str, Field(min_length=1, max_length=1000)]
"""Opening hours such as Mo-Fr 08:00-18:00, in the bot's time zone and with its holidays."""


class Flow(Settings):
    """How many handovers come in an hour on average, in the hours that `during` names."""

    during: Expression
    per_hour: Annotated[float, Field(strict=True, ge=0, le=1000)]


class Reason(Settings):
    """How often a reason comes beside the others, and how long its cases take, where that is not as usual."""

    weight: Annotated[float, Field(strict=True, ge=0, le=1_000_000)] = 1.0
    handling: Handling | None = None


def _weighed(value: Any) -> Any:
    return {"weight": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class Pace(Settings):
    """What people are like. `notice`: from being told of a case until they see it, in the time that they are there.
    `handling`: from the first answer to the end; left out: the bot's handling_time on average. `forgets`: of how many cases
    that they are told of nothing comes. `leaves_waiting`: how many they answer and then leave, with the contact waiting."""

    notice: Takes = Spell(mean=timedelta(minutes=5))
    handling: Handling | None = None
    forgets: Share = 0.03
    leaves_waiting: Share = 0.02


class Person(Settings):
    """What one person does differently. `shift`: when they are there; left out: the bot's hours. `away`: when they are not, and
    have switched themselves off. `switches_off`: they do so outside their shift as well."""

    shift: Expression | None = None
    away: Expression | None = None
    switches_off: bool = False
    notice: Takes | None = None
    handling: Handling | None = None
    forgets: Share | None = None
    leaves_waiting: Share | None = None


class Outcomes(Settings):
    """What the cases that people deal with come to: a follow-up, the next one up the ladder, and otherwise the end."""

    scheduled: Share = 0.1
    needs_escalation: Share = 0.02
    follow_up_after: Length = timedelta(hours=24)

    @model_validator(mode="after")
    def _no_more_than_all(self) -> "Outcomes":
        if self.scheduled + self.needs_escalation > 1:
            raise Misfit(("needs_escalation",), "with scheduled, this is more than all; allowed is 1 for both together")
        return self


def _a_day(value: Any) -> Any:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        day = None
    if type(day) is date and 2000 <= day.year <= 2100:
        return day
    written = str(value) if isinstance(value, date) else shown(value)
    raise ValueError(f"{written} is no day; allowed is one from 2000 to 2100, such as 2026-04-13")


class Plan(Settings):
    """begins: the first day. arrivals: the first flow whose hours it is counts; left out: 2 an hour while the team is there,
    otherwise one in 4 hours. reachable: of how many contacts an email address or a phone number is known."""

    begins: Annotated[date, BeforeValidator(_a_day)] = date(2026, 4, 13)
    arrivals: Annotated[list[Flow], Field(min_length=1, max_length=200)] | None = None
    reasons: Annotated[dict[str, Annotated[Reason, BeforeValidator(_weighed)]], Field(min_length=1)] | None = None
    reachable: Share = 0.5
    pace: Pace = Pace()
    outcomes: Outcomes = Outcomes()
    people: dict[Id, Person] = {}


def flows(plan: Plan, hours: Hours) -> list[Flow]:
    """The flows of a plan, or the usual ones."""
    return plan.arrivals or [Flow(during=hours.open, per_hour=2.0), Flow(during="24/7", per_hour=0.25)]


def reasons(plan: Plan, bot: Bot) -> dict[str, Reason]:
    """The reasons of a plan, or those that the bot has switched on."""
    if plan.reasons is not None:
        return plan.reasons
    return {name: Reason(weight=USUAL_WEIGHTS.get(name, 1.0)) for name in switched_on(bot)}


def plan_problems(plan: Plan, bot: Bot, staff_ids: Iterable[str]) -> list[Problem]:
    """What in a plan does not fit the bot and the people. (`handover.…` is a key of the bot's.)"""
    return [*_reason_problems(plan, bot), *_people_problems(plan, set(staff_ids)), *hours_problems(plan, bot)]


def switched_on(bot: Bot) -> list[str]:
    """The scenarios and rules for which a bot hands over."""
    return [rule.name for rule in rules_of(bot, 0, has_button=True).rules]


def _reason_problems(plan: Plan, bot: Bot) -> Iterator[Problem]:
    known = switched_on(bot)
    for name in plan.reasons or {}:
        if name not in known:
            meant = did_you_mean(name, known)
            text = f"the bot {bot.id} hands nothing over for this{meant}; allowed are {', '.join(known)}"
            yield Problem(f"reasons.{name}", text)
    if plan.reasons and not any(reason.weight for reason in plan.reasons.values()):
        yield Problem("reasons", "no reason ever comes; allowed is a weight above 0 for one of them")


def _people_problems(plan: Plan, known: set[str]) -> Iterator[Problem]:
    for staff_id in plan.people:
        if staff_id not in known:
            text = (
                f"there is no {shown(staff_id)}{did_you_mean(staff_id, known)}; allowed are {', '.join(sorted(known))}"
            )
            yield Problem(f"people.{staff_id}", text)


def hours_problems(plan: Plan, bot: Bot) -> Iterator[Problem]:
    """What in a plan's hours cannot be kept where the bot is: holidays that are not known there."""
    hours = bot.handover.hours
    for key, expression in _expressions(plan):
        try:
            check_hours(hours.time_zone, expression, hours.holidays)
        except Misfit as misfit:
            yield Problem(key, misfit.text)


def _expressions(plan: Plan) -> Iterator[tuple[str, str]]:
    for index, flow in enumerate(plan.arrivals or []):
        yield f"arrivals.{index}.during", flow.during
    for staff_id, person in plan.people.items():
        for key in ("shift", "away"):
            if (expression := getattr(person, key)) is not None:
                yield f"people.{staff_id}.{key}", expression


def setting_problems(bot: Bot) -> list[Problem]:
    """Why a bot has no handovers to simulate."""
    if not bot.handover.enabled:
        return [Problem("handover.enabled", "this bot hands nothing over; allowed is true for a simulation")]
    if not switched_on(bot):
        return [Problem("handover.scenarios", "none is enabled, and no rule; allowed is one or more for a simulation")]
    return []
