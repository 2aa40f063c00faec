"""What the tests of pure decisions are made of: a bot, a trigger, a case and people, each as plain as it can be."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from handover.bot import Bot
from handover.case import begin_case, new_task
from handover.casefile import Case, Holder, OpenedCase, OpenRequest
from handover.messages import Contact, ConversationStatus, Trigger
from handover.policy import resolve
from handover.routing import Candidate
from handover.staff import Staff
from handover.triggers import rules_of
from handover.turns import Facts, Rules, Score, Standing

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""When every case opens."""

SARAH = Holder(staff_id="sarah", name="Sarah Lindgren", manager="omar")
BEN = Holder(staff_id="ben", name="Ben Okafor", manager="omar")
OMAR = Holder(staff_id="omar", name="Omar Haddad", manages=True)
PIA = Holder(staff_id="pia", name="Pia Novak", manages=True)


def after(hours: float) -> datetime:
    """So many hours after the case has opened."""
    return START + timedelta(hours=hours)


def bot(action: Mapping[str, Any] | None = None, **handover: Any) -> Bot:
    """A bot with one action, `follow_up`, made of these settings."""
    settings: dict[str, Any] = {"actions": {"follow_up": dict(action or {})}, **handover}
    return Bot.model_validate({"id": "hvac", "name": "Northwind", "handover": settings})


def trigger(reason: str = "human_requested", **values: Any) -> Trigger:
    return Trigger.model_validate({"key": "turn/1", "reason": reason, "request": "My furnace is cold", **values})


def opened(settings: Bot, why: Trigger, **contact: Any) -> OpenedCase:
    return OpenedCase(
        number=1,
        standing=Standing(epoch=1, status=ConversationStatus.escalated, handover=1),
        contact=Contact.model_validate(contact),
        bot_id=settings.id,
        policy=resolve(settings, 1, why),
    )


def case(
    action: Mapping[str, Any] | None = None, why: Trigger | None = None, holder: Holder | None = SARAH, **values: Any
) -> Case:
    """An open case with its task, as its workflow has it once somebody was found."""
    why = why or trigger()
    request = OpenRequest(
        conversation_id="c1", bot_id="hvac", channel="web", contact=Contact(), trigger=why, turn=1, opened_at=START
    )
    made = begin_case(request, opened(bot(action), why, name="Jamie Rivera"))
    new_task(made, START, due=START + made.policy.due)
    if holder is not None:
        made.holder, made.held_since, made.asked = holder, START, [holder.staff_id]
    return made.model_copy(update=values)


def speaks(made: Case, status: ConversationStatus) -> None:
    """What settling a case does when the speaker changes: the fence's word on who may speak."""
    made.standing = Standing(epoch=made.standing.epoch + 1, status=status, handover=1)


def rules(settings: Bot | None = None, has_button: bool = True) -> Rules:
    return rules_of(settings or bot(), 7, has_button)


def facts(**values: Any) -> Facts:
    """A grounded answer, where nothing else is said."""
    return Facts.model_validate({"answer": "It costs 89 dollars.", "grounded": True, **values})


def scored(**scores: float) -> dict[str, Score]:
    return {name: Score(score=score, matched=f"like {name}") for name, score in scores.items()}


def person(name: str, load: int = 0, last: int = 0, **values: Any) -> Candidate:
    """Somebody of the support team."""
    staff = Staff.model_validate({"id": name, "name": name.title(), "roles": ["support"], **values})
    return Candidate(staff, load, last)


def ids(people: Sequence[Candidate]) -> list[str]:
    return [one.staff.id for one in people]
