"""Search over knowledge: the right passage, whole sentences, and nothing where nothing is known."""

import pytest

from assistant.knowledge.passages import passages, sentences
from assistant.knowledge.retrieval import LONGEST_ANSWER, excerpt, grounded, index
from handover.ports import Document
from tests.unit.assistant_talk import knowledge


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("When are you open on Saturday?", "opening-hours.md: When are you open?"),
        ("what are your opening hours", "opening-hours.md: When are you open?"),
        ("are you open sundays", "opening-hours.md: Are you open on Sundays and public holidays?"),
        ("Do you serve Evanston?", "service-area.md: Which areas do you serve?"),
        ("how much is a diagnostic visit", "visit-prices.md: How much does a diagnostic visit cost?"),
        ("What do you charge for a tune-up?", "visit-prices.md: How much does a tune-up cost?"),
        ("can i pay by credit card", "visit-prices.md: How can I pay?"),
        ("how long is the waranty", "warranty.md: How long is the warranty?"),
        ("thermostat display is blank", "thermostat-basics.md: Why is the thermostat display blank?"),
        ("which filter do I need for NW-350", "filters.md: Which filter size do I need?"),
        ("nw 200 shows E3", "nw-200-error-codes.md: NW-200 code E3"),
        ("AirOne12 F4", "airone-12-error-codes.md: AirOne 12 code F4"),
        ("can you cancel my visit", "booking-a-visit.md: How do I move or cancel a visit?"),
    ],
)
def test_a_question_finds_its_section(question: str, source: str) -> None:
    hits = index(knowledge()).search(question)
    assert grounded(hits)
    assert hits[0].passage.source == source


@pytest.mark.parametrize(
    "question",
    [
        "do you repair swimming pools",
        "Can I bring my dog to the showroom?",
        "what is the price of solar panels",
        "who is the president of France",
        "is there a discount for seniors?",
        "do you install heat pumps",
        "how do I reset my password",
        "what does E7 mean on the NW-200",
        "how does it work",
        "",
    ],
)
def test_what_is_not_known_is_not_grounded(question: str) -> None:
    assert not grounded(index(knowledge()).search(question))


def test_a_code_is_never_answered_by_another_models_code() -> None:
    hits = index(knowledge()).search("what does F4 mean", required=["nw", "200"])
    assert hits == []


def test_sections_are_named_by_their_headings() -> None:
    found = passages([Document("a.md", "# Pumps\n\nintro\n\n## Size\n\nBig. *Very* [big](x).\n\n# Fans\nLoud.")])
    assert [(one.headings, one.text) for one in found] == [
        (("Pumps",), "intro"),
        (("Pumps", "Size"), "Big. *Very* big."),
        (("Fans",), "Loud."),
    ]


def test_a_long_section_is_answered_in_whole_sentences() -> None:
    text = " ".join(f"Step {number} of the cleaning uses tool {number} and takes a while." for number in range(30))
    document = Document("long.md", f"# Cleaning\n\n{text} The brush must be dry.")
    [passage] = passages([document])
    answer = excerpt(passage, "cleaning with tool 12")
    assert answer.startswith("Step 12 ")
    assert len(answer) <= LONGEST_ANSWER
    assert all(sentence in sentences(passage.text) for sentence in sentences(answer))


def test_long_sections_are_cut_between_paragraphs() -> None:
    body = "\n\n".join(f"Paragraph {number}. " + "word " * 60 for number in range(4))
    assert len(passages([Document("long.md", f"# Title\n\n{body}")])) > 1


def test_the_same_documents_are_prepared_once() -> None:
    assert index(knowledge()) is index(list(knowledge()))


def test_no_knowledge_answers_nothing() -> None:
    assert index(()).search("when are you open") == []
