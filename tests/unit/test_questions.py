"""Questions that ask for the same are found together, and those that only look alike are not."""

from itertools import permutations

import pytest

from handover.questions import grouped


def counts(*requests: str) -> list[int]:
    return [group.count for group in grouped(requests)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do you service Trane heat pumps?", "can you service a Trane heat pump"),
        ("Do you offer financing for a new furnace?", "Is there financing available for furnaces?"),
        ("Can I pay in instalments?", "is it possible to pay by installments"),
        ("Do you repair pool heaters?", "do you fix pool heaters"),
        ("Do you install EV chargers?", "Can you install a charger for my EV?"),
        ("What is the warranty on the NW-350?", "how long is the warranty of the nw 350"),
        ("Do you have a senior discount?", "Are there discounts for seniors?"),
        ("Machen Sie auch Solaranlagen?", "machen sie auch eine Solaranlage"),
    ],
)
def test_the_same_question_in_other_words(one: str, other: str) -> None:
    assert counts(one, other) == [2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do you repair boilers?", "Do you repair pool heaters?"),
        ("Do you install EV chargers?", "Do you install solar panels?"),
        ("What is the warranty on the NW-350?", "What does the NW-350 cost?"),
        ("What is the price of the NW-200?", "What is the price of the NW-350?"),
        ("Do you take American Express?", "Do you take bitcoin?"),
        ("Do you have a senior discount?", "Do you have a military discount?"),
        ("How do I reset the thermostat?", "How do I replace the thermostat batteries?"),
    ],
)
def test_another_question_in_the_same_words(one: str, other: str) -> None:
    assert counts(one, other) == [1, 1]


def test_the_most_frequent_first_with_its_most_frequent_wording() -> None:
    asked = [
        "Do you take bitcoin?",
        "Do you fix pool heaters?",
        "do you repair pool heaters",
        "do you repair pool heaters",
    ]
    assert [(group.count, group.example) for group in grouped(asked)] == [
        (3, "do you repair pool heaters"),
        (1, "Do you take bitcoin?"),
    ]


def test_the_order_in_which_they_came_makes_no_difference() -> None:
    asked = ["Do you fix pool heaters?", "do you repair pool heaters", "Do you repair heaters?", "Do you take bitcoin?"]
    assert len({str(grouped(order)) for order in permutations(asked)}) == 1


def test_white_space_makes_no_other_question() -> None:
    [group] = grouped(["Do you take\n bitcoin?", "Do you take bitcoin?"])
    assert (group.count, group.example) == (2, "Do you take bitcoin?")


@pytest.mark.parametrize("request_", ["", "  ", "???", "👍"])
def test_what_has_no_words_asks_nothing(request_: str) -> None:
    assert grouped([request_]) == []


def test_little_words_alone_are_a_question_as_well() -> None:
    assert counts("What is this?", "what is this", "Where are you?") == [2, 1]


def test_a_group_names_some_of_the_conversations_once_each() -> None:
    asked = ["Do you take bitcoin?"] * 8 + ["Take bitcoins?", "Are you open on Sunday?", "!"]
    where = ["c1", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "other", "none"]
    bitcoin, sunday = grouped(asked, where)
    assert bitcoin.conversations == ["c1", "c2", "c3", "c4", "c5"]
    assert bitcoin.examples == ["Do you take bitcoin?", "Take bitcoins?"]
    assert sunday.conversations == ["other"]
    assert grouped(asked)[0].conversations == []


def test_a_group_has_three_examples_at_most() -> None:
    wordings = [f"Do you {little} take bitcoin?" for little in ("all", "also", "now", "please", "just", "ever")]
    assert [len(group.examples) for group in grouped(wordings)] == [3]
