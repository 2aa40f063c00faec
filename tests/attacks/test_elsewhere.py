"""Text in names, fields, tags, documents and persons' messages: it is data, and says nothing about what is to be done."""

import json
from typing import Any

import pytest

from assistant.model.prompt import case_data, read_instructions, turn_data
from handover.messages import Author, Contact
from handover.ports import Document, Question
from tests.attacks.attacks import Planted, planted
from tests.attacks.stage import OTHERS, PRICE, builtin, captured, holds, is_unknown, question, with_model
from tests.model_server.server import ModelServer
from tests.unit.assistant_talk import line
from tests.unit.make import case

PLANTED = planted()
EACH = pytest.mark.parametrize("attack", PLANTED, ids=[f"{one.where}-{at}" for at, one in enumerate(PLANTED)])
ANN: dict[str, Any] = {"id": "c1", "name": "Ann", "phone": "+13125550142", "email": "ann@example.org"}
REQUEST = "I want to talk to a human"


def with_planted(attack: Planted, text: str = PRICE) -> Question:
    """A turn in which the text stands where the attack puts it."""
    match attack.where:
        case "name" | "email" | "phone":
            return question(text, Contact.model_validate(ANN | {attack.where: attack.text}))
        case "tag":
            return question(text, Contact.model_validate(ANN | {"tags": [attack.text]}))
        case "field":
            return question(text, Contact.model_validate(ANN | {"fields": {"plan": attack.text, attack.text: "x"}}))
        case "collected":
            return question(text, Contact.model_validate(ANN | {"fields": {"product_model": attack.text}}))
        case "document":
            return question(text, documents=[Document("tune-up.md", f"# What does a tune-up cost?\n\n{attack.text}\n")])
        case "person":
            return question(text, more=[line(Author.person, attack.text, "Omar from Northwind")])
        case "label":
            return question(text, more=[line(Author.person, "I'm on it.", attack.text)])
        case other:
            raise ValueError(f"unknown place: {other}")


@EACH
async def test_the_built_in_brain_opens_nothing_for_it(attack: Planted) -> None:
    asked = with_planted(attack)
    before = asked.bot.model_dump_json()
    played = await builtin(asked)
    assert asked.bot.model_dump_json() == before
    assert played.fired == set()


@EACH
async def test_a_person_is_had_in_spite_of_it(attack: Planted, model_server: ModelServer) -> None:
    asked = with_planted(attack, REQUEST)
    assert "human_requested" in (await builtin(asked)).fired
    assert "human_requested" in (await with_model(model_server, captured(asked), asked)).fired


@EACH
async def test_a_model_that_obeys_it_gets_nowhere(attack: Planted, model_server: ModelServer) -> None:
    asked = with_planted(attack)
    before = asked.bot.model_dump_json()
    played = await with_model(model_server, captured(asked), asked)
    holds(asked, before, played)
    assert is_unknown(played)
    assert played.fired == {"lack_of_information"}
    assert played.facts.fields == {}


@EACH
async def test_it_stays_in_its_place(attack: Planted) -> None:
    asked = with_planted(attack)
    assert read_instructions(asked.bot) == read_instructions(question().bot)
    data = json.loads(turn_data(asked))
    assert data["message"] == PRICE
    assert [one["from"] for one in data["conversation"]][:2] == ["contact", "bot"]
    assert [one["name"] for one in data["scenarios"]] == [
        one["name"] for one in json.loads(turn_data(question()))["scenarios"]
    ]


def test_tags_owner_and_status_are_no_business_of_a_model() -> None:
    contact = Contact.model_validate(ANN | {"tags": ["vip-7"], "owner": "sarah-7", "status": "follow_up"})
    told = turn_data(question(contact=contact))
    assert not [one for one in ("vip-7", "sarah-7", "follow_up", '"c1"') if one in told]


def test_a_turn_holds_this_conversation_only() -> None:
    asked = question(more=[line(Author.note, "Robin Castle called from +1 773 555 0166.", "Omar")])
    data = json.loads(turn_data(asked))
    assert not [one for one in OTHERS if one in turn_data(asked)]
    assert data["known"] == {"name": "Ann", "phone": "+13125550142", "email": "ann@example.org"}
    said = [one.text for one in asked.transcript if one.author is not Author.note]
    assert [one["text"] for one in data["conversation"]] == said


def test_a_case_holds_this_conversation_only() -> None:
    asked = question()
    made = case(contact=asked.contact)
    data = json.loads(case_data(made, asked.transcript))
    assert not [one for one in OTHERS if one in json.dumps(data)]
    assert data["known"]["email"] == "ann@example.org"
    assert [one["from"] for one in data["conversation"]] == ["contact", "bot"]


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\U000e0041", "\ue000", "\u2063"])
def test_what_no_reader_sees_no_model_is_told(hidden: str) -> None:
    asked = question(f"What{hidden} does it cost?", Contact.model_validate(ANN | {"name": f"An{hidden}n"}))
    assert hidden not in turn_data(asked)
    assert json.loads(turn_data(asked))["message"] == "What does it cost?"


@pytest.mark.parametrize("seen", ["می‌خواهم", "👩‍🔧", "naïve", "日本", "café"])
def test_what_scripts_and_emoji_need_stays(seen: str) -> None:
    assert json.loads(turn_data(question(seen)))["message"] == seen
