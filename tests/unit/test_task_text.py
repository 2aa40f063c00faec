"""What a person reads of whole conversations: the title names what the contact needs, the description holds what was tried."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from temporalio.testing import ActivityEnvironment

from activities.task import TaskActivities
from assistant.account import BuiltinAccount
from assistant.builtin import BuiltinAssistant
from handover.bot import Bot
from handover.brief import COLUMNS, LONGEST, ROWS, description, title
from handover.case import begin_case, new_task, stepped_in
from handover.casefile import Case, OpenedCase, OpenRequest, TaskRequest
from handover.messages import Author, Contact, Trigger
from handover.policy import resolve
from handover.ports import Line, Question
from handover.triggers import OFFER, Memory, decide, pressed_button, rules_of
from handover.turns import Standing
from store import Store
from tests.unit.assistant_talk import AT, Talk, hvac, line
from tests.unit.make import START

ACCOUNT = BuiltinAccount()


class Told(NamedTuple):
    """A conversation that ended in a handover."""

    talk: Talk
    case: Case

    @property
    def title(self) -> str:
        return title(self.case, self.case.policy.task_title or "")

    @property
    def description(self) -> str:
        lines, bot = self.talk.transcript, self.talk.bot
        answers = ACCOUNT.answers(bot, self.talk.documents, lines)
        return description(self.case, lines, ACCOUNT.summary(bot, self.case, lines), answers)


async def played(texts: Sequence[str], talk: Talk | None = None) -> Told:
    """The contact writes, the bot answers by its rules, until one of them hands over; otherwise the button is pressed."""
    talk, memory = talk or Talk(), Memory()
    rules = rules_of(talk.bot, 1, has_button=True)
    for text in texts:
        offered = memory.offered is not None
        question = Question(talk.bot, talk.documents, talk.contact, tuple(talk.transcript), text, offered)
        facts = await BuiltinAssistant().read(question)
        talk.learn(facts.fields)
        talk.transcript.append(line(Author.contact, text))
        decision = decide(rules, facts, memory, talk.contact, text, "turn/1")
        if decision.trigger is not None:
            return Told(talk, handed_over(talk, decision.trigger))
        memory = decision.memory
        talk.transcript.append(line(Author.bot, decision.answer))
    return pressed(talk, "")


def pressed(talk: Talk, words: str) -> Told:
    trigger = pressed_button(rules_of(talk.bot, 1, has_button=True), words, "button/1")
    assert trigger is not None
    return Told(talk, handed_over(talk, trigger))


def handed_over(talk: Talk, trigger: Trigger) -> Case:
    request = OpenRequest(
        conversation_id="c1",
        bot_id="hvac",
        channel="web",
        contact=talk.contact,
        trigger=trigger,
        turn=1,
        opened_at=START,
    )
    needed = ACCOUNT.request(talk.bot, talk.contact, talk.transcript, trigger)
    opened = OpenedCase(
        number=1,
        standing=Standing(),
        contact=talk.contact,
        bot_id="hvac",
        policy=resolve(talk.bot, 1, trigger),
        request=needed,
    )
    return begin_case(request, opened)


NOISE = "It has always been a little noisy, and nobody could ever tell us why that is. " * 12

CONVERSATIONS = [
    pytest.param(
        [
            "Hi! My furnace shows error code E4. What does it mean?",
            "It's an NW-200",
            "Jamie Rivera",
            "312 555 0142",
            "jamie@example.org",
            "I want to talk to a human",
        ],
        "Follow up: My furnace shows error code E4. What does it mean? — human requested",
        [
            "Request: My furnace shows error code E4. What does it mean?",
            "Reason: human requested — the contact asked for a person (like “I want to talk to a human”)",
            "Name: Jamie Rivera\nPhone: +13125550142\nEmail: jamie@example.org",
            "Collected:\n- product model: NW-200",
            "(answered)",
            "What was tried:\n- E4 on the NW-200 means that the igniter does not glow.",
            "[nw-200-error-codes.md: NW-200 code E4]",
            "Last messages (3 earlier left out):\n- Bot: ",
        ],
        id="the question before the request",
    ),
    pytest.param(
        ["Hello", "I want to talk to somebody about my invoice from October"],
        "Follow up: I want to talk to somebody about my invoice from October — human requested",
        ["Phone: not known"],
        id="the request says what it is about",
    ),
    pytest.param(
        ["How much is a diagnostic visit?", "I'd like to speak to a real person, my cellar is full of water"],
        "Follow up: I'd like to speak to a real person, my cellar is full of water — human requested",
        ["then “I'd like", "[visit-prices.md: How much does a diagnostic visit cost?]"],
        id="something else in the request",
    ),
    pytest.param(
        [
            "My thermostat shows E5, what does that mean?",
            "NW-350",
            "That did not help",
            "That did not help",
            "no, did not help",
        ],
        "Follow up: My thermostat shows E5, what does that mean? — failed to resolve",
        [
            "Reason: failed to resolve — the bot's answers did not help (3 answers rejected)",
            "(answered, but not helped)",
            "[nw-350-error-codes.md: NW-350 code E5]",
        ],
        id="the answers did not help",
    ),
    pytest.param(
        ["hello", "do you take bitcoin?"],
        "Follow up: do you take bitcoin? — lack of information",
        ["Reason: lack of information — the bot had no answer\n"],
        id="a gap",
    ),
    pytest.param(
        ["What does a diagnostic visit cost?", "bitcoin?"],
        "Follow up: bitcoin? — lack of information",
        ["“What does a diagnostic visit cost?” (answered); then “bitcoin?”"],
        id="a gap in one word",
    ),
    pytest.param(
        ["How much is a diagnostic visit?", "This is ridiculous, you are useless!", "I hate this stupid bot, idiots"],
        "Follow up: How much is a diagnostic visit? — negative sentiment",
        ["Reason: negative sentiment — the contact is upset (2 upset messages in a row)"],
        id="upset",
    ),
    pytest.param(
        ["Do you repair on Saturdays?", "emergency repair please, water is leaking into my cellar"],
        "Follow up: emergency repair please, water is leaking into my cellar — high value",
        ["valuable or urgent (“emergency repair”)", "Tags: human_handover, urgent"],
        id="urgent",
    ),
    pytest.param(
        [f"Hello there. We bought the furnace in 2019. {NOISE}Can you send a technician this week?", "A human please"],
        "Follow up: Can you send a technician this week? — human requested",
        ["Request: We bought the furnace in 2019. It has", " … Can you send a technician this week?\n"],
        id="a long story",
    ),
    pytest.param(
        ["Meine Heizung zeigt E7", "ja bitte"],
        "Follow up: Meine Heizung zeigt E7 — lack of information",
        ["- Contact: Meine Heizung zeigt E7"],
        id="another language",
    ),
    pytest.param(
        [],
        "Follow up: see the conversation — human requested",
        ["(pressed “Talk to a person”)", "Request: see the last"],
        id="only the button",
    ),
]


@pytest.mark.parametrize(("texts", "named", "holds"), CONVERSATIONS)
async def test_a_person_reads_what_is_wanted_and_what_was_tried(texts: list[str], named: str, holds: list[str]) -> None:
    told = await played(texts)
    assert told.title == named
    assert [part for part in holds if part not in told.description] == []
    rows = sum(max(1, -(-len(row) // COLUMNS)) for row in told.description.splitlines())
    assert (rows <= ROWS, len(told.description) <= LONGEST) == (True, True)


async def test_an_accepted_offer_names_the_question_before_it() -> None:
    bot = hvac().model_copy(update={"handover": hvac().handover.model_copy(update={"offer_first": True})})
    told = await played(["My furnace shows E4", "NW-200", "Can I talk to a human?", "yes please"], Talk(bot))
    assert [one.text for one in told.talk.transcript][-2:] == [OFFER, "yes please"]
    assert told.title == "Follow up: My furnace shows E4 — human requested"


async def test_the_button_takes_what_was_written_with_it() -> None:
    talk = (await played(["How much is a diagnostic visit?"])).talk
    assert pressed(talk, "My boiler is loud").title == "Follow up: My boiler is loud — human requested"
    assert pressed(talk, "please").title == "Follow up: How much is a diagnostic visit? — human requested"
    assert pressed(talk, "").title == "Follow up: How much is a diagnostic visit? — human requested"


async def test_who_steps_in_finds_the_request_too() -> None:
    talk = (await played(["My furnace shows E4", "NW-200"])).talk
    case = handed_over(talk, stepped_in("sarah", "take-over/1"))
    assert title(case, "{request} — {reason}") == "My furnace shows E4 — taken over"
    assert "Reason: taken over — a colleague stepped in\n" in description(case, talk.transcript, "")


# ---- the activity ----------------------------------------------------------------------------------------------------


class Model(BuiltinAssistant):
    """Stands in for a model's server behind an assistant: it answers late, or not at all."""

    def __init__(self, takes: float = 0.0, text: str = "Jamie wants E4 explained.") -> None:
        self._takes, self._text = takes, text

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        await asyncio.sleep(self._takes)
        return self._text


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.at(f"sqlite+aiosqlite:///{tmp_path / 'handover.db'}")
    await store.database.migrate()
    await store.settings.put_bot(hvac(), Talk().documents)
    yield store
    await store.close()


