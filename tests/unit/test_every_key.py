"""Every key that the settings know, with every kind of wrong value: refused, with its place and what is allowed.

The keys are read off the models, and the wrong values follow from the type of each, so that a new key is tested before
anybody thinks of it; one of a new kind fails until `REFUSED` says what is wrong for it.
"""

import math
import re
import types
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from enum import Enum
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import pytest
import yaml
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from handover.bot import (
    Bot,
    FinalMessages,
    HandoverSettings,
    Hours,
    KeptHours,
    Label,
    Length,
    Message,
    Origin,
    RungTarget,
    Target,
    Title,
    Wait,
)
from handover.documents import Path as KeyPath
from handover.documents import read_bot, read_team, validated
from handover.errors import SettingsError
from handover.quiet import ClockTime
from handover.staff import Team
from store import Store
from store.first_start import EXAMPLES
from tests.unit.store_world import staff
from tests.unit.web_world import SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

MARK = -987_654_321
"""A value that no key takes, and that is found again in a text."""
JARGON = re.compile(r"\b(Input|should|valid|instance of|boolean|string|integer|dictionary|None|timedelta)\b")
"""Words that only those who know the program understand."""
ANY = "*"
"""Each item of a list, or each value of a mapping."""
HINTS = {model: get_type_hints(model, include_extras=True) for model in (Bot, HandoverSettings, Hours)}
FORMS: list[tuple[Any, list[Any]]] = [
    (ClockTime, ["24:00", "7:00", "22:60", "late", ""]),
    (Target, ["sarah", "user:", "role:Support", "manager:omar", "assignee", "user:sarah "]),
    (RungTarget, ["sarah", "user:", "role:Support", "assignee:"]),
    (Message, ["Call {number}", "Dear {Contact_Name}"]),
    (Title, ["{assignee}"]),
    (Label, ["{assignee}"]),
    (
        Origin,
        ["www.example.com", "https://example.com/shop", "https://*.example.com", "https://a.example; b", "null", ""],
    ),
    (Length, ["0s", {"seconds": 0.5}]),
    (Wait, ["0s", {"seconds": 0.05}]),
    (HINTS[Bot]["debounce"], ["61m"]),
    (HINTS[HandoverSettings]["handling_time"], ["0s", "25h"]),
    (HINTS[Hours]["open"], ["off", "Mo-Fr 8-18", "PH 10:00-12:00; SH off", ""]),
    (HINTS[Hours]["time_zone"], ["Mars/Olympus", "America/Chicgo", ""]),
    (HINTS[Hours]["holidays"], ["us", "US-IL", ""]),
    (KeptHours, []),
]
"""What is wrong where a value has a form of its own: everything that has a check of its own has to be here."""
REFUSED: dict[type, list[Any]] = {
    str: [None, True, 5, MARK, 1.5, [], {}, ["x"], {"x": "y"}],
    bool: [None, 5, MARK, "maybe", "", [], {}, ["x"], {"x": "y"}],
    int: [None, True, 1.5, MARK, "two", "5", "", [], {}, ["x"], {"x": "y"}],
    float: [None, True, MARK, math.nan, math.inf, "0.5", "", [], {}, ["x"], {"x": "y"}],
    timedelta: [
        *[None, True, 5, MARK, -1, 1.5, "", "soon", "-2h", "2", "2 weeks", "400d", "999999999d 999999999d"],
        *[[], {}, ["x"], {"x": "y"}, {"weeks": 1}, {"hours": -1}, {"hours": True}, {"hours": 9000}],
    ],
    Enum: [None, True, 5, MARK, "sometimes", "", [], {}, ["x"], {"x": "y"}],
    list: [None, True, 5, MARK, "x", "", {}, {"x": "y"}],
    dict: [None, True, 5, MARK, "x", "", [], ["x"]],
    BaseModel: [None, True, 5, MARK, "x", "", [], ["x"]],
}


class Place(NamedTuple):
    """One key of the settings, and what its model says of it."""

    path: KeyPath
    hint: Any


class Wrong(NamedTuple):
    """A wrong value at a path: the problem is expected at `key`."""

    path: KeyPath
    value: Any
    key: KeyPath


# ---- the keys that are known -----------------------------------------------------------------------------------------


def keys_of(model: type[BaseModel], above: KeyPath = ()) -> Iterator[Place]:
    """Every key of a model and of all that it consists of, and the items of its lists and mappings."""
    hints = get_type_hints(model, include_extras=True)
    for name in model.model_fields:
        yield from _below(Place((*above, name), hints[name]))


