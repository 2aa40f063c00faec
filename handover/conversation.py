"""The state of a conversation and its transitions: what the workflow carries, and what may change it."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from handover.bot import Priority
from handover.casefile import Case, OpenedCase, Report
from handover.errors import Refused, shown
from handover.ids import HandoverId, conversation_of
from handover.messages import Contact, ConversationStatus, HandoverStatus, Payload, PostedMessage, Trigger
from handover.triggers import Memory
from handover.turns import Begun, Standing, Turn
from handover.views import ConversationView, HandoverView

REMEMBERED_IDS = 1000
"""How many message ids a run remembers and carries on; older repeats are caught by the store."""


class OpenHandover(Payload):
    """The open handover as its conversation knows it: from opening it, and then from its reports."""

    number: int
    seq: int = 0
    status: HandoverStatus = HandoverStatus.open
    reason: str = ""
    priority: Priority = Priority.medium
    assignee: str | None = None
    next_step: str = ""
    next_at: AwareDatetime | None = None
    reactivated: bool = False


class ConversationState(Payload):
    """Everything that a conversation carries from run to run.

    waiting: messages that no turn has taken yet. kept: rows of messages that arrived while the bot was silent and that
    nobody has answered yet; the bot does not answer them before `catch_up_at` unless the contact writes again. standing:
    who may speak; None until the store has been asked.
    """

    conversation_id: str
    bot_id: str | None = None
    channel: str = "web"
    contact: Contact = Field(default_factory=Contact)
    standing: Standing | None = None
    turn: int = 0
    waiting: list[PostedMessage] = []
    seen: list[str] = []
    kept: list[int] = []
    memory: Memory = Memory()
    handover: OpenHandover | None = None
    close_after_seconds: float = 7 * 86_400.0
    debounce_seconds: float = 0.0
    closed_by: str | None = None
    catch_up_at: AwareDatetime | None = None

    @property
    def status(self) -> ConversationStatus:
        return self.standing.status if self.standing else ConversationStatus.bot

    @property
    def epoch(self) -> int:
        return self.standing.epoch if self.standing else 0

    @property
    def bot_speaks(self) -> bool:
        return self.status is ConversationStatus.bot

    def has_work(self, now: datetime) -> bool:
        """Messages wait to be answered or kept, or the bot is back and may answer some that were kept."""
        return bool(self.waiting) or (self.bot_speaks and bool(self.kept) and self.catches_up_at(now) is None)

    def catches_up_at(self, now: datetime) -> datetime | None:
        """Until when a bot that is back leaves earlier messages alone; None where it does not have to wait (any more)."""
        waits = self.bot_speaks and bool(self.kept) and self.catch_up_at is not None and self.catch_up_at > now
        return self.catch_up_at if waits else None

    def receive(self, message: PostedMessage) -> bool:
        """Take a message in; False where it came before."""
        if message.message_id in self.seen:
            return False
        self.seen = [*self.seen[1 - REMEMBERED_IDS :], message.message_id]
        self.waiting.append(message)
        return True

    def begin_turn(self) -> list[PostedMessage]:
        """Everything that waits becomes the next turn."""
        messages, self.waiting = self.waiting, []
        self.turn += 1
        return messages

    def begin_silent_turn(self) -> int:
        """A turn without messages: the button, or a person stepping in."""
        self.turn += 1
        return self.turn

    def begin(self, begun: Begun) -> None:
        """Take over what the store knows from earlier runs. One that stays closed has nothing new to answer."""
        self.turn, self.bot_id, self.contact = begun.turn, begun.bot_id, begun.contact
        self.channel = begun.channel or self.channel
        self._keep_to(begun.close_after, begun.debounce)
        self.adopt(begun.standing)
        if self.status is ConversationStatus.closed:
            self.waiting = []

    def learn(self, turn: Turn) -> None:
        """Take over what a turn's facts say about the conversation itself."""
        self.bot_id, self.contact = turn.bot_id, turn.contact
        self._keep_to(turn.rules.close_after, turn.rules.debounce)
        self.adopt(turn.standing)

    def _keep_to(self, close_after: timedelta | None, debounce: timedelta | None) -> None:
        if close_after is not None and debounce is not None:
            self.close_after_seconds, self.debounce_seconds = close_after.total_seconds(), debounce.total_seconds()

    def adopt(self, standing: Standing) -> None:
        """Accept who may speak now, unless it is older than what is known."""
        if self.standing is not None and standing.epoch <= self.standing.epoch:
            return
        self.standing = standing
        if standing.handover is not None and self.handover is None:
            self.handover = OpenHandover(number=standing.handover, assignee=standing.assignee)

    def keep(self, rows: list[int]) -> None:
        """Remember messages that nobody has answered yet."""
        self.kept = sorted({*self.kept, *rows})

    def answered(self, through: int) -> None:
        """A person has answered everything up to this row."""
        self.kept = [row for row in self.kept if row > through]

    def hand_over(self, opened: OpenedCase, trigger: Trigger) -> None:
        """A handover is open: the bot is silent, and what it remembered of failures is over."""
        self.handover = OpenHandover(number=opened.number, reason=trigger.reason, priority=opened.policy.priority)
        self.contact, self.memory = opened.contact, Memory()
        self.adopt(opened.standing)

    def reopen(self, case: Case) -> None:
        """A handover that had ended is open again."""
        self.handover = OpenHandover(
            number=case.number, seq=case.seq, reason=case.trigger.reason, priority=case.priority
        )

    def hear(self, report: Report) -> bool:
        """Take a handover's report in; False where it is older than what is known."""
        if self.handover is None and not report.status.ended and report.standing.epoch >= self.epoch:
            self.handover = OpenHandover(number=report.number)
        current = self.handover
        if current is None or report.number != current.number or report.seq <= current.seq:
            return False
        self.answered(report.answered)
        self.catch_up_at = report.catch_up_at
        self.adopt(report.standing)
        if report.status.ended:
            self.handover = None
            return True
        self.handover = OpenHandover(
            number=report.number,
            seq=report.seq,
            status=report.status,
            reason=report.reason,
            priority=report.priority,
            assignee=report.assignee,
            next_step=report.next_step,
            next_at=report.next_at,
            reactivated=report.reactivated,
        )
        return True

    def check_no_handover(self) -> None:
        """Raise Refused, naming the open handover, where one is open: stepping in means claiming that one."""
        if self.handover is not None:
            raise Refused(
                "handover_open",
                f"Handover {HandoverId(self.conversation_id, self.handover.number)} is already open; claim it.",
                holder=self.handover.assignee,
            )

    def in_words(self) -> str:
        """Status, reason, assignee and what comes next in Markdown, for the Temporal UI."""
        lines = [f"**{self.status.capitalize()}** after {self.turn} turns on {self.channel}"]
        if self.kept:
            lines.append(f"{len(self.kept)} messages of the contact wait for an answer")
        if self.handover:
            assignee = self.handover.assignee or "nobody yet"
            lines.append(f"Handover {self.handover.number}: {self.handover.reason}, assigned to {assignee}")
            lines.append(f"Next: {self.handover.next_step}" if self.handover.next_step else "")
        return "\n\n".join(line for line in lines if line)

    def view(self) -> ConversationView:
        return ConversationView(
            conversation_id=self.conversation_id,
            bot_id=self.bot_id,
            channel=self.channel,
            status=self.status,
            turns=self.turn,
            kept=len(self.kept),
            handover=self._handover_view(),
        )

    def _handover_view(self) -> HandoverView | None:
        if self.handover is None:
            return None
        return HandoverView(
            handover_id=str(HandoverId(self.conversation_id, self.handover.number)),
            number=self.handover.number,
            status=self.handover.status,
            reason=self.handover.reason,
            priority=self.handover.priority,
            assignee=self.handover.assignee,
            next_step=self.handover.next_step,
            next_at=self.handover.next_at,
        )