async def described(store: Store, model: Model, patience: float = 60.0) -> str:
    """The description that the activity puts on the list."""
    told = await played(["My furnace shows E4", "NW-200", "I want to talk to a human"])
    case = await opened(store, told)
    activities = TaskActivities(model, ACCOUNT, store.settings, store.transcripts, store.handovers, patience)
    await ActivityEnvironment().run(activities.create_task, TaskRequest(case=case))
    assert case.task_id is not None
    return (await store.reads.task(case.task_id)).description


async def opened(store: Store, told: Told) -> Case:
    request = OpenRequest(
        conversation_id="c1",
        bot_id="hvac",
        channel="web",
        contact=Contact(name="Jamie Rivera"),
        trigger=told.case.trigger,
        turn=1,
        opened_at=START,
    )
    case = begin_case(request, await store.handovers.open(request, told.case.policy))
    new_task(case, START, due=START + timedelta(hours=24))
    return case


async def test_the_task_has_the_models_summary(store: Store) -> None:
    text = await described(store, Model())
    assert "Summary: Jamie wants E4 explained." in text
    assert "Name: Jamie Rivera\nPhone: not known\nEmail: not known" in text


@pytest.mark.parametrize("model", [Model(takes=60), Model(text="")], ids=["slow", "silent"])
async def test_no_task_waits_for_a_models_text(store: Store, model: Model) -> None:
    text = await described(store, model, patience=0.05 if model._takes else 60)
    assert "Request: My furnace shows E4\n" in text
    assert "Jamie wants" not in text


def test_the_times_are_of_one_conversation() -> None:
    """What was said before a silence that closes a conversation, or before a person's last words, is another matter."""
    bot, later = hvac(), AT + timedelta(days=30)
    old = [line(Author.contact, "My furnace shows E4"), line(Author.bot, "E4 means that the igniter does not glow.")]
    now = line(Author.contact, "I want to talk to a human")
    asked = Trigger(key="turn/3", reason="human_requested", request="I want to talk to a human")
    assert ACCOUNT.request(bot, Contact(), [*old, now], asked) == "My furnace shows E4"
    assert ACCOUNT.request(bot, Contact(), [*old, now._replace(at=later)], asked) == "I want to talk to a human"
    person = line(Author.person, "Your furnace is repaired.", "Omar")
    assert ACCOUNT.request(bot, Contact(), [*old, person, now], asked) == "I want to talk to a human"
    assert ACCOUNT.answers(bot, Talk().documents, [*old, person, now]) == []
