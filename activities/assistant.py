"""A turn's facts: record what came in, read the transcript and the current settings, ask the assistant."""

from temporalio import activity

from handover.asking import LINES_KNOWN, collected, question
from handover.bot import Bot
from handover.casefile import ContactWrote
from handover.errors import NotFound
from handover.messages import Contact, ConversationStatus
from handover.ports import (
    Assistant,
    BotSettings,
    ContactDetails,
    Conversations,
    Recorded,
    Transcripts,
    Versioned,
)
from handover.triggers import rules_of
from handover.trying import TEST_CHANNEL
from handover.turns import BeginRequest, Begun, Facts, Keep, Kept, Rules, RulesRequest, Standing, Turn, TurnRequest

BUTTON_CHANNELS = frozenset({"web", TEST_CHANNEL})
"""Channels on which the contact has a "Talk to a person" button."""


class AssistantActivities:
    """Turns, as far as the bot is concerned."""

    def __init__(
        self,
        assistant: Assistant,
        contact_details: ContactDetails,
        bots: BotSettings,
        transcripts: Transcripts,
        conversations: Conversations,
    ) -> None:
        self._assistant = assistant
        self._contact_details = contact_details
        self._bots = bots
        self._transcripts = transcripts
        self._conversations = conversations

    @activity.defn
    async def begin(self, request: BeginRequest) -> Begun:
        """What the store knows of the conversation; one that was closed is the bot's again, unless nothing new was said."""
        bot = (await current_bot(self._bots, request.bot_id, request.channel)).bot
        begun = await self._transcripts.begin(request, bot.id)
        if begun.bot_id != bot.id:  # a conversation stays with its own
            bot = (await current_bot(self._bots, begun.bot_id, request.channel)).bot
        return begun.model_copy(update={"debounce": bot.debounce, "close_after": bot.close_after})

    @activity.defn
    async def answer(self, request: TurnRequest) -> Turn:
        """The facts about a turn with the rules that judge them; no facts where the bot may not speak (any more)."""
        recorded = await self._transcripts.record(_to_record(request))
        current = await current_bot(self._bots, request.bot_id, request.channel)
        rows = sorted({*request.kept, *recorded.rows})
        turn = Turn(
            standing=recorded.standing,
            bot_id=current.bot.id,
            contact=recorded.contact,
            rules=_rules(current, request.channel),
            kept=rows,
            duplicate=not recorded.fresh and not request.kept,
        )
        if turn.duplicate or not _may_speak(request, recorded.standing):
            return turn
        return await self._with_facts(turn, request, current, recorded)

    @activity.defn
    async def rules(self, request: RulesRequest) -> Rules:
        """A bot's current rules, for what happens outside a turn: the button."""
        return _rules(await current_bot(self._bots, request.bot_id, request.channel), request.channel)

    @activity.defn
    async def keep(self, request: Keep) -> Kept:
        """Write down what the contact says while the bot is silent, and let the person on the case know."""
        recorded = await self._transcripts.record(request)
        contact = await self._reachable(request, recorded.contact)
        if request.handover is not None and recorded.rows:
            wrote = ContactWrote(row=recorded.rows[-1], contact=contact)
            await self._conversations.contact_wrote(request.conversation_id, request.handover, wrote)
        return Kept(standing=recorded.standing, rows=recorded.rows, contact=contact)

    async def _reachable(self, request: Keep, contact: Contact) -> Contact | None:
        """Keep how the contact says to be reached, where nothing else was known; None where they say nothing of it."""
        bot = (await current_bot(self._bots, request.bot_id, request.channel)).bot
        said = "\n".join(message.text for message in request.messages)
        given = self._contact_details(bot, said)
        new = {name: value for name, value in given.items() if getattr(contact, name) in ("", value)}
        return await self._transcripts.learn(request.conversation_id, new) if new else None

    async def _with_facts(self, turn: Turn, request: TurnRequest, current: Versioned, recorded: Recorded) -> Turn:
        lines = await self._transcripts.transcript(request.conversation_id, LINES_KNOWN)
        asked = question(current, recorded.contact, lines, turn.kept, request.offered)
        facts = await self._assistant.read(asked)
        contact = await self._learned(request.conversation_id, recorded.contact, current.bot, facts)
        return turn.model_copy(update={"facts": facts, "contact": contact, "text": asked.text})

    async def _learned(self, conversation_id: str, contact: Contact, bot: Bot, facts: Facts) -> Contact:
        """Keep what the contact said about themselves."""
        fields = collected(bot, facts)
        return await self._transcripts.learn(conversation_id, fields) if fields else contact


async def current_bot(bots: BotSettings, bot_id: str | None, channel: str = "web") -> Versioned:
    """The bot's current settings; those of the bot that answers on the channel where that one is not there (any more)."""
    try:
        return await bots.bot(bot_id, channel)
    except NotFound:
        return await bots.bot(None, channel)


def _to_record(request: TurnRequest) -> Keep:
    return Keep(
        conversation_id=request.conversation_id,
        bot_id=request.bot_id,
        channel=request.channel,
        contact=request.contact,
        handover=None,
        turn=request.turn,
        messages=request.messages,
    )


def _rules(current: Versioned, channel: str) -> Rules:
    return rules_of(current.bot, current.version, has_button=channel in BUTTON_CHANNELS)


def _may_speak(request: TurnRequest, standing: Standing) -> bool:
    """The bot holds the conversation, and still in the epoch in which the workflow began the turn."""
    return standing.status is ConversationStatus.bot and request.epoch == standing.epoch
