"""What the person who takes over reads: the task's title, and a description that fits on one screen."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from handover.casefile import Case
from handover.messages import Author, Contact, Evidence
from handover.ports import Line, Told
from handover.wording import REASONS, fill, plain, shortened, whole_sentences

ROWS, COLUMNS = 40, 100
"""A screen: so many rows of so many characters."""

LONGEST = 2500
"""Characters of a description."""

MOST_READ = 100
"""The newest messages of a conversation, which the description is made of."""

LAST_MESSAGES = 8
UNKNOWN = "not known"

_KEPT_FOR_MESSAGES = (6, 420)
"""Rows and characters that the summary and what was tried leave to the last messages."""

_HEADLINE, _REQUEST, _WHY, _TAGS, _NAME, _SUMMARY = 80, 290, 190, 180, 80, 600
_FIELD, _MOST_FIELDS = 90, 5
_ANSWER, _SOURCES, _MOST_ANSWERS = 190, 60, 3
_MESSAGE = {Author.contact: 200, Author.person: 200, Author.note: 200, Author.bot: 110, Author.system: 110}
_MATCHED = 80
_SEEN = {
    "phrase": "like “{}”",
    "keyword": "“{}”",
    "model": "{}",
    "count": "{}",
    "tag": "tagged “{}”",
    "button": "pressed “{}”",
}
_SPEAKER = {Author.contact: "Contact", Author.bot: "Bot", Author.system: "Handover", Author.note: "Note"}


class _Room(NamedTuple):
    """What is left of the screen."""

    rows: int
    characters: int

    def holds(self, text: str) -> bool:
        return _rows(text) <= self.rows and len(text) <= self.characters


def title(case: Case, template: str) -> str:
    """The task's title, on one line."""
    values = {
        "request": _headline(plain(case.trigger.request)) or "see the conversation",
        "reason": reason_in_words(case.trigger.reason),
        "contact_name": case.contact.name or "the contact",
    }
    return shortened(plain(fill(template, values)), 200)


def description(case: Case, transcript: Sequence[Line], summary: str, answers: Sequence[Told] = ()) -> str:
    """Everything needed to act without reading the conversation: at most ROWS rows of COLUMNS, and LONGEST characters.

    Each text of others stands on one line of its own, behind a word or a dash of ours, so that none can pass for another
    part. transcript: the newest messages, MOST_READ at most. answers: what the bot has told the contact, oldest first.
    """
    parts = [
        part for part in (_request(case), _reason(case), _contact(case.contact), _fields(case), _tags(case)) if part
    ]
    parts += _summary(summary, _room(parts, keep=_KEPT_FOR_MESSAGES))
    parts += _tried(answers, _room(parts, keep=_KEPT_FOR_MESSAGES))
    parts += _last_messages(transcript, _room(parts))
    return "\n\n".join(parts)


def reason_in_words(reason: str) -> str:
    """A scenario's name as people say it; a custom rule's name stays as it is."""
    return reason.replace("_", " ")


def _headline(request: str) -> str:
    """The request, short. Of one that leaves something out in its middle, the end says what is wanted."""
    asked = request if len(request) <= _HEADLINE else request.rpartition(" … ")[2]
    return whole_sentences(asked, _HEADLINE)


def _request(case: Case) -> str:
    return f"Request: {whole_sentences(plain(case.trigger.request), _REQUEST) or 'see the last messages'}"


def _reason(case: Case) -> str:
    """Why a person has it: the scenario, what it means, and what was seen; then whatever else came to it."""
    trigger = case.trigger
    seen = {evidence.scenario: evidence for evidence in reversed(trigger.evidence)}
    others = dict.fromkeys([*(one.scenario for one in trigger.evidence), *case.reasons])
    others.pop(trigger.reason, None)
    meaning = f" — {REASONS[trigger.reason]}" if trigger.reason in REASONS else ""
    why = f"{reason_in_words(trigger.reason)}{meaning}{_seen(seen.get(trigger.reason))}"
    more = [f"{reason_in_words(reason)}{_seen(seen.get(reason))}" for reason in others]
    return f"Reason: {shortened(plain('; also '.join([why, *more])), _WHY)}"


