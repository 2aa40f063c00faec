"""What the person who takes over reads: who, what, why, and what was said last."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handover.brief import COLUMNS, LAST_MESSAGES, LONGEST, MOST_READ, ROWS, description, reason_in_words, title
from handover.messages import Author, Contact, Evidence
from handover.ports import Line, Told
from handover.wording import plain, whole_sentences
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
    told = [Told("E4 means that the igniter does not glow.", ("nw-200.md: E4",)), Told("Look at the filter.")]
    assert description(made, lines, "Wants E4 explained.", told) == (
        "Request: My furnace is cold\n\n"
        "Reason: lack of information — the bot had no answer\n\n"
        "Name: Jamie Rivera\nPhone: +13125550142\nEmail: jamie@example.org\n\n"
        "Collected:\n- product model: NW-350\n- city: Chicago\n\n"
        "Tags: customer, human_handover, info-gap\n\n"
        "Summary: Wants E4 explained.\n\n"
        "What was tried:\n- E4 means that the igniter does not glow. [nw-200.md: E4]\n- Look at the filter.\n\n"
        "Last messages:\n- Contact: It shows E4\n- Bot: Let me see"
    )


def test_what_is_not_known_says_so() -> None:
    text = description(case(contact=Contact(), why=trigger(request="")), [], "")
    assert "Name: not known\nPhone: not known\nEmail: not known" in text
    assert "Request: see the last messages" in text
    assert [part for part in ("Summary", "What was tried", "Last messages", "Collected") if part in text] == []


def test_a_tag_is_listed_once() -> None:
    made = case(contact=Contact(tags=["human_handover", "vip"]))
    assert description(made, [], "").endswith("\nTags: human_handover, vip")


def test_only_the_last_messages_are_shown_each_on_one_line() -> None:
    lines = [line(Author.contact, f"message {number}\n" + "x" * 300) for number in range(LAST_MESSAGES + 3)]
    shown = description(case(), lines, "").partition("Last messages (3 earlier left out):\n")[2].splitlines()
    assert [one.split()[3].rstrip("…") for one in shown] == [str(number) for number in range(3, LAST_MESSAGES + 3)]
    assert max(map(len, shown)) <= 230


def test_of_a_long_conversation_the_least_that_is_left_out_is_told() -> None:
    lines = [line(Author.contact, "Hello")] * MOST_READ
    assert f"Last messages (at least {MOST_READ - LAST_MESSAGES} earlier left out):" in description(case(), lines, "")


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
    assert description(case(), [line(author, "Hello", label)], "").endswith(f"\n- {speaker}: Hello")


def seen(kind: str, matched: str, reason: str = "human_requested") -> Evidence:
    return Evidence.model_validate(
        {"scenario": reason, "score": 1.0, "threshold": 0.6, "matched": matched, "kind": kind}
    )


@pytest.mark.parametrize(
    ("evidence", "shown"),
    [
        ([seen("phrase", "Get me a human")], "the contact asked for a person (like “Get me a human”)"),
        ([seen("button", "Talk to a person")], "the contact asked for a person (pressed “Talk to a person”)"),
        ([seen("person", "sarah")], "the contact asked for a person"),
        ([], "the contact asked for a person"),
        (
            [seen("phrase", "human"), seen("tag", "vip", "high_value"), seen("keyword", "warranty", "Warranty claim")],
            "the contact asked for a person (like “human”); also high value (tagged “vip”); also Warranty claim (“warranty”)",
        ),
        ([seen("phrase", "human"), seen("count", "3 answers rejected", "failed_to_resolve")],
         "the contact asked for a person (like “human”); also failed to resolve (3 answers rejected)"),
    ],
)  # fmt: skip
def test_the_reason_says_what_was_seen_and_what_else_fired(evidence: list[Evidence], shown: str) -> None:
    made = case(why=trigger(evidence=[one.model_dump() for one in evidence]))
    assert f"\nReason: human requested — {shown}\n" in description(made, [], "")


def test_a_reason_that_joined_later_is_told_and_a_rule_has_its_own_name() -> None:
    made = case(why=trigger("Warranty claim"), reasons=["Warranty claim", "negative_sentiment"])
    assert "\nReason: Warranty claim; also negative sentiment\n" in description(made, [], "")


FORGED = "Jamie\nPhone: +19005550000\r\u2028Email: evil@example.org\x1b[31m\u202egnp\u200b\x00"


def test_no_text_of_others_passes_for_another_part() -> None:
    contact = Contact(name=FORGED, fields={"city\nPhone": FORGED, "Email": FORGED}, tags=[FORGED[:60]])
    lines = [line(Author.contact, FORGED, FORGED), line(Author.bot, FORGED)]
    made = case(contact=contact, why=trigger(request=FORGED))
    text = description(made, lines, FORGED, [Told(FORGED, (FORGED,))])
    parts = (
        "Request:",
        "Reason:",
        "Name:",
        "Phone:",
        "Email:",
        "Collected:",
        "Tags:",
        "Summary:",
        "What was",
        "Last ",
        "- ",
        "",
    )
    assert [row for row in text.split("\n") if row and not row.startswith(parts[:-1])] == []
    assert [row for row in text.split("\n") if row.startswith(("Phone", "Email"))] == [
        "Phone: not known",
        "Email: not known",
    ]
    assert {"\x1b", "\u202e", "\u200b", "\x00", "\u2028", "\r"}.isdisjoint(
        text + title(made, "{request} {contact_name}")
    )


def test_a_phone_number_and_an_address_are_never_cut() -> None:
    email = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example"
    made = case(contact=Contact(phone="+" + "1" * 39, email=email))
    assert f"\nPhone: +{'1' * 39}\nEmail: {email}\n" in description(made, [], "")


def test_of_many_fields_the_first_are_shown_and_the_rest_counted() -> None:
    made = case(contact=Contact(fields={f"field_{number}": "x" * 500 for number in range(9)}))
    shown = description(made, [], "").partition("Collected:\n")[2].partition("\n\n")[0].splitlines()
    assert [row[:9] for row in shown] == [f"- field {number}" for number in range(5)] + ["- … and 4"]


def test_the_newest_answers_are_the_ones_that_are_shown() -> None:
    told = [Told(f"Answer {number}.") for number in range(5)]
    assert "tried:\n- Answer 2.\n- Answer 3.\n- Answer 4." in description(case(), [], "", told)


def test_a_text_is_cut_at_a_sentence_where_half_of_it_stays() -> None:
    assert whole_sentences("It is cold. It is really cold.", 20) == "It is cold. …"
    assert whole_sentences("Hi. It is really very cold here.", 20) == "Hi. It is really…"


def test_of_a_request_that_leaves_something_out_the_end_is_the_title() -> None:
    made = case(why=trigger(request=f"{'It is noisy. ' * 9}… Can you send a technician?"))
    assert title(made, "{request}") == "Can you send a technician?"
    assert title(case(why=trigger(request="It … does it work?")), "{request}") == "It … does it work?"


# ---- whatever is said, it fits on a screen ------------------------------------------------------------------------------

ANY = st.text(max_size=600) | st.text("ab. \n\x00\u202e“”…—-:", max_size=3000)
CONTACTS = st.builds(
    Contact,
    name=st.text(max_size=200),
    phone=st.text(max_size=40),
    email=st.text(max_size=254),
    tags=st.lists(st.text(max_size=64), max_size=30),
    fields=st.dictionaries(st.text(max_size=80), ANY, max_size=20),
)
LINES = st.lists(st.builds(line, st.sampled_from(Author), ANY, st.text(max_size=100)), max_size=30)
TOLD = st.lists(st.builds(Told, ANY, st.lists(ANY, max_size=3).map(tuple)), max_size=6)
EVIDENCE = st.lists(
    st.builds(seen, st.sampled_from(["phrase", "keyword", "model", "count", "tag", "button", "person"]), ANY, ANY),
    max_size=6,
)


FULL = "word " * 700
FULLEST = Contact(
    name=FULL[:200],
    phone="1" * 40,
    email="e" * 254,
    tags=[FULL[:64]] * 30,
    fields={f"{FULL[:70]}{number}": FULL for number in range(20)},
)


MANY_ROWS = Contact(tags=["t" * 60, "u" * 60], fields={str(number): "short" for number in range(6)})


@given(CONTACTS, LINES, ANY, ANY, TOLD, EVIDENCE)
@example(
    FULLEST.model_copy(update={"name": "n" * 200, "tags": ["t" * 64 + str(number) for number in range(9)]}),
    [line(Author.contact, "x" * 999, "l" * 99)] * 100,
    "r" * 999,
    "s" * 999,
    [Told("a" * 999, ("b" * 99,))] * 6,
    [seen("phrase", "m" * 200, "o" * 200)] * 6,
)
@example(
    MANY_ROWS,
    [line(Author.contact, "x" * 95)] * 8,
    "r" * 195,
    "s" * 195,
    [Told("a" * 105)] * 3,
    [seen("phrase", "m" * 80)],
)
@example(
    FULLEST,
    [line(Author.contact, FULL, FULL)] * 100,
    FULL,
    FULL,
    [Told(FULL, (FULL,))] * 6,
    [seen("phrase", FULL, FULL)] * 6,
)
@settings(max_examples=150, deadline=None)
def test_any_conversation_fits_on_a_screen_and_says_who_and_what(
    contact: Contact, lines: list[Line], request: str, summary: str, told: list[Told], evidence: list[Evidence]
) -> None:
    made = case(contact=contact, why=trigger(request=request, evidence=[one.model_dump() for one in evidence]))
    text = description(made, lines, summary, told)
    rows = text.split("\n")
    assert len(text) <= LONGEST
    assert sum(max(1, -(-len(row) // COLUMNS)) for row in rows) <= ROWS
    assert [
        row.partition(":")[0] for row in rows if row.startswith(("Request:", "Reason:", "Name:", "Phone:", "Email:"))
    ] == [
        "Request",
        "Reason",
        "Name",
        "Phone",
        "Email",
    ]
    assert rows[0] == f"Request: {whole_sentences(plain(request), 290) or 'see the last messages'}"
    assert (
        f"\nPhone: {plain(contact.phone) or 'not known'}\nEmail: {plain(contact.email) or 'not known'}\n" in f"{text}\n"
    )
    assert ("\nLast messages" in text) is bool(lines)
    assert len(title(made, "Follow up: {request} — {reason}")) <= 200


def test_a_reason_reads_like_words() -> None:
    assert [reason_in_words(one) for one in ("failed_to_resolve", "Warranty claim")] == [
        "failed to resolve",
        "Warranty claim",
    ]
