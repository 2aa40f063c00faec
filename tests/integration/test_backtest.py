"""A backtest on a real server's database while it runs: recorded over HTTP, reviewed over HTTP, tried by the command."""

import json
import uuid
from pathlib import Path
from typing import Any

import yaml

from console.api import Api
from engine.stack import Stack
from tests.example import example_bot
from tests.integration.test_server import typed

Json = dict[str, Any]
ANSWERED = "What are your opening hours?"
HELD = "My name is Ada Novak, from Evanston"
ASKED = "I want to talk to a human"


async def talked(api: Api, *texts: str) -> str:
    """A conversation in which this was said, each after the answer to the one before."""
    conversation_id = f"b-{uuid.uuid4().hex[:10]}"
    for number, text in enumerate(texts):
        message = {"message_id": str(number), "text": text}
        answer = await api.post(f"/conversations/{conversation_id}/messages", message, wait=30)
        assert answer["replies"], text
    return conversation_id


def rules_to_try(folder: Path) -> Path:
    """The example's rules with one more, and without those that fire when a person is asked for."""
    settings = example_bot().model_dump(mode="json", exclude_none=True)
    for name in ("human_requested", "lack_of_information"):
        settings["handover"]["scenarios"][name]["enabled"] = False
    settings["handover"]["rules"].append({"name": "Evanston", "when": "They live there.", "keywords": ["Evanston"]})
    file = folder / "rules.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return file


async def test_a_planted_rule_is_found_in_exactly_its_conversations(stack: Stack, api: Api, tmp_path: Path) -> None:
    planted = [await talked(api, HELD, ANSWERED) for _ in range(3)]
    plain = [await talked(api, ANSWERED) for _ in range(2)]
    asked = [await talked(api, ANSWERED, ASKED) for _ in range(2)]
    for conversation_id, turn in ((planted[0], 1), (plain[0], 1)):
        mark = {"turn": turn, "reason": "They wanted more", "staff_id": "omar"}
        await api.post(f"/conversations/{conversation_id}/missed", mark)
    file = rules_to_try(tmp_path)
    data = str(stack.plan.data_dir)
    code, out, errors = await typed("backtest", "--bot", str(file), "--data-dir", data, "--json")
    assert (code, errors) == (0, "")
    lines: list[Json] = [json.loads(line) for line in out.splitlines()]
    ours = {*planted, *plain, *asked}
    found = {(one["conversation_id"], one["change"], one["turn"], one["judged"]) for one in lines if "change" in one}
    assert {one for one in found if one[0] in ours} == {
        (planted[0], "appeared", 1, "missed"),
        (planted[1], "appeared", 1, ""),
        (planted[2], "appeared", 1, ""),
        (plain[0], "missed", 1, "missed"),
        (asked[0], "vanished", 2, ""),
        (asked[1], "vanished", 2, ""),
    }
    [evidence] = {one["after"]["evidence"]["matched"] for one in lines if one.get("after")}
    assert evidence == "Evanston"
