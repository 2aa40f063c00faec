"""What people leave here as they work: marks of missed handovers, canned replies, how far they have looked."""

from collections.abc import Sequence
from typing import Protocol

from handover.views import CannedReply, MissedView, News


class MissedHandovers(Protocol):
    """What reviewers say about turns in which nothing was handed over."""

    async def mark(self, conversation_id: str, turn: int, staff_id: str, reason: str) -> MissedView:
        """Say that the bot should have handed over in this turn; said again, the last word counts. Raises NotFound for an
        unknown conversation, Refused for a turn that was handed over or that the bot did not have."""
        ...

    async def unmark(self, conversation_id: str, turn: int) -> None:
        """Take it back. Raises NotFound where nothing is marked."""
        ...

    async def missed(self, conversation_id: str) -> list[MissedView]:
        """The marks of a conversation, by turn. Raises NotFound for an unknown conversation."""
        ...


class Desk(Protocol):
    """What people have at hand in the inbox: the texts that the team keeps ready, and how far each of them has looked."""

    async def canned(self) -> list[CannedReply]:
        """All canned replies, by their titles."""
        ...

    async def add_canned(self, title: str, text: str, staff_id: str) -> CannedReply:
        """Keep a text. Raises Refused where the title or the text can't be used, or the title is taken."""
        ...

    async def change_canned(self, reply_id: int, title: str, text: str, staff_id: str) -> CannedReply:
        """Change a text. Raises NotFound, and Refused as add_canned does."""
        ...

    async def remove_canned(self, reply_id: int) -> None:
        """Take a text away. Raises NotFound."""
        ...

    async def looked(self, staff_id: str, conversation_id: str, event: int) -> None:
        """Note that a person has seen a conversation up to an event; never back. Raises NotFound."""
        ...

    async def news(self, staff_id: str, conversation_ids: Sequence[str]) -> dict[str, News]:
        """What is new for a person in each of these conversations."""
        ...
