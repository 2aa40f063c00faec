"""What can be refused, in words that say what was wrong, where, and what is allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches


class HandoverError(Exception):
    """Anything that Handover refuses. `code` is stable and part of the contract; the text is for people.

    `holder` is who holds the case in question (or ended it) and `since` from when, where that is known.
    """

    code = "error"
    holder: str | None = None
    since: datetime | None = None


class NotFound(HandoverError):
    """There is no such conversation, handover, task, bot or staff member."""

    code = "not_found"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is no {kind} {name!r}.")
        self.kind = kind


class Refused(HandoverError):
    """A person's act came too late or is not theirs to do; nothing was changed."""

    def __init__(self, code: str, text: str, holder: str | None = None, since: datetime | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.holder = holder
        self.since = since


class Unavailable(HandoverError):
    """Temporal or the store could not be reached in time. What was already accepted is not lost."""

    code = "unavailable"


class Undeliverable(Exception):
    """A system outside will never take something: an address that is none, a contact who wants no more, a ticket that it
    refuses. The text says why, for staff; trying again would change nothing."""


class TryAgain(Exception):
    """A system outside does not take something now, and may later. The text says why, for staff.

    after: how long it has asked to be left alone; None where it has not.
    """

    def __init__(self, text: str, after: timedelta | None = None) -> None:
        super().__init__(text)
        self.after = after


class NotCarried(TryAgain):
    """One thing could not be carried to a system outside now. `item` is its name, by which it can be given up later; `to` is
    who did not take it, for people."""

    def __init__(self, text: str, *, item: str, to: str, after: timedelta | None = None) -> None:
        super().__init__(text, after)
        self.item = item
        self.to = to


class Misfit(ValueError):
    """A value in settings that does not fit the others. `key` is where it stands, seen from what was looked at. `also`: what
    else was found there."""

    def __init__(self, key: tuple[str | int, ...], text: str) -> None:
        self.key = key
        self.text = text
        self.also: tuple[Misfit, ...] = ()
        super().__init__(f"{'.'.join(map(str, key))}: {text}")


@dataclass(frozen=True)
class Problem:
    """One wrong value in settings: the key (`handover.actions.urgent.task.due`), what is wrong and what is allowed."""

    key: str
    text: str
    line: int | None = None


class SettingsError(HandoverError):
    """Settings that cannot be used. Nothing was changed; the ones in use before still are."""

    code = "invalid_settings"

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        super().__init__("\n".join(f"{self._where(problem)}: {problem.text}" for problem in problems))

    def _where(self, problem: Problem) -> str:
        place = self.source if problem.line is None else f"{self.source}, line {problem.line}"
        return f"{place}: {problem.key}" if problem.key else place


def did_you_mean(name: str, known: Iterable[str], means: Mapping[str, str] | None = None) -> str:
    """What a misspelt name was probably meant to be, as the middle of a sentence; empty where nothing is near.

    means: what to say instead of a known name.
    """
    folded = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
    return "".join(f" (did you mean {(means or {}).get(folded[one], folded[one])}?)" for one in near)


def shown(value: object) -> str:
    """A refused value as a refusal shows it: as its author wrote it, and never in full length."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
