"""Settings from YAML text, with errors that name file, line and key, and what is allowed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from handover.bot import GIVEN, Bot
from handover.errors import Misfit, Problem, SettingsError, did_you_mean, shown
from handover.ids import MODEL_NAME, SETTINGS_ID
from handover.staff import Staff, Team

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]

_ALLOWED = {
    "string_type": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "invalid_key": "a text as the key",
    "string_too_short": "a text of {min_length} or more characters",
    "string_too_long": "a text of {max_length} or fewer characters",
    "too_short": "{min_length} or more",
    "too_long": "{max_length} or fewer",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}
"""What is allowed instead, per kind of error, in other words than those of a programming language."""
_PATTERNS = {
    SETTINGS_ID: "lower-case letters, digits, - and _, beginning with a letter or digit, 63 in all",
    MODEL_NAME: "letters, digits and . _ : / @ + -, as in gpt-5-mini, 200 in all",
}

_TOO_DEEP = Problem("", "this is nested too deeply; allowed is what the keys of the settings need")


def read_bot(text: str, source: str) -> Bot:
    """A bot from YAML or JSON text. Raises SettingsError."""
    value, lines = _parsed(text, source)
    return validated(Bot, value, source, lines)


def write_bot(bot: Bot) -> str:
    """A bot as YAML text that read_bot reads back as the same bot."""
    return yaml.safe_dump(
        bot.model_dump(mode="json", exclude_none=True), sort_keys=False, allow_unicode=True, width=100
    )


def read_team(text: str, source: str) -> list[Staff]:
    """A team from YAML or JSON text. Raises SettingsError, also for two people of one id or an unknown manager."""
    return read_settings(Team, text, source, lambda team: team_problems(team.staff)).staff


def read_settings(model: type[Model], text: str, source: str, misfits: Callable[[Model], list[Problem]]) -> Model:
    """Settings of any model from YAML or JSON text. Raises SettingsError, also for what `misfits` finds."""
    value, lines = _parsed(text, source)
    read = validated(model, value, source, lines)
    places = {_dotted(path): line for path, line in lines.items()}
    if problems := [replace(problem, line=places.get(problem.key)) for problem in misfits(read)]:
        raise SettingsError(source, problems)
    return read


def top_keys(text: str, source: str) -> set[str]:
    """The keys at the top of a YAML or JSON text: they say which settings it holds. Raises SettingsError."""
    return {str(key) for key in _parsed(text, source)[0]}


def line_of(text: str, key: str) -> int | None:
    """The line in which a key of settings that could be read stands, counted from 1."""
    places = _lines(yaml.compose(text, Loader=yaml.SafeLoader))
    return next((line for path, line in places if _dotted(path) == key), None)


def managers_first(team: Sequence[Staff]) -> list[Staff]:
    """A team without problems in an order in which each of them can be stored after their manager."""
    managers = {person.id: person.manager for person in team}
    return sorted(team, key=lambda person: len(_above(person.id, managers)))


def team_problems(team: list[Staff]) -> list[Problem]:
    """What does not fit together in a team."""
    ids = [person.id for person in team]
    taken = [
        Problem(f"staff.{index}.id", f"the id {person.id!r} is taken; allowed is an id of its own")
        for index, person in enumerate(team)
        if person.id in ids[:index]
    ]
    unknown = [
        Problem(f"staff.{index}.manager", f"there is no {person.manager!r}; allowed are {', '.join(ids)}")
        for index, person in enumerate(team)
        if person.manager is not None and person.manager not in ids
    ]
    return taken + unknown + list(_circles(team))


def person_problems(person: Staff, others: list[Staff]) -> list[Problem]:
    """What does not fit about one person of a team. What is wrong with the others is not theirs to mend."""
    place = f"staff.{len(others)}."
    mine = [problem for problem in team_problems([*others, person]) if problem.key.startswith(place)]
    return [replace(problem, key=problem.key.removeprefix(place)) for problem in mine]


def _circles(team: list[Staff]) -> Iterator[Problem]:
    """Managers who are, by way of others, their own: nobody would be left to ask. A circle is named once, at its end."""
    managers = {person.id: person.manager for person in team}
    places = {person.id: index for index, person in enumerate(team)}
    for staff_id, place in places.items():
        circle = _above(staff_id, managers)
        if staff_id in circle and place == max(places[one] for one in circle):
            way = " → ".join([staff_id, *circle])
            text = f"nobody can be their own manager ({way}); allowed is somebody who is not below them"
            yield Problem(f"staff.{place}.manager", text)


def _above(staff_id: str, managers: Mapping[str, str | None]) -> list[str]:
    """The managers of somebody, theirs, and so on, until nobody is left or somebody comes a second time."""
    way: list[str] = []
    above = managers[staff_id]
    while above is not None and above in managers and above not in way:
        way.append(above)
        above = managers[above]
    return way


def validated(model: type[Model], value: Any, source: str, lines: dict[Path, int] | None = None) -> Model:
    """The value, as somebody gives it now, as settings of this model. Raises SettingsError that names every wrong key."""
    try:
        return model.model_validate(value, context=GIVEN)
    except ValidationError as error:
        raise SettingsError(source, _all_problems(error, model, value, lines)) from error


def _all_problems(
    error: ValidationError, model: type[BaseModel], value: Any, lines: dict[Path, int] | None
) -> list[Problem]:
    try:
        return problems_of(error, model, lines or dict.fromkeys(_paths(value)))
    except RecursionError:
        return [_TOO_DEEP]


def problems_of(error: ValidationError, model: type[BaseModel], lines: Mapping[Path, int | None]) -> list[Problem]:
    """What pydantic found, in words for people: the key, what is wrong, what is allowed. The deepest key says it best.

    lines: every key that there is, with its line where it has one.
    """
    problems: dict[str, Problem] = {}
    for detail in chain.from_iterable(map(_each, error.errors(include_url=False))):
        path = _real_path(detail["loc"], lines) + _misfit(detail)
        problem = Problem(_dotted(path), _text(detail, model), _line(path, lines))
        other = problems.get(problem.key)
        if other is not None and other.text != problem.text:
            problem = replace(problem, text=f"{other.text}; or {problem.text}")
        problems[problem.key] = problem
    return [one for one in problems.values() if not any(key.startswith(f"{one.key}.") for key in problems)]


def _each(detail: ErrorDetails) -> Iterator[ErrorDetails]:
    """What pydantic found in one place, where its validator found several things each of them."""
    yield detail
    error = detail.get("ctx", {}).get("error")
    for other in error.also if isinstance(error, Misfit) else ():
        yield {**detail, "ctx": {"error": other}}


def _parsed(text: str, source: str) -> tuple[dict[Any, Any], dict[Path, int]]:
    """The settings that a text holds, and where every key stands."""
    try:
        value = yaml.safe_load(text)
        places = list(_lines(yaml.compose(text, Loader=yaml.SafeLoader)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        problem = Problem("", f"this is no YAML: {getattr(error, 'problem', None) or error}", line)
        raise SettingsError(source, [problem]) from error
    except RecursionError as error:
        raise SettingsError(source, [_TOO_DEEP]) from error
    if not isinstance(value, dict):
        raise SettingsError(source, [Problem("", "allowed is a mapping of keys to values", 1)])
    if twice := list(_written_twice(places)):
        raise SettingsError(source, twice)
    return value, dict(places)


def _written_twice(places: list[tuple[Path, int]]) -> Iterator[Problem]:
    """Keys that stand in one place several times: YAML would take the last one, and nobody would know."""
    first: dict[Path, int] = {}
    for path, line in places:
        if path in first:
            text = f"this key stands in line {first[path]} already; allowed is each key once"
            yield Problem(_dotted(path), text, line)
        first.setdefault(path, line)


def _lines(node: yaml.Node | None, path: Path = ()) -> Iterator[tuple[Path, int]]:
    """Where every key stands: its path and its line, counted from 1."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _lines(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), value.start_mark.line + 1
            yield from _lines(value, (*path, index))


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every key in settings that came without lines."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _misfit(detail: ErrorDetails) -> Path:
    """Where a value stands that does not fit the others."""
    error = detail.get("ctx", {}).get("error")
    return error.key if isinstance(error, Misfit) else ()


