"""A small team and its cases, played by hand: everybody is there around the clock and takes what they are told of in 2 minutes,
15 minutes a case, unless a test says otherwise."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from console.simulate import Numbers
from handover.bot import Bot
from handover.openings import look_up
from handover.simulation.arrivals import Arrival
from handover.simulation.course import Course, What
from handover.simulation.plan import Plan
from handover.simulation.rota import Played
from handover.simulation.run import Setting, Story, simulate
from handover.staff import Staff
from tests.unit.make import START, bot

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SUPPORT = {"assign": {"to": "role:support"}}
SURE = {"notice": "2m", "handling": "15m", "forgets": 0.0, "leaves_waiting": 0.0}
CLOSED = {"scheduled": 0.0, "needs_escalation": 0.0}


def someone(name: str, **values: Any) -> Staff:
    return Staff.model_validate({"id": name, "name": name.title(), "roles": ["support"], "manager": "omar"} | values)


OMAR = someone("omar", roles=["manager"], access="manager", manager=None)
SARAH, BEN = someone("sarah"), someone("ben")


def support(action: Mapping[str, Any] | None = None, **handover: Any) -> Bot:
    """A bot whose one action goes to support."""
    return bot(SUPPORT | dict(action or {}), **handover)


def a_plan(pace: Mapping[str, Any] | None = None, **plan: Any) -> Plan:
    return Plan.model_validate({"pace": SURE | dict(pace or {}), "outcomes": CLOSED, **plan})


def luck(**numbers: float) -> Callable[[str], float]:
    """What a name draws: the number of the first key that it ends with, otherwise 0.5. `visit_0__leaves` is visit-0/leaves."""
    named = {key.replace("__", "/").replace("_", "-"): number for key, number in numbers.items()}
    return lambda name: next((number for key, number in named.items() if name.endswith(key)), 0.5)


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


def coming(minutes: Iterable[float], reason: str = "human_requested") -> list[Arrival]:
    return [Arrival(f"case-{number}", at(minute), reason) for number, minute in enumerate(minutes, 1)]


def play(
    minutes: Iterable[float],
    team: Sequence[Staff] = (SARAH, OMAR),
    settings: Bot | None = None,
    plan: Plan | None = None,
    draw: Callable[[str], float] | None = None,
    days: float = 7,
    reason: str = "human_requested",
) -> Story:
    """Cases that come so many minutes after Monday, 09:00 UTC."""
    setting = Setting(settings or support(), team, plan or a_plan())
    played = Played(START - DAY, START + days * DAY)
    return simulate(setting, coming(minutes, reason), played, draw or Numbers(1), look_up)


def told(course: Course) -> list[tuple[float, str, str | None]]:
    """What happened to a case: after how many minutes since Monday, 09:00, what, and with whom it was then."""
    return [((one.at - START) / MINUTE, one.what.value, one.who) for one in course.events]


def waits(story: Story) -> list[float | None]:
    """How many minutes each contact waited for the first words of a person."""
    return [None if one.wait is None else one.wait / MINUTE for one in story.courses]


def moments(course: Course, *kinds: What) -> list[datetime]:
    return [one.at for one in course.of(*kinds)]
