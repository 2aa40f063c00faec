"""The doors to the world: what activities need of it. Adapters plug in at worker.py, starter.py and web/app.py."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol

from handover.attachments import Content
from handover.bot import Bot
from handover.casefile import (
    Assigned,
    AssignRequest,
    Case,
    CaseRecord,
    ContactWrote,
    HoursRequest,
    Join,
    Notification,
    OpenedCase,
    OpenRequest,
    Policy,
    Report,
    Take,
)
from handover.digest import Digest
from handover.events import EventType
from handover.hours import Calendar
from handover.ids import HandoverId
from handover.messages import Attachment, Author, Contact, ContactStatus, Trigger
from handover.outside import Errand, Followed, Parcel, Ticket
from handover.plots import Look, Plot
from handover.staff import Access, Staff
from handover.subscriptions import (
    DeliveryState,
    DeliveryView,
    NewSecret,
    Outgoing,
    Receiver,
    Resent,
    SendAgain,
    SubscriptionChange,
    SubscriptionView,
    Tried,
)
from handover.turns import BeginRequest, Begun, Delivered, Delivery, Facts, Keep, Score, Standing
from handover.views import (
    AuditView,
    Backlog,
    CannedReply,
    ConversationDetail,
    ConversationSummary,
    EventView,
    HandoverDetail,
    HandoverNumbers,
    HandoverSummary,
    KeyView,
    MessageView,
    MissedView,
    NewKey,
    News,
    NotificationView,
    Page,
    QuestionGroup,
    Review,
    SessionView,
    SignInView,
    TaskView,
    Work,
)
from handover.week import Week


class Line(NamedTuple):
    """One message of a transcript. `label` is the name that the contact saw."""

    author: Author
    text: str
    at: datetime
    row: int
    label: str = ""
    staff_id: str | None = None


class Document(NamedTuple):
    """One of a bot's knowledge files: its name and its text in Markdown."""

    name: str
    text: str


class Versioned(NamedTuple):
    """A bot's settings with their version, counted from 1, and the knowledge that it may answer from. `saved_by` is a staff id
    or the name of a key; None where nobody did, as on the first start."""

    bot: Bot
    version: int
    knowledge: tuple[Document, ...] = ()
    at: datetime | None = None
    saved_by: str | None = None


class SavedSettings(NamedTuple):
    """One version of a bot, as it was written down: settings of long ago may hold what would be refused today."""

    version: int
    at: datetime
    saved_by: str | None
    settings: dict[str, Any]
    knowledge: tuple[Document, ...] = ()


class Question(NamedTuple):
    """What an assistant is asked: the contact's last words (`text`) with everything said before them (`transcript`).

    offered: the bot has just offered a person and waits for a yes or no.
    """

    bot: Bot
    knowledge: Sequence[Document]
    contact: Contact
    transcript: Sequence[Line]
    text: str
    offered: bool


class Recorded(NamedTuple):
    """Messages that are now in the store: their rows, and who may speak. `fresh` is False where all came before."""

    standing: Standing
    contact: Contact
    rows: list[int]
    fresh: bool


class Receipt(NamedTuple):
    """Where an actor's request stands: go on with it, it is being worked on, it has this answer, or its key was used for
    another request."""

    state: Literal["new", "in_progress", "done", "other"]
    status: int | None = None
    answer: dict[str, Any] | None = None


class Told(NamedTuple):
    """What the bot told the contact, without its questions for fields, and which sections of its knowledge say so: none where
    a model put it in words of its own, or the bot repeated a person's."""

    text: str
    sources: tuple[str, ...] = ()


class Assistant(Protocol):
    """The bot's brain. Raises nothing: what goes wrong is `Facts.unavailable`."""

    async def read(self, question: Question) -> Facts:
        """The facts about one turn."""
        ...

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """A few sentences for the person who takes over, in at most 800 characters, with nothing in them that the conversation
        does not say. Empty where it can't say."""
        ...


