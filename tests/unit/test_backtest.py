"""The sum of a backtest, and the command as people and programs use it."""

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner, Result

import starter
from activities.assistant import BUTTON_CHANNELS
from assistant.builtin import BuiltinAssistant
from console.backtest import SHOWN, Backtest, Order, Outcome, json_lines, show, write_csv
from handover.backtest import Rates, ScenarioCounts
from handover.bot import Bot
from handover.errors import Refused
from handover.messages import Contact
from handover.ports import Versioned
from handover.replay import Change
from store import Store
from tests.unit.backtest_world import KNOWLEDGE, OFF, Ticking, World, a_bot, rule

pytest_plugins = ["tests.unit.store_fixtures"]

PERSON = "I want to talk to a human"
REFUND = "I want a refund please"
PRICE = "What does a visit cost?"
PLANTED = (0, 3, 4, 11)
"""Which of the conversations hold the planted rule's word."""


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
async def world(store: Store, clock: Ticking) -> World:
    made = World(store, clock)
    await made.uses(a_bot())
    return made


async def outcome_of(world: World, bot: Bot, **order: Any) -> Outcome:
    progress = Console(file=StringIO())
    work = Backtest(world.store.recordings, BuiltinAssistant(), BUTTON_CHANNELS, progress)
    return await work.run(Order(Versioned(bot, 0, KNOWLEDGE), **order))


async def a_sample(world: World) -> None:
    """Twelve conversations: every third asks for a person in turn 3, and four hold the word in turn 2."""
    for number in range(12):
        talk = world.conversation(f"c{number}")
        await talk.says(PRICE)
        await talk.says(REFUND if number in PLANTED else "When are you open?")
        if number % 3 == 2:
            await talk.says(PERSON)
            await talk.completed(unnecessary=number == 2)


def found(outcome: Outcome, change: Change) -> dict[str, int]:
    return {one.conversation_id: one.turn for one in outcome.differences if one.change is change}


async def test_a_planted_rules_effect_is_found_exactly(world: World) -> None:
    await a_sample(world)
    outcome = await outcome_of(world, a_bot(rule()))
    assert found(outcome, Change.appeared) == {f"c{number}": 2 for number in PLANTED if number != 11}
    assert found(outcome, Change.moved) == {"c11": 2}
    assert found(outcome, Change.same) == {"c2": 3, "c5": 3, "c8": 3}
    assert len(outcome.differences) == 7
    for one in outcome.differences:
        if one.change in (Change.appeared, Change.moved):
            assert one.after is not None
            assert one.after.evidence is not None
            assert (one.after.reason, one.after.evidence.matched, one.after.evidence.score) == ("Refund", "refund", 1.0)


async def test_a_rule_that_is_switched_off_takes_exactly_its_handovers(world: World) -> None:
    await a_sample(world)
    outcome = await outcome_of(world, a_bot(scenarios=OFF))
    assert found(outcome, Change.vanished) == {"c2": 3, "c5": 3, "c8": 3, "c11": 3}
    assert len(outcome.differences) == 4
    assert {one.now for one in outcome.differences} == {"the rule is off"}
    assert all(one.before and one.before.evidence and one.before.evidence.matched for one in outcome.differences)


async def test_the_sum(world: World) -> None:
    await a_sample(world)
    for name, turn in (("c0", 2), ("c1", 1)):
        await world.store.missed.mark(name, turn, "omar", "")
    total = (await outcome_of(world, a_bot(rule()))).summary
    assert (total.conversations, total.turns, total.unjudged) == (12, 27, 1)
    assert total.total == ScenarioCounts(scenario="all", recorded=4, same=3, moved=1, appeared=3, now=7)
    assert total.scenarios == [
        ScenarioCounts(scenario="Refund", appeared=3, now=4),
        ScenarioCounts(scenario="human_requested", recorded=4, same=3, moved=1, now=3),
    ]
    assert total.before == Rates(needed=3, unnecessary=1, missed=2)
    assert total.after == Rates(needed=4, unnecessary=1, missed=1)
    assert (total.before.precision, total.before.recall) == (3 / 4, 3 / 5)
    assert (total.after.precision, total.after.recall) == (4 / 5, 4 / 5)
    off = (await outcome_of(world, a_bot(scenarios=OFF))).summary
    assert off.total == ScenarioCounts(scenario="all", recorded=4, vanished=4)
    assert off.before == Rates(needed=3, unnecessary=1, missed=2)
    assert off.after == Rates(needed=0, unnecessary=0, missed=5)
    assert (off.after.precision, off.after.recall) == (None, 0.0)


async def test_what_can_not_be_known_is_judged_on_neither_side(world: World) -> None:
    talk = world.conversation()
    await talk.says(REFUND)
    await talk.closes()
    await talk.says(PERSON)
    await talk.completed()
    total = (await outcome_of(world, a_bot(rule()))).summary
    assert (total.total.unknown, total.total.appeared) == (1, 1)
    assert total.before == total.after == Rates(needed=0, unnecessary=0, missed=0)


