"""What the person who takes over reads: who, what, why, and what was said last."""

import pytest

from handover.brief import LAST_MESSAGES, description, reason_in_words, title
from handover.messages import Author, Contact
from handover.ports import Line
from tests.unit.make import START, case, trigger

JAMIE = Contact(
    name="Jamie Rivera",
    phone="+13125550142",
    email="jamie@example.org",
    tags=["customer"],
    fields={"product_model": "NW-350", "city": "Chicago"},
)


def line(author: Author, text: str, label: str = "") -> Line:
    return Line(author, text, START, 1, label)


def test_the_title_is_the_request_and_the_reason() -> None:
    assert title(case(), "Follow up: {request} — {reason}") == "Follow up: My furnace is cold — human requested"


@pytest.mark.parametrize(
    ("request_text", "shown"),
    [
        ("", "see the conversation"),
        ("two\nlines", "two lines"),
        ("{reason} {contact_name}", "{reason} {contact_name}"),
        ("word " * 100, "word " * 14 + "word…"),
    ],
)
def test_the_request_in_a_title_is_one_short_line_of_plain_text(request_text: str, shown: str) -> None:
    assert title(case(why=trigger(request=request_text)), "{request}") == shown


def test_a_contact_without_a_name_is_the_contact() -> None:
    assert title(case(contact=Contact()), "Call {contact_name}") == "Call the contact"


def test_a_title_is_never_too_long() -> None:
    assert len(title(case(contact=Contact(name="x" * 200)), "{contact_name} {contact_name}")) <= 200


def test_the_description_holds_everything_needed_to_act() -> None:
    made = case(contact=JAMIE, why=trigger("lack_of_information", tags=["info-gap"]))
    lines = [line(Author.contact, "It shows E4"), line(Author.bot, "Let me see")]
    assert description(made, lines, "Wants E4 explained.") == (
        "Request: My furnace is cold\n\n"
        "Reason: lack of information\n\n"
        "Name: Jamie Rivera\nPhone: +13125550142\nEmail: jamie@example.org\n\n"
        "product_model: NW-350\ncity: Chicago\n\n"
        "Tags: customer, human_handover, info-gap\n\n"
        "Summary: Wants E4 explained.\n\n"
        "Last messages:\nContact: It shows E4\nBot: Let me see"
    )


def test_what_is_not_known_says_so() -> None:
    text = description(case(contact=Contact(), why=trigger(request="")), [], "")
    assert "Name: not known\nPhone: not known\nEmail: not known" in text
    assert "Request: see the last messages" in text
    assert "Summary" not in text


def test_a_tag_is_listed_once() -> None:
    made = case(contact=Contact(tags=["human_handover", "vip"]))
    assert "Tags: human_handover, vip\n" in description(made, [], "")


def test_only_the_last_messages_are_shown_each_on_one_line() -> None:
    lines = [line(Author.contact, f"message {number}\n" + "x" * 300) for number in range(LAST_MESSAGES + 3)]
    shown = description(case(), lines, "").partition("Last messages:\n")[2].splitlines()
    assert [one.split()[2].rstrip("…") for one in shown] == [str(number) for number in range(3, LAST_MESSAGES + 3)]
    assert max(map(len, shown)) <= 260


@pytest.mark.parametrize(
    ("author", "label", "speaker"),
    [
        (Author.contact, "", "Contact"),
        (Author.bot, "", "Bot"),
        (Author.system, "", "Handover"),
        (Author.note, "", "Note"),
        (Author.person, "", "Team"),
        (Author.person, "Sarah from Northwind", "Sarah from Northwind"),
    ],
)
def test_each_message_says_who_spoke(author: Author, label: str, speaker: str) -> None:
    assert description(case(), [line(author, "Hello", label)], "").endswith(f"\n{speaker}: Hello")


def test_a_reason_reads_like_words() -> None:
    assert [reason_in_words(one) for one in ("failed_to_resolve", "Warranty claim")] == [
        "failed to resolve",
        "Warranty claim",
    ]
