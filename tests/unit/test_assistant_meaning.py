"""What the learnt weights make of messages, and what they are made of."""

import pytest

from assistant.recognition.features import features
from assistant.recognition.kinds import kind_of
from assistant.recognition.meaning import ALWAYS, Weights, meaning, weights

ASKED = "human_requested"
THRESHOLD = 0.6


@pytest.mark.parametrize(
    ("text", "scenario"),
    [
        ("might i have a word with one of your people", ASKED),
        ("kindly arrange callback from concerned person", ASKED),
        ("The pipe under the sink burst and water is running into the flat below!", "high_value"),
        ("We'd like prices for 400 licences, billed to one account", "high_value"),
        ("Our lawyers want to change two clauses before we sign", "complex_request"),
        ("Absolutely disgraceful, I will tell everybody what you are like", "negative_sentiment"),
        ("you sent me the very same answer as before", "failed_to_resolve"),
    ],
)
def test_it_is_what_is_meant_that_counts(text: str, scenario: str) -> None:
    found = meaning(text)
    assert found[scenario] >= THRESHOLD
    assert max(found, key=lambda name: found[name]) == scenario


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "12345",
        "jamie@example.org",
        "What are your opening hours?",
        "My estate agent sent me the keys",
        "How many people work for you?",
        "Ich habe eine Frage zu meiner Rechnung",
        "私の注文はどこですか",
    ],
)
def test_what_means_nothing_of_it_triggers_nothing(text: str) -> None:
    assert max(meaning(text).values(), default=0.0) < THRESHOLD


def test_a_request_for_a_person_counts_in_one_sentence_of_many() -> None:
    story = "The filter is new. The thermostat was set to twenty degrees. I cleaned the vents in spring."
    assert meaning(story)[ASKED] < THRESHOLD
    assert meaning(f"{story} Put me through to somebody, please. The house is from 1970.")[ASKED] >= THRESHOLD


def test_a_sentence_alone_counts_for_nothing_else() -> None:
    both = ((0, 5.0), (1, 5.0)), ((0, -5.0), (1, -5.0))
    made_up = Weights((ASKED, "high_value"), {"w agent": both[0], "w leaflet": both[1]})
    found = made_up.scores("The leaflet is nice. Agent please.")
    assert found["high_value"] == 0.5
    assert found[ASKED] > THRESHOLD


def test_misspelt_words_share_pieces_with_the_right_ones() -> None:
    assert {"p huma", "puman"} <= features("humanx") & features("human")


def test_words_after_a_negation_are_told_apart() -> None:
    assert "n hurry" in features("there is no hurry")
    assert "n hurry" not in features("hurry, there is no time")


def test_numbers_are_told_apart_by_their_length_alone() -> None:
    assert features("order 4711") == features("order 8264")
    assert features("order 4711") != features("order 47")


@pytest.mark.parametrize(
    ("word", "kind"),
    [("nurse", "#PERSON"), ("gardener", "#ROLE"), ("with", "with"), ("furnace", "."), ("bots", "#MACHINE")],
)
def test_a_word_has_a_kind(word: str, kind: str) -> None:
    assert kind_of(word) == kind


def test_every_weight_belongs_to_a_scenario() -> None:
    learnt = weights()
    assert len(learnt.of[ALWAYS]) == len(learnt.scenarios)
    assert {place for one in learnt.of.values() for place, _ in one} == set(range(len(learnt.scenarios)))