async def test_a_change_of_reason_counts_for_both(world: World) -> None:
    await world.conversation().says(PERSON)
    total = (await outcome_of(world, a_bot(rule(keywords=["human"], priority=5)))).summary
    assert {one.scenario: (one.recorded, one.changed, one.now) for one in total.scenarios} == {
        "human_requested": (1, 1, 0),
        "Refund": (0, 0, 1),
    }


async def test_only_the_newest(world: World) -> None:
    await a_sample(world)
    outcome = await outcome_of(world, a_bot(rule()), limit=2)
    assert (outcome.summary.conversations, set(found(outcome, Change.moved))) == (2, {"c11"})


async def test_the_button_is_there_on_the_web_alone(world: World) -> None:
    """In `button` mode, a typed request is answered with the button where there is one, and honoured where there is none."""
    for name, channel in (("web1", "web"), ("sms1", "sms")):
        talk = world.conversation(name)
        talk.state.channel = channel
        await talk.says(PERSON)
    outcome = await outcome_of(world, a_bot(trigger_mode="button"))
    assert (found(outcome, Change.vanished), found(outcome, Change.same)) == ({"web1": 1}, {"sms1": 1})


async def test_a_terminal_sees_how_far_it_is(world: World) -> None:
    await a_sample(world)
    out = StringIO()
    progress = Console(file=out, force_terminal=True, width=80)
    work = Backtest(world.store.recordings, BuiltinAssistant(), BUTTON_CHANNELS, progress)
    await work.run(Order(Versioned(a_bot(), 0, KNOWLEDGE)))
    assert "12/12" in out.getvalue()


async def test_what_is_recorded_of_others_is_named(world: World) -> None:
    with pytest.raises(Refused, match="recorded are: none"):
        await outcome_of(world, a_bot())
    await world.conversation().says(PRICE)
    other = a_bot().model_copy(update={"id": "other"})
    with pytest.raises(Refused, match=r"'other'; recorded are: hvac \(1\)"):
        await outcome_of(world, other)


# ---- the contact's words stay where they are unless they are asked for ------------------------------------------------


@pytest.mark.parametrize("quote", [False, True])
async def test_the_contacts_words_are_told_only_when_asked_for(world: World, tmp_path: Path, quote: bool) -> None:
    await world.conversation(contact=Contact(name="Mia Stone")).says("I am Mia Stone and I want a refund")
    outcome = await outcome_of(world, a_bot(rule()), quote=quote)
    out = StringIO()
    show(Console(file=out, width=200), outcome)
    write_csv(tmp_path / "out.csv", outcome)
    told = [out.getvalue(), (tmp_path / "out.csv").read_text(), "\n".join(json_lines(outcome))]
    assert [("Mia Stone" in text, "refund" in text) for text in told] == [(quote, True)] * 3