class Account(Protocol):
    """What a transcript says by itself, without a model: the same transcript always gives the same account."""

    def request(self, bot: Bot, contact: Contact, transcript: Sequence[Line], trigger: Trigger) -> str:
        """What the contact needs somebody for, in their own words on one line: the newest thing of substance. The words that
        came with the trigger, which need not be in the transcript, where there is no such thing."""
        ...

    def summary(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """What the contact asked for, one thing after the other, and what came of it. Empty where the request says it all."""
        ...

    def answers(self, bot: Bot, knowledge: Sequence[Document], transcript: Sequence[Line]) -> list[Told]:
        """What the bot has told the contact about what they asked, oldest first, each thing once."""
        ...


class Recognise(Protocol):
    def __call__(self, bot: Bot, text: str) -> dict[str, Score]:
        """How much one message looks like each of the bot's enabled scenarios and rules, by name."""
        ...


class LookUpOpenings(Protocol):
    def __call__(self, request: HoursRequest, available: bool) -> Calendar:
        """When the team is there by its hours."""
        ...


class ContactDetails(Protocol):
    def __call__(self, bot: Bot, text: str) -> dict[str, str]:
        """`email` and `phone` where the text holds them, by which a person can get back to the contact."""
        ...


class BotSettings(Protocol):
    async def bot(self, bot_id: str | None, channel: str = "web") -> Versioned:
        """A bot's current settings; None is the bot that answers on the channel: the first whose `channels` have it,
        otherwise the first of all. Raises NotFound."""
        ...

    async def bot_at(self, bot_id: str, version: int) -> Bot:
        """The settings as they were in that version. Raises NotFound."""
        ...


class Team(Protocol):
    async def staff(self, staff_id: str) -> Staff:
        """One person. Raises NotFound."""
        ...

    async def managers_of(self, staff_id: str | None) -> list[str]:
        """Who answers for a person's work: their manager, otherwise all of them."""
        ...

    async def assign(self, request: AssignRequest) -> Assigned:
        """Choose and reserve in one transaction; the same key returns the same assignment."""
        ...


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


class Notifier(Protocol):
    async def notify(self, notification: Notification) -> None:
        """Tell a staff member by the channels that they chose. The same key again goes only where it was not sent yet."""
        ...


class Ticketing(Protocol):
    """A ticket system outside."""

    async def open_ticket(self, ticket: Ticket) -> str:
        """Open a ticket, once for each `external_id`, and return how people there find it.

        Raises Undeliverable where the system will never take it, TryAgain or anything else where it may later.
        """
        ...


class Channel(Protocol):
    """The way to a contact whose page or program is here: it is taken at once."""

    async def send(self, delivery: Delivery) -> None:
        """Hand a message to the contact's channel; `delivery.key` makes a repeated one the same."""
        ...


class RemoteChannel(Protocol):
    """The way to a contact by somebody else's system, which may be away for hours."""

    async def send(self, parcel: Parcel) -> str:
        """Hand a message over, once for each `parcel.key`, and return how the system calls it; empty where it has no name.

        Raises Undeliverable where it will never take it. Whatever else is raised, it is tried again later.
        """
        ...

    async def follow(self, followed: Followed) -> dict[str, Any]:
        """Show there how the conversation stands, as far as that is not told yet, and return all that is told by now.

        What is returned comes again as `followed.told`; the same means that nothing is left to tell.
        """
        ...


class Outbox(Protocol):
    """The messages of a conversation that wait for a system outside, and how the conversation stands."""

    async def next_waiting(self, conversation_id: str) -> Parcel | None:
        """The oldest message that waits, marked as leaving; None where none does. What the fence holds back is withdrawn."""
        ...

    async def mark_left(self, row: int, reference: str = "") -> None:
        """The channel has taken the message, and calls it so."""
        ...

    async def put_back(self, row: int) -> None:
        """The channel has not taken it: it waits again, and whoever takes the conversation need not wait for it."""
        ...

    async def mark_failed(self, row: int, why: str) -> None:
        """The message will never arrive; staff see why."""
        ...

    async def give_up(self, row: int, why: str) -> None:
        """The same for a message that still waits; nothing is changed where it does not any more."""
        ...

    async def followed(self, conversation_id: str) -> Followed:
        """How the conversation stands, and what was told of it outside. Raises NotFound."""
        ...

    async def keep_told(self, conversation_id: str, told: Mapping[str, Any]) -> None:
        """Remember what was told outside."""
        ...


class KeptAttachments(Protocol):
    """What visitors have attached, which nobody else keeps."""

    async def put(self, conversation_id: str, name: str, content: Content) -> Attachment:
        """Keep something; for a day where no message comes that refers to it. Raises Refused where there are enough."""
        ...

    async def sent(self, conversation_id: str, ids: Sequence[str]) -> list[Attachment]:
        """What a message refers to by these ids; it stays for good. Raises NotFound."""
        ...

    async def content(self, conversation_id: str, attachment_id: str) -> Content:
        """What is kept. Raises NotFound."""
        ...


class OpensAttachments(Protocol):
    """What came with messages, wherever it is kept."""

    async def open(self, conversation_id: str, attachment: Attachment) -> Content:
        """What it holds. Raises NotFound, Unavailable, and Refused for what is not opened here."""
        ...


class Arrivals(Protocol):
    """What became of messages that a channel outside had taken, as the channel says later."""

    async def mark_undelivered(self, conversation_id: str, reference: str, why: str) -> bool:
        """The message did not arrive; staff see why. False where the channel calls none of the conversation's so."""
        ...


class SentPart(NamedTuple):
    """What is known of a part of a message. `reference`: how the system that took it calls it; empty where it is not known
    whether it did. `again`: it was begun before, at `since`."""

    since: datetime
    again: bool
    reference: str = ""


class SentParts(Protocol):
    """Parts of messages for a system that takes a repeated request for a new one: which of them it has."""

    async def begin(self, conversation_id: str, key: str, part: int) -> SentPart:
        """Note that a part is about to be handed over, and say what is known of it from before."""
        ...

    async def taken(self, conversation_id: str, key: str, part: int, reference: str) -> None:
        """The system has it, and calls it so."""
        ...

    async def not_taken(self, conversation_id: str, key: str, part: int) -> None:
        """The system certainly does not have it: the next try is the first."""
        ...

    async def known(self, references: Collection[str]) -> set[str]:
        """Which of these are parts that were noted as taken."""
        ...


class Texts(Protocol):
    """What contacts and their networks say about text messages, beside what they write in them."""

    async def opt_out(self, conversation_id: str, contact: Contact, message_id: str, words: str) -> None:
        """The contact wants no more text messages. The team sees it in the conversation; the same message again changes
        nothing."""
        ...

    async def opt_in(self, conversation_id: str, message_id: str, words: str) -> bool:
        """The contact wants them again. False, and nothing is changed, where they had not said otherwise."""
        ...

    async def undelivered(self, conversation_id: str, key: str, why: str) -> bool:
        """The message with this key did not arrive; staff see why. False where there is none."""
        ...


class Carrier(Protocol):
    """Carries what waits for one kind of receiver. One of its calls at a time for each conversation."""

    async def carry(self, conversation_id: str) -> bool:
        """Carry the next thing; False where nothing waits.

        Raises NotCarried, with the thing's name, where it is not taken now: it is tried again for a day. Whatever else is
        raised is our own trouble, and is tried again until it is over.
        """
        ...

    async def give_up(self, conversation_id: str, item: str, why: str) -> bool:
        """A day of tries was in vain: note why with what could not be carried, so that it holds up the rest no longer.

        item: its name, as NotCarried had it. What has been carried or given up since stays as it is, so that this may be
        repeated. False where nothing else can be carried either, until somebody asks for it again.
        """
        ...


class Digests(Protocol):
    """The workflows that gather what somebody is to be told later, as activities reach them."""

    async def gather(self, digest: Digest) -> None:
        """Something waits for a person. The digest is started, or told to look again where it runs."""
        ...


class Digester(Protocol):
    """Sends what was held for a person."""

    async def send_due(self, digest: Digest, at: datetime) -> datetime | None:
        """Send what is to leave by `at`, in one letter. When the next leaves; None where nothing waits.

        Whatever is raised, it is tried again later, for a day.
        """
        ...

    async def give_up(self, digest: Digest, at: datetime, why: str) -> list[Notification]:
        """A day of tries was in vain: it waits no longer, and this is what managers should hear of it."""
        ...


class Audience(Protocol):
    """Receivers of one kind that come and go. Each has a carrier of its own: one that is away holds up no other."""

    async def listening(self) -> list[str]:
        """Who of them is to hear of what has just changed."""
        ...

    def carrier(self, receiver: str) -> Carrier:
        """The carrier of one of them; for one that is gone, it carries nothing."""
        ...


class EventQueue(Protocol):
    """The events that wait for subscriptions."""

    async def listening(self) -> list[str]:
        """The subscriptions that are switched on."""
        ...

    async def receiver(self, subscription_id: str) -> Receiver:
        """Where a subscription's events go. Raises NotFound."""
        ...

    async def next_event(self, subscription_id: str, conversation_id: str) -> Outgoing | None:
        """The oldest event of a conversation that waits; None where none does, or the subscription is off or gone."""
        ...

    async def note_try(self, outgoing: Outgoing, status: int | None, why: str) -> None:
        """It was not taken; it waits on."""
        ...

    async def note_taken(self, outgoing: Outgoing, status: int) -> None:
        """The receiver has it."""
        ...

    async def give_up(self, subscription_id: str, event: int, why: str) -> bool:
        """An event has failed, where it still waits; False where the subscription is off or gone. Where too many have failed
        in a row it is switched off, and the managers are told."""
        ...

    async def note_gone(self, outgoing: Outgoing, status: int, why: str) -> None:
        """The receiver wants no more events: the subscription is switched off, and the managers are told."""
        ...


class Subscriptions(Protocol):
    """Programs that are told of changes, as managers look after them. Raises NotFound for one that is not there."""

    async def subscriptions(self) -> list[SubscriptionView]: ...

    async def subscription(self, subscription_id: str) -> SubscriptionView: ...

    async def add(self, url: str, events: Sequence[EventType], by: str) -> NewSecret:
        """Tell a program of everything that happens from now on; its secret is in clear this once."""
        ...

    async def change(self, subscription_id: str, change: SubscriptionChange) -> SubscriptionView: ...

    async def rotate(self, subscription_id: str) -> NewSecret:
        """A new secret, in clear this once; the one before it signs beside it for a day."""
        ...

    async def remove(self, subscription_id: str) -> None: ...

    async def deliveries(
        self,
        subscription_id: str,
        *,
        state: DeliveryState | None = None,
        conversation_id: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[DeliveryView]:
        """A subscription's events, newest first."""
        ...

    async def waiting_conversations(self, subscription_id: str) -> list[str]:
        """The conversations with events that wait: their couriers are to be woken."""
        ...

    async def resend(self, subscription_id: str, delivery: str) -> Resent:
        """Let one delivery wait again. Raises Refused where the subscription is off."""
        ...

    async def resend_since(self, subscription_id: str, again: SendAgain) -> Resent:
        """Let all chosen events of a time wait again, those too that were never sent. Raises Refused where the subscription
        is off, or these are too many at once."""
        ...


class EventTests(Protocol):
    """What can be asked about a receiver at once."""

    async def check(self, url: str) -> None:
        """Raise SettingsError, in words, for an address that is never called."""
        ...

    async def test(self, subscription_id: str) -> Tried:
        """Send a test event now. Raises NotFound."""
        ...


class Couriers(Protocol):
    """The workflows that carry things outside, as activities reach them."""

    async def wake(self, errand: Errand) -> None:
        """Something waits for a carrier. The courier is started, or told to look again where it is on its way."""
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


class Reads(Protocol):
    """What the API and the pages show: queries over the store's projection. Raises NotFound for what is not there."""

    async def backlog(self) -> list[Backlog]:
        """What has waited for longer than is usual, of each system outside that it waits for."""
        ...

    async def conversations(
        self,
        *,
        status: str | None = None,
        assignee: str | None = None,
        bot_id: str | None = None,
        text: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[ConversationSummary]: ...

    async def work(self, section: Literal["mine", "waiting", "others"], staff_id: str, limit: int = 50) -> Work:
        """A section of a person's inbox; no conversation is in two of them."""
        ...

    async def conversation(self, conversation_id: str) -> ConversationDetail: ...

    async def messages(
        self, conversation_id: str, *, after: int = 0, limit: int = 200, notes: bool = False
    ) -> Page[MessageView]: ...

    async def newest_messages(
        self, conversation_id: str, *, before: int | None = None, limit: int = 200
    ) -> Page[MessageView]:
        """As the team sees them: the last messages, those above row `before`, oldest first; `next` asks for those above."""
        ...

    async def events(self, conversation_id: str, *, after: int = 0, limit: int = 200) -> list[EventView]: ...

    async def handovers(
        self,
        *,
        bot_id: str | None = None,
        conversation_id: str | None = None,
        reason: str | None = None,
        assignee: str | None = None,
        status: str | Sequence[str] | None = None,
        breached: bool | None = None,
        escalated: bool | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[HandoverSummary]: ...

    async def handover(self, handover_id: str) -> HandoverDetail: ...

    async def tasks(
        self, *, assignee: str | None = None, status: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[TaskView]: ...

    async def task(self, task_id: str) -> TaskView: ...

    async def numbers(
        self,
        *,
        bot_id: str | None = None,
        conversation_id: str | None = None,
        assignee: str | None = None,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        time_zone: str = "UTC",
    ) -> HandoverNumbers: ...

    async def unanswered(
        self,
        *,
        bot_id: str | None = None,
        assignee: str | None = None,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[QuestionGroup]:
        """What the bot could not answer in these handovers, the same questions together, the most frequent first."""
        ...

    async def review(self, week: Week) -> Review: ...

    async def turn_of(self, conversation_id: str, message_id: str) -> int | None:
        """The turn that took a message; None where none has yet."""
        ...

    async def replies(self, conversation_id: str, turn: int) -> list[MessageView]:
        """What the contact was told in a turn."""
        ...


class Plotter(Protocol):
    """Draws plots."""

    def svg(self, plot: Plot, look: Look) -> str:
        """The plot as an SVG document without a script, and with nothing from outside it."""
        ...


class Reviews(Protocol):
    async def review(self, week: Week) -> Review:
        """A week's numbers, and what the bot could not answer in it."""
        ...


class SettingsAdmin(Protocol):
    """Reading and changing bots and staff; every change makes a new version."""

    async def bots(self) -> list[Versioned]: ...

    async def put_bot(
        self,
        bot: Bot,
        knowledge: Sequence[Document] | None = None,
        *,
        by: str | None = None,
        expected: int | None = None,
    ) -> Versioned:
        """Store a bot; the same settings again make no new version. `knowledge` left out stays as it is.

        expected: the version that was changed. Raises Refused `changed_meanwhile` where another one is current by now.
        """
        ...

    async def change_knowledge(
        self,
        bot_id: str,
        change: Callable[[Sequence[Document]], Sequence[Document]],
        *,
        by: str | None = None,
        expected: int | None = None,
    ) -> Versioned:
        """Store what `change` makes of a bot's documents, one change at a time: a new version, or none where it is the same.
        What it raises changes nothing. Raises NotFound, and Refused as put_bot does."""
        ...

    async def bot_versions(self, bot_id: str, before: int | None = None, limit: int = 50) -> list[SavedSettings]:
        """The versions of a bot, those before `before`, newest first. Empty for an unknown bot."""
        ...

    async def team(self) -> list[Staff]: ...

    async def put_staff(self, person: Staff) -> Staff: ...


class People(Protocol):
    """The team as its managers change it."""

    async def change(self, staff_id: str, change: Callable[[Sequence[Staff]], Staff]) -> tuple[Staff | None, Staff]:
        """Store what `change` makes of the team's member, one change at a time: the person before and after. What it
        raises changes nothing."""
        ...

    async def loads(self) -> dict[str, int]:
        """How many open cases each person holds; those who hold none are left out."""
        ...


class Events(Protocol):
    """What happened in all conversations, for one watcher a process."""

    async def newest_event(self) -> int:
        """The id of the newest event; 0 where nothing has happened yet."""
        ...

    async def events_since(self, after: int, limit: int = 1000) -> list[EventView]:
        """Events behind `after`, oldest first; none is ever missed."""
        ...


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


class Inbox(Protocol):
    """What staff were told."""

    async def inbox(
        self, staff_id: str, *, unread: bool = False, after: str | None = None, limit: int = 50
    ) -> Page[NotificationView]:
        """What one person was told, newest first."""
        ...

    async def mark_read(self, staff_id: str, ids: Sequence[int]) -> None:
        """Note that a person has read these; those of others stay as they are."""
        ...


class ButtonReplies(Protocol):
    async def reply(self, response_url: str, message: dict[str, Any]) -> None:
        """Answer who has pressed a button in Slack. Raises TryAgain, Undeliverable; neither names the address."""
        ...


class Doorkeeper(Protocol):
    """Who may come in, what they were answered, and what they tried. Secrets are given out once and never kept in clear."""

    async def create_key(
        self, name: str, staff_id: str | None = None, access: Access = Access.admin, made_by: str = ""
    ) -> NewKey:
        """A key that may do at most what `access` says, on behalf of `staff_id` where one is given."""
        ...

    async def key(self, secret: str) -> KeyView | None:
        """The key that a caller shows; None where it is unknown or revoked."""
        ...

    async def keys(self) -> list[KeyView]: ...

    async def revoke_key(self, key_id: int, by: str = "") -> KeyView:
        """Close a key for good, and the sessions that it has opened. Raises NotFound."""
        ...

    async def open_session(self, staff_id: str, lasts: timedelta, browser: str = "", key_id: int | None = None) -> str:
        """`key_id`: the key that opens it, and with which it ends."""
        ...

    async def sessions(self, staff_id: str, current: str = "") -> list[SessionView]:
        """A person's open sessions, newest first; `current` is the token of the one that asks."""
        ...

    async def close_one(self, staff_id: str, session_id: str) -> None:
        """End one of a person's own sessions."""
        ...

    async def session(self, token: str) -> str | None:
        """Whose session it is; None where it is unknown or over."""
        ...

    async def close_session(self, token: str) -> None: ...

    async def close_sessions(self, staff_id: str) -> None:
        """End all sessions of one person."""
        ...

    async def set_password(self, staff_id: str, password: str) -> None:
        """It replaces the one before, and ends the person's one-time link and all their sessions."""
        ...

    async def password_fits(self, staff_id: str | None, password: str) -> bool:
        """Whether this is the person's password; it takes as long for nobody."""
        ...

    async def sign_ins(self) -> dict[str, SignInView]:
        """How each person can sign in; those who can't yet are left out."""
        ...

    async def make_link(self, staff_id: str, made_by: str, lasts: timedelta) -> str:
        """A one-time link to choose a password; it replaces the person's link before it."""
        ...

    async def link(self, token: str) -> str | None:
        """Whose link it is; None where it is unknown, used or over."""
        ...

    async def redeem_link(self, token: str, password: str) -> str | None:
        """Use a link up by choosing a password: whose it was; None where it is unknown, used or over."""
        ...

    async def drop_link(self, staff_id: str) -> None: ...

    async def begin_try(self, allowances: Mapping[str, int]) -> timedelta:
        """Count a try to sign in before its password is looked at; how long to wait where there were too many.
        `allowances`: what it counts for, each with its free tries."""
        ...

    async def forget_tries(self, subjects: Sequence[str]) -> None: ...

    async def begin(self, actor: str, key: str, request_hash: str) -> Receipt:
        """Where the request stands; `new` must be followed by `finish` or `abandon`."""
        ...

    async def finish(self, actor: str, key: str, status: int, answer: dict[str, Any]) -> None:
        """Keep the answer to a request that has begun."""
        ...

    async def abandon(self, actor: str, key: str) -> None:
        """Forget a request that came to nothing: it may be begun anew."""
        ...

    async def audit(self, kind: str, actor: str, text: str) -> None: ...

    async def refused(self, kind: str, actor: str, text: str, address: str) -> None:
        """Write down what anybody can cause as often as they like: lines are shared, and say how often."""
        ...

    async def audits(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        actor: str | None = None,
        kind: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[AuditView]:
        """The log, newest first: from `since` on, before `until`, of one actor, of one kind."""
        ...
