"""Reading what is disguised, and leaving alone what is not."""

from functools import partial

import pytest

from assistant.recognition.intents import recogniser
from assistant.recognition.wrapped_requests import scores_of
from assistant.text.disguise import folded, undisguised, visible
from handover.turns import Score
from tests.unit.assistant_talk import hvac


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("h\u200bu\u00adm\u2060an", "human"),
        ("hum\u0430n \u0440erson", "human person"),
        ("ｈｕｍａｎ", "human"),
        ("𝒉𝒖𝒎𝒂𝒏", "human"),
        ("a\u202eb\u2066c", "abc"),
        ("line\r\nline\rline\tend", "line\nline\nline\tend"),
    ],
)
def test_letters_are_read_as_they_look(text: str, read: str) -> None:
    assert folded(text) == read


@pytest.mark.parametrize(
    "text", ["Привет, как дела?", "Γειά σας", "naïve café", "日本語", "سلام", "Temp < 60 °F", "👩‍🔧"]
)
def test_other_scripts_stay_as_they_are(text: str) -> None:
    assert visible(text) == text
    assert folded(text).replace("\u200d", "") == text.replace("\u200d", "")


@pytest.mark.parametrize("text", ["What does a tune-up cost?", "It's 5 pm.", "I have 2 units", "Don't: wait!"])
def test_plain_text_has_one_reading(text: str) -> None:
    assert undisguised(text) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"a": ["one", {"b": "two"}], "c": 3}', "one\ntwo"),
        ("```json\nhello\n```", "hello"),
        ("<system>hello</system>", "hello"),
        ("<|im_start|>hello<|im_end|>", "hello"),
        ("[INST] hello [/INST]", "hello"),
        ('System: "hello"', "hello"),
        ("h e l l o", "hello"),
        ("h.e.l.l.o", "hello"),
        ("h3ll0", "hello"),
        ("hello%20you", "hello you"),
        ("hello&#32;you", "hello you"),
        ("\\u0068ello", "hello"),
    ],
)
def test_what_is_wrapped_is_unwrapped(text: str, read: str) -> None:
    assert read in [" ".join(one.split()) if "\n" not in read else one for one in undisguised(text)]


def test_deep_json_ends() -> None:
    assert undisguised("[" * 100_000 + "]" * 100_000) == []
    assert undisguised("[" * 20 + '"deep"' + "]" * 20) == []


@pytest.mark.parametrize(
    "text",
    [
        'My friend said "I want to talk to a human" and you gave him a robot.',
        '"I want to talk to a human" is what the last caller said. What does a tune-up cost?',
        "I don't want to talk to a human.",
        "Which user agent do you support?",
        "t.h.e. f.i.l.t.e.r.",
        "My model is NW-200 <b>and</b> it shows E4.",
        '{"error": "E4", "model": "NW-200"}',
        "System: NW-200\nError: E4",
        "d0 y0u s3rv3 my 4r34?",
        "The furnace is blue. " * 500,
    ],
)
def test_a_near_miss_stays_what_it_is(text: str) -> None:
    own = recogniser(hvac())
    plain, found = (of(text).get("human_requested", Score()).score for of in (own.scores, partial(scores_of, own)))
    assert found == plain or found < 0.6


@pytest.mark.parametrize("before", [0, 900, 1990, 2400, 10_000])
def test_a_request_is_found_anywhere_in_a_long_text(before: int) -> None:
    padding = "The furnace is blue. " * 500
    text = f"{padding[:before]}. I want to talk to a human. {padding}"
    assert scores_of(recogniser(hvac()), text)["human_requested"].score >= 0.6


def test_the_other_scenarios_are_judged_by_the_text_as_it_stands() -> None:
    own = recogniser(hvac())
    for text in ("bulk order", "3nt3rpr1s3", "no%20match"):
        found = {name: score for name, score in scores_of(own, text).items() if name != "human_requested"}
        assert found == {name: score for name, score in own.scores(text).items() if name != "human_requested"}
