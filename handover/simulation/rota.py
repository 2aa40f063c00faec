"""When somebody is there: hours in the settings' words -> spans of time within what is played."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from handover.bot import Hours
from handover.casefile import HoursRequest
from handover.hours import Calendar, Opening
from handover.simulation.plan import Person

LookUp = Callable[[HoursRequest, bool], Calendar]
"""Looks openings up (openings.py): given from outside, as only those may do so who touch the world."""


class Played(NamedTuple):
    """From when until when something is played. `ends`: nothing behind it happens any more."""

    begins: datetime
    ends: datetime


class Presence(NamedTuple):
    """When somebody works, and when the product passes them over because they have switched themselves off."""

    works: Calendar
    off: Sequence[Opening]


def spans(hours: Hours, played: Played, look_up: LookUp) -> list[Opening]:
    """When it is open in the time that is played."""
    request = HoursRequest(bot_id="", hours=hours, since=played.begins, until=played.ends)
    found = look_up(request, True)
    openings = [Opening(*played)] if found.until is None else found.openings
    clipped = (Opening(max(one.start, played.begins), min(one.end, played.ends)) for one in openings)
    return [one for one in clipped if one.start < one.end]


def without(openings: Sequence[Opening], away: Sequence[Opening]) -> list[Opening]:
    """What is left of the openings outside the times away."""
    left = list(openings)
    for gone in away:
        parts = (
            (Opening(one.start, min(one.end, gone.start)), Opening(max(one.start, gone.end), one.end)) for one in left
        )
        left = [part for pair in parts for part in pair if part.start < part.end]
    return left


def presence(person: Person, hours: Hours, played: Played, look_up: LookUp) -> Presence:
    """When one person is there; without a shift of their own, in the bot's hours."""

    def of(expression: str) -> list[Opening]:
        return spans(hours.model_copy(update={"open": expression}), played, look_up)

    shift = of(person.shift or hours.open)
    away = of(person.away) if person.away else []
    works = without(shift, away)
    off = without([Opening(*played)], works) if person.switches_off else away
    return Presence(Calendar(openings=works, until=played.ends), off)


def covers(openings: Sequence[Opening], at: datetime) -> bool:
    """Whether a moment lies in one of them."""
    return any(one.start <= at < one.end for one in openings)
