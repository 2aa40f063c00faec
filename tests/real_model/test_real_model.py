"""The brain on a real endpoint, as the environment says: OPENAI_API_KEY, OPENAI_BASE_URL, HANDOVER_OPENAI_MODEL and the others
of docs/models.md. What a model says differs from run to run, so only what any model for this work has to manage is asked."""

from collections.abc import AsyncIterator

import pytest

from adapters import make_assistant
from assistant.openai_compatible import OpenAIAssistant
from handover.messages import Author, Contact
from handover.ports import Question
from handover.turns import Facts, Score
from settings import AppSettings
from tests.unit.assistant_talk import hvac, knowledge, line
from tests.unit.make import case

SAID = (line(Author.contact, "Hi, I have an NW-200"), line(Author.bot, "Hello! How can I help you?"))


@pytest.fixture
async def brain() -> AsyncIterator[OpenAIAssistant]:
    assistant = make_assistant(AppSettings())
    assert isinstance(assistant, OpenAIAssistant)
    yield assistant
    await assistant.close()


async def read(brain: OpenAIAssistant, text: str) -> Facts:
    facts = await brain.read(Question(hvac(), knowledge(), Contact(name="Ann"), SAID, text, False))
    assert facts.unavailable == ""
    return facts


async def test_the_key_the_address_and_the_model_are_right(brain: OpenAIAssistant) -> None:
    assert await brain.trouble() == ""


async def test_a_question_is_answered_from_the_knowledge(brain: OpenAIAssistant) -> None:
    facts = await read(brain, "What does a tune-up cost?")
    assert "129" in facts.answer
    assert facts.grounded
    assert facts.language == "en"
    assert facts.scores.get("human_requested", Score()).score < 0.6


async def test_what_is_not_in_the_knowledge_is_not_made_up(brain: OpenAIAssistant) -> None:
    assert (await read(brain, "Do you repair motorcycles, and what do you charge for it?")).grounded is False


async def test_a_person_is_recognised_in_words_of_ones_own(brain: OpenAIAssistant) -> None:
    facts = await read(brain, "Is there no one with a pulse over there that I could have a word with?")
    assert facts.scores["human_requested"].score >= 0.6


async def test_a_case_is_summed_up(brain: OpenAIAssistant) -> None:
    transcript = [*SAID, line(Author.contact, "My furnace shows the error E4 and it is freezing in here")]
    assert "E4" in await brain.summarise(hvac(), case(), transcript)
