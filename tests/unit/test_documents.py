"""Settings from files: every wrong value is named with its file, its line, its key and what is allowed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from handover.bot import Bot
from handover.documents import Path as KeyPath
from handover.documents import read_bot, read_team, team_problems, validated
from handover.errors import Problem, SettingsError
from handover.staff import Staff

EXAMPLES = Path(__file__).parents[2] / "examples" / "hvac"
BOT_TEXT = (EXAMPLES / "bot.yaml").read_text(encoding="utf-8")
TEAM_TEXT = (EXAMPLES / "staff.yaml").read_text(encoding="utf-8")


def places(node: yaml.Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, yaml.Node, int]]:
    """Every value of a file with its path and the line on which its key stands."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value), value, key.start_mark.line + 1
            yield from places(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), value, value.start_mark.line + 1
            yield from places(value, (*path, index))


def spoilt(text: str, node: yaml.Node, wrong: str) -> str:
    """The file with another value in one place; lines in front of it stay where they are."""
    start, end = node.start_mark.index, node.end_mark.index
    old, lines = text[start:end], chr(10) * text.count(chr(10), start, end)
    is_block = isinstance(node, yaml.CollectionNode) and not node.flow_style
    return text[:start] + wrong + lines + (old.rpartition(chr(10))[2] if is_block else "") + text[end:]


def wrong_for(node: yaml.Node) -> str:
    """A value that no key of such a kind takes: a list of lists for what is simple, a number for what is not."""
    return "[[]]" if isinstance(node, yaml.ScalarNode) else "7"


def all_places(text: str) -> list[tuple[KeyPath, yaml.Node, int]]:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert node is not None
    return list(places(node))


def dotted(path: KeyPath) -> str:
    return ".".join(map(str, path))


def refusal(text: str, read: Any = read_bot) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read(text, "settings.yaml")
    return caught.value


def changed(*path: str | int, value: Any) -> str:
    """The example bot with one other value, written anew."""
    settings = yaml.safe_load(BOT_TEXT)
    inner = settings
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return yaml.safe_dump(settings, sort_keys=False)


def test_the_examples_are_good() -> None:
    assert read_bot(BOT_TEXT, "bot.yaml").handover.actions.keys() == {"follow_up", "urgent", "specialist"}
    assert [person.id for person in read_team(TEAM_TEXT, "staff.yaml")] == ["sarah", "ben", "mei", "omar"]


@pytest.mark.parametrize(
    ("read", "text", "path", "node", "line"),
    [
        pytest.param(read, text, path, node, line, id=f"{name}:{dotted(path)}")
        for name, read, text in [("bot", read_bot, BOT_TEXT), ("staff", read_team, TEAM_TEXT)]
        for path, node, line in all_places(text)
    ],
)
def test_a_wrong_value_is_named_wherever_it_stands(
    read: Any, text: str, path: KeyPath, node: yaml.Node, line: int
) -> None:
    [problem] = refusal(spoilt(text, node, wrong_for(node)), read).problems
    key = dotted(path)
    assert problem.key == key or problem.key.startswith(f"{key}.")
    assert problem.line == line
    assert "allowed" in problem.text


MAPPINGS = [
    path for path, node, _ in all_places(BOT_TEXT) if isinstance(node, yaml.MappingNode) and path[-1] != "actions"
]


@pytest.mark.parametrize("path", [pytest.param(path, id=dotted(path)) for path in MAPPINGS])
def test_an_unknown_key_is_named_at_every_level(path: KeyPath) -> None:
    problem = refusal(changed(*path, "colour", value="red")).problems[0]
    assert (problem.key, problem.text.split(";")[0]) == (f"{dotted(path)}.colour", "there is no such key")
    assert "allowed are" in problem.text


def test_the_text_has_file_line_key_and_what_is_allowed() -> None:
    assert str(refusal("id: hvac\nname: Northwind\nchanels: [web]\n")) == (
        "settings.yaml, line 3: chanels: there is no such key (did you mean channels?); allowed are channels, "
        "close_after, collect, debounce, greeting, handover, id, knowledge, model, name, origins, persona"
    )


def test_every_problem_is_named_not_just_the_first() -> None:
    problems = refusal("id: HVAC\nhandover:\n  enabled: maybe\n  tag: ''\n").problems
    assert [(problem.key, problem.line) for problem in problems] == [
        ("id", 1),
        ("name", None),
        ("handover.enabled", 3),
        ("handover.tag", 4),
    ]


