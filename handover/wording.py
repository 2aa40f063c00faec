"""The texts that contacts and staff read, filled in from templates. Nothing in a value is ever read as a template."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_PROMISE = re.compile(r"\b(?P<within>within )(?P<number>\d{1,4}) (?P<unit>minute|hour|day|week)s?\b", re.IGNORECASE)
_BRACES = re.compile(r"\{([^{}]*)\}")
_SENTENCE_ENDS = re.compile(r"[.!?…][”\"')]?(?= )|[。！？]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_JOINERS = "\u200c\u200d"
"""Unseen, but part of how Persian words and many emoji are written."""

REASONS = {
    "human_requested": "the contact asked for a person",
    "lack_of_information": "the bot had no answer",
    "failed_to_resolve": "the bot's answers did not help",
    "negative_sentiment": "the contact is upset",
    "high_value": "valuable or urgent",
    "complex_request": "a person has to decide",
    "bot_unavailable": "the bot could not work",
    "taken_over": "a colleague stepped in",
}
"""What a scenario's name means, for the person who takes over."""

_BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def placeholders(template: str) -> frozenset[str]:
    """What a template has in braces: the names that it uses, misspelt ones too."""
    return frozenset(_BRACES.findall(template))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with each known `{name}` replaced by its value; unknown ones stay as they are."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def first_name(name: str) -> str:
    return name.split()[0] if name.split() else name


def agent_label(template: str, staff_name: str) -> str:
    """What the contact sees when a person writes: "Sarah from Northwind"."""
    return fill(template, {"first_name": first_name(staff_name), "name": staff_name})


def in_words(length: timedelta) -> str:
    """A length of time for people, rounded up so that a promise made with it can be kept: "2 hours"."""
    seconds = max(0, -(-length // timedelta(seconds=1)))
    if seconds < 60:
        return _count(seconds, "second")
    minutes = -(-seconds // 60)
    if minutes <= 90:
        return _count(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    if hours < 6 and rest:
        return f"{_count(hours, 'hour')} {_count(rest, 'minute')}"
    hours += rest > 0
    if hours <= 48:
        return _count(hours, "hour")
    days, rest = divmod(hours, 24)
    return _count(days, "day") + (f" {_count(rest, 'hour')}" if rest else "")


def keepable(text: str, window: timedelta | None) -> str:
    """The text with a length of time that is written out in it ("within 24 hours") made as long as the window where it is
    shorter: it is a promise like any other."""
    return _PROMISE.sub(lambda promise: _kept(promise, window), text)


def written_promise(text: str) -> timedelta | None:
    """The shortest length of time that is written out in a text as a promise ("within 24 hours"); None where none is."""
    return min(map(_length, _PROMISE.finditer(text)), default=None)


def _kept(promise: re.Match[str], window: timedelta | None) -> str:
    return promise[0] if window is None or _length(promise) >= window else f"{promise['within']}{in_words(window)}"


def _length(promise: re.Match[str]) -> timedelta:
    return timedelta(**{f"{promise['unit'].lower()}s": float(promise["number"])})


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def shortened(text: str, most: int) -> str:
    """The text on one line, cut at a word's end to `most` characters with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def plain(text: str) -> str:
    """The text on one line, without the characters that hide or move others: controls, direction marks, invisible ones."""
    seen = (one for one in text if one.isspace() or one in _JOINERS or unicodedata.category(one) not in _UNSEEN)
    return " ".join("".join(seen).split())


def whole_sentences(text: str, most: int) -> str:
    """The text on one line, cut to `most` characters with an ellipsis: at a sentence's end, where that leaves half of them."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    ends = [match.end() for match in _SENTENCE_ENDS.finditer(line) if most // 2 <= match.end() <= most - 2]
    return f"{line[: ends[-1]]} …" if ends else shortened(line, most)


def no_formula(text: str) -> str:
    """A cell of a CSV file. What a contact wrote must not become a formula of whoever opens the file: a text that begins like
    one gets an apostrophe before it, which spreadsheets read as "this is text"."""
    begins = text.startswith(_BEGINS_A_FORMULA) or text.lstrip().startswith(_BEGINS_A_FORMULA)
    return f"'{text}" if begins else text