def _below(place: Place) -> Iterator[Place]:
    yield place
    for kind in kinds(place.hint):
        base = bare(kind)
        if isinstance(base, type) and issubclass(base, BaseModel):
            yield from keys_of(base, place.path)
        elif get_origin(base) in (list, dict):
            yield from _below(Place((*place.path, ANY), get_args(base)[-1]))


def kinds(hint: Any) -> list[Any]:
    """The possibilities that a type leaves, without None."""
    base = bare(hint)
    if get_origin(base) not in (Union, types.UnionType):
        return [hint]
    return [one for member in get_args(base) if member is not type(None) for one in kinds(member)]


def bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def may_be_none(hint: Any) -> bool:
    return type(None) in get_args(bare(hint))


# ---- what is wrong for each ------------------------------------------------------------------------------------------


def refused(hint: Any) -> list[Any]:
    """What no possibility of a type takes."""
    lists = [_refused_by(kind) for kind in kinds(hint)]
    common = [value for value in lists[0] if all(repr(value) in map(repr, others) for others in lists[1:])]
    taken = ["None"] * may_be_none(hint) + ["'x'", "''"] * (FinalMessages in map(bare, kinds(hint)))
    return [value for value in common if repr(value) not in taken]


def _refused_by(kind: Any) -> list[Any]:
    base = bare(kind)
    return REFUSED[_family(base)] + _beyond_the_bounds(kind) + _without_form(kind)


def _family(base: Any) -> type:
    if get_origin(base) is Literal:
        return Enum
    base = get_origin(base) or base
    return next((family for family in (Enum, BaseModel) if issubclass(base, family)), base)


def _beyond_the_bounds(kind: Any) -> list[Any]:
    shortest, longest = _bounds(kind, "min_length"), _bounds(kind, "max_length")
    empty = {str: "", list: [], dict: {}}.get(get_origin(bare(kind)) or bare(kind))
    return [
        *["x" * (least - 1) if bare(kind) is str else empty for least in shortest],
        *["x" * (most + 1) for most in longest if bare(kind) is str],
        *[value for _ in _bounds(kind, "pattern") for value in ("No Id!", "-", "ä", "x" * 5000, "")],
        *[least - 1 for least in _bounds(kind, "ge")],
        *[most + 1 for most in _bounds(kind, "le")],
    ]


def _bounds(kind: Any, name: str) -> list[Any]:
    """What a type says of one kind of bound."""
    extras = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    every = [bound for extra in extras if isinstance(extra, FieldInfo) for bound in extra.metadata]
    return [value for bound in every if (value := getattr(bound, name, None)) is not None]


def _without_form(kind: Any) -> list[Any]:
    """What a check of the type's own refuses."""
    known = [values for form, values in FORMS if kind in kinds(form)]
    checked = any(isinstance(extra, AfterValidator) for extra in get_args(kind)[1:])
    assert known or not checked, f"FORMS does not say what {kind} refuses"
    return known[0] if known else []


# ---- one case each ---------------------------------------------------------------------------------------------------

EXAMPLE: dict[str, dict[str, Any]] = {
    "bot": read_bot((EXAMPLES / "hvac" / "bot.yaml").read_text("utf-8"), "bot").model_dump(mode="json"),
    "staff": yaml.safe_load((EXAMPLES / "hvac" / "staff.yaml").read_text("utf-8")),
}
MODELS: dict[str, type[BaseModel]] = {"bot": Bot, "staff": Team}
READERS: dict[str, Any] = {"bot": read_bot, "staff": read_team}
KNOWN = {source: list(keys_of(model)) for source, model in MODELS.items()}
NAMES = {"actions": "follow_up", "contact_fields": "plan", "addresses": "email"}
"""Which value of a mapping stands for each of them."""


def concrete(path: KeyPath) -> KeyPath:
    """A path in the example: the first item of a list, and one value of a mapping."""
    return tuple(part if part != ANY else NAMES.get(str(path[index - 1]), 0) for index, part in enumerate(path))


def changed(source: str, path: KeyPath, value: Any) -> dict[str, Any]:
    """The example with one other value; what leads to it is made where it is not there."""
    settings = deepcopy(EXAMPLE[source])
    inner: Any = settings
    for part, following in pairwise(path):
        inner = _entered(inner, part, [] if following == 0 else {})
    _put(inner, path[-1], value)
    return settings


def _entered(inner: Any, part: str | int, new: Any) -> Any:
    there = inner[part] if (part in inner if isinstance(inner, dict) else len(inner)) else None
    if not isinstance(there, dict | list):
        _put(inner, part, new)
    return inner[part]


