"""What people do in Chatwoot, done here: a message takes the conversation over, a resolved one completes its case."""

import logging
from contextlib import suppress

from handover.chatwoot import CHANNEL
from handover.conversation import ConversationInput
from handover.errors import NotFound, Refused, Unavailable
from handover.ids import HandoverId, parse_handover_id
from handover.messages import (
    ByStaff,
    Claim,
    ConversationStatus,
    HandoverStatus,
    Note,
    PostedMessage,
    Reply,
    RequestHuman,
    TaskCompleted,
)
from handover.views import HandoverSummary
from web.doors.chatwoot_events import Changed, Message, Person
from web.doors.chatwoot_lookups import Author, author_of, conversation_of, holder_of, open_handover
from web.services import Services

_log = logging.getLogger(__name__)


async def wrote(parts: Services, message: Message) -> None:
    """An agent wrote to the contact: they have the conversation from now on, and the bot says nothing more.

    The contact has read it, so it is never refused: who may not answer here writes in the holder's name, and a note says who
    it was.
    """
    author = await author_of(parts, message.sender or Person())
    handover = await open_handover(parts, message.place)
    if handover is None:
        handover = await _take_over(parts, message, author)
    if handover is not None:
        await _write_down(parts, handover, message, author)


async def noted(parts: Services, message: Message) -> None:
    """An agent's private note is one here as well, while a handover is open."""
    author, handover = await author_of(parts, message.sender or Person()), await open_handover(parts, message.place)
    staff_id = author.staff_id or (handover.assignee if handover else None)
    if handover is None or staff_id is None or not message.text:
        return
    text = message.text if author.is_known else f"{author.shown} in Chatwoot: {message.text}"
    await _note(parts, parse_handover_id(handover.handover_id), staff_id, message.message_id, text)


async def resolved(parts: Services, changed: Changed) -> None:
    """Somebody resolved the conversation there: its case is closed, by whoever holds it, since Chatwoot does not say by whom.

    Our own resolving comes back when nothing is open any more. A follow-up that waits for its time goes on waiting, and so
    does what was opened after the conversation was resolved.
    """
    handover = await open_handover(parts, changed.place) if changed.place else None
    if handover is None or handover.status is HandoverStatus.scheduled:
        return
    if changed.at is not None and changed.at < handover.opened_at:
        return
    by = handover.assignee or parts.settings.chatwoot_agent or None
    done = TaskCompleted(outcome="closed", note="Resolved in Chatwoot.", staff_id=by)
    with suppress(NotFound):
        await parts.client.signal_completed(parse_handover_id(handover.handover_id), done)


async def _take_over(parts: Services, message: Message, author: Author) -> HandoverSummary | None:
    """A handover for an agent who wrote without one. Where nobody here can stand for them, the team is asked instead: either
    way the bot is silent."""
    if author.staff_id is None:
        await _ask_for_a_person(parts, message, author)
        return await open_handover(parts, message.place)
    act = ByStaff(staff_id=author.staff_id)
    try:
        await parts.client.take_over(
            message.place.conversation_id, act, start=_start(parts, message), key=message.message_id
        )
    except Refused as error:
        if error.code != "handover_open":
            raise
    handover = await open_handover(parts, message.place)
    if handover is None:
        raise Unavailable("The conversation's last handover is just ending.")
    return handover


async def post(parts: Services, message: Message, posted: PostedMessage) -> None:
    """Signal the conversation, starting it where it does not run."""
    await parts.client.post(
        message.place.conversation_id,
        posted,
        bot_id=parts.settings.chatwoot_bot or None,
        channel=CHANNEL,
        contact=message.contact(),
    )


def _start(parts: Services, message: Message) -> ConversationInput:
    """Whose conversation it is, where it has not begun yet."""
    return ConversationInput(
        conversation_id=message.place.conversation_id,
        bot_id=parts.settings.chatwoot_bot or None,
        channel=CHANNEL,
        contact=message.contact(),
    )


async def _ask_for_a_person(parts: Services, message: Message, author: Author) -> None:
    """Open a handover to the team, or add to the one that is open."""
    start = _start(parts, message)
    text = f"{author.shown} wrote in Chatwoot: {message.text}"[:2000]
    try:
        await parts.client.request_human(
            start.conversation_id, RequestHuman(text=text), start=start, key=message.message_id
        )
    except Refused as error:
        _log.warning("An agent wrote in Chatwoot, and the bot could not be silenced: %s", error)


async def _write_down(parts: Services, summary: HandoverSummary, message: Message, author: Author) -> None:
    """Put the agent's words into the history: as theirs, or as the holder's with a note."""
    handover = parse_handover_id(summary.handover_id)
    if author.staff_id is not None and await _replied(parts, handover, message, author.staff_id):
        if not author.is_known:
            await _say_who(parts, handover, message, author, author.staff_id)
        return
    holder = await holder_of(parts, handover)
    if holder is not None and await _replied(parts, handover, message, holder):
        await _say_who(parts, handover, message, author, holder)
        return
    await _left_unwritten(parts, message, author)


async def _replied(parts: Services, handover: HandoverId, message: Message, staff_id: str) -> bool:
    """Whether the message could be written down as this person's. Raises Unavailable where the case has ended meanwhile."""
    key = message.message_id
    reply = Reply(staff_id=staff_id, message_id=key, text=message.text or "(a message without text)")
    try:
        with suppress(Refused):
            await parts.client.claim(handover, Claim(staff_id=staff_id), key=f"{key}/claim/{staff_id}")
        await parts.client.reply(handover, reply)
    except Refused as error:
        if error.code in ("already_completed", "already_cancelled"):
            raise Unavailable("The case has ended meanwhile.") from error
        return False
    except NotFound as error:
        raise Unavailable("The case has ended meanwhile.") from error
    return True


async def _say_who(parts: Services, handover: HandoverId, message: Message, author: Author, staff_id: str) -> None:
    text = f"The last message was written in Chatwoot by {author.shown}."
    await _note(parts, handover, staff_id, f"{message.message_id}-by", text)


async def _note(parts: Services, handover: HandoverId, staff_id: str, message_id: str, text: str) -> None:
    with suppress(Refused, NotFound):
        await parts.client.note(handover, Note(staff_id=staff_id, message_id=message_id, text=text))


async def _left_unwritten(parts: Services, message: Message, author: Author) -> None:
    """Nobody holds the case and nobody here stands for the agent: their words stay in Chatwoot alone, and the log says so."""
    conversation = await conversation_of(parts, message.place)
    if conversation is not None and conversation.status is ConversationStatus.bot:
        await _ask_for_a_person(parts, message, author)
    text = f"{author.shown} wrote in {message.place.conversation_id} and is not on the team; the message is in Chatwoot alone"
    await parts.door.audit("chatwoot_unknown_agent", "chatwoot", text)
