"""Text messages by their rules: who wants none, whose numbers, and long texts in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handover import sms
from handover.sms import Numbers
from handover.sms_failures import settings_fault, why


@pytest.mark.parametrize(
    "text", ["STOP", "stop", " Stop \n", "StopAll", "UNSUBSCRIBE", "cancel", "END", "quit", "Revoke", "OPTOUT"]
)
def test_these_words_alone_end_it(text: str) -> None:
    assert sms.wish(text) == "out"


@pytest.mark.parametrize("text", ["START", "yes", "Unstop"])
def test_these_words_alone_begin_it_again(text: str) -> None:
    assert sms.wish(text) == "in"


@pytest.mark.parametrize(
    "text", ["Please stop", "STOP it", "stop.", "HELP", "info", "", "It does not stop", "yes please", "🛑"]
)
def test_all_else_is_a_message(text: str) -> None:
    assert sms.wish(text) is None


def test_twilio_knows_better_where_it_has_words_of_its_own() -> None:
    assert sms.wish("Arrêt", "STOP") == "out"
    assert sms.wish("Encore", "START") == "in"
    assert sms.wish("STOP", "HELP") is None
    assert sms.wish("STOP", "SOMETHING NEW") is None


@pytest.mark.parametrize(
    ("ours", "theirs", "name"),
    [("+15550100", "+4930123456", "sms:15550100:4930123456"), ("12345", "+4930123456", "sms:12345:4930123456")],
)
def test_a_conversation_is_named_by_both_numbers(ours: str, theirs: str, name: str) -> None:
    assert sms.conversation_id(Numbers(ours, theirs)) == name
    assert sms.numbers_of(name) == Numbers(ours, theirs)


@pytest.mark.parametrize("name", ["web-42", "sms:", "sms:1:2", "sms:15550100", "sms:15550100:x", "sms:1555:0100:1"])
def test_another_conversation_names_no_numbers(name: str) -> None:
    assert sms.numbers_of(name) is None


@pytest.mark.parametrize("text", ["+4930123456", "+49 30 123456", "+49 (30) 12-34.56", "+49\u00a030/123456"])
def test_a_number_as_people_write_it(text: str) -> None:
    assert sms.phone_number(text) == "+4930123456"


@pytest.mark.parametrize(
    "text", ["", "030 123456", "0049 30 123456", "+0 123456789", "+49 30 CALL", "+12", "+1234567890123456"]
)
def test_what_is_no_number_with_its_country(text: str) -> None:
    assert sms.phone_number(text) is None


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert sms.parts(" Hello. ") == ["Hello."]
    assert sms.parts("x" * 1600) == ["x" * 1600]


def test_a_long_text_is_cut_behind_a_sentence() -> None:
    first, second = "The filter is dirty. " * 75, "Then the fan is loud. " * 20
    one, two = sms.parts(first + second)
    assert one.startswith("(1/2) The filter")
    assert one.endswith(".")
    assert two.startswith("(2/2) ")
    assert two.removeprefix("(2/2) ")[0] == "T"


def test_where_no_sentence_ends_it_is_cut_behind_a_word_and_otherwise_anywhere() -> None:
    assert sms.parts("filter " * 400)[0].endswith("filter")
    assert [len(part) for part in sms.parts("x" * 1601)] == [1598, 15]


def test_a_sentence_that_ends_early_does_not_make_a_short_part() -> None:
    assert len(sms.parts("Yes. " + "filter " * 400)[0]) > 1500


def test_an_emoji_counts_twice() -> None:
    assert len(sms.parts("🔥" * 800)) == 1
    assert len(sms.parts("🔥" * 801)) == 2


@given(st.text(alphabet=st.sampled_from("ab .!?\n。🔥é"), max_size=6000))
def test_nothing_is_lost_and_every_part_fits(text: str) -> None:
    cut = sms.parts(text)
    assert all(len(part.encode("utf-16-le")) // 2 <= sms.MAX_UNITS for part in cut)
    bare = cut if len(cut) == 1 else [part.partition(") ")[2] for part in cut]
    assert "".join("".join(bare).split()) == "".join(text.split())
    if len(cut) > 1:
        assert [part.partition(" ")[0] for part in cut] == [f"({n}/{len(cut)})" for n in range(1, len(cut) + 1)]


def test_why_a_message_did_not_arrive() -> None:
    assert why(21610, "refuses").startswith("The contact wants no more text messages")
    assert why(30005, "could not deliver") == "The contact's number is unknown or no longer in use (Twilio 30005)"
    assert why(None, "could not deliver") == "Twilio could not deliver the message and does not say why"
    assert why(99, "refuses", "<b>No</b>\n\n  way " + "x" * 500) == (
        "Twilio refuses the message: "
        + ("<b>No</b> way " + "x" * 500)[:200]
        + " (https://www.twilio.com/docs/api/errors/99)"
    )


def test_a_fault_of_the_settings_names_the_setting() -> None:
    assert "HANDOVER_TWILIO_AUTH_TOKEN" in settings_fault(20003)
    assert settings_fault(21610) == settings_fault(None) == ""
