"""Conversations and handovers: their transcripts, how they are written down, and the workflows that run them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from handover.casefile import Case, CaseRecord, ContactWrote, Join, OpenedCase, OpenRequest, Policy, Report, Take
from handover.ids import HandoverId
from handover.messages import Author, Contact, ContactStatus
from handover.turns import BeginRequest, Begun, Delivered, Delivery, Keep, Standing


class Line(NamedTuple):
    """One message of a transcript. `label` is the name that the contact saw."""

    author: Author
    text: str
    at: datetime
    row: int
    label: str = ""
    staff_id: str | None = None


class Recorded(NamedTuple):
    """Messages that are now in the store: their rows, and who may speak. `fresh` is False where all came before."""

    standing: Standing
    contact: Contact
    rows: list[int]
    fresh: bool


class Transcripts(Protocol):
    """A conversation's history, and the fence that decides who may add to it."""

    async def begin(self, request: BeginRequest, bot_id: str) -> Begun:
        """What is known of a conversation, whose rows are made where they are missing; a closed one is reopened."""
        ...

    async def record(self, keep: Keep) -> Recorded:
        """Write down what the contact said. Repeating it changes nothing."""
        ...

    async def learn(self, conversation_id: str, fields: dict[str, str]) -> Contact:
        """Add collected fields to the contact and return it."""
        ...

    async def transcript(self, conversation_id: str, limit: int = 100) -> list[Line]:
        """The last messages, oldest first, notes included."""
        ...

    async def put(self, delivery: Delivery, *, waits: bool = False) -> Delivered:
        """Put a message into the outbox, behind the fence where it has an epoch. The same key puts it there once.

        waits: it leaves later, by a courier; otherwise it is on its way at once.
        """
        ...

    async def mark_left(self, row: int) -> None:
        """The channel has taken the message: from now on readers see it."""
        ...

    async def take(self, take: Take) -> Standing:
        """Raise the fence's epoch and set who may speak. The same key raises it once."""
        ...

    async def channel(self, conversation_id: str) -> str:
        """The channel that a conversation is on. Raises NotFound."""
        ...

    async def leaving(self, conversation_id: str, before_epoch: int) -> int:
        """How many of the bot's messages of older epochs are in the outbox and have not left yet."""
        ...


class Handovers(Protocol):
    async def open(self, request: OpenRequest, policy: Policy) -> OpenedCase:
        """Give the handover its number, raise the fence; the same trigger key returns the same handover."""
        ...

    async def save(self, record: CaseRecord) -> None:
        """Write the case and its log entries; an older state never overwrites a newer one."""
        ...

    async def case(self, handover: HandoverId) -> Case:
        """A handover's case as it was written down last. Raises NotFound."""
        ...

    async def put_task(self, case: Case, description: str) -> None:
        """Put the follow-up on its list, with its description."""
        ...

    async def tag(self, contact_id: str, tags: Sequence[str], status: ContactStatus | None) -> None:
        """Add tags to a contact, and set its status where one is given."""
        ...


class Conversations(Protocol):
    """The running workflows, as activities reach them."""

    async def report(self, report: Report) -> None:
        """Tell a conversation about its handover, starting the conversation anew where it has closed."""
        ...

    async def contact_wrote(self, conversation_id: str, number: int, wrote: ContactWrote) -> bool:
        """Tell a handover that its contact wrote; False where the handover has ended."""
        ...

    async def join(self, join: Join) -> bool:
        """Tell a handover of a new trigger; False where the handover has ended."""
        ...
