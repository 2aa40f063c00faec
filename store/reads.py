"""What the API and the pages show: queries over the projection."""

from store.backlog import Backlogs
from store.numbers import NumberReads
from store.read_conversations import ConversationReads
from store.read_handovers import HandoverReads
from store.read_work import WorkReads


class Reads(ConversationReads, HandoverReads, WorkReads, NumberReads, Backlogs):
    """Implements handover.ports.Reads and Events."""
