"""What a contact needs somebody for, whatever else they wrote around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.dialogue.reading import UNCLEAR
from assistant.fields.questions import question
from assistant.task_text.asks import asks, main_request
from assistant.task_text.substance import LONGEST
from handover.bot import Bot
from handover.messages import Author, Contact, Trigger
from handover.ports import Line
from handover.triggers import OFFER
from handover.wording import plain
from tests.unit.assistant_talk import hvac, line

JAMIE = Contact(
    name="Jamie Rivera", phone="+13125550142", email="jamie@example.org", fields={"product_model": "NW-350"}
)
HUMAN = "I want to talk to a human"


def talk(*said: str) -> list[Line]:
    """Messages as "c: My furnace is cold": of the contact, the bot, a person, Handover, or a note."""
    authors = {"c": Author.contact, "b": Author.bot, "p": Author.person, "s": Author.system, "n": Author.note}
    return [line(authors[one[0]], one[3:]) for one in said]


def request(*said: str, words: str | None = None, reason: str = "human_requested", bot: Bot | None = None) -> str:
    lines = talk(*said)
    newest = next((one.text for one in reversed(lines) if one.author is Author.contact), "")
    trigger = Trigger(key="turn/1", reason=reason, request=newest if words is None else words)
    return main_request(bot or hvac(), JAMIE, lines, trigger)


E4 = ("c: My furnace shows E4", "b: E4 means that the igniter does not glow.")


@pytest.mark.parametrize(
    "after",
    [
        HUMAN,
        "Can I please speak to a real person??",
        "get me a manager NOW",
        "I need someone to call me back",
        "hello? ok, thanks, a human please",
        "that did not help",
        "still the same error",
        "This is ridiculous! You are useless!",
        "I already told you that",
        "yes please",
        "This is urgent",
        "Jamie Rivera",
        "NW-350",
        "I'm Jamie Rivera, jamie@example.org",
        "Could a person look at my problem?",
        "How much?",
        "🙏🙏",
        "...",
        "danke",
    ],
)
def test_what_says_nothing_of_the_matter_is_passed_over(after: str) -> None:
    assert request(*E4, f"c: {after}") == "My furnace shows E4"


@pytest.mark.parametrize(
    ("after", "named"),
    [
        ("I want to talk to somebody about my invoice", "I want to talk to somebody about my invoice"),
        ("Connect me to billing", "Connect me to billing"),
        ("My boiler leaks. " + HUMAN, "My boiler leaks."),
        (HUMAN + ". My boiler leaks!", "My boiler leaks!"),
        ("Hi there!\n" + HUMAN + "\nMy boiler leaks", "My boiler leaks"),
        ("No, that did not help, now it shows E7 as well", "No, that did not help, now it shows E7 as well"),
        ("do you take bitcoin", "do you take bitcoin"),
        ("My boiler leaks. What can I do? " + HUMAN, "My boiler leaks. What can I do?"),
        ("Jamie Rivera, and my boiler leaks", "Jamie Rivera, and my boiler leaks"),
        ("> E4 means that the igniter does not glow.\nThe igniter was replaced", "The igniter was replaced"),
        ("and the house is freezing", "My furnace shows E4 – and the house is freezing"),
        ("E7", "E7"),
    ],
)
def test_the_newest_thing_of_substance_is_the_request(after: str, named: str) -> None:
    assert request(*E4, f"c: {after}") == named


def test_messages_in_a_row_are_one() -> None:
    said = ("c: My furnace shows E4", "n: a regular", "c: since Monday morning", "s: Sarah joined", f"c: {HUMAN}")
    assert (
        request(*said, words="\n".join(["since Monday morning", HUMAN])) == "My furnace shows E4 since Monday morning"
    )


@pytest.mark.parametrize(
    "details",
    [
        "my name is Anna Müller, anna@example.org, +1 212 555 0100",
        "Sure! My name is Anna Müller. My email address is anna@example.org and my phone number is 212-555-0100.",
        "You can reach me at +1 212 555 0100",
        "Email: anna@example.org\nPhone: +1 555 0100",
        "My order number is A-1734.",
    ],
)
def test_who_only_says_how_to_be_reached_asks_for_nothing(details: str) -> None:
    """Whether the bot had asked for it or not, and whether it is known of the contact already or not."""
    bot = hvac().model_copy(update={"collect": [*hvac().collect, "order_number"]})
    for before in "b: Hm.", f"b: I can look that up. {question('name')}":
        said = ("c: my heating shows error E3", before, f"c: {details}")
        assert request(*said, bot=bot) == "my heating shows error E3"
        assert request(*said, "b: Thank you.", f"c: {HUMAN}", bot=bot) == "my heating shows error E3"
        assert [one.text for one in asks(bot, JAMIE, talk(*said), 4)] == ["my heating shows error E3"]
    assert request(f"c: {details}", bot=bot) == plain(details), "there is nothing else"


@pytest.mark.parametrize(
    "wish",
    [
        "Please change my email address to anna@example.org",
        "My name is Anna Müller and my boiler leaks",
        "My order number is A-1734 and it never arrived",
        "Can you put me down as anna@example.org for the newsletter?",
    ],
)
def test_a_detail_within_a_request_takes_nothing_from_it(wish: str) -> None:
    bot = hvac().model_copy(update={"collect": [*hvac().collect, "order_number"]})
    assert request(*E4, f"c: {wish}", bot=bot) == wish


@pytest.mark.parametrize("answer", ["12 Main Street", "I'd rather not say", "no idea", "the blue one"])
def test_the_answer_to_a_question_for_a_field_is_no_request(answer: str) -> None:
    asked = f"b: E4 means that the igniter does not glow. {question('product_model')}"
    assert request("c: My furnace shows E4", asked, f"c: {answer}", f"c: {HUMAN}", words=HUMAN) == "My furnace shows E4"
    assert request("c: My furnace shows E4", asked, "c: What does a repair cost?") == "What does a repair cost?"


def test_the_answer_to_a_clarifying_question_completes_the_request() -> None:
    said = ("c: Can you repair it?", f"b: {UNCLEAR}", "c: the heat pump", "b: Hm.", f"c: {HUMAN}")
    assert request(*said) == "Can you repair it? – the heat pump"
    assert request(*said[:3], reason="lack_of_information") == "Can you repair it? – the heat pump"
    longer = "c: My heat pump in the garage has been loud since last week"
    assert request(*said[:2], longer, f"c: {HUMAN}", words=HUMAN) == longer[3:]


def test_an_offer_is_no_question_about_the_request() -> None:
    assert request("c: My furnace shows E4", f"b: {OFFER}", "c: no, my boiler leaks") == "no, my boiler leaks"


def test_a_gap_is_the_newest_thing_however_short() -> None:
    assert request(*E4, "c: invoice", reason="lack_of_information") == "invoice"
    assert request(*E4, "c: invoice", "b: I'm sorry, I don't know that.", f"c: {HUMAN}") == "My furnace shows E4"


def test_with_nothing_of_substance_the_words_of_the_trigger_stand() -> None:
    assert request(f"c: {HUMAN}") == HUMAN
    assert request("c: Hello", words="") == ""
    assert request("c: invoice", f"b: {UNCLEAR}", f"c: {HUMAN}") == "invoice"
    assert main_request(hvac(), JAMIE, [], Trigger(key="b", reason="human_requested", request="a\u202e\nb")) == "a b"


def test_the_words_of_the_button_are_the_newest() -> None:
    assert request(*E4, words="My boiler leaks") == "My boiler leaks"
    assert request(*E4, words="please") == "My furnace shows E4"
    assert request(*E4, words="") == "My furnace shows E4"


def test_a_bot_of_another_language_knows_its_own_phrases() -> None:
    scenarios = {"human_requested": {"phrases": ["Ich möchte mit einem Menschen sprechen"]}}
    bot = Bot.model_validate({"id": "b", "name": "Heizung", "handover": {"scenarios": scenarios}})
    said = ("c: Meine Heizung bleibt kalt", "b: Seit wann?", "c: Ich möchte bitte mit einem Menschen sprechen")
    assert request(*said, bot=bot) == "Meine Heizung bleibt kalt"


def test_a_long_story_is_cut_and_keeps_what_is_wanted() -> None:
    story = "We bought the furnace in 2019. " + "It was always a little noisy in the evening. " * 30
    named = request(f"c: {story}Can you send a technician? {'The house is old. ' * 9}")
    assert len(named) <= LONGEST
    assert named.startswith("We bought the furnace in 2019. ")
    assert named.endswith("evening. … Can you send a technician?")
    assert request(f"c: {'My furnace is cold. ' * 40}").endswith("cold. …")
    assert len(request("c: " + "furnace" * 900)) <= LONGEST


def test_each_request_has_its_answers_and_what_was_said_to_them() -> None:
    lines = talk(*E4, "c: that did not help", "b: Sorry.", f"c: {HUMAN}", "b: ...", "c: What does a repair cost?")
    assert asks(hvac(), JAMIE, lines, 4) == [
        (
            "My furnace shows E4",
            ("E4 means that the igniter does not glow.", "Sorry.", "..."),
            ("that did not help", HUMAN),
        ),
        ("What does a repair cost?", (), ()),
    ]
    assert [one.text for one in asks(hvac(), JAMIE, lines, 1)] == ["What does a repair cost?"]


ANY = st.text(max_size=200) | st.sampled_from(
    [HUMAN, "and", "> a", "Hi! My furnace is cold?", "yes", "a. b! c? " * 300]
)


@given(st.lists(st.builds(line, st.sampled_from(Author), ANY), max_size=12), ANY)
@settings(max_examples=100, deadline=None)
def test_any_conversation_has_a_short_request_in_the_contacts_own_words(lines: list[Line], words: str) -> None:
    named = main_request(hvac(), JAMIE, lines, Trigger(key="t", reason="human_requested", request=words))
    assert len(named) <= LONGEST
    assert named == plain(named)
    said = plain(" ".join([*(one.text for one in lines if one.author is Author.contact), words]))
    assert (
        set(named.replace("…", " ").replace("–", " ").split()) - set(said.replace("…", " ").replace("–", " ").split())
        == set()
    )
