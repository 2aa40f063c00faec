"""New cases, as the product opens them: the rule's trigger, its action resolved, and when the team is there."""

from datetime import datetime, timedelta

from handover.bot import Bot
from handover.case import begin_case
from handover.casefile import Case, OpenedCase, OpenRequest, Policy
from handover.hours import Calendar
from handover.messages import Contact, ConversationStatus, Trigger
from handover.policy import hours_request, resolve
from handover.simulation.arrivals import Arrival
from handover.simulation.rota import LookUp
from handover.triggers import rules_of, trigger_of
from handover.turns import Standing

DAY = timedelta(days=1)


class Cases:
    def __init__(self, bot: Bot, look_up: LookUp) -> None:
        self._bot, self._look_up = bot, look_up
        self._rules = rules_of(bot, 1, has_button=True)
        self._resolved: dict[str, tuple[Trigger, Policy]] = {}
        self._known: dict[tuple[timedelta, datetime, datetime], Calendar] = {}

    def new(self, arrival: Arrival, now: datetime) -> Case:
        """The case of a handover that opens now."""
        trigger, policy = self._resolve(arrival.reason)
        contact = Contact(id=arrival.key, email="contact@example.org" if arrival.reachable else "")
        request = OpenRequest(
            conversation_id=arrival.key,
            bot_id=self._bot.id,
            channel="web",
            contact=contact,
            trigger=trigger,
            turn=1,
            opened_at=now,
        )
        opened = OpenedCase(
            number=1,
            standing=Standing(epoch=1, status=ConversationStatus.escalated, handover=1),
            contact=contact,
            bot_id=self._bot.id,
            policy=policy,
            calendar=self.calendar(policy, now, now),
        )
        return begin_case(request, opened)

    def calendar(self, policy: Policy, since: datetime, at: datetime) -> Calendar:
        """The openings from `since` until well behind `at`. Cases of one day know the same."""
        begins, known = _midnight(since), _midnight(at) + DAY
        key = policy.needed_ahead, begins, known
        if key not in self._known:
            request = hours_request(policy, self._bot.id, begins, known)
            self._known[key] = self._look_up(request, self._bot.handover.agents_available)
        return self._known[key]

    def _resolve(self, reason: str) -> tuple[Trigger, Policy]:
        if reason not in self._resolved:
            trigger = trigger_of(self._rules, reason, reason, "turn/1")
            assert trigger is not None, f"the plan was not checked: {reason}"
            self._resolved[reason] = trigger, resolve(self._bot, 1, trigger)
        return self._resolved[reason]


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
