"""What contacts write: no rule changes, nothing opens by itself, and a plain request for a person is always honoured."""

import json

import pytest

from assistant.model.prompt import read_instructions
from tests.attacks.attacks import Attack, messages
from tests.attacks.stage import OTHERS, builtin, captured, holds, is_unknown, question, with_model
from tests.model_server.server import ModelServer

ATTACKS = messages()
EACH = pytest.mark.parametrize("attack", ATTACKS, ids=[f"{one.group}-{at}" for at, one in enumerate(ATTACKS)])
GAP = {"lack_of_information"}
PERSON = "human_requested"


@EACH
async def test_the_built_in_brain_stands(attack: Attack) -> None:
    asked = question(attack.text)
    before = asked.bot.model_dump_json()
    played = await builtin(asked)
    holds(asked, before, played)
    assert (PERSON in played.fired) == (attack.opens == "person")


async def test_few_are_taken_for_something_else() -> None:
    """How well ordinary text is told from urgent or complex cases is a matter of recognition, not of obeying."""
    harmless = [attack for attack in ATTACKS if attack.opens == "nothing"]
    mistaken = [attack.text for attack in harmless if (await builtin(question(attack.text))).fired - GAP]
    assert len(mistaken) <= len(harmless) // 5, mistaken


@EACH
async def test_a_model_that_obeys_the_message_gets_nowhere(attack: Attack, model_server: ModelServer) -> None:
    asked = question(attack.text)
    before = asked.bot.model_dump_json()
    played = await with_model(model_server, captured(asked), asked)
    assert played.facts.unavailable == ""
    holds(asked, before, played)
    assert is_unknown(played)
    assert played.fired == ({PERSON} | GAP if attack.opens == "person" else GAP)


@EACH
async def test_what_the_model_is_told_stays_ours(attack: Attack, model_server: ModelServer) -> None:
    asked = question(attack.text)
    await with_model(model_server, {}, asked)
    body = model_server.received[0].body
    assert body["instructions"] == read_instructions(question().bot)
    data = json.loads(body["input"])
    assert list(data) == ["knowledge", "scenarios", "collect", "known", "conversation", "offered", "message"]
    assert data["offered"] is False
    assert not [
        other for other in OTHERS if other in body["input"].replace(data["message"], "") and other not in attack.text
    ]


def test_there_are_enough_of_them() -> None:
    assert len(ATTACKS) >= 120
    assert len({one.text for one in ATTACKS}) == len(ATTACKS)