def _put(inner: Any, part: str | int, value: Any) -> None:
    if isinstance(inner, list) and not inner:
        inner.append(value)
    else:
        inner[part] = value


def wrong_values(place: Place) -> Iterator[Wrong]:
    path = concrete(place.path)
    for value in refused(place.hint):
        yield Wrong(path, value, path)
    for kind in kinds(place.hint):
        yield from _wrong_inside(path, kind)


def _wrong_inside(path: KeyPath, kind: Any) -> Iterator[Wrong]:
    """A list that is too long, a mapping's key that is none, and every key of a model misspelt."""
    base = bare(kind)
    if get_origin(base) is list:
        yield from (Wrong(path, [_good(path)] * (most + 1), path) for most in _bounds(kind, "max_length"))
    elif get_origin(base) is dict and base != dict[str, str]:
        yield Wrong((*path, "No Id!"), _good(path), (*path, "No Id!"))
    elif isinstance(base, type) and issubclass(base, BaseModel):
        yield from (Wrong((*path, misspelt(name)), "x", (*path, misspelt(name))) for name in base.model_fields)


def misspelt(name: str) -> str:
    return name + name[-1]


def _good(path: KeyPath) -> Any:
    good = {
        "ladder": {"after": "1h", "to": "manager"},
        "rules": {"name": "Refund", "keywords": ["refund"]},
        "actions": {},
        "origins": "https://www.example.com",
    }
    return good.get(str(path[-1]), "good")


TRIED = [(source, wrong) for source, places in KNOWN.items() for place in places for wrong in wrong_values(place)]
CASES = [
    pytest.param(source, wrong, id=f"{source}:{'.'.join(map(str, wrong.path))}={str(wrong.value)[:20]!r}")
    for source, wrong in TRIED
]


def dotted(path: KeyPath) -> str:
    return ".".join(map(str, path))


def refusal(source: str, settings: Any) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        validated(MODELS[source], settings, source)
    return caught.value


def test_every_key_is_tried_with_several_wrong_values() -> None:
    tried = Counter((source, wrong.path) for source, wrong in TRIED)
    known = [(source, concrete(place.path)) for source, places in KNOWN.items() for place in places]
    assert len(known) == len(set(known)) == len([one for one in known if tried[one] >= 3])


@pytest.mark.parametrize("source", EXAMPLE)
def test_every_key_of_the_examples_is_known(source: str) -> None:
    written = yaml.safe_load((EXAMPLES / "hvac" / f"{source}.yaml").read_text("utf-8"))
    known = {place.path for place in KNOWN[source]}
    assert set(paths(written)) <= known


