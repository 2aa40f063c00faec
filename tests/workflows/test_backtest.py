"""What the real workflows record is what a backtest plays: under the same rules, everything comes again as it came."""

import uuid
from datetime import timedelta

from assistant.builtin import BuiltinAssistant
from handover.bot import Bot
from handover.messages import Author, CompleteTask, Outcome, PostedMessage, Reply, RequestHuman
from handover.ports import Versioned
from handover.replay import Change, Replayed, replay
from tests.example import example_bot
from tests.workflows.town import Town

HOUR = timedelta(hours=1)
PERSON = "I want to talk to a human"


async def replayed(town: Town, bot: Bot) -> Replayed:
    [recording] = await town.store.recordings.recordings([town.conversation_id])
    stored = await town.store.settings.bot("hvac")
    current = Versioned(bot, 0, stored.knowledge)
    return await replay(recording, current, BuiltinAssistant().read, has_button=True)


def changes(result: Replayed) -> list[tuple[Change, int]]:
    return [(one.change, one.turn) for one in result.findings]


async def answered(town: Town, count: int) -> None:
    """The bot has said so much."""

    async def said() -> bool:
        return len(await town.said_by(Author.bot)) == count

    await town.until(said)


def without_requests() -> Bot:
    """The example's bot that hands nothing over when it is asked for a person."""
    scenarios = example_bot().model_dump(mode="json", exclude_none=True)["handover"]["scenarios"]
    for name in ("human_requested", "lack_of_information"):
        scenarios[name]["enabled"] = False
    return example_bot(scenarios=scenarios)


async def test_nobody_acts_and_then_somebody_does(town: Town) -> None:
    """The bot comes back with an answer to what was written meanwhile, a person replies, and the bot has it again."""
    await town.say("What are your opening hours?")
    await answered(town, 1)
    await town.hand_over()
    await town.say("What does a visit cost?")
    await town.pass_time(9 * HOUR)
    await answered(town, 2)
    reply = Reply(staff_id="omar", message_id=uuid.uuid4().hex, text="Hello, I am Omar.")
    await town.client.reply(town.handover, reply)
    await town.say("Thanks, when can you come?")
    await town.client.reply(town.handover, reply.model_copy(update={"message_id": "second", "text": "Tomorrow."}))
    done = CompleteTask(staff_id="omar", outcome=Outcome.closed, unnecessary=True)
    await town.client.complete(town.handover, done)
    await town.say("Which areas do you serve?")
    await answered(town, 3)

    same = await replayed(town, example_bot())
    assert (changes(same), same.turns, same.unjudged) == ([(Change.same, 2)], 4, 0)
    assert same.findings[0].judged == "unnecessary"
    off = await replayed(town, without_requests())
    # The question that waited is the bot's at once then, and not a second time when it comes back.
    assert (changes(off), off.turns) == ([(Change.vanished, 2)], 4)


async def test_the_button_and_a_trigger_in_an_open_case(town: Town) -> None:
    await town.say("What are your opening hours?")
    await answered(town, 1)
    await town.client.request_human(town.conversation_id, RequestHuman(text="A refund"))
    await town.pass_time(9 * HOUR)
    await town.say(PERSON)
    await town.until(lambda: _has_joined(town))
    same = await replayed(town, example_bot())
    assert (changes(same), same.turns) == ([(Change.same, 2)], 2)
    pressed = await replayed(town, without_requests())
    assert changes(pressed) == [(Change.same, 2)]
    off = await replayed(town, example_bot(enabled=False))
    assert changes(off) == [(Change.vanished, 2)]


async def _has_joined(town: Town) -> bool:
    return bool(await town.log("joined"))


async def test_messages_in_a_burst_are_one_turn(town: Town) -> None:
    await town.say("What are your opening hours?")
    await answered(town, 1)
    texts = ("Hello", "I have a question", "What does a visit cost?")
    for text in texts:
        message = PostedMessage(message_id=uuid.uuid4().hex, text=text)
        await town.client.post(town.conversation_id, message, bot_id="hvac")
    await town.hand_over()
    turns = {
        one.turn for one in (await town.store.reads.messages(town.conversation_id)).items if one.author == "contact"
    }
    same = await replayed(town, example_bot())
    [found] = same.findings
    assert (found.change, found.turn, same.turns) == (Change.same, max(filter(None, turns)), len(turns))
