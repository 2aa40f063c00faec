"""What Handover writes into Chatwoot: messages that stay what they are, and notes for the agents there."""

import re
from collections.abc import Sequence

from handover import brief
from handover.casefile import Case
from handover.messages import Author, HandoverStatus
from handover.outside import Parcel
from handover.ports import Line
from handover.wording import plain, shortened

_TEMPLATE = re.compile(r"\{(?=[{%])")
_MENTION = re.compile(r"mention:(?=//)", re.IGNORECASE)
_LAST_PHRASES = 3
_PHRASE = 200
_APART = "\u200b"
"""Unseen on a page: between two braces it keeps a text from being a template."""


def literal(text: str) -> str:
    """The text as it is read there: Chatwoot fills in templates (Liquid, `{{contact.email}}`) in every message that an
    application sends (app/models/concerns/liquidable.rb), and a link to `mention://` notifies agents."""
    return _MENTION.sub(f"mention:{_APART}", _TEMPLATE.sub("{" + _APART, text))


def spoken(parcel: Parcel) -> str:
    """A message as the contact sees it. The bot writes for all there, so a person's begins with how the contact knows them."""
    by_person = parcel.author is Author.person and parcel.label
    return literal(f"{parcel.label}: {parcel.text}" if by_person else parcel.text)


def context(case: Case, transcript: Sequence[Line]) -> str:
    """All that an agent needs who is given the conversation, in one note. Its last lines have the names by which other help
    desks take context over."""
    heading = f"Handover {case.number}: {brief.reason_in_words(case.trigger.reason)}, priority {case.priority}"
    holder = plain(case.holder.name) if case.holder else "nobody yet"
    task = [f"Task: {case.task.title}, due {case.task.due_at:%Y-%m-%d %H:%M} UTC"] if case.task else []
    first = "\n".join([heading, f"Assigned to: {holder}", *task])
    return literal("\n\n".join([first, brief.description(case, transcript, ""), _by_common_names(case, transcript)]))


def _by_common_names(case: Case, transcript: Sequence[Line]) -> str:
    said = [line.text for line in transcript if line.author is Author.contact][-_LAST_PHRASES:]
    phrases = " / ".join(shortened(plain(text), _PHRASE) for text in said)
    collected = "; ".join(
        f"{plain(name)}={shortened(plain(value), _PHRASE)}" for name, value in case.contact.fields.items()
    )
    named = {
        "Last topic": shortened(plain(case.trigger.request), _PHRASE),
        "Last phrases": phrases,
        "Bot id": case.bot_id,
        "Conversation id": case.conversation_id,
        "Collected variables": collected,
    }
    return "\n".join(f"{name}: {value}" for name, value in named.items() if value)


def ending(case: Case) -> str:
    """How a handover ended, in one note."""
    by = case.holder.name if case.holder and case.holder.staff_id == case.ended_by else case.ended_by or "nobody"
    if case.status is HandoverStatus.cancelled:
        return literal(f"Handover {case.number} was cancelled by {plain(by)}. The bot answers again.")
    lines = [f"Handover {case.number} was completed by {plain(by)}: {case.outcome or 'closed'}."]
    lines += ["It brought a booking or a sale."] if case.converted else []
    lines += ["The bot could have done it."] if case.unnecessary else []
    lines += [f"Note: {case.task.note}"] if case.task and case.task.note else []
    return literal("\n".join(lines))


def as_label(tag: str) -> str:
    """A tag as Chatwoot writes labels: in small letters, of letters, digits, `-` and `_`."""
    return re.sub(r"[^\w-]+", "-", tag.strip().lower()).strip("-")
