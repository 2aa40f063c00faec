"""From a form of the inbox to an act: one function for each thing that a person can do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handover.errors import NotFound, Refused
from handover.ids import HandoverId, parse_handover_id
from handover.messages import (
    MAX_TEXT,
    Acted,
    ByStaff,
    Cancel,
    CompleteTask,
    HandBack,
    Note,
    Outcome,
    Reassign,
    Reply,
    Snooze,
)
from web.acts import claim, on_handover, on_task
from web.bodies import too_long
from web.names import wrong_target
from web.pages.casework import Deed
from web.services import Services

PRESETS = {"30m": timedelta(minutes=30), "2h": timedelta(hours=2)}
MORNING = time(9)
MOST_REASON = 500


class NotLikeThis(Refused):
    """What was typed can't be used; the text says what is allowed."""

    def __init__(self, text: str) -> None:
        super().__init__("invalid_request", text)


@dataclass(frozen=True)
class Asked:
    """A form that was sent: where, by whom, and what was typed."""

    parts: Services
    conversation_id: str
    staff_id: str
    typed: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.typed.get(name, "").strip()

    def text(self, name: str, what: str) -> str:
        """What was written. Raises NotLikeThis where that is nothing, or too much."""
        written = self.get(name)
        if not written:
            raise NotLikeThis(f"{what} is empty: write something first.")
        if too_long(written):
            raise NotLikeThis(f"{what} is too long: at most {MAX_TEXT // 1024} KiB.")
        return written

    def time(self, name: str) -> datetime:
        """A time that was picked, in the zone of the browser that it was picked in. Raises NotLikeThis."""
        try:
            return datetime.fromisoformat(self.get(name)).replace(tzinfo=self.zone)
        except ValueError:
            raise NotLikeThis("Pick a day and a time.") from None

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.get("zone") or "UTC")
        except (ValueError, KeyError, OSError):
            raise NotLikeThis(f"The time zone {self.get('zone')[:64]!r} is not known here.") from None

    @property
    def turn(self) -> int:
        """The turn of the bot's that the form is about. Raises NotLikeThis."""
        number = self.get("turn")
        if not number.isdecimal() or not 0 < int(number[:10]) < 2**31:
            raise NotLikeThis("The form does not say which answer of the bot it is about.")
        return int(number)

    async def on(self, act: Callable[[HandoverId], Awaitable[Acted]]) -> None:
        """Act on the handover that the form was made for, which must belong to the conversation."""
        handover_id = self.own("handover")
        await on_handover(self.parts, handover_id, act)

    def task_id(self) -> str:
        return self.own("task")

    def handover_id(self) -> HandoverId:
        return parse_handover_id(self.own("handover"))

    def own(self, kind: str) -> str:
        """The handover or task that the form was made for, which must belong to the conversation."""
        name = self.get(kind)
        if not name.startswith(f"{self.conversation_id}~"):
            raise NotFound(kind, name[:200])
        return name


async def do(deed: Deed, asked: Asked) -> None:
    """Do what was asked for. Raises Refused, NotFound and Unavailable."""
    await _DEEDS[deed](asked)


async def _claim(asked: Asked) -> None:
    await claim(asked.parts, asked.own("handover"), asked.staff_id)


async def _take_over(asked: Asked) -> None:
    await asked.parts.reads.conversation(asked.conversation_id)
    await asked.parts.client.take_over(asked.conversation_id, ByStaff(staff_id=asked.staff_id))


async def _reply(asked: Asked) -> None:
    text = asked.text("text", "The reply")
    act = Reply(staff_id=asked.staff_id, message_id=asked.text("message_id", "The form")[:100], text=text)
    await asked.on(lambda one: asked.parts.client.reply(one, act))


async def _note(asked: Asked) -> None:
    text = asked.text("text", "The note")
    act = Note(staff_id=asked.staff_id, message_id=asked.text("message_id", "The form")[:100], text=text)
    await asked.on(lambda one: asked.parts.client.note(one, act))


