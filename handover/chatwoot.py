"""What a conversation in Chatwoot and its messages are called here, so that each way finds them again."""

import re
from typing import NamedTuple

CHANNEL = "chatwoot"

MARK = "handover_key"
"""The content attribute that our messages carry there: by it they are known again, in an echo or before a retry."""

_CONVERSATION = re.compile(r"chatwoot:([1-9][0-9]{0,17}):([1-9][0-9]{0,17})")
_WRITTEN_THERE = re.compile(r"reply/[^/]+/cw-([1-9][0-9]{0,18})")


class Place(NamedTuple):
    """A conversation in Chatwoot: its account, and the number that it has there on people's screens."""

    account: int
    conversation: int

    @property
    def conversation_id(self) -> str:
        """What the conversation is called here."""
        return f"chatwoot:{self.account}:{self.conversation}"


def place_of(conversation_id: str) -> Place | None:
    """Where a conversation is in Chatwoot; None for one that is not there."""
    match = _CONVERSATION.fullmatch(conversation_id)
    return Place(int(match[1]), int(match[2])) if match else None


def message_id(number: int) -> str:
    """What a message that was written in Chatwoot is called here."""
    return f"cw-{number}"


def written_there(key: str) -> int | None:
    """The number in Chatwoot of a person's reply that was written there; None for one that was written here."""
    match = _WRITTEN_THERE.fullmatch(key)
    return int(match[1]) if match else None
