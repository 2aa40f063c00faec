"""What a ticket says about a handover: its subject, the whole conversation, and what it is called elsewhere.

A conversation holds what others have written. In plain text each of their lines is set in, and in HTML everything of theirs
is escaped, so that none of it can pass for a heading, a name or a link of ours.
"""

import html
import re
from collections.abc import Callable, Sequence

from handover.brief import description, title
from handover.casefile import Case
from handover.escalation import due_at
from handover.messages import Author
from handover.outside import Said, Ticket
from handover.ports import Line
from handover.wording import plain

SYSTEMS = ("webhook", "zendesk")
"""Where tickets can be opened, as the settings of actions name it."""

MOST_READ = 1000
"""How many of a conversation's newest messages a ticket may hold."""

LONGEST_MESSAGE = 8000
"""Characters of one message; the inbox has all of it."""

SUBJECT = "Follow up: {request} — {reason}"
"""The subject where the action makes no task, and so has no title for it."""

OURS = "handover"
"""The tag of every ticket that we open: how rules in the ticket system tell them from others."""

LONGEST_SUBJECT, LONGEST_TAG, MOST_TAGS = 150, 80, 50

_NAMES = {Author.contact: "Contact", Author.bot: "Bot", Author.system: "Handover"}
_MARK = re.compile(r"\[handover (\d{1,15})\]\s*\Z")
_NOT_IN_TAGS = re.compile(r"[^\w/:-]+")
_CUT = "… (there is more of it in the inbox)"
_EARLIER = "(What was said before that is in the inbox.)"


def ticket_of(case: Case, transcript: Sequence[Line], public_url: str) -> Ticket:
    """The ticket of a case. transcript: the newest messages, MOST_READ at most. public_url: where the inbox is."""
    return Ticket(
        external_id=str(case.id),
        conversation_id=case.conversation_id,
        subject=(case.task.title if case.task else title(case, SUBJECT))[:LONGEST_SUBJECT],
        about=description(case, [], ""),
        reason=case.trigger.reason,
        said=[said(line, case.contact.name) for line in transcript],
        is_cut=len(transcript) >= MOST_READ,
        contact=case.contact,
        priority=case.priority,
        tags=tags(case),
        due_at=due_at(case),
        link=f"{public_url.rstrip('/')}/inbox/{case.conversation_id}",
    )


def said(line: Line, contact_name: str) -> Said:
    """A message as a ticket shows it, by the names that the team knows people by."""
    who = plain(contact_name if line.author is Author.contact else line.label)
    who = who or _NAMES.get(line.author, "Team")
    if line.author is Author.note:
        who = f"{who} (note)"
    text = line.text if len(line.text) <= LONGEST_MESSAGE else line.text[:LONGEST_MESSAGE] + _CUT
    return Said(row=line.row, author=line.author, who=who, at=line.at, text=text)


def tags(case: Case) -> list[str]:
    """The case's tags as ticket systems take them: small letters, and nothing between them that ends a tag."""
    found = [OURS, *case.policy.tags, *case.contact.tags]
    fit = (_NOT_IN_TAGS.sub("_", tag.strip().lower()).strip("_")[:LONGEST_TAG] for tag in found)
    return list(dict.fromkeys(filter(None, fit)))[:MOST_TAGS]


def as_text(ticket: Ticket, most: int) -> str:
    """The ticket in plain text, in at most `most` bytes of UTF-8: of the conversation, the newest that fits."""
    head = f"{ticket.about}\n\nOpen in Handover: {ticket.link}\n\nThe conversation:"
    return _with_newest(head, ticket, _set_in, "\n\n", most)


def as_html(ticket: Ticket, most: int) -> str:
    """The ticket in HTML, in at most `most` bytes of UTF-8. Its last words are a mark that `mark_of` reads again."""
    link = html.escape(ticket.link)
    about = _escaped(ticket.about)
    head = f'<p>{about}</p><p><a href="{link}">Open in Handover</a></p><p><b>The conversation</b></p>'
    mark = _mark(ticket.said[-1].row if ticket.said else 0)
    return _with_newest(head, ticket, paragraph, "", most - len(mark)) + mark


def later_as_html(messages: Sequence[Said], most: int) -> str:
    """Messages that came after a ticket was opened, one at least: the oldest of them that fit into `most` bytes, and the mark
    of how far they go."""
    shown, room, last = "", most - _size(_mark(messages[-1].row)), 0
    for message in messages:
        block = paragraph(message)
        if shown and _size(shown) + _size(block) > room:
            break
        shown, last = shown + block, message.row
    return shown + _mark(last)


def mark_of(text: str) -> int | None:
    """Up to which row of the history a comment of ours shows the conversation; None where it says nothing of that.

    Only its very end counts: what others have written stands before it.
    """
    match = _MARK.search(text)
    return int(match[1]) if match else None


def pieces(text: str, most: int) -> list[str]:
    """A text in parts of at most `most` bytes of UTF-8, none of them empty."""
    parts: list[str] = []
    left = text.encode("utf-8", "replace")
    while left:
        part = left[:most].decode("utf-8", "ignore")
        parts.append(part)
        left = left[len(part.encode()) :]
    return [part for part in parts if part.strip()]


def paragraph(message: Said) -> str:
    """A message in HTML."""
    head = f"<b>{_escaped(message.who)}</b>, {message.at:%Y-%m-%d %H:%M} UTC"
    return f"<p>{head}<br>{_escaped(message.text)}</p>"


def _set_in(message: Said) -> str:
    lines = "\n".join(f"    {plain(line)}" for line in message.text.splitlines())
    return f"{message.who}, {message.at:%Y-%m-%d %H:%M} UTC:\n{lines}"


def _escaped(text: str) -> str:
    """As HTML that shows the very text: no tag in it, and no character that hides or moves others."""
    return "<br>".join(html.escape(plain(line), quote=False) for line in text.splitlines())


def _with_newest(head: str, ticket: Ticket, show: Callable[[Said], str], between: str, most: int) -> str:
    """The head, and of what was said the newest that fits behind it."""
    room = most - _size(head) - _size(_EARLIER) - 2 * len(between)
    shown: list[str] = []
    for message in reversed(ticket.said):
        block = show(message)
        room -= _size(block) + len(between)
        if room < 0:
            break
        shown.insert(0, block)
    earlier = [_EARLIER] if ticket.is_cut or len(shown) < len(ticket.said) else []
    return between.join([head, *earlier, *shown])


def _mark(row: int) -> str:
    return f"<p>[handover {row}]</p>"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
