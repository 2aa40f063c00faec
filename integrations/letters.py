"""What somebody reads outside the inbox: a mail with links, and a few lines for everything smaller."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from handover.casefile import Case, Notification
from handover.errors import NotFound
from handover.escalation import due_at
from handover.ids import HandoverId
from handover.messages import HandoverStatus
from handover.staff import Staff
from handover.wording import plain, shortened

EVENTS = {
    "conversation_assigned": "A conversation is yours",
    "task_assigned": "A task is yours",
    "reminder": "Reminder",
    "escalation": "Escalation",
    "problem": "Problem",
    "update": "News of your case",
    "review": "The weekly review",
}
CLAIMABLE = frozenset({"conversation_assigned", "task_assigned"})
LONGEST_SUBJECT = 150
LONGEST_BRIEF = 450
MOST_CASES = 50
"""How many cases one letter tells of; the inbox has all."""


class Letter(NamedTuple):
    """What a person is told by one channel.

    key: the same for what is sent again. subject: one line without controls. html: the mail. brief: for what is smaller than
    a mail, without the link by which anybody who reads it could claim the case. about: the same case by case; more_at: where
    those are that a channel has no room for.
    """

    key: str
    subject: str
    html: str
    brief: str
    notifications: tuple[Notification, ...]
    about: tuple["About", ...] = ()
    more_at: str = ""


class About(NamedTuple):
    """What is told of one case, or of none. link: straight to it. claim: the person takes it by this, without signing in."""

    told: tuple[Notification, ...]
    title: str = ""
    due: str = ""
    link: str = ""
    claim: str = ""

    @property
    def handover(self) -> HandoverId:
        return HandoverId(self.told[0].conversation_id, self.told[0].number)


class Cases(Protocol):
    async def case(self, handover: HandoverId) -> Case:
        """A handover's case as it was written down last. Raises NotFound."""
        ...


class Letters:
    """Writes letters. `public_url`: where the pages are; empty: no letter has a link. `claim_link`: the link by which a person
    claims a case; None: letters have none."""

    def __init__(
        self, cases: Cases, public_url: str = "", claim_link: Callable[[HandoverId, str], str] | None = None
    ) -> None:
        self._cases = cases
        self._public_url = public_url.rstrip("/")
        self._claim_link = claim_link

    async def to(self, person: Staff, notifications: Sequence[Notification]) -> Letter:
        """One letter with all of these, in their order, what is about the same case together."""
        by_case: dict[tuple[str, int], list[Notification]] = {}
        for one in notifications:
            by_case.setdefault((one.conversation_id, one.number), []).append(one)
        told = [await self._about(person, tuple(some)) for some in by_case.values()]
        return letter(told, f"{self._public_url}/notifications" if self._public_url else "")

    async def is_urgent(self, notification: Notification) -> bool:
        """Whether it is about an urgent case: that waits for nothing."""
        case = await self._case(notification)
        return case is not None and (case.urgent or case.priority == "urgent")

    async def _about(self, person: Staff, told: tuple[Notification, ...]) -> About:
        case = await self._case(told[0])
        link = f"{self._public_url}/inbox/{told[0].conversation_id}" if told[0].conversation_id else ""
        link = link if self._public_url else ""
        if case is None:
            return About(told, link=link)
        title = case.task.title if case.task else case.trigger.request
        return About(told, plain(title), _due(case, person), link, self._claim(case, person, told))

    async def _case(self, notification: Notification) -> Case | None:
        if not notification.conversation_id:
            return None
        try:
            return await self._cases.case(HandoverId(notification.conversation_id, notification.number))
        except NotFound:
            return None

    def _claim(self, case: Case, person: Staff, told: Sequence[Notification]) -> str:
        """Where the case was given to this person, who has not acted yet."""
        theirs = case.holder_id == person.id and any(one.event in CLAIMABLE for one in told)
        if self._claim_link is None or not theirs or case.status is not HandoverStatus.open:
            return ""
        return self._claim_link(case.id, person.id)


def letter(about: Sequence[About], more_at: str = "") -> Letter:
    """The letter that tells of these cases. `more_at`: where those are that it has no room for."""
    told = tuple(one for case in about for one in case.told)
    key = told[0].key if len(told) == 1 else f"{told[0].key}+{len(told) - 1}"
    return Letter(key, subject_of(about), _html(about, more_at), _brief(about, more_at), told, tuple(about), more_at)


def subject_of(about: Sequence[About]) -> str:
    """What it is, and about which case; of several the first, and how many there are."""
    told = [one for case in about for one in case.told]
    first = f"{EVENTS[told[0].event]}: {about[0].title or plain(told[0].text)}"
    more = f"{len(told)} notifications: " if len(told) > 1 else ""
    return shortened(plain(more + first), LONGEST_SUBJECT)


def _html(about: Sequence[About], more_at: str) -> str:
    parts = [_case_html(one) for one in about[:MOST_CASES]]
    if len(about) > MOST_CASES:
        parts.append(f"<p>{len(about) - MOST_CASES} more cases: {_anchor(more_at) or 'see your inbox'}</p>")
    return "\n<hr>\n".join(parts)


def _case_html(about: About) -> str:
    lines = [f"<p><b>{escape(about.title)}</b></p>"] if about.title else []
    lines += [f"<p>{_lines(_said(one))}</p>" for one in about.told]
    lines += [f"<p>Due: {escape(about.due)}</p>"] if about.due else []
    lines += [f"<p>Open the case: {_anchor(about.link)}</p>"] if about.link else []
    if about.claim:
        lines.append(f"<p>Claim it with one click, without signing in, for 24 hours: {_anchor(about.claim)}</p>")
    return "\n".join(lines)


def _brief(about: Sequence[About], more_at: str) -> str:
    """A few plain lines: the first cases as far as there is room, each with its link."""
    lines: list[str] = []
    for shown, one in enumerate(about):
        block = "\n".join(filter(None, [brief_of(one), one.link]))
        if lines and len("\n\n".join([*lines, block])) > LONGEST_BRIEF:
            lines.append(f"… and {len(about) - shown} more cases. {more_at}".rstrip())
            break
        lines.append(block)
    return "\n\n".join(lines)


def brief_of(about: About) -> str:
    """What is told of one case, on a line or two, without its link."""
    said = "; ".join(shortened(plain(_said(told)), 160) for told in about.told[:3])
    return "\n".join(filter(None, [said, f"Due: {about.due}" if about.due else ""]))


def _said(notification: Notification) -> str:
    """Its own words, with what it is in front where they don't say so."""
    own_words = notification.event in CLAIMABLE or notification.event == "review"
    return notification.text if own_words else f"{EVENTS[notification.event]}: {notification.text}"


def _lines(text: str) -> str:
    return "<br>".join(escape(plain(line)) for line in text.splitlines())


def _anchor(url: str) -> str:
    """The address is its own text: what is read in plain text can be followed as well."""
    return f'<a href="{escape(url)}">{escape(url)}</a>' if url else ""


def _due(case: Case, person: Staff) -> str:
    """When it has to be done, as the person's clock shows it."""
    if case.status.ended:
        return ""
    return in_full(due_at(case), person.quiet.time_zone if person.quiet else "UTC")


def in_full(at: datetime, time_zone: str) -> str:
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{local:%A}, {local.day} {local:%B %Y}, {local:%H:%M} ({time_zone})"
