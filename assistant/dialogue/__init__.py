"""What the built-in bot understands of a turn, and what it says to it."""

from assistant.dialogue.reading import UNCLEAR, Reading, merely_reacts, understood
from assistant.dialogue.replies import UNKNOWN, reply

__all__ = ["UNCLEAR", "UNKNOWN", "Reading", "merely_reacts", "reply", "understood"]