@pytest.mark.parametrize(
    ("path", "value", "key", "says"),
    [
        (
            ("handover", "trigger_mode"),
            "sometimes",
            "",
            "'sometimes' is not known; allowed are 'button', 'auto' or 'both'",
        ),
        (
            ("handover", "actions", "urgent", "ladder", 0, "after"),
            "soon",
            "",
            "'due' or 'half_due'; or 'soon' is no length",
        ),
        (
            ("handover", "actions", "urgent", "ladder", 0, "to"),
            "role:",
            "",
            "user:ID, role:NAME and manager, or assignee",
        ),
        (
            ("handover", "actions", "urgent", "task"),
            5,
            "",
            "allowed is a mapping with the keys due, priority, title; or",
        ),
        (("handover", "actions", "urgent", "task", "due"), -1, "", "allowed is a length of time such as 20m"),
        (("handover", "actions", "urgent"), None, "", "allowed is a mapping with the keys assign, final_message"),
        (("handover", "actions", "Call Us"), {}, "", "'Call Us' does not fit; allowed are lower-case letters"),
        (("handover", "actions", "fourth"), {}, "handover.actions", "4 are too many; allowed are 3"),
        (("handover", "actions", "follow_up", "reactivate_after"), "1h", "", "1h lies inside the pause"),
        (
            ("handover", "scenarios", "high_value", "action"),
            "call",
            "",
            "there is no action 'call'; allowed are follow_up",
        ),
        (("handover", "scenarios", "high_value", "phrases"), [], "", "allowed is 1 or more"),
        (("handover", "scenarios", "high_value", "threshold"), 1.1, "", "1.1: allowed is 1.0 or less"),
        (("handover", "scenarios", "failed_to_resolve", "retries"), "two", "", "'two': allowed is a whole number"),
        (("handover", "rules", 0, "action"), "call", "", "there is no action 'call'"),
        (("handover", "rules", 0, "name"), "high_value", "", "'high_value' is taken"),
        (
            ("handover", "rules", 0, "conditions", "contact_fields"),
            {"Home City": 5},
            ".Home City",
            "5: allowed is a text",
        ),
        (("handover", "hours", "holidays"), "usa", "", "allowed is a country of two capital letters"),
    ],
)
@pytest.mark.parametrize("source", ["file", "api"])
def test_a_wrong_value_is_named_with_what_is_allowed_there(
    path: KeyPath, value: Any, key: str, says: str, source: str
) -> None:
    text = changed(*path, value=value)
    error = refusal(text) if source == "file" else from_the_api(yaml.safe_load(text))
    [problem] = error.problems
    assert problem.key == (key if key.startswith("handover") else dotted(path) + key)
    assert says in problem.text
    assert (problem.line is None) is (source == "api")


def from_the_api(settings: Any) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        validated(Bot, settings, "bot")
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "allowed is a mapping"),
        ("- a list", 1, "allowed is a mapping"),
        ("id: hvac\nname: [", 2, "this is no YAML"),
        ("id: hvac\n\tname: x", 2, "this is no YAML"),
        ("id: hvac\nname: !!python/name:os.system x", 2, "this is no YAML"),
        ("id: hvac\nname: two\nid: \x00", None, "this is no YAML"),
        ("[" * 5000, None, "this is nested too deeply"),
        ("id: hvac\nname: &a [*a]", None, "this is nested too deeply"),
    ],
)
def test_what_is_no_mapping_of_settings_is_refused(text: str, line: int | None, says: str) -> None:
    [problem] = refusal(text).problems
    assert (problem.key, problem.line) == ("", line)
    assert says in problem.text


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def test_what_is_nested_too_deeply_is_refused_from_the_api_too() -> None:
    [problem] = from_the_api({"id": "hvac", "name": deep(2000)}).problems
    assert "this is nested too deeply; allowed is" in problem.text


@pytest.mark.parametrize(
    ("text", "key", "first", "again"),
    [
        ("id: hvac\nname: one\nname: two\n", "name", 2, 3),
        ("id: hvac\nname: one\nhandover: {tag: a, tag: b}\n", "handover.tag", 3, 3),
        ("id: hvac\nname: one\nhandover:\n  actions:\n    a: {}\n    b: {}\n    a: {}\n", "handover.actions.a", 5, 7),
    ],
)
def test_a_key_that_is_written_twice_is_refused(text: str, key: str, first: int, again: int) -> None:
    [problem] = refusal(text).problems
    says = f"this key stands in line {first} already; allowed is each key once"
    assert problem == Problem(key, says, again)


def test_a_wrong_value_is_never_shown_in_full_length() -> None:
    [problem] = refusal(changed("name", value="x" * 5000)).problems
    assert len(problem.text) < 200


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "staff:\n  - {id: ann, name: Ann}\n  - name: Bob\n    id: ann\n",
            Problem("staff.1.id", "the id 'ann' is taken; allowed is an id of its own", 4),
        ),
        (
            "staff:\n  - id: ann\n    name: Ann\n    manager: max\n",
            Problem("staff.0.manager", "there is no 'max'; allowed are ann", 4),
        ),
        (
            "staff:\n  - {id: ann, name: Ann, manager: ann}\n",
            Problem(
                "staff.0.manager",
                "nobody can be their own manager (ann → ann); allowed is somebody who is not below them",
                2,
            ),
        ),
        (
            "staff:\n  - {id: cleo, name: Cleo, manager: ann}\n  - {id: ann, name: Ann, manager: bob}\n"
            "  - id: bob\n    name: Bob\n    manager: ann\n  - {id: dan, name: Dan, manager: bob}\n",
            Problem(
                "staff.2.manager",
                "nobody can be their own manager (bob → ann → bob); allowed is somebody who is not below them",
                6,
            ),
        ),
    ],
)
def test_a_team_that_does_not_fit_together_is_refused(text: str, problem: Problem) -> None:
    assert refusal(text, read_team).problems == [problem]


def test_a_managers_manager_is_fine() -> None:
    people = [Staff(id="ann", name="Ann", manager="max"), Staff(id="max", name="Max", manager="eve")]
    assert team_problems([*people, Staff(id="eve", name="Eve")]) == []
