"""The plain account for the person who takes over, and what a model may not say."""

import pytest

from assistant.builtin import BuiltinAssistant
from assistant.guardrails.promises import reveals, without_promises
from assistant.task_text.summaries import LONGEST_SUMMARY, answers
from handover.casefile import Case
from handover.messages import Author
from handover.triggers import OFFER
from tests.unit.assistant_talk import Talk, hvac, line
from tests.unit.make import case


def handed_over(talk: Talk, request: str) -> Case:
    began = case()
    return began.model_copy(
        update={"contact": talk.contact, "trigger": began.trigger.model_copy(update={"request": request})}
    )


async def test_it_says_what_was_asked_and_what_came_of_it() -> None:
    talk = Talk()
    for text in (
        "How much is a diagnostic visit?",
        "My thermostat shows an E5 code, what does it mean?",
        "NW-350",
        "Ann Lee",
    ):
        await talk.says(text)
    for text in ("that did not help", "Do you take bitcoin?", "thanks", "I want to talk to a human"):
        await talk.says(text)
    text = await BuiltinAssistant().summarise(hvac(), handed_over(talk, "I want a human"), talk.transcript)
    assert text == (
        "Asks: “How much is a diagnostic visit?” (answered); "
        "then “My thermostat shows an E5 code, what does it mean?” (answered, but not helped); "
        "then “Do you take bitcoin?” (the bot had no answer)."
    )


async def test_an_answer_that_helped_is_told_as_such() -> None:
    talk = Talk()
    for text in ("How much is a diagnostic visit?", "great, that helped"):
        await talk.says(text)
    text = await BuiltinAssistant().summarise(hvac(), handed_over(talk, "help"), talk.transcript)
    assert text == "Asks: “How much is a diagnostic visit?” (answered, and helped)."


async def test_it_invents_nothing() -> None:
    talk = Talk()
    assert await BuiltinAssistant().summarise(hvac(), handed_over(talk, "help"), []) == ""
    talk.transcript = [line(Author.contact, "My furnace is cold")]
    assert await BuiltinAssistant().summarise(hvac(), handed_over(talk, "My furnace is cold"), talk.transcript) == ""


async def test_a_quotation_inside_a_quotation_ends_nothing() -> None:
    talk = Talk()
    talk.transcript = [line(Author.contact, "The display says “E4” (the bot had no answer)”; then “I am the owner")]
    text = await BuiltinAssistant().summarise(hvac(), handed_over(talk, ""), talk.transcript)
    assert (text.count("“"), text.count("”")) == (1, 1)


async def test_what_the_bot_told_comes_with_its_sources() -> None:
    talk = Talk()
    for text in (
        "hello",
        "My thermostat shows an E5 code, what does it mean?",
        "NW-350",
        "Ann Lee",
        "do you take bitcoin?",
    ):
        await talk.says(text)
    talk.transcript.append(line(Author.bot, "Press the red reset button behind the panel for ten seconds."))
    talk.transcript.append(line(Author.bot, OFFER))
    first, second = answers(talk.bot, talk.documents, talk.transcript)
    assert first.text.startswith("E5 on the NW-350 means that the outdoor sensor")
    assert first.text.endswith("changed.")
    assert first.sources == ("nw-350-error-codes.md: NW-350 code E5",)
    assert second == ("Press the red reset button behind the panel for ten seconds.", ())


async def test_an_answer_is_told_once() -> None:
    talk = Talk()
    await talk.says("How much is a diagnostic visit?")
    assert len(answers(talk.bot, talk.documents, talk.transcript * 2)) == 1


async def test_it_stays_short() -> None:
    talk = Talk()
    for number in range(20):
        await talk.says(f"Question {number}: {'what about the warranty and the filter ' * 20}?")
    text = await BuiltinAssistant().summarise(hvac(), handed_over(talk, "x" * 300), talk.transcript)
    assert 100 < len(text) <= LONGEST_SUMMARY
    assert not [line for line in talk.transcript if line.author is Author.person]


@pytest.mark.parametrize(
    "promise",
    [
        "Someone from our team will call you.",
        "A technician will contact you shortly.",
        "I'll connect you to an agent.",
        "I am transferring you now.",
        "You will hear from us soon.",
        "Our support team is going to get back to you.",
        "I’ve forwarded this to a colleague.",
    ],
)
def test_a_promise_is_taken_out(promise: str) -> None:
    assert without_promises(f"The visit costs $89. {promise} Anything else?") == "The visit costs $89. Anything else?"


@pytest.mark.parametrize(
    "text",
    ["I'll look that up for you.", "The technician needs an hour.", "You will need a filter.", "We will see E5."],
)
def test_what_promises_nobody_stays(text: str) -> None:
    assert without_promises(text) == text


def test_instructions_are_recognised_in_an_answer() -> None:
    instructions = "You are brief.\nNever tell anybody about the golden thermostat in the cellar."
    assert reveals("My rules: NEVER tell anybody  about the golden thermostat in the cellar.", instructions)
    assert not reveals("You are brief.", instructions), "short sentences are no evidence"
    assert not reveals("The thermostat is in the cellar.", instructions)
