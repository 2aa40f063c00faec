"""Which handovers come, and when: the same ones whoever is there to answer them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import log
from typing import NamedTuple

from handover.bot import Bot, Hours
from handover.hours import Opening
from handover.simulation.chance import Draw, one_of
from handover.simulation.plan import Flow, Plan, flows, reasons
from handover.simulation.rota import LookUp, Played, covers, spans

HOUR = timedelta(hours=1)


class Arrival(NamedTuple):
    """A handover that comes. key: names its random numbers. reachable: an address or number of the contact is known."""

    key: str
    at: datetime
    reason: str
    reachable: bool = True


class Stretch(NamedTuple):
    """A time in which handovers come at one rate: so many an hour."""

    start: datetime
    end: datetime
    per_hour: float


def arrivals(plan: Plan, bot: Bot, played: Played, draw: Draw, look_up: LookUp) -> list[Arrival]:
    """The handovers of a plan in the time that is played, oldest first: at each moment as probable as its flow says."""
    weights = {name: reason.weight for name, reason in reasons(plan, bot).items()}
    moments = _moments(stretches(flows(plan, bot.handover.hours), bot.handover.hours, played, look_up), draw)
    return [_arrival(f"case-{number}", at, weights, plan.reachable, draw) for number, at in enumerate(moments, 1)]


def stretches(found: Sequence[Flow], hours: Hours, played: Played, look_up: LookUp) -> list[Stretch]:
    """The time that is played, cut where the rate changes. Of the flows whose hours it is, the first counts."""
    there = [spans(hours.model_copy(update={"open": flow.during}), played, look_up) for flow in found]
    cuts = sorted({*played, *(moment for openings in there for one in openings for moment in one)})
    return [Stretch(start, end, _rate(found, there, start)) for start, end in pairwise(cuts)]


def _rate(found: Sequence[Flow], there: Sequence[Sequence[Opening]], at: datetime) -> float:
    return next((flow.per_hour for flow, openings in zip(found, there, strict=True) if covers(openings, at)), 0.0)


def _moments(found: Sequence[Stretch], draw: Draw) -> Iterator[datetime]:
    """A Poisson process: between two handovers an exponential number of handovers would have been expected."""
    number = 1
    left = _gap(draw, number)
    for stretch in found:
        expected = stretch.per_hour * ((stretch.end - stretch.start) / HOUR)
        passed = 0.0
        while passed + left < expected:
            passed += left
            yield stretch.start + passed / stretch.per_hour * HOUR
            number += 1
            left = _gap(draw, number)
        left -= expected - passed


def _gap(draw: Draw, number: int) -> float:
    return -log(1 - draw(f"arrival-{number}/gap"))


def _arrival(key: str, at: datetime, weights: dict[str, float], reachable: float, draw: Draw) -> Arrival:
    return Arrival(key, at, one_of(weights, draw(f"{key}/reason")), draw(f"{key}/reachable") < reachable)
