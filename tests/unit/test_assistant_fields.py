"""Details read out of the contact's words."""

import pytest

from assistant import fields
from handover.bot import Bot
from tests.unit.assistant_talk import hvac

MODELS = ("NW-200", "AirOne 12")


def read(text: str, wanted: str | None = None, bot: Bot | None = None) -> dict[str, str]:
    return fields.read(bot or hvac(), text, wanted, MODELS)


@pytest.mark.parametrize(
    ("wanted", "text", "value"),
    [
        ("name", "maria lopez", "Maria Lopez"),
        ("name", "Sure, it's Jean-Luc O'Neill.", "Jean-Luc O'Neill"),
        ("name", "My name is Bob, why?", "Bob"),
        ("name", "Zoë", "Zoë"),
        ("name", "J. R. O’Neill-Müller", "J. R. O'Neill-Müller"),
        ("name", "王小明", "王小明"),
        ("name", "अनीता शर्मा", "अनीता शर्मा"),
        ("name", "My name is สมชาย ใจดี", "สมชาย ใจดี"),
        ("name", "x" * 60, "X" + "x" * 59),
        ("phone", "312-555-0142", "+13125550142"),
        ("phone", "you can reach me at +44 20 7946 0958", "+442079460958"),
        ("phone", "555 0142", "555 0142"),
        ("email", "it is Maria.Lopez@Example.com.", "Maria.Lopez@example.com"),
        ("product_model", "it's a nw200", "NW-200"),
        ("product_model", "AIRONE12 I think", "AirOne 12"),
        ("product_model", "I have a Carrier C-900X", "C-900X"),
        ("product_model", "the big grey one", ""),
    ],
)
def test_an_answer_to_the_bots_question(wanted: str, text: str, value: str) -> None:
    assert read(text, wanted).get(wanted, "") == value


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("name", "why do you want to know?"),
        ("name", "I'd rather not say"),
        ("name", "no"),
        ("name", "<b>script</b> 12"),
        ("name", "x" * 61),
        ("name", "x" * 9000),
        ("name", f"my name is {'x' * 9000}"),
        ("name", "अ" * 9000),
        ("name", "A-1734"),
        ("name", "anna_99"),
        ("phone", "I don't have one"),
        ("phone", "42"),
        ("email", "maria at example"),
        ("email", "not-an@address"),
        ("product_model", "I don't know"),
    ],
)
def test_what_is_no_answer_is_not_taken(wanted: str, text: str) -> None:
    assert wanted not in read(text, wanted)


def test_details_are_taken_unasked_where_the_text_names_them() -> None:
    found = read("My name is Ann Lee, my NW-200 is cold. Call +1 312 555 0142 or write to ann@example.org")
    assert found == {
        "name": "Ann Lee",
        "phone": "+13125550142",
        "email": "ann@example.org",
        "product_model": "NW-200",
    }


def test_numbers_that_are_no_phone_numbers_are_left_alone() -> None:
    assert read("the serial number is 00012 and it cost 1500 dollars on 12.10.2024") == {}


def test_a_field_of_the_bots_own() -> None:
    bot = Bot.model_validate({"id": "b", "name": "B", "collect": ["order_number"]})
    assert fields.question("order_number") == "What is your order number?"
    assert read("My order number is A-1734.", None, bot) == {"order_number": "A-1734"}
    assert read("A-1734", "order_number", bot) == {"order_number": "A-1734"}
    assert read("what is that?", "order_number", bot) == {}


def test_a_phone_number_is_read_for_the_bots_country() -> None:
    bot = Bot.model_validate({"id": "b", "name": "B", "handover": {"hours": {"holidays": "DE"}}})
    assert fields.phone("030 901820", bot) == "+4930901820"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+1 555 0100", "+1 555 0100"),
        ("(555) 0100, evenings", "(555) 0100, evenings"),
        ("123 456", "123 456"),
        ("212 555 1234", "+12125551234"),
        ("12 345", ""),
        (f"{'1' * 41}", ""),
    ],
)
def test_what_is_called_a_phone_number_is_kept_as_typed_where_it_cannot_be_dialled(typed: str, kept: str) -> None:
    """The chat's form for an address writes such lines."""
    assert fields.contact_details(hvac(), f"Email: ann@example.org\nPhone: {typed}") == {
        "email": "ann@example.org",
        **({"phone": kept} if kept else {}),
    }
    assert read(f"Phone: {typed}").get("phone", "") == kept
    assert fields.contact_details(hvac(), f"the display shows {typed}").get("phone", "") in ("", "+12125551234")


def test_the_field_that_was_asked_for_is_known_by_its_question() -> None:
    assert fields.asked(hvac(), "Thank you. What is your email address?") == "email"
    assert fields.asked(hvac(), "What is your favourite colour?") is None
    assert fields.only_asks(hvac(), "Thank you, Maria. What is your email address?")
    assert not fields.only_asks(
        hvac(), "We are open from Monday to Friday, 08:00 to 18:00. What is your email address?"
    )