async def test_hostile_words_are_text_everywhere(world: World, tmp_path: Path) -> None:
    hostile = '=HYPERLINK("http://x")\x1b[2J [red]refund[/red]'
    await world.conversation().says(hostile)
    outcome = await outcome_of(world, a_bot(rule(name="-1+[b]1", keywords=["refund"])), quote=True)
    out = StringIO()
    show(Console(file=out, width=200), outcome)
    assert "\x1b" not in out.getvalue()
    assert "[red]refund[/red]" in out.getvalue()
    assert "-1+[b]1" in out.getvalue()
    write_csv(tmp_path / "out.csv", outcome)
    with (tmp_path / "out.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["text"], row["reason_now"]) == (f"'{hostile}", "'-1+[b]1")


async def test_a_row_has_everything(world: World, tmp_path: Path) -> None:
    talk = world.conversation()
    await talk.says(PERSON)
    await talk.completed(unnecessary=True)
    outcome = await outcome_of(world, a_bot(rule(keywords=["human"], priority=5, urgent=True)))
    write_csv(tmp_path / "out.csv", outcome)
    with (tmp_path / "out.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert row.pop("at").startswith("2026-11-16T09:00:")
    before = {"reason": "human_requested", "urgent": "false", "score": "0.98", "matched": PERSON, "kind": "phrase"}
    now = {"reason": "Refund", "urgent": "true", "score": "1.0", "matched": "human", "kind": "keyword"}
    both = {"action": "follow_up", "threshold": "0.6"}
    assert row == {
        **{"conversation_id": "c1", "turn": "1", "change": "changed", "judged": "unnecessary", "offered": "false"},
        **{"handover_id": "c1~1", "why_not": "", "text": ""},
        **{f"{name}_before": value for name, value in (before | both | {"fired": ""}).items()},
        **{f"{name}_now": value for name, value in (now | both | {"fired": "human_requested"}).items()},
    }


async def test_the_terminal_shows_the_first_differences_and_says_that_there_are_more(world: World) -> None:
    for number in range(SHOWN + 2):
        await world.conversation(f"c{number}").says(REFUND)
    out = StringIO()
    show(Console(file=out, width=200), await outcome_of(world, a_bot(rule())))
    assert out.getvalue().count("appeared: ") == SHOWN
    assert "and 2 more" in out.getvalue()


@pytest.mark.parametrize(
    ("scenarios", "said"),
    [
        ({"human_requested": {"threshold": 1.0}}, f"0.98 of 1.00: {PERSON}"),
        (OFF, "the rule is off"),
    ],
)
async def test_of_a_handover_that_vanishes_it_is_said_why(world: World, scenarios: Any, said: str) -> None:
    await world.conversation().says(PERSON)
    out = StringIO()
    show(Console(file=out, width=200), await outcome_of(world, a_bot(scenarios=scenarios)))
    assert said in out.getvalue()


# ---- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with the sample in it."""
    folder = tmp_path / "data"
    folder.mkdir()

    async def fill(store: Store) -> None:
        world = World(store, Ticking())
        await world.uses(a_bot())
        await a_sample(world)

    asyncio.run(_with_store(folder, fill))
    return folder


async def _with_store(folder: Path, work: Callable[[Store], Awaitable[None]]) -> None:
    store = Store.at(f"sqlite+aiosqlite:///{folder / 'handover.db'}")
    try:
        await store.database.migrate()
        await work(store)
    finally:
        await store.close()


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    return written(tmp_path / "rules.yaml", a_bot(rule()))


def written(path: Path, bot: Bot) -> Path:
    path.write_text(yaml.safe_dump(bot.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    return path


def backtest(*arguments: object) -> Result:
    return CliRunner().invoke(starter.app, ["backtest", *map(str, arguments)])


def test_the_command_prints_a_table_and_writes_a_file(data: Path, rules_file: Path, tmp_path: Path) -> None:
    result = backtest("--bot", rules_file, "--data-dir", data, "--csv", tmp_path / "out.csv")
    assert result.exit_code == 0, result.output
    assert "12 conversations, 27 turns judged" in result.stdout
    assert "appeared: c4, turn 2; now Refund 1 of 0.6, 'refund' → follow_up" in result.stdout
    with (tmp_path / "out.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 7


def test_json_lines_are_nothing_else(data: Path, rules_file: Path) -> None:
    result = backtest("--bot", rules_file, "--data-dir", data, "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["change"] for one in lines[:-1]].count("appeared") == 3
    assert lines[-1]["summary"]["after"]["recall"] == 1.0
    assert result.stderr == ""


def test_knowledge_that_is_not_beside_the_file_is_the_stored_one(data: Path, tmp_path: Path) -> None:
    """Without any, the bot could answer nothing."""
    strict = a_bot(scenarios={"lack_of_information": {}}).model_copy(update={"knowledge": ["knowledge/*.md"]})
    file = written(tmp_path / "rules.yaml", strict)
    assert '"conversation_id":"c1"' not in backtest("--bot", file, "--data-dir", data, "--json").stdout
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "other.md").write_text("# Cats\n\nCats sleep a lot.\n", encoding="utf-8")
    assert '"conversation_id":"c1"' in backtest("--bot", file, "--data-dir", data, "--json").stdout


@pytest.mark.parametrize("text", ["id: hvac", "id: [", "", "\x00", "id: hvac\nname: N\nhandover: {enabled: 7}"])
def test_a_file_that_is_no_bot_is_refused_by_name(data: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    result = backtest("--bot", file, "--data-dir", data)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "rules.yaml" in result.stderr


def test_what_is_no_text_or_not_there_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff")
    for name in ("picture", "nothing", "."):
        result = backtest("--bot", tmp_path / name, "--data-dir", data)
        assert (result.exit_code, result.stdout) == (2, "")
        assert str(tmp_path / name) in result.stderr


def test_where_nothing_is_recorded_that_is_said_and_nothing_is_made(rules_file: Path, tmp_path: Path) -> None:
    result = backtest("--bot", rules_file, "--data-dir", tmp_path / "none")
    assert result.exit_code == 1
    assert "Nothing is recorded yet" in result.stderr
    assert not (tmp_path / "none").exists()


def test_an_empty_store_a_time_without_words_and_a_wrong_one(data: Path, rules_file: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    asyncio.run(_with_store(tmp_path / "empty", lambda store: asyncio.sleep(0)))
    empty = backtest("--bot", rules_file, "--data-dir", tmp_path / "empty")
    assert (empty.exit_code, "recorded are: none" in empty.stderr) == (1, True)
    later = backtest("--bot", rules_file, "--data-dir", data, "--since", "2030-01-01")
    assert (later.exit_code, "in that time; 12 conversations" in later.stderr) == (1, True)
    turned = backtest("--bot", rules_file, "--data-dir", data, "--since", "2026-12-01", "--until", "2026-11-01")
    assert (turned.exit_code, "--until" in turned.stderr) == (2, True)


def test_a_file_that_could_not_be_written_is_refused_before_the_work(
    data: Path, rules_file: Path, tmp_path: Path
) -> None:
    result = backtest("--bot", rules_file, "--data-dir", data, "--csv", tmp_path / "none" / "out.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--csv" in result.stderr
