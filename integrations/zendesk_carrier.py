"""Keeps a ticket and its conversation together, both ways: docs/tickets.md.

A webhook only says that something is new in a ticket; what that is, is read from Zendesk. So no event that was lost, came
twice or in another order does any harm, and nothing but Zendesk itself says what an agent has written. What of a ticket is in
the conversation already is told by the messages' names (`zd-` and the comment's number), and what of the conversation is in
the ticket by the mark at the end of our own comments: nothing has to be remembered beside the two.
"""

import html
import logging
from datetime import timedelta

from handover.casefile import Case
from handover.errors import NotCarried, NotFound, Refused, TryAgain, Undeliverable
from handover.ids import parse_handover_id
from handover.messages import MAX_TEXT, CompleteTask, Outcome
from handover.ports import Handovers, Reads
from handover.ticket import later_as_html, pieces
from handover.views import MessageView
from handover.wording import plain
from integrations.zendesk_api import MAX_COMMENT, ZendeskApi
from integrations.zendesk_people import NobodyActs, Person, ZendeskPeople
from integrations.zendesk_shapes import NotThere, ZendeskComment, ZendeskTicket, ZendeskUser
from integrations.zendesk_thread import NOT_DONE, NOT_SENT, Thread, message_id, opened_at_row

_log = logging.getLogger(__name__)

SYSTEM = "zendesk"
SOLVED = frozenset({"solved", "closed"})
CONVERTED, UNNECESSARY = "handover_converted", "handover_unnecessary"
"""Tags by which an agent says what came of it."""

MOST_HANDOVERS = 3
"""How many of a conversation's newest handovers are looked at: an agent may write in the ticket of an older one."""

CLOCKS_DIFFER = timedelta(seconds=5)
"""A task that began so much later than the ticket was solved is another one: it was reopened, or is a follow-up."""


