"""A conversation as it was recorded: what was said, who could speak, what was handed over, in the order of its happening."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, Protocol

from handover.ids import HandoverId
from handover.messages import Author, Contact, ConversationStatus, HandoverStatus, Trigger
from handover.ports import Line
from handover.triggers import OFFER
from handover.views import MissedView


class Said(NamedTuple):
    """A message that readers could see from then on. `turn`: the turn that took or made it; None for none."""

    at: datetime
    line: Line
    turn: int | None


class Stood(NamedTuple):
    """From then on `status` says who may speak, with this handover open."""

    at: datetime
    status: ConversationStatus
    handover: int | None


class Joined(NamedTuple):
    """A further trigger was added to the open handover. `pressed`: by the button."""

    at: datetime
    pressed: bool


class Wrote(NamedTuple):
    """The contact's messages that one turn took. `acted_on`: the bot answered, or handed over; False where it was silent,
    or where a person stepped in while it was writing."""

    at: datetime
    lines: tuple[Line, ...]
    turn: int
    acted_on: bool


Happened = Said | Stood | Joined
Step = Happened | Wrote


class RecordedHandover(NamedTuple):
    """A handover as it was opened, and what came of it. `turn`: in which it was opened. `tags`: what it put on the contact."""

    id: HandoverId
    turn: int
    trigger: Trigger
    action: str
    tags: frozenset[str]
    opened_at: datetime
    status: HandoverStatus
    unnecessary: bool

    @property
    def is_of_a_turn(self) -> bool:
        """What the contact wrote caused it, and no button or person."""
        return self.trigger.key.startswith("turn/")

    @property
    def is_of_the_button(self) -> bool:
        return self.trigger.key.startswith("button/")


class Recording(NamedTuple):
    """One conversation. `contact`: as it is known now. `others`: handovers of the same contact in other conversations."""

    conversation_id: str
    channel: str
    contact: Contact
    happened: Sequence[Happened]
    handovers: Sequence[RecordedHandover] = ()
    others: Sequence[RecordedHandover] = ()
    missed: Sequence[MissedView] = ()


class Recordings(Protocol):
    """What was recorded, as a backtest reads it."""

    async def recorded_bots(self) -> dict[str, int]:
        """How many conversations each bot has."""
        ...

    async def recorded(
        self, bot_id: str, since: datetime | None, until: datetime | None, limit: int | None
    ) -> list[str]:
        """The ids of a bot's conversations, the one with the newest message first, that anything was said in from `since`
        until before `until`."""
        ...

    async def recordings(self, conversation_ids: Sequence[str]) -> list[Recording]:
        """These conversations, in this order; ids that are unknown are left out."""
        ...


def steps(recording: Recording) -> list[Step]:
    """What happened, with the contact's messages of one turn taken together."""
    acted_on = {one.turn for one in recording.handovers} | {turn for turn, _ in _answers(recording.happened)}
    acted_on |= set(_joined(recording.happened))
    return list(_steps(recording.happened, acted_on))


def offers(recording: Recording) -> Iterator[int]:
    """The turns in which the bot asked whether it should get a person."""
    for turn, text in _answers(recording.happened):
        if text == OFFER:
            yield turn


def said_last(recording: Recording) -> dict[str, int]:
    """For each detail that is known of the contact, the last row in which they say it; 0 where they never do."""
    contact = recording.contact
    details = dict.fromkeys([contact.name, contact.phone, contact.email, *contact.fields.values()], 0)
    lines = [one.line for one in recording.happened if isinstance(one, Said)] if any(details) else []
    texts = [(line.row, _squeezed(line.text)) for line in lines if line.author is Author.contact]
    return {value: max((row for row, text in texts if _is_said(value, text)), default=0) for value in details}


def contact_then(
    recording: Recording, turn: int, at: datetime, row: int, details: Mapping[str, int], without: frozenset[str]
) -> Contact:
    """The contact as known in a turn: no tags of handovers that came in it or later, no details that are said only in this
    row or behind it. Nobody keeps how a contact was: what can't be told is taken as known from the start.

    details: see said_last. without: tags that would not be there.
    """
    contact = recording.contact
    before = [one for one in recording.handovers if one.turn < turn]
    before += [one for one in recording.others if one.opened_at < at]
    there = {tag for one in before for tag in one.tags} - without
    given = {tag for one in [*recording.handovers, *recording.others] for tag in one.tags} | without
    return contact.model_copy(
        update={
            "tags": [tag for tag in contact.tags if tag in there or tag not in given],
            "fields": {name: value for name, value in contact.fields.items() if details[value] < row},
            **{name: "" for name in ("name", "phone", "email") if details[getattr(contact, name)] >= row},
        }
    )


def _steps(happened: Sequence[Happened], acted_on: set[int]) -> Iterator[Step]:
    for turn, group in groupby(happened, _turn_of_contact):
        if turn is None:
            yield from group
            continue
        said = [one for one in group if isinstance(one, Said)]
        yield Wrote(said[-1].at, tuple(one.line for one in said), turn, turn in acted_on)


def _turn_of_contact(one: Happened) -> int | None:
    """The turn that took the contact's message; None for everything else."""
    return one.turn if isinstance(one, Said) and one.line.author is Author.contact else None


def _answers(happened: Iterable[Happened]) -> Iterator[tuple[int, str]]:
    """What the bot said in which turn."""
    for one in happened:
        if isinstance(one, Said) and one.line.author is Author.bot and one.turn is not None:
            yield one.turn, one.line.text


def _joined(happened: Iterable[Happened]) -> Iterator[int]:
    """The turns that added a trigger to an open handover: nothing but that follows them."""
    last = None
    for one in happened:
        last = _turn_of_contact(one) or last
        if isinstance(one, Joined) and not one.pressed and last is not None:
            yield last


def _squeezed(text: str) -> str:
    """Its letters and digits, so that a value is found in it however it was typed."""
    return "".join(filter(str.isalnum, text.casefold()))


_LOCAL_DIGITS = 7
"""So many digits of a phone number are typed in any case; what stands before them is often left out."""


def _is_said(value: str, said: str) -> bool:
    wanted = _squeezed(value)
    if value.startswith("+"):
        wanted = wanted[-_LOCAL_DIGITS:]
    return bool(wanted) and wanted in said
