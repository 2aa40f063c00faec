"""One conversation as staff see it: what was said, why it was handed over, and what may be done now."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from handover.canned import filled
from handover.messages import ConversationStatus, HandoverStatus
from handover.staff import Staff
from handover.trying import is_test
from handover.views import (
    ConversationDetail,
    HandoverDetail,
    HandoverSummary,
    MessageView,
    MissedView,
    News,
    TaskView,
)
from web.pages.guard import Me
from web.pages.receivers import Receivers, receivers
from web.pages.story import Moment, story
from web.pages.worklist import display_name
from web.services import Services

MOST_MESSAGES = 2000
"""How many messages the page shows at once: the newest, and on a page of their own each so many that were earlier."""


class Deed(StrEnum):
    """What a person can do in a conversation; each is a form of the page, by its address."""

    claim = "claim"
    take_over = "take-over"
    reply = "reply"
    note = "note"
    hand_back = "hand-back"
    snooze = "snooze"
    complete = "complete"
    reassign = "reassign"
    cancel = "cancel"
    reopen = "reopen"
    close = "close"
    missed = "missed"
    not_missed = "not-missed"


@dataclass(frozen=True)
class Ready:
    """A canned reply with this contact's and this person's names in it."""

    title: str
    text: str


@dataclass(frozen=True)
class Casework:
    """Everything that the page of a conversation shows. `offers` are the deeds that are possible now."""

    conversation: ConversationDetail
    messages: list[MessageView]
    earlier_messages: str | None
    """The row above which there are earlier messages; None where all of them are shown."""
    before: int | None
    """The page shows messages above this row; None: the newest."""
    earlier: list[HandoverSummary]
    receivers: Receivers
    names: Mapping[str, str]
    offers: frozenset[Deed]
    marks: Mapping[int, MissedView]
    """By turn: what reviewers say that the bot should have handed over."""
    canned: list[Ready]
    news: News
    staff_id: str
    """Who looks at it."""

    @property
    def title(self) -> str:
        return display_name(self.conversation)

    @property
    def handover(self) -> HandoverDetail | None:
        """The open handover, or the last one that ended."""
        return self.conversation.detail

    @property
    def task(self) -> TaskView | None:
        """The open task."""
        tasks = self.handover.tasks if self.handover else []
        return next((one for one in reversed(tasks) if one.status == "open"), None)

    @property
    def story(self) -> list[Moment]:
        """The handover's timeline."""
        return story(self.handover, self.names, self.staff_id) if self.handover else []

    @cached_property
    def reviewable(self) -> frozenset[int]:
        """The rows of messages that a person may say about: here a handover was missed. The last of each turn of the bot's."""
        if is_test(self.conversation.channel):
            return frozenset()
        ended = {one.turn: one.row for one in self.messages if one.author == "bot" and one.turn is not None}
        at = {one.row: one.at for one in self.messages}
        return frozenset(row for row in ended.values() if not self._was_handed_over(at[row]))

    def mark(self, message: MessageView) -> MissedView | None:
        """What a reviewer says of the turn that a message ends."""
        return self.marks.get(message.turn or 0) if message.row in self.reviewable else None

    def _was_handed_over(self, at: datetime) -> bool:
        current = [self.handover] if self.handover else []
        return any(
            one.opened_at <= at and (one.completed_at is None or at < one.completed_at)
            for one in [*current, *self.earlier]
        )

    def name(self, staff_id: str | None) -> str:
        """A person's name; for what is no staff id, the id itself."""
        return self.names.get(staff_id or "", staff_id or "")

    def speaker(self, message: MessageView) -> str:
        """Who spoke: the contact by name, a person under the label that the contact sees."""
        match message.author:
            case "contact":
                return self.title
            case "bot":
                return "Bot"
            case "note":
                return f"Note by {self.name(message.staff_id) or message.label}"
            case "person":
                return message.label or self.name(message.staff_id)
        return ""


async def casework(parts: Services, me: Me, conversation_id: str, before: int | None = None) -> Casework:
    """What the page of a conversation shows, with the messages above a row, or the newest. Raises NotFound."""
    reads = parts.reads
    # What is new is asked for first: what comes while the rest is read is shown, but not counted as seen.
    news = (await parts.desk.news(me.staff_id, [conversation_id])).get(conversation_id, News())
    conversation, messages, handovers, team, marks, canned = await asyncio.gather(
        reads.conversation(conversation_id),
        reads.newest_messages(conversation_id, before=before, limit=MOST_MESSAGES),
        reads.handovers(conversation_id=conversation_id),
        parts.admin.team(),
        parts.missed.missed(conversation_id),
        parts.desk.canned(),
    )
    current = conversation.detail
    loads = await parts.people.loads() if current is not None and not current.status.ended else {}
    name = conversation.contact.name
    return Casework(
        conversation=conversation,
        messages=messages.items,
        earlier_messages=messages.next,
        before=before,
        earlier=[one for one in handovers.items if current is None or one.handover_id != current.handover_id],
        receivers=receivers(team, loads, current.assignee if current else None),
        names={person.id: person.name for person in team},
        offers=offers(conversation, me, managed=_people_managed_by(me, team)),
        marks={one.turn: one for one in marks},
        canned=[Ready(one.title, filled(one.text, name, me.name)) for one in canned],
        news=news,
        staff_id=me.staff_id,
    )


def offers(conversation: ConversationDetail, me: Me, managed: frozenset[str]) -> frozenset[Deed]:
    """What this person may do here now; Handover itself looks again when they do it."""
    current = conversation.detail
    if current is None or current.status.ended:
        return frozenset(_without_a_handover(conversation, me))
    possible = {Deed.note}
    if _may_claim(conversation, current, me):
        possible.add(Deed.claim)
    if me.manages:
        possible.add(Deed.cancel)
    if me.manages or current.assignee is None or current.assignee == me.staff_id or current.assignee in managed:
        possible |= _for_the_holder(conversation, current)
    return frozenset(possible)


def _without_a_handover(conversation: ConversationDetail, me: Me) -> set[Deed]:
    possible = {Deed.take_over}
    if conversation.detail is not None and me.manages:
        possible.add(Deed.reopen)
    if conversation.status is not ConversationStatus.closed:
        possible.add(Deed.close)
    return possible


def _may_claim(conversation: ConversationDetail, current: HandoverDetail, me: Me) -> bool:
    if current.status is not HandoverStatus.acknowledged:
        return True
    return current.assignee == me.staff_id and conversation.status is not ConversationStatus.human


def _for_the_holder(conversation: ConversationDetail, current: HandoverDetail) -> set[Deed]:
    possible = {Deed.reply, Deed.snooze, Deed.reassign}
    if conversation.status is not ConversationStatus.bot:
        possible.add(Deed.hand_back)
    if not current.tasks or any(task.status == "open" for task in current.tasks):
        possible.add(Deed.complete)
    return possible


def _people_managed_by(me: Me, team: list[Staff]) -> frozenset[str]:
    return frozenset(person.id for person in team if person.manager == me.staff_id)