class ZendeskCarrier:
    """The port Carrier. One call brings everything up to date that is new on either side."""

    def __init__(self, api: ZendeskApi, reads: Reads, handovers: Handovers, people: ZendeskPeople) -> None:
        self._api = api
        self._reads = reads
        self._handovers = handovers
        self._people = people

    async def carry(self, conversation_id: str) -> bool:
        """Look at each ticket of the conversation; False once nothing more is to be written into one."""
        try:
            return await self._look(conversation_id)
        except TryAgain as error:
            raise NotCarried(str(error), item=SYSTEM, to="Zendesk", after=error.after) from error

    async def _look(self, conversation_id: str) -> bool:
        more = False
        for case in await self._cases(conversation_id):
            ticket = await self._api.find(str(case.id))
            if ticket is not None:
                more |= await self._keep_up(case, ticket)
        return more

    async def give_up(self, conversation_id: str, item: str, why: str) -> bool:
        """The next change on either side tries again, and carries what was left then too: nothing has to be noted."""
        _log.warning("For a day, nothing was carried between Zendesk and %s: %s", conversation_id, why)
        return False

    async def _cases(self, conversation_id: str) -> list[Case]:
        page = await self._reads.handovers(conversation_id=conversation_id, limit=MOST_HANDOVERS)
        cases = [await self._handovers.case(parse_handover_id(one.handover_id)) for one in reversed(page.items)]
        return [one for one in cases if one.policy.ticket == SYSTEM]

    async def _keep_up(self, case: Case, ticket: ZendeskTicket) -> bool:
        """First what was written there, then whether it is solved, then what was said here."""
        try:
            thread = await self._thread(case, ticket)
        except NotThere:
            return False  # the ticket was deleted while it was looked at
        for comment in thread.theirs():
            await self._take(thread, comment)
        await self._take_solution(thread)
        return await self._show_later(thread)

    async def _thread(self, case: Case, ticket: ZendeskTicket) -> Thread:
        found = await self._api.comments(ticket.id)
        messages = await self._messages(case.conversation_id, opened_at_row(found))
        return Thread(case, ticket, found.comments, found.users, messages, await self._api.me())

    async def _messages(self, conversation_id: str, after: int) -> list[MessageView]:
        found: list[MessageView] = []
        next_: str | None = str(after)
        while next_ is not None:
            page = await self._reads.messages(conversation_id, after=int(next_), notes=True)
            found, next_ = found + page.items, page.next
        return found

    # ---- from there ----------------------------------------------------------------------------------------------------

    async def _take(self, thread: Thread, comment: ZendeskComment) -> None:
        """A public comment of an agent goes to the contact; every other one is a note."""
        author = thread.author(comment)
        if author.is_staff and comment.public:
            await self._send(thread, comment, author)
        elif not thread.case.status.ended:
            await self._keep_note(thread, comment, author)

    async def _send(self, thread: Thread, comment: ZendeskComment, agent: ZendeskUser) -> None:
        """What can't be sent says so in the ticket, where the agent sees it."""
        parts = comment_parts(thread, comment)
        if not parts:
            return None
        if not comment.text:
            return await self._tell(thread, comment, "it has no text, and attachments are not carried")
        if thread.case.status.ended:
            return await self._tell(thread, comment, f"handover {thread.case.id} has ended")
        try:
            by = await self._people.reply(thread.case, await self._people.who(agent, thread.case), parts)
        except (NotFound, Refused, NobodyActs) as error:
            return await self._tell(thread, comment, str(error).rstrip("."))
        return await self._say_who(thread, comment, agent, by)

    async def _say_who(self, thread: Thread, comment: ZendeskComment, agent: ZendeskUser, by: Person) -> None:
        """Colleagues see who has really written what left in somebody else's name."""
        if by.is_author:
            return
        text = f"{_name(agent)} wrote this in Zendesk, ticket #{thread.ticket.id}."
        try:
            await self._people.note(thread.case, [by], {f"{message_id(comment.id)}-who": text})
        except (NotFound, Refused):
            _log.warning("A case ended before it was noted who had written comment %s in Zendesk", comment.id)

    async def _keep_note(self, thread: Thread, comment: ZendeskComment, author: ZendeskUser) -> None:
        """What is for colleagues, and what a contact answers by mail."""
        parts = comment_parts(thread, comment, f"{_name(author)} in Zendesk, ticket #{thread.ticket.id}:\n")
        if not parts:
            return
        try:
            await self._people.note(thread.case, await self._people.who(author, thread.case), parts)
        except (NotFound, Refused, NobodyActs) as error:
            _log.warning("Comment %s in Zendesk could not be noted: %s", comment.id, error)

    async def _take_solution(self, thread: Thread) -> None:
        """A solved ticket completes what is open, unless that began only after it was solved."""
        case, ticket = thread.case, thread.ticket
        if case.status.ended or ticket.status not in SOLVED or not await self._is_about(case, ticket):
            return
        agent = await self._api.user(ticket.assignee_id) if ticket.assignee_id else None
        try:
            await self._people.complete(case, await self._people.who(agent, case), completion(ticket, agent))
        except (NotFound, Refused, NobodyActs) as error:
            if not isinstance(error, NotFound) and not str(getattr(error, "code", "")).startswith("already_"):
                await self._say_once(thread, NOT_DONE, str(error).rstrip("."))

    async def _is_about(self, case: Case, ticket: ZendeskTicket) -> bool:
        at = await self._api.solved_at(ticket.id)
        is_open = case.task is not None and case.task.status == "open"
        began = case.task.created_at if case.task and is_open else case.silent_since
        return at is None or at + CLOCKS_DIFFER >= began

    # ---- to there ------------------------------------------------------------------------------------------------------

    async def _show_later(self, thread: Thread) -> bool:
        """Write into the ticket what was said here since; False where nothing was."""
        messages = [] if thread.case.status.ended or thread.ticket.status in SOLVED else thread.not_shown()
        if not messages:
            return False
        try:
            await self._api.add_note(thread.ticket.id, later_as_html(messages, MAX_COMMENT))
        except Undeliverable as error:
            _log.warning("Ticket %s takes no more comments: %s", thread.ticket.id, error)
            return False
        return True

    async def _tell(self, thread: Thread, comment: ZendeskComment, why: str) -> None:
        await self._say_once(thread, NOT_SENT.format(comment.id), why)

    async def _say_once(self, thread: Thread, what: str, why: str) -> None:
        if thread.has_said(what):
            return
        try:
            await self._api.add_note(thread.ticket.id, f"<p>{html.escape(f'{what}: {why}.')}</p>")
        except Undeliverable as error:  # a closed ticket takes no comments
            _log.warning("Ticket %s could not be told: %s: %s (%s)", thread.ticket.id, what, why, error)


def comment_parts(thread: Thread, comment: ZendeskComment, head: str = "") -> dict[str, str]:
    """What of a comment is not in the conversation yet, by the names of its parts."""
    parts = enumerate(pieces(head + (comment.text or "(no text; perhaps there is an attachment)"), MAX_TEXT), start=1)
    named = {message_id(comment.id, number): text for number, text in parts}
    return {name: text for name, text in named.items() if not thread.is_taken(name)}


def completion(ticket: ZendeskTicket, agent: ZendeskUser | None) -> CompleteTask:
    """What a solved ticket means here: the case is closed. Its tags say what else came of it."""
    by = f" by {_name(agent)}" if agent else ""
    return CompleteTask(
        staff_id="zendesk",
        outcome=Outcome.closed,
        note=f"Solved in Zendesk: ticket #{ticket.id}{by}",
        converted=CONVERTED in ticket.tags,
        unnecessary=UNNECESSARY in ticket.tags,
    )


def _name(user: ZendeskUser) -> str:
    return plain(user.name)[:100] or f"User {user.id}"