def _seen(evidence: Evidence | None) -> str:
    """What the rule saw: the phrase that the words are like, the keyword, the count, the tag. Some kinds tell nothing more."""
    matched = shortened(plain(evidence.matched), _MATCHED) if evidence else ""
    if evidence is None or not matched or evidence.kind not in _SEEN or evidence.scenario == "lack_of_information":
        return ""
    return f" ({_SEEN[evidence.kind].format(matched)})"


def _contact(contact: Contact) -> str:
    """Name, phone and email, always. A number or an address is useless in part, so neither is cut."""
    return "\n".join(
        [
            f"Name: {shortened(plain(contact.name), _NAME) or UNKNOWN}",
            f"Phone: {plain(contact.phone) or UNKNOWN}",
            f"Email: {plain(contact.email) or UNKNOWN}",
        ]
    )


def _fields(case: Case) -> str:
    fields = [f"{name.replace('_', ' ')}: {value}" for name, value in case.contact.fields.items()]
    if not fields:
        return ""
    shown = [f"- {shortened(plain(field), _FIELD)}" for field in fields[:_MOST_FIELDS]]
    left_out = [f"- … and {len(fields) - _MOST_FIELDS} more"] if len(fields) > _MOST_FIELDS else []
    return "\n".join(["Collected:", *shown, *left_out])


def _tags(case: Case) -> str:
    tags = dict.fromkeys(map(plain, [*case.contact.tags, *case.policy.tags]))
    return f"Tags: {shortened(', '.join(filter(None, tags)), _TAGS)}" if tags else ""


def _summary(summary: str, room: _Room) -> Iterator[str]:
    text = plain(summary)
    if text:
        yield f"Summary: {whole_sentences(text, min(_SUMMARY, room.characters - 10, (room.rows - 1) * COLUMNS))}"


def _tried(answers: Sequence[Told], room: _Room) -> Iterator[str]:
    """What the bot has told the contact, the newest of it, each with its sources."""
    shown = _newest("What was tried:", map(_answer, reversed(answers[-_MOST_ANSWERS:])), room)
    if shown:
        yield shown


def _answer(told: Told) -> str:
    sources = shortened(plain("; ".join(told.sources)), _SOURCES)
    return f"- {whole_sentences(plain(told.text), _ANSWER)}" + (f" [{sources}]" if sources else "")


def _last_messages(transcript: Sequence[Line], room: _Room) -> Iterator[str]:
    if not transcript:
        return
    newest = transcript[-LAST_MESSAGES:]
    for count in range(len(newest), 0, -1):
        shown = "\n".join([_heading(len(transcript), count), *map(_spoken, newest[-count:])])
        if room.holds(shown):
            yield shown
            return


def _heading(read: int, shown: int) -> str:
    """How many messages there were before those that are shown."""
    if shown == read:
        return "Last messages:"
    return f"Last messages ({'at least ' if read >= MOST_READ else ''}{read - shown} earlier left out):"


def _spoken(line: Line) -> str:
    who = shortened(plain(line.label), _NAME) or _SPEAKER.get(line.author, "Team")
    return f"- {who}: {shortened(plain(line.text), _MESSAGE[line.author])}"


def _newest(heading: str, newest_first: Iterable[str], room: _Room) -> str:
    """As many lines as there is room for, in their order; empty where not one fits."""
    lines: list[str] = []
    for line in newest_first:
        if not room.holds("\n".join([heading, line, *lines])):
            break
        lines.insert(0, line)
    return "\n".join([heading, *lines]) if lines else ""


def _room(parts: Sequence[str], keep: tuple[int, int] = (0, 0)) -> _Room:
    """What is left for one more part behind these, of which `keep` rows and characters are for others."""
    text = "\n\n".join([*parts, ""])
    rows, characters = keep
    return _Room(ROWS - _rows(text) + 1 - rows, LONGEST - len(text) - characters)


def _rows(text: str) -> int:
    """How many rows of a screen the text takes: a line that is too long is wrapped."""
    return sum(max(1, -(-len(line) // COLUMNS)) for line in text.split("\n"))