def _real_path(location: Path, lines: Mapping[Path, int | None]) -> Path:
    """The path as the file has it: pydantic adds the names of union members and validators, which no file contains."""
    path: Path = ()
    for index, part in enumerate(location):
        if (*path, part) in lines or (index == len(location) - 1 and not _is_pydantics_own(part)):
            path = (*path, part)
    return path


def _is_pydantics_own(part: str | int) -> bool:
    return isinstance(part, str) and (part == "[key]" or any(mark in part for mark in "[( ") or part[:1].isupper())


def _line(path: Path, lines: Mapping[Path, int | None]) -> int | None:
    """The line of the key, or of the nearest one above it."""
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), None)


def _text(detail: ErrorDetails, model: type[BaseModel]) -> str:
    value, context = shown(detail["input"]), detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return f"there is no such key{_nearest(str(detail['loc'][-1]), _keys_at(model, detail['loc'][:-1]))}"
        case "missing":
            return "this key is missing and has no default"
        case "value_error":
            return error.text if isinstance(error := context["error"], Misfit) else str(error)
        case "literal_error" | "enum":
            return f"{value} is not known; allowed are {context['expected'].replace('False', 'false')}"
        case "string_pattern_mismatch":
            return f"{value} does not fit; allowed are {_PATTERNS.get(context['pattern'], context['pattern'])}"
        case "model_type":
            return f"{value}: allowed is a mapping with the keys {', '.join(_keys_at(model, detail['loc']))}"
        case kind if kind in _ALLOWED:
            return f"{value}: allowed is {_ALLOWED[kind].format(**context)}"
        case _:
            return f"{value}: {detail['msg'].replace('Input should be', 'allowed is')}"


def _nearest(key: str, allowed: list[str]) -> str:
    return f"{did_you_mean(key, allowed)}; allowed are {', '.join(allowed)}" if allowed else ""


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that are allowed at a path, read from the model's JSON schema."""
    schema = _schema(model)
    definitions = schema.get("$defs", {})
    current: dict[str, Any] = schema
    for part in path:
        current = _inside(current, part, definitions)
    return sorted(_merged(current, definitions).get("properties", {}))


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _inside(schema: dict[str, Any], part: str | int, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _merged(schema, definitions)
    if isinstance(part, int):
        return dict(schema.get("items", {}))
    if part in schema.get("properties", {}):
        return dict(schema["properties"][part])
    extra = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), None)
    return dict(extra) if isinstance(extra, dict) else schema


def _merged(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed, and of several possibilities the one that is a mapping or a list."""
    if "$ref" in schema:
        return _merged(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    for member in schema.get("anyOf", []):
        inner = _merged(member, definitions)
        if "properties" in inner or "items" in inner:
            return inner
    return schema
