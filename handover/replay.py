"""A recorded conversation played again under other rules: turn by turn, by the code that decides in production.

What the contact wrote is played as it was written, and the transcript of each turn is the recorded one. So nothing is said
about what lies behind a point at which the two ways part for good: see docs/backtest.md.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from handover.asking import LINES_KNOWN, collected, question
from handover.messages import Author, Contact, ConversationStatus, HandoverStatus, Trigger
from handover.policy import action_name
from handover.ports import Line, Question, Versioned
from handover.recorded import (
    Joined,
    RecordedHandover,
    Recording,
    Said,
    Stood,
    Wrote,
    contact_then,
    offers,
    said_last,
    steps,
)
from handover.triggers import UNAVAILABLE, Decision, Memory, decide, pressed_button, rules_of
from handover.turns import Facts, Score
from handover.views import MissedView

Read = Callable[[Question], Awaitable[Facts]]
"""The assistant's `read`."""


class Change(StrEnum):
    """What becomes of a handover under the new rules, or (`missed`) of one that a reviewer misses."""

    same = "same"
    changed = "changed"
    moved = "moved"
    appeared = "appeared"
    vanished = "vanished"
    unknown = "unknown"
    missed = "missed"


Judged = Literal["", "needed", "unnecessary", "missed"]
"""What people said of it: it was needed, the bot could have done it, or it was missing."""


class Finding(NamedTuple):
    """One handover that there was, or would be, or should have been.

    turn: in which it would come; in which it came, where it would not. recorded: as it came. trigger: as it would come, with
    its evidence. action: that it would use. offered: the bot would ask first. seen: of one that vanishes, how much the text
    still looks like its reason; None where that is off, or the text does not at all. text: what the contact wrote in the turn.
    """

    change: Change
    conversation_id: str
    turn: int
    at: datetime
    recorded: RecordedHandover | None = None
    trigger: Trigger | None = None
    action: str = ""
    offered: bool = False
    seen: Score | None = None
    judged: Judged = ""
    text: str = ""


