"""What a conversation's workflow and its activities tell each other: a turn, its facts, and what is said."""

from typing import Literal

from handover.bot import TriggerMode
from handover.durations import Duration
from handover.messages import Author, Contact, ConversationStatus, Payload, PostedMessage


class Standing(Payload):
    """Who may speak in a conversation. Each change raises `epoch`, and nothing of an older epoch leaves any more."""

    epoch: int = 0
    status: ConversationStatus = ConversationStatus.bot
    handover: int | None = None
    assignee: str | None = None


class Score(Payload):
    """How much the last messages look like a scenario: 0 to 1, with the phrase or word that they resemble."""

    score: float = 0.0
    matched: str = ""
    kind: Literal["phrase", "keyword", "model", "count", "tag"] = "phrase"


class Facts(Payload):
    """What an assistant found out about a turn. Facts, not decisions: the rules decide.

    answer: what the bot would say. grounded: whether the knowledge supports it; None where there was nothing to look up
    (a greeting, a question for a phone number). clarifying_question: asked once instead of giving up, where that could help.
    helped: whether the contact accepted (True) or rejected (False) the bot's last answer; None says neither.
    accepts: the answer to an offered handover. sentiment: -1 (very upset) to 1. unavailable: why there are no facts.
    """

    answer: str = ""
    grounded: bool | None = None
    passages: list[str] = []
    clarifying_question: str = ""
    scores: dict[str, Score] = {}
    sentiment: float = 0.0
    language: str = ""
    fields: dict[str, str] = {}
    helped: bool | None = None
    accepts: bool | None = None
    unavailable: str = ""


class RuleFacts(Payload):
    """What the rules need of one scenario or custom rule; the phrases themselves stay with the assistant.

    by_contact_alone: the conditions are all that it looks at.
    """

    name: str
    custom: bool = False
    threshold: float = 0.6
    action: str | None = None
    tags: list[str] = []
    urgent: bool = False
    priority: int = 0
    limit: int = 0
    vip_tags: list[str] = []
    contact_tags_any: list[str] = []
    contact_tags_none: list[str] = []
    contact_fields: dict[str, str] = {}
    by_contact_alone: bool = False


class Rules(Payload):
    """The current settings of a bot as far as a turn's decision needs them. `rules` are the enabled ones, in their order."""

    bot_id: str
    version: int
    enabled: bool = True
    trigger_mode: TriggerMode = TriggerMode.both
    offer_first: bool = False
    contact_line: str = ""
    has_button: bool = True
    rules: list[RuleFacts] = []
    debounce: Duration
    close_after: Duration


class BeginRequest(Payload):
    """A run of a conversation begins that knows nothing of earlier ones; these messages wait for it."""

    conversation_id: str
    bot_id: str | None
    channel: str
    contact: Contact
    message_ids: list[str] = []


class Begun(Payload):
    """What the store knows of the conversation: who may speak, how many turns there were, whose it is and on which
    channel; and the bot's settings for conversations as they are now."""

    standing: Standing
    turn: int
    bot_id: str
    contact: Contact
    channel: str = ""
    debounce: Duration | None = None
    close_after: Duration | None = None


class RulesRequest(Payload):
    """Whose rules: a bot's on a channel."""

    bot_id: str | None
    channel: str


class TurnRequest(Payload):
    """One turn to be answered: the new messages, and the ids of kept ones that nobody has answered yet."""

    conversation_id: str
    bot_id: str | None
    channel: str
    contact: Contact
    turn: int
    epoch: int
    messages: list[PostedMessage]
    kept: list[int] = []
    offered: bool = False


class Kept(Payload):
    """Messages that wait for somebody: their rows, who may speak by now, and the contact where they left their details."""

    standing: Standing
    rows: list[int]
    contact: Contact | None = None


class Turn(Payload):
    """A turn's facts with the rules that judge them. Without facts, somebody else holds the conversation: see `standing`.

    `text` is what the contact wrote, joined; `kept` are the rows of the messages, to be answered later where nobody could now.
    """

    standing: Standing
    bot_id: str
    contact: Contact
    rules: Rules
    kept: list[int]
    text: str = ""
    facts: Facts | None = None
    duplicate: bool = False


class Keep(Payload):
    """Messages that arrive while the bot is silent: kept, and shown to the person."""

    conversation_id: str
    bot_id: str | None
    channel: str
    contact: Contact
    handover: int | None
    turn: int
    messages: list[PostedMessage]


class Delivery(Payload):
    """One message on its way to the contact, or into the record. `key` makes a repeated delivery the same one.

    `epoch`: where it is given, the message leaves only while the conversation is still in that epoch (the fence).
    """

    conversation_id: str
    key: str
    author: Author
    text: str
    turn: int | None = None
    epoch: int | None = None
    staff_id: str | None = None
    label: str = ""
    handover: int | None = None
    channel: str = "web"


class Delivered(Payload):
    """`left` is False where the fence held the message back. `row` is its place in the conversation's history. `before`:
    the channel has had it already."""

    left: bool
    row: int | None = None
    before: bool = False
