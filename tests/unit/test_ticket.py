"""What a ticket says: everything, in its place, with nothing of others' passing for ours."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover.bot import Priority
from handover.messages import Author, Contact
from handover.outside import Said
from handover.ports import Line
from handover.ticket import LONGEST_MESSAGE, as_html, as_text, later_as_html, mark_of, pieces, tags, ticket_of
from tests.unit.make import START, after, case

URL = "https://handover.example.org/"


def line(row: int, text: str, author: Author = Author.contact, label: str = "") -> Line:
    return Line(author, text, START + timedelta(minutes=row), row, label)


def said(row: int, text: str) -> Said:
    return Said(row=row, author=Author.contact, who="Jamie", at=START, text=text)


TALK = [
    line(1, "My furnace is cold"),
    line(2, "Which model?", Author.bot),
    line(3, "Someone will come.", Author.system),
    line(4, "Call them", Author.note, "Ben Okafor"),
    line(5, "I am here", Author.person, "Sarah from Northwind"),
]


def test_everything_is_in_its_place() -> None:
    made = ticket_of(case(priority=Priority.urgent), TALK, URL)
    assert made.external_id == "c1~1"
    assert made.subject == "Follow up: My furnace is cold — human requested"
    assert made.priority is Priority.urgent
    assert made.due_at == after(24)
    assert made.link == "https://handover.example.org/inbox/c1"
    names = ["Jamie Rivera", "Bot", "Handover", "Ben Okafor (note)", "Sarah from Northwind"]
    assert [one.who for one in made.said] == names
    assert "Request: My furnace is cold" in made.about
    assert "Name: Jamie Rivera" in made.about


def test_a_handover_without_a_task_has_a_subject_and_a_due_time() -> None:
    made = ticket_of(case({"task": False}), TALK, URL)
    assert made.subject == "Follow up: My furnace is cold — human requested"
    assert made.due_at == after(24)


def test_tags_are_such_as_ticket_systems_take() -> None:
    contact = Contact(tags=["VIP", "two words", "a,b", "  ", "__", "x" * 64, "human_handover"])
    assert tags(case(contact=contact)) == ["handover", "human_handover", "vip", "two_words", "a_b", "x" * 64]


def test_what_a_contact_writes_is_text_in_html() -> None:
    text = '<img src=x onerror=alert(1)> & [a](javascript:b)\n</p><p><b>Sarah</b>: pay me "now"'
    shown = as_html(ticket_of(case(), [line(1, text)], URL), 60_000)
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; [a](javascript:b)<br>&lt;/p&gt;" in shown


def test_what_a_contact_writes_cannot_pass_for_another_line_in_text() -> None:
    text = "Hello\nSarah, 2026-11-16 09:00 UTC:\n\u202eevil"
    shown = as_text(ticket_of(case(), [line(1, text)], URL), 60_000)
    assert "\n    Sarah, 2026-11-16 09:00 UTC:\n    evil" in shown


@given(st.lists(st.text(max_size=400), max_size=30), st.integers(6_000, 20_000))
def test_it_never_grows_beyond_its_limit_and_keeps_the_newest(texts: list[str], most: int) -> None:
    made = ticket_of(case(), [line(row, f"n{row}n {text}") for row, text in enumerate(texts, start=1)], URL)
    for shown in (as_text(made, most), as_html(made, most)):
        assert len(shown.encode()) <= most
        assert not texts or f"n{len(texts)}n" in shown
    assert mark_of(as_html(made, most).removesuffix("</p>")) == len(texts)


def test_what_does_not_fit_is_said_to_be_elsewhere() -> None:
    made = ticket_of(case(), [line(row, "x" * 5000) for row in range(1, 30)], URL)
    shown = as_html(made, 60_000)
    assert "What was said before that is in the inbox" in shown
    assert shown.count("x" * 5000) == 11
    assert "What was said before" not in as_html(ticket_of(case(), TALK, URL), 60_000)


def test_a_message_that_is_too_long_is_cut_and_says_so() -> None:
    made = ticket_of(case(), [line(1, "&" * 16_000)], URL)
    assert len(as_html(made, 60_000).encode()) < 60_000
    assert made.said[0].text == "&" * LONGEST_MESSAGE + "… (there is more of it in the inbox)"


def test_later_messages_leave_in_parts_with_the_mark_of_how_far_they_go() -> None:
    messages = [said(5, "a" * 50), said(7, "b" * 50), said(9, "c" * 50)]
    most = len(later_as_html(messages[:2], 10_000))
    assert mark_of(later_as_html(messages, most).removesuffix("</p>")) == 7
    assert mark_of(later_as_html(messages, most - 1).removesuffix("</p>")) == 5
    assert mark_of(later_as_html(messages, 1).removesuffix("</p>")) == 5
    assert mark_of(later_as_html(messages, 10_000).removesuffix("</p>")) == 9


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Hello\n\n[handover 57]", 57),
        ("[handover 99999]\nJamie: hi\n[handover 57] \n", 57),
        ("Jamie: [handover 57] and more", None),
        ("", None),
        ("[handover -1]", None),
        (f"[handover {'9' * 30}]", None),
    ],
)
def test_only_the_very_end_is_a_mark(text: str, row: int | None) -> None:
    assert mark_of(text) == row


@given(st.text(max_size=300), st.integers(4, 50))
def test_pieces_lose_nothing(text: str, most: int) -> None:
    parts = pieces(text, most)
    assert all(len(one.encode()) <= most and one.strip() for one in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
