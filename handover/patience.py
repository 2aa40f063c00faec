"""How long what could not be carried outside waits until it is tried again, and when it is given up."""

from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime

from handover.messages import Payload
from handover.outside import Errand, Setback
from handover.wording import plain, shortened

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
"""Pauses begin so and become twice as long each time, but no longer than this."""

PATIENCE = timedelta(days=1)
"""So long is one thing tried, from the first time that it was not taken."""

LONGEST_ASKED = timedelta(hours=1)
"""A system that asks to be left alone for longer is tried again after this all the same."""

MOST_SUMMARY = 100
"""The longest summary in characters: Temporal takes 400 bytes."""


class Trouble(Payload):
    """One thing that is not taken. item: its name; empty while the trouble is our own. since: when it was not taken first."""

    item: str
    since: AwareDatetime
    tries: int = 1

    @property
    def ends_at(self) -> datetime:
        """When it is given up, unless it is taken before."""
        return self.since + PATIENCE


class Pause(NamedTuple):
    """Until when to wait. Who asks for another try ends the pause, but not before `not_before`."""

    not_before: datetime
    until: datetime


class Journey(Payload):
    """What starts a courier: what it is sent for, and what an earlier run of it hands on."""

    errand: Errand
    carried: int = 0
    trouble: Trouble | None = None


def in_trouble(before: Trouble | None, setback: Setback, now: datetime) -> Trouble:
    """The trouble that a setback continues or begins: another thing has a day of its own. A try of which nothing is known,
    because a worker or the database was lost over it, is one more of the same thing."""
    if before is None or setback.item not in ("", before.item):
        return Trouble(item=setback.item, since=now)
    return before.model_copy(update={"tries": before.tries + 1})


def is_given_up(trouble: Trouble, setback: Setback, now: datetime) -> bool:
    """A day of tries was in vain. While the trouble is our own, nothing is given up."""
    return bool(setback.item) and now >= trouble.ends_at


def pause_after(trouble: Trouble, setback: Setback, now: datetime) -> Pause:
    """The pause before the next try: as long as was asked for, otherwise longer each time; the last try is at the day's end."""
    if setback.after_seconds is not None:
        not_before = now + min(timedelta(seconds=setback.after_seconds), LONGEST_ASKED)
        return Pause(not_before, max(not_before, now + FIRST_PAUSE))
    until = now + min(FIRST_PAUSE * 2 ** min(trouble.tries - 1, 16), LONGEST_PAUSE)
    return Pause(now, min(until, trouble.ends_at) if now < trouble.ends_at else until)


def summary(errand: Errand, setback: Setback) -> str:
    """What a courier waits for, on a line."""
    return shortened(f"Waits for {_whom(errand, setback)}: {plain(setback.why)}", MOST_SUMMARY)


def details(errand: Errand, trouble: Trouble, setback: Setback, pause: Pause) -> str:
    """What a courier waits for, how long, and what comes of it, in Markdown."""
    lines = [
        f"**Waits** for {_whom(errand, setback)}: {shortened(plain(setback.why), 500)}",
        f"Tried {trouble.tries} times since {_clock(trouble.since)}; tries again at {_clock(pause.until)}",
        f"Asked to be left alone until {_clock(pause.not_before)}"
        if setback.after_seconds
        else "The signal `look` makes it try now",
        f"Given up at {_clock(trouble.ends_at)}: {trouble.item}" if trouble.item else "",
    ]
    return "\n\n".join(filter(None, lines))


def _whom(errand: Errand, setback: Setback) -> str:
    return f"{setback.to} to answer again" if setback.to else f"our own side, to carry to {errand.carrier}"


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
