"""What the API and the pages show: queries over the projection."""

from store.numbers import NumberReads
from store.read_conversations import ConversationReads
from store.read_handovers import HandoverReads


class Reads(ConversationReads, HandoverReads, NumberReads):
    """Implements handover.ports.Reads and Events."""
