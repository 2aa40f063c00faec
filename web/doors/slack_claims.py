"""Who has pressed "Claim" in Slack, what comes of it, and what they are told."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from handover.errors import NotFound, Refused, TryAgain, Unavailable, Undeliverable
from handover.ids import HandoverId, parse_handover_id
from handover.slack import Block, Message, buttons, escaped, privately, replaced, when
from handover.staff import Staff
from web.acts import claim, name_of
from web.doors.door import taken_once
from web.pages.words import refusal
from web.services import Services

_log = logging.getLogger(__name__)

UNKNOWN = (
    "Handover does not know you by your Slack account. Enter your member id on your own page there, or ask a manager. "
    "Nothing was changed."
)
DISABLED = "Your place on the team is disabled. A manager can enable it again. Nothing was changed."
SEVERAL = "Several people of the team have your Slack member id. A manager can put that right. Nothing was changed."
NO_CASE = "This case is not known here any more. Nothing was changed."
CLAIMED = "You have claimed it: the case is yours."
ALREADY = "You have claimed it before: the case is yours."
FAILED = "Something went wrong here, and it may not be done. Press again in a moment, or look into the inbox."


class Press(NamedTuple):
    """A press of the button. member: who, as Slack knows them. handover: what the button stands for. blocks: the message.
    response_url: a permission to write there; it is shown nowhere."""

    member: str
    handover: str
    block_id: str
    response_url: str
    blocks: Sequence[Block]

    def __repr__(self) -> str:
        return f"Press of {self.member}"


async def take(parts: Services, door: str, delivery_id: str, press: Press) -> None:
    """Take a press, the same delivery once, and answer it. Raises nothing: nobody waits for it."""
    try:
        await taken_once(parts, door, delivery_id, lambda: _take(parts, press))
    except Unavailable:
        return  # the same delivery is being taken right now
    except Exception as error:
        _log.warning("A press in Slack was not taken: %s", type(error).__name__)
        await _tell(parts, press, privately(FAILED))


async def _take(parts: Services, press: Press) -> None:
    try:
        message = await _outcome(parts, press)
    except Unavailable as error:
        message = privately(escaped(str(error)))
    await _tell(parts, press, message)


async def _tell(parts: Services, press: Press, message: Message) -> None:
    """What was done stands, whether or not they hear of it: pressed again, the button says so."""
    try:
        await parts.button_replies.reply(press.response_url, message)
    except (TryAgain, Undeliverable) as error:
        _log.warning("A press in Slack could not be answered: %s", error)


async def _outcome(parts: Services, press: Press) -> Message:
    team = [one for one in await parts.admin.team() if one.addresses.get("slack", "").strip() == press.member]
    enabled = [one for one in team if one.enabled]
    if len(enabled) == 1:
        return await _claimed(parts, press, enabled[0])
    await parts.door.audit("slack_claim_refused", "unknown", f"Slack member {press.member}")
    return privately(SEVERAL if enabled else DISABLED if team else UNKNOWN)


async def _claimed(parts: Services, press: Press, person: Staff) -> Message:
    try:
        handover = parse_handover_id(press.handover)
        words = await _claim(parts, handover, person)
    except NotFound:
        return replaced(press.blocks, press.block_id, NO_CASE, [])
    link = f"{parts.settings.public_url.rstrip('/')}/inbox/{handover.conversation_id}"
    return replaced(press.blocks, press.block_id, words, buttons(handover, link))


async def _claim(parts: Services, handover: HandoverId, person: Staff) -> str:
    """Claim a case as the inbox does: what has come of it. Raises NotFound, Unavailable."""
    case = await parts.reads.handover(str(handover))
    if case.assignee == person.id and case.status in ("acknowledged", "scheduled"):
        return ALREADY
    try:
        await claim(parts, str(handover), person.id)
    except Refused as error:
        await _audit(parts, "slack_claim_late", handover, person)
        return await _refused(parts, error)
    await _audit(parts, "claimed_by_slack", handover, person)
    return CLAIMED


async def _refused(parts: Services, error: Refused) -> str:
    """Who was faster, in the inbox's words, and since when: the message stays there longer than "just now" is true."""
    words = refusal(error, {error.holder or "": await name_of(parts, error.holder)}, datetime.now(UTC))
    return escaped(words) + (f" ({when(error.since)})" if error.since else "")


async def _audit(parts: Services, kind: str, handover: HandoverId, person: Staff) -> None:
    await parts.door.audit(kind, f"person:{person.id}", str(handover))