def paths(value: Any, above: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key that a file holds, as a model knows it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        named = isinstance(value, list) or (above and above[-1] in NAMES)
        here = (*above, ANY if named else key)
        yield from (here, *paths(inner, here))


@pytest.mark.parametrize(("source", "wrong"), CASES)
def test_a_wrong_value_is_refused_at_its_key_with_what_is_allowed(source: str, wrong: Wrong) -> None:
    [problem] = refusal(source, changed(source, wrong.path, wrong.value)).problems
    assert problem.key == dotted(wrong.key)
    assert "allowed" in problem.text
    assert not JARGON.search(problem.text)
    assert len(problem.text) < 500


PLACES = [
    pytest.param(source, concrete(place.path), id=f"{source}:{dotted(place.path)}")
    for source, places in KNOWN.items()
    for place in places
]


@pytest.mark.parametrize(("source", "path"), PLACES)
def test_a_file_is_told_the_line(source: str, path: KeyPath) -> None:
    text = yaml.safe_dump(changed(source, path, MARK), sort_keys=False)
    with pytest.raises(SettingsError) as caught:
        READERS[source](text, "settings.yaml")
    [problem] = caught.value.problems
    [line] = [number for number, line in enumerate(text.splitlines(), start=1) if str(MARK) in line]
    assert (problem.key, problem.line) == (dotted(path), line)
    assert str(caught.value).startswith(f"settings.yaml, line {line}: {dotted(path)}: ")


# ---- what does not fit the rest --------------------------------------------------------------------------------------

ACTIONS = ("handover", "actions")
MISFITS = [
    ("bot", (*ACTIONS, "fourth"), {}, ACTIONS, "4 are too many; allowed are 3"),
    ("bot", ("handover", "max_actions"), 2, ACTIONS, "3 are too many; allowed are 2"),
    ("bot", (*ACTIONS, "follow_up", "pause"), "9h", (*ACTIONS, "follow_up", "reactivate_after"), "8h lies inside"),
    ("bot", (*ACTIONS, "follow_up", "reactivate_after"), "119m", None, "1h 59m lies inside the pause; allowed is 2h"),
    ("bot", (*ACTIONS, "follow_up", "ladder", 0, "after"), "367d", None, "allowed is 0 to 366 days"),
    ("bot", (*ACTIONS, "follow_up", "ladder", 0, "after"), "0s", None, "0s is too short; allowed is 0.1s to 366d"),
    ("bot", ("handover", "default_action"), "folow_up", None, "there is no action 'folow_up'; allowed are follow_up,"),
    ("bot", ("handover", "scenarios", "high_value", "action"), "call", None, "allowed are follow_up, urgent, special"),
    ("bot", ("handover", "rules", 0, "action"), "call", None, "allowed are follow_up, urgent, specialist"),
    (
        "bot",
        ("handover", "rules", 0, "name"),
        "taken_over",
        None,
        "'taken_over' is taken; allowed is a name of its own",
    ),
    ("bot", ("handover", "hours", "holidays"), None, ("handover", "hours", "open"), "PH is known for a country only"),
    ("bot", ("handover", "hours", "open"), "PH off", None, "'PH off' never opens; allowed are opening hours such as"),
    ("bot", ("handover", "agent_label"), "{assignee}", None, "{assignee} is no placeholder; allowed are first_name"),
    ("staff", ("staff", 1, "id"), "sarah", None, "the id 'sarah' is taken; allowed is an id of its own"),
    ("staff", ("staff", 0, "manager"), "max", None, "there is no 'max'; allowed are sarah, ben, mei, omar"),
    ("staff", ("staff", 3, "manager"), "omar", None, "nobody can be their own manager (omar → omar); allowed is"),
    ("staff", ("staff", 3, "manager"), "mei", None, "nobody can be their own manager (omar → mei → omar); allowed is"),
]


@pytest.mark.parametrize(("source", "path", "value", "key", "says"), MISFITS)
def test_what_does_not_fit_the_rest_is_refused(
    source: str, path: KeyPath, value: Any, key: KeyPath | None, says: str
) -> None:
    text = yaml.safe_dump(changed(source, path, value), sort_keys=False, allow_unicode=True)
    with pytest.raises(SettingsError) as caught:
        READERS[source](text, "settings.yaml")
    [problem] = caught.value.problems
    assert problem.key == dotted(key or path)
    assert says in problem.text
    assert problem.line is not None


def test_two_rules_of_one_name_are_refused() -> None:
    settings = deepcopy(EXAMPLE["bot"])
    settings["handover"]["rules"] *= 2
    [problem] = refusal("bot", settings).problems
    assert (problem.key, problem.text) == (
        "handover.rules.1.name",
        "'Warranty claim' is taken; allowed is a name of its own",
    )


def test_a_rule_says_when_it_is_meant_or_is_switched_off() -> None:
    settings = deepcopy(EXAMPLE["bot"])
    for rule in (
        {"name": "Refund"},
        {"name": "Refund", "when": "  ", "keywords": [], "conditions": {"contact_tags_none": ["vip"]}},
    ):
        settings["handover"]["rules"] = [rule]
        [problem] = refusal("bot", settings).problems
        assert problem.key == "handover.rules.0.when"
        assert "allowed is to say it here, by phrases or by keywords, to set contact_tags_any or" in problem.text
    for said in (
        {"enabled": False},
        {"when": "They want money back."},
        {"phrases": ["money back"]},
        {"keywords": ["refund"]},
        {"conditions": {"contact_tags_any": ["vip"]}},
        {"conditions": {"contact_fields": {"plan": "gold"}}},
    ):
        settings["handover"]["rules"] = [{"name": "Refund", **said}]
        [kept] = READERS["bot"](yaml.safe_dump(settings), "bot.yaml").handover.rules
        assert kept.name == "Refund"


async def test_the_api_refuses_in_the_same_words_and_nothing_is_changed(now_store: Store, sign_in: SignIn) -> None:
    await staff(now_store, *Team.model_validate(EXAMPLE["staff"]).staff)
    http = await sign_in()
    good = await http.put("/v1/bots/hvac", json=EXAMPLE["bot"])
    path = (*ACTIONS, "follow_up", "ladder", 0, "to")
    answer = await http.put("/v1/bots/hvac", json=changed("bot", path, "role:Support"))
    [problem] = refusal("bot", changed("bot", path, "role:Support")).problems
    assert (good.status_code, answer.status_code, answer.json()["errors"]) == (
        200,
        422,
        [{"key": dotted(path), "detail": problem.text}],
    )
    assert (await http.get("/v1/bots/hvac")).json() == good.json()