class Window(NamedTuple):
    """Which turns are judged: from `since` until before `until`; None is no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


ALWAYS = Window()


class Replayed(NamedTuple):
    """What came of one conversation. turns: how many the bot could have handed over in and that were judged. unjudged: how
    many could not be. caught: the missed handovers that would come."""

    findings: list[Finding]
    turns: int
    unjudged: int
    caught: list[MissedView]


async def replay(
    recording: Recording, current: Versioned, read: Read, *, has_button: bool, window: Window = ALWAYS
) -> Replayed:
    """Play one conversation under the rules, and with the knowledge, of `current`."""
    player = _Player(recording, current, read, has_button, window)
    await player.play()
    return Replayed(player.findings, player.turns, player.unjudged, player.caught)


class _Turn(NamedTuple):
    """A turn that is judged: the messages in these rows. Those before row `new` waited for it, and had been looked through for
    an address."""

    number: int
    at: datetime
    rows: Sequence[int]
    new: int

    @property
    def key(self) -> str:
        return f"turn/{self.number}"


class _Player:
    """Goes through what happened, beside what would happen now.

    Three things can set the two sides apart. `gone`: a handover is open that would not be. `ahead`: one would be open that is
    opened later, with this number. `over`: one would be open that never was, so that the rest can't be known.

    returned: the bot is, or just was, back while messages wait for it.
    """

    def __init__(self, recording: Recording, current: Versioned, read: Read, has_button: bool, window: Window) -> None:
        self.recording = recording
        self.current = current
        self.read = read
        self.rules = rules_of(current.bot, current.version, has_button)
        self.window = window
        self.steps = steps(recording)
        self.place = 0
        self.details = said_last(recording)
        self.by_turn = {one.turn: one for one in recording.handovers if one.is_of_a_turn}
        self.by_number = {one.id.number: one for one in recording.handovers}
        self.marks = {one.turn: one for one in recording.missed}
        self.taken = {step.turn for step in self.steps if isinstance(step, Wrote)}
        self.offers = set(offers(recording))
        self.status = ConversationStatus.bot
        self.open: int | None = None
        self.person_spoke = self.returned = False
        self.newest_turn = 0
        self.lines: list[Line] = []
        self.kept: list[int] = []
        self.settled: set[int] = set()
        self.memory = Memory()
        self.learned: dict[str, str] = {}
        self.undone: frozenset[str] = frozenset()
        self.gone: Finding | None = None
        self.ahead: int | None = None
        self.over = False
        self.findings: list[Finding] = []
        self.caught: list[MissedView] = []
        self.turns = self.unjudged = 0

    async def play(self) -> None:
        for place, step in enumerate(self.steps):
            self.place = place
            match step:
                case Wrote():
                    await self._wrote(step)
                case Said():
                    await self._said(step)
                case Stood():
                    await self._stood(step)
                case Joined():
                    await self._joined(step)
        self._give_up_on_gone()

    # ---- what happened ---------------------------------------------------------------------------------------------------

    async def _wrote(self, step: Wrote) -> None:
        """The contact wrote: to the bot, to a person, or to nobody yet."""
        rows = [line.row for line in step.lines]
        self.lines += step.lines
        self.newest_turn, self.returned = step.turn, False
        if self.status is ConversationStatus.bot and step.acted_on:
            await self._judge(_Turn(step.turn, step.at, [*self.kept, *rows], rows[0]))
            self.kept = []
        elif self.gone is not None and not self.person_spoke:
            await self._judge(_Turn(step.turn, step.at, rows, rows[0]))
        else:
            self.kept += rows
        self._look_at_mark(step)

    async def _said(self, step: Said) -> None:
        """Somebody else wrote. The bot, without new messages: it is back, and answers those that nobody has answered."""
        line = step.line
        if line.author is Author.bot and step.turn is not None and step.turn not in self.taken and self.kept:
            await self._judge(self._catching_up(step.turn, step.at))
            self.kept = []
            self.newest_turn = step.turn
        if line.author is Author.person:
            self.person_spoke, self.kept = True, []
        self.lines.append(line)

    async def _stood(self, step: Stood) -> None:
        """Somebody else may speak from now on."""
        opened = self.by_number.get(step.handover or 0)
        if opened is not None and opened.id.number not in self.settled:
            await self._opened(opened, step.at)
        if step.handover != self.open:
            self.person_spoke = False
        if self.gone is not None and step.handover is None:
            self._give_up_on_gone()
        if step.status is ConversationStatus.closed:
            self.memory, self.kept = Memory(), []
        self.status, self.open = step.status, step.handover
        self.returned = bool(self.kept) and (self.returned or self.status is ConversationStatus.bot)

    async def _opened(self, handover: RecordedHandover, at: datetime) -> None:
        """A handover that no judged turn stands for yet."""
        self._give_up_on_gone()
        if self.ahead == handover.id.number:
            self._settle(handover)
            self.ahead, self.memory = None, Memory()
        elif self.over:
            self._settle(handover)
            self._find(Change.unknown, handover.turn, at, handover)
        elif handover.is_of_a_turn and self.kept and handover.turn not in self.taken:
            await self._judge(self._catching_up(handover.turn, at))
            self.kept = []
        elif handover.is_of_a_turn:
            self._settle(handover)
            self._find(Change.unknown, handover.turn, at, handover)
        else:
            self._settle(handover)
            self._opened_by_hand(handover, at)

    def _opened_by_hand(self, handover: RecordedHandover, at: datetime) -> None:
        """The contact pressed the button, or a person stepped in, as they would again."""
        self.memory = Memory()
        if not handover.is_of_the_button:
            self._find(Change.same, handover.turn, at, handover, handover.trigger)
            return
        trigger = pressed_button(self.rules, handover.trigger.request, handover.trigger.key)
        if trigger is None:
            self._vanish(handover, _Turn(handover.turn, at, (), 0), None)
        else:
            self._find(self._compared(handover, trigger), handover.turn, at, handover, trigger)

    async def _joined(self, step: Joined) -> None:
        """A case was open already: for the button, or for what had waited for the bot. Now none might be."""
        if not step.pressed and self.returned:
            await self._judge(self._catching_up(self.newest_turn + 1, step.at))
            self.kept, self.returned = [], False
        elif step.pressed and self.gone is not None and not self.person_spoke:
            trigger = pressed_button(self.rules, "", "button/again")
            if trigger is not None:
                self._comes_later(self.gone, trigger, self.gone.turn, step.at)

    def _look_at_mark(self, step: Wrote) -> None:
        """A reviewer says that this turn should have been handed over."""
        mark = self.marks.get(step.turn)
        if mark is None or not self.window.holds(step.at):
            return
        if self.over or self.ahead is not None:
            self.caught.append(mark)
            self._credit()
        else:
            self._find(Change.missed, step.turn, step.at, rows=[line.row for line in step.lines])

    def _credit(self) -> None:
        """The handover that would come is the one that was missed."""
        self.findings = [
            one._replace(judged="missed") if one.change is Change.appeared else one for one in self.findings
        ]

    # ---- what would happen -----------------------------------------------------------------------------------------------

    async def _judge(self, turn: _Turn) -> None:
        """Let the new rules decide on a turn that the bot has, and compare."""
        recorded = self._recorded_in(turn)
        if self.over or self.ahead is not None:
            self.unjudged += 1
            if recorded is not None and self.over:
                self._settle(recorded)
                self._find(Change.unknown, turn.number, turn.at, recorded)
            return
        if not self.window.holds(turn.at):
            self._pass_over(recorded)
            return
        self.turns += 1
        facts = await self._facts(turn, recorded)
        self.learned |= collected(self.current.bot, facts)
        decision = decide(self.rules, facts, self.memory, self._contact(turn), self._text(turn.rows), turn.key)
        self.memory = decision.memory
        self._compare(turn, recorded, decision, facts)

    def _catching_up(self, turn: int, at: datetime) -> _Turn:
        """A turn for nothing but the messages that waited for the bot."""
        return _Turn(turn, at, self.kept, self.kept[-1] + 1)

    def _recorded_in(self, turn: _Turn) -> RecordedHandover | None:
        recorded = self.by_turn.get(turn.number)
        return recorded if recorded is not None and recorded.id.number not in self.settled else None

    def _pass_over(self, recorded: RecordedHandover | None) -> None:
        """A turn outside the window."""
        self.memory = Memory()
        if recorded is not None:
            self._settle(recorded)

    async def _facts(self, turn: _Turn, recorded: RecordedHandover | None) -> Facts:
        """What the assistant finds out; that it could not be reached then is taken as it was."""
        if recorded is not None and recorded.trigger.reason == UNAVAILABLE:
            return Facts(unavailable=next((one.matched for one in recorded.trigger.evidence), UNAVAILABLE))
        offered = self.memory.offered is not None
        lines = self.lines[-LINES_KNOWN:]
        return await self.read(question(self.current, self._contact(turn), lines, turn.rows, offered))

    def _contact(self, turn: _Turn) -> Contact:
        """The contact as known before the turn's messages were read."""
        contact = contact_then(self.recording, turn.number, turn.at, turn.new, self.details, self.undone)
        own = {name: value for name, value in self.learned.items() if name in ("name", "phone", "email")}
        fields = {name: value for name, value in self.learned.items() if name not in own}
        return contact.model_copy(update={**own, "fields": contact.fields | fields})

    def _text(self, rows: Sequence[int]) -> str:
        return "\n".join(line.text for line in self.lines[-LINES_KNOWN:] if line.row in rows)

    def _compare(self, turn: _Turn, recorded: RecordedHandover | None, decision: Decision, facts: Facts) -> None:
        offer = decision.memory.offered
        trigger = decision.trigger or offer
        if trigger is None:
            if recorded is not None:
                self._vanish(recorded, turn, facts.scores.get(recorded.trigger.reason))
        elif recorded is not None:
            self._settle(recorded)
            change = Change.changed if offer else self._compared(recorded, trigger)
            self._find(change, turn.number, turn.at, recorded, trigger, offered=offer is not None, rows=turn.rows)
            self.memory = Memory()
        elif self.gone is not None:
            self._comes_later(self.gone, trigger, turn.number, turn.at, offer is not None, turn.rows)
        elif offer is not None and turn.number in self.offers:
            pass  # the contact's next message answers it
        elif self.open is not None:
            self.memory = Memory()  # it would join the open case
        else:
            self._comes_anew(trigger, turn, offer is not None)

    def _compared(self, recorded: RecordedHandover, trigger: Trigger) -> Change:
        before = (recorded.trigger.reason, recorded.action, recorded.trigger.urgent)
        now = (trigger.reason, action_name(self.current.bot, trigger), trigger.urgent)
        return Change.same if before == now else Change.changed

    def _vanish(self, recorded: RecordedHandover, turn: _Turn, seen: Score | None) -> None:
        """It would not come here. Until a person writes, what the contact says next may still bring it."""
        self._settle(recorded)
        self.undone |= recorded.tags
        self.gone = Finding(
            Change.vanished,
            self.recording.conversation_id,
            turn.number,
            turn.at,
            recorded,
            seen=seen,
            text=self._text(turn.rows),
        )

    def _give_up_on_gone(self) -> None:
        """The case that would not be open has ended, or the recording has."""
        if self.gone is not None:
            self.findings.append(self.gone._replace(judged=_judged(self.gone.recorded)))
            self.gone = None

    def _comes_later(
        self,
        gone: Finding,
        trigger: Trigger,
        turn: int,
        at: datetime,
        offered: bool = False,
        rows: Sequence[int] = (),
    ) -> None:
        """The case that would not be open would be from now on."""
        assert gone.recorded is not None
        self._find(Change.moved, turn, at, gone.recorded, trigger, offered=offered, rows=rows)
        self.gone, self.memory, self.undone = None, Memory(), frozenset()

    def _comes_anew(self, trigger: Trigger, turn: _Turn, offered: bool) -> None:
        """A handover where there was none: earlier than one that came, or one that never did."""
        following = self._next_opened()
        self.memory = Memory()
        if following is None:
            self.over = True
            self._find(Change.appeared, turn.number, turn.at, None, trigger, offered=offered, rows=turn.rows)
        else:
            self.ahead = following.id.number
            self._find(Change.moved, turn.number, turn.at, following, trigger, offered=offered, rows=turn.rows)

    def _next_opened(self) -> RecordedHandover | None:
        """The handover that is opened before anything else changes who may speak."""
        moves = (step for step in self.steps[self.place + 1 :] if isinstance(step, Stood))
        move = next(moves, None)
        following = self.by_number.get(move.handover or 0) if move is not None else None
        return following if following is not None and following.id.number not in self.settled else None

    def _settle(self, recorded: RecordedHandover) -> None:
        self.settled.add(recorded.id.number)

    def _find(
        self,
        change: Change,
        turn: int,
        at: datetime,
        recorded: RecordedHandover | None = None,
        trigger: Trigger | None = None,
        *,
        offered: bool = False,
        rows: Sequence[int] = (),
    ) -> None:
        if not self.window.holds(at):
            return
        found = Finding(
            change,
            self.recording.conversation_id,
            turn,
            at,
            recorded,
            trigger,
            action_name(self.current.bot, trigger) if trigger is not None else "",
            offered,
            judged="missed" if change is Change.missed else _judged(recorded),
            text=self._text(rows),
        )
        self.findings.append(found)


def _judged(recorded: RecordedHandover | None) -> Judged:
    if recorded is None:
        return ""
    if recorded.unnecessary:
        return "unnecessary"
    return "needed" if recorded.status is HandoverStatus.completed else ""