def _left_out(given: object, read: ValidatorFunctionWrapHandler) -> object:
    """What can't be read stands for nothing."""
    try:
        return read(given)
    except ValidationError:
        return None


def _as_far_as_known(given: object, read: ValidatorFunctionWrapHandler) -> object:
    """A contact without the fields that can't be read; nobody, where that is all of it."""
    try:
        return read(given)
    except ValidationError as error:
        wrong = {one["loc"][0] for one in error.errors(include_input=False) if one["loc"]}
        if not isinstance(given, dict) or "v" in wrong:
            return None
        return read({name: value for name, value in given.items() if name not in wrong})


def _or_nothing(given: object) -> object:
    return given if isinstance(given, str) else ""


def _or_web(given: object) -> object:
    return given if isinstance(given, str) and given else "web"


class ConversationInput(Payload):
    """What starts a conversation. `carried` is what an earlier run of the same conversation hands on.

    Other programs write it by hand. Without a conversation_id it is the one in the workflow id; an optional field that can't
    be read counts as left out.
    """

    conversation_id: Annotated[str, BeforeValidator(_or_nothing)] = ""
    bot_id: Annotated[str | None, WrapValidator(_left_out)] = None
    channel: Annotated[str, BeforeValidator(_or_web)] = "web"
    contact: Annotated[Contact | None, WrapValidator(_as_far_as_known)] = None
    carried: ConversationState | None = None

    def named(self, workflow_id: str) -> "ConversationInput":
        """The same with its conversation_id, if need be from the workflow's. Raises Refused where that has none."""
        conversation_id = self.conversation_id or conversation_of(workflow_id)
        if conversation_id is None:
            text = f"conversation_id is missing, and the workflow id {shown(workflow_id)} is not conversation/{{id}}"
            raise Refused("invalid_request", text)
        return self.model_copy(update={"conversation_id": conversation_id})

    def state(self) -> ConversationState:
        return self.carried or ConversationState(
            conversation_id=self.conversation_id,
            bot_id=self.bot_id,
            channel=self.channel,
            contact=self.contact or Contact(),
        )
