"""The account for the person who takes over, and what a model may not say."""

import pytest

from assistant.builtin import BuiltinAssistant
from assistant.promises import reveals, without_promises
from assistant.summary import LONGEST
from handover.casefile import Case
from handover.messages import Author
from tests.unit.assistant_talk import Talk, hvac
from tests.unit.make import case


def handed_over(talk: Talk, request: str) -> Case:
    began = case()
    return began.model_copy(
        update={"contact": talk.contact, "trigger": began.trigger.model_copy(update={"request": request})}
    )


async def test_it_says_what_is_wanted_what_was_tried_and_what_is_known() -> None:
    talk = Talk()
    for text in ("My thermostat shows an E5 code, what does it mean?", "NW-350", "Ann Lee", "thanks"):
        await talk.says(text)
    text = await BuiltinAssistant().summarise(hvac(), handed_over(talk, "I want a human"), talk.transcript)
    assert "Asks: “I want a human”." in text
    assert "shows an E5 code" in text
    assert "outdoor sensor" in text
    assert "name Ann Lee" in text
    assert "product model NW-350" in text
    assert "May I have your name" not in text.split("The bot answered")[0]


async def test_it_invents_nothing() -> None:
    talk = Talk()
    text = await BuiltinAssistant().summarise(hvac(), handed_over(talk, "help"), [])
    assert text == "Asks: “help”. The bot has given no answer yet."


async def test_it_stays_short() -> None:
    talk = Talk()
    for number in range(20):
        await talk.says(f"Question {number}: {'what about the warranty and the filter ' * 20}?")
    text = await BuiltinAssistant().summarise(hvac(), handed_over(talk, "x" * 300), talk.transcript)
    assert 100 < len(text) <= LONGEST
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