async def _hand_back(asked: Asked) -> None:
    act = HandBack(staff_id=asked.staff_id)
    await asked.on(lambda one: asked.parts.client.hand_back(one, act))


async def _snooze(asked: Asked) -> None:
    act = Snooze(staff_id=asked.staff_id, until=_until(asked, datetime.now(UTC)))
    await asked.on(lambda one: asked.parts.client.snooze(one, act))


def _until(asked: Asked, now: datetime) -> datetime:
    """The end of a snooze: a preset, or the time that was picked."""
    preset = asked.get("for")
    if preset in PRESETS:
        return now + PRESETS[preset]
    if preset == "tomorrow":
        tomorrow = now.astimezone(asked.zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, MORNING, asked.zone)
    return asked.time("until")


async def _complete(asked: Asked) -> None:
    act = CompleteTask(
        staff_id=asked.staff_id,
        outcome=_outcome(asked),
        note=asked.text("note", "The note") if asked.get("note") else "",
        follow_up_at=asked.time("follow_up_at") if _outcome(asked) is Outcome.scheduled else None,
        converted="converted" in asked.typed,
        unnecessary="unnecessary" in asked.typed,
    )
    if asked.get("task"):
        await on_task(asked.parts, asked.task_id(), lambda one: asked.parts.client.complete(one, act))
    else:
        await asked.on(lambda one: asked.parts.client.complete(one, act))


def _outcome(asked: Asked) -> Outcome:
    try:
        return Outcome(asked.get("outcome"))
    except ValueError:
        raise NotLikeThis(f"Choose an outcome: {', '.join(Outcome)}.") from None


async def _reassign(asked: Asked) -> None:
    to = asked.get("to")
    if to != "manager" and not to.startswith(("user:", "role:")):
        raise NotLikeThis("Choose a person, a role or the manager.")
    wrong = wrong_target(to, await asked.parts.admin.team())
    if wrong is not None:
        raise NotLikeThis(f"Who gets it: {wrong[:MOST_REASON]}.")
    act = Reassign(staff_id=asked.staff_id, to=to[:80])
    await asked.on(lambda one: asked.parts.client.reassign(one, act))


async def _cancel(asked: Asked) -> None:
    act = Cancel(staff_id=asked.staff_id, reason=asked.get("reason")[:MOST_REASON])
    await asked.on(lambda one: asked.parts.client.cancel(one, act))


async def _reopen(asked: Asked) -> None:
    act, handover = ByStaff(staff_id=asked.staff_id), asked.handover_id()
    await asked.parts.client.reopen(handover, act, asked.get("reason")[:MOST_REASON])


async def _close(asked: Asked) -> None:
    await asked.parts.reads.conversation(asked.conversation_id)
    try:
        await asked.parts.client.close(asked.conversation_id, ByStaff(staff_id=asked.staff_id))
    except NotFound:
        raise Refused("already_closed", "The conversation was already closed.") from None


async def _missed(asked: Asked) -> None:
    await asked.parts.missed.mark(asked.conversation_id, asked.turn, asked.staff_id, asked.get("reason")[:MOST_REASON])


async def _not_missed(asked: Asked) -> None:
    await asked.parts.missed.unmark(asked.conversation_id, asked.turn)
    what = f"{asked.staff_id}: {asked.conversation_id}, turn {asked.turn}"
    await asked.parts.door.audit("missed_taken_back", f"person:{asked.staff_id}", what)


_DEEDS: dict[Deed, Callable[[Asked], Awaitable[None]]] = {
    Deed.claim: _claim,
    Deed.take_over: _take_over,
    Deed.reply: _reply,
    Deed.note: _note,
    Deed.hand_back: _hand_back,
    Deed.snooze: _snooze,
    Deed.complete: _complete,
    Deed.reassign: _reassign,
    Deed.cancel: _cancel,
    Deed.reopen: _reopen,
    Deed.close: _close,
    Deed.missed: _missed,
    Deed.not_missed: _not_missed,
}
