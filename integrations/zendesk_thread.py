"""A ticket's comments beside the conversation that it belongs to: what of each is not yet in the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handover.casefile import Case
from handover.messages import Author
from handover.outside import Said
from handover.ports import Line
from handover.ticket import mark_of, said
from handover.views import MessageView
from integrations.zendesk_shapes import Comments, ZendeskComment, ZendeskTicket, ZendeskUser

_TAKEN = re.compile(r"/zd-(\d+(?:\.\d+)?)(-who)?\Z")

NOT_SENT = "Comment {} was not sent to the contact"
NOT_DONE = "The task in Handover was not completed"


def message_id(comment_id: int, part: int = 1) -> str:
    """How a comment is called here, and how its further parts are: Handover's messages are shorter than Zendesk's."""
    return f"zd-{comment_id}" if part == 1 else f"zd-{comment_id}.{part}"


@dataclass(frozen=True)
class Thread:
    """A case, its ticket, the ticket's comments, and the conversation's messages from when the ticket was opened.

    me: the author of our own comments.
    """

    case: Case
    ticket: ZendeskTicket
    comments: Sequence[ZendeskComment]
    users: Mapping[int, ZendeskUser]
    messages: Sequence[MessageView]
    me: int

    def theirs(self) -> list[ZendeskComment]:
        """The comments that others have written, oldest first. The first of a ticket is always ours."""
        return [one for one in self.comments[1:] if not self._is_ours(one)]

    def is_taken(self, name: str) -> bool:
        """Whether a comment, or a part of one, is in the conversation. What contacts call their messages does not count."""
        return any(_name_of(one) == name for one in self.messages if one.author in (Author.person, Author.note))

    def has_said(self, words: str) -> bool:
        """Whether a comment of ours says so already."""
        return any(words in one.text for one in self.comments if self._is_ours(one))

    def author(self, comment: ZendeskComment) -> ZendeskUser:
        return self.users.get(comment.author_id) or ZendeskUser(id=comment.author_id)

    def not_shown(self) -> list[Said]:
        """What was said here since our newest comment, and is not from there. Empty where no comment says how far it goes."""
        marks = [mark_of(one.text) for one in self.comments if self._is_ours(one)]
        shown = max((one for one in marks if one is not None), default=None)
        if shown is None:
            return []
        return [_as_said(one, self.case) for one in self.messages if one.row > shown and _belongs_there(one)]

    def _is_ours(self, comment: ZendeskComment) -> bool:
        return comment.author_id == self.me or comment is self.comments[0]


def opened_at_row(found: Comments) -> int:
    """The message that was the newest when the ticket was opened; 0 where the ticket does not say."""
    return (mark_of(found.comments[0].text) or 0) if found.comments else 0


def _belongs_there(message: MessageView) -> bool:
    return message.author is not Author.system and _name_of(message) is None


def _name_of(message: MessageView) -> str | None:
    """The comment that a message of ours was made of."""
    match = _TAKEN.search(message.message_id) if message.author in (Author.person, Author.note) else None
    return f"zd-{match[1]}{match[2] or ''}" if match else None


def _as_said(message: MessageView, case: Case) -> Said:
    line = Line(message.author, message.text, message.at, message.row, message.label, message.staff_id)
    return said(line, case.contact.name)
