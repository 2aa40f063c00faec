"""The settings of a bot as a form: what was typed, what is wrong about it, and rows that come and go.

A field is named like its key (`handover.rules.0.name`), so that what is refused is shown where it was typed. Names that
begin with `_` are no settings. A key that can be switched off as a whole has a field of its own, its name and `?`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

from handover.bot import Action, Bot, Rule, Rung, TaskTemplate
from handover.documents import validated
from handover.durations import AS_MAPPING
from handover.errors import Problem
from handover.ids import SETTINGS_ID
from handover.staff import Staff
from web.pages.bot_fields import Key, Kind, Shape, shape_of, typed, written
from web.pages.bot_labels import CHOICES, LABELS, LEFT_EMPTY, OF_PARTS, Label, general, part_of

DEEPEST = 8
"""How many parts a key has at most: a longer one is no key."""
ACTIONS, RULES, SCENARIOS = ("handover", "actions"), ("handover", "rules"), ("handover", "scenarios")
_TARGETS = frozenset({"handover.default_assignee", "action.assign.to", "rung.to"})
_OF_ACTIONS = frozenset({"trigger.action", "handover.default_action"})


class Draft:
    """Settings that are being changed, as JSON; a value may be wrong. `off` holds the keys that are switched off."""

    def __init__(self, settings: dict[str, Any], off: Iterable[Key] = ()) -> None:
        self.settings = settings
        self.off = set(off)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Draft":
        """Settings as they are stored; where a task is switched off, the usual one is at hand."""
        draft = cls(deepcopy(dict(settings)))
        for name, action in draft.at(ACTIONS, {}).items():
            if action.get("task") is False:
                draft.off.add((*ACTIONS, name, "task"))
                action["task"] = TaskTemplate().model_dump(mode="json")
        return draft

    @classmethod
    def typed(cls, pairs: Iterable[tuple[str, str]], stored: Mapping[str, Any]) -> "Draft":
        """What a form holds, over the stored settings for keys that it has no fields for."""
        draft = cls({})
        for name, text in pairs:
            key = _key(name.removesuffix("?"))
            if name.endswith("?"):
                (draft.off.discard if text == "true" else draft.off.add)(key)
            elif not name.startswith("_"):
                draft._put(key, typed(key, text))
        draft.settings = _with_lists(draft.settings)
        draft._fill_up(stored)
        return draft

    def bot(self) -> Bot:
        """The settings, checked as the API checks them. Raises SettingsError."""
        return validated(Bot, self.as_settings(), "bot")

    def as_settings(self) -> dict[str, Any]:
        """The settings as they would be saved."""
        settings = deepcopy(self.settings)
        for key in self.off:
            above = _at(settings, key[:-1])
            if isinstance(above, dict):
                above[key[-1]] = False
        return settings

    def at(self, key: Key, otherwise: Any = None) -> Any:
        found = _at(self.settings, key)
        return otherwise if found is None else found

    def add(self, name: str, new: str = "") -> list[Problem]:
        """One more row of a list, or an action of this name. Returns why not."""
        key = _key(name)
        if key == ACTIONS:
            return self._add_action(new.strip())
        above, rows = self.at(key[:-1]), self.at(key, [])
        if isinstance(above, dict) and isinstance(rows, list) and shape_of(key).kind in (Kind.lines, Kind.rows):
            above[key[-1]] = [*rows, _new_row(key, len(rows))]
        return []

    def remove(self, name: str) -> None:
        """Take a row or an action out; what is not there is gone already."""
        *above, last = _key(name)
        rows = self.at(tuple(above))
        if isinstance(rows, list) and last.isdecimal() and int(last) < len(rows):
            del rows[int(last)]
        elif tuple(above) == ACTIONS and isinstance(rows, dict):
            rows.pop(last, None)
            self.off.discard((*ACTIONS, last, "task"))

    def _add_action(self, name: str) -> list[Problem]:
        actions, most = self.at(ACTIONS, {}), self.at(("handover", "max_actions"))
        if isinstance(most, int) and len(actions) >= most:
            return [Problem(".".join(ACTIONS), f"there are {len(actions)} already; allowed are {most}")]
        wrong = _wrong_name(name, actions)
        if wrong:
            return [Problem("_new_action", wrong)]
        self._put((*ACTIONS, name), Action().model_dump(mode="json"))
        return []

    def _put(self, key: Key, value: Any) -> None:
        inner = self.settings
        for part in key[:-1]:
            if not isinstance(inner.get(part), dict):
                inner[part] = {}
            inner = inner[part]
        inner[key[-1]] = value

    def _fill_up(self, stored: Mapping[str, Any]) -> None:
        """What the form has no field for is as it was stored; a list without a row is empty."""
        handover = self.settings.setdefault("handover", {})
        if not isinstance(handover, dict):
            return
        for above, settings, there in ((), self.settings, stored), (("handover",), handover, stored["handover"]):
            for name in there:
                if not _is_on_the_form((*above, name)):
                    settings[name] = there[name]
        handover.setdefault("rules", [])
        handover.setdefault("actions", {})


class Option(NamedTuple):
    value: str
    label: str


class Field(NamedTuple):
    """One field as the page shows it. `groups`: what can be chosen, under its headings."""

    name: str
    id: str
    label: str
    hint: str
    kind: str
    value: str
    longest: int | None
    problem: str
    groups: list[tuple[str, list[Option]]]

    @property
    def checked(self) -> bool:
        return self.value == "true"


class BotForm:
    """A draft with what is needed to show it: its problems, and the team that cases can be given to."""

    def __init__(self, draft: Draft, team: Sequence[Staff], problems: Sequence[Problem] = ()) -> None:
        self.draft = draft
        self.problems = [replace(one, text=one.text.replace(AS_MAPPING, "")) for one in problems]
        self._team = [one for one in team if one.enabled]
        self._wrong: dict[str, list[str]] = {}
        for problem in self.problems:
            self._wrong.setdefault(self.place_of(problem), []).append(problem.text)

    def place_of(self, problem: Problem) -> str:
        """The field at which a problem is shown: the one of its key, or the nearest above it; empty where there is none."""
        if problem.key.startswith("_"):
            return problem.key
        key = _key(problem.key)
        places = (key[:length] for length in range(len(key), 0, -1))
        return next((".".join(place) for place in places if general(place) in LABELS), "")

    def label_of(self, problem: Problem) -> str:
        """What the form calls the field, behind the part of the form that it stands in."""
        place, part = general(_key(self.place_of(problem))), part_of(_key(problem.key))
        label = LABELS.get(place, Label(problem.key)).name
        return label if not part else f"{part}: {label}" if place.startswith(OF_PARTS) else part

    def wrong(self, name: str) -> str:
        return "; ".join(self._wrong.get(name, ()))

    def wrong_below(self, name: str) -> int:
        """How many fields of a part have something wrong."""
        return sum(place == name or place.startswith(f"{name}.") for place in self._wrong)

    def value(self, name: str) -> Any:
        return self.draft.at(_key(name))

    def rows(self, name: str) -> list[Any]:
        found = self.value(name)
        return found if isinstance(found, list) else []

    def names(self, name: str) -> list[str]:
        """The keys of a mapping, in their order."""
        found = self.value(name)
        return list(found) if isinstance(found, dict) else []

    def is_off(self, name: str) -> bool:
        return _key(name) in self.draft.off

    def field(self, name: str) -> Field:
        key = _key(name)
        shape, label = shape_of(key), LABELS.get(general(key), Label(key[-1]))
        value = written(self.draft.at(key))
        groups, hint = self._groups(key, value), label.hint
        if general(key) == "action.assign.skills" and self._team:
            hint += f" On the team: {', '.join(self._skills()) or 'none'}."
        kind = Kind.choice if groups else shape.kind
        return Field(name, f"f-{name}", label.name, hint, kind, value, shape.longest, self.wrong(name), groups)

    def _skills(self) -> list[str]:
        return sorted({skill for person in self._team for skill in person.skills})

    def _groups(self, key: Key, value: str) -> list[tuple[str, list[Option]]]:
        """What can be chosen for a key. A value that is no choice any more is shown as such: it is what is set."""
        what = general(key)
        if what in _TARGETS:
            groups = self._targets(what)
        elif what in _OF_ACTIONS:
            groups = [("", [Option(name, name) for name in self.names(".".join(ACTIONS))])]
        elif shape_of(key).choices:
            names = CHOICES.get(what, {})
            groups = [("", [Option(one, names.get(one, one)) for one in shape_of(key).choices])]
        else:
            return []
        if shape_of(key).optional:
            groups = [("", [Option("", LEFT_EMPTY.get(what, "None"))]), *groups]
        known = {option.value for _, options in groups for option in options}
        return groups if value in known else [*groups, ("", [Option(value, f"{value} (not there)" if value else "–")])]

    def _targets(self, what: str) -> list[tuple[str, list[Option]]]:
        roles = sorted({role for person in self._team for role in person.roles})
        by_kind = [Option("manager", "The manager")]
        if what == "rung.to":
            by_kind = [Option("assignee", "Whoever has the case: a reminder"), *by_kind]
        return [
            ("", by_kind),
            ("Roles", [Option(f"role:{role}", f"Somebody in {role}") for role in roles]),
            ("People", [Option(f"user:{person.id}", person.name) for person in self._team]),
        ]


def _key(name: str) -> Key:
    key = tuple(name.split("."))
    return key if len(key) <= DEEPEST else (name,)


def _at(settings: Any, key: Key) -> Any:
    for part in key:
        if isinstance(settings, dict):
            settings = settings.get(part)
        elif isinstance(settings, list) and part.isdecimal() and int(part) < len(settings):
            settings = settings[int(part)]
        else:
            return None
    return settings


def _with_lists(settings: dict[str, Any], above: Key = ()) -> Any:
    """The rows of lists, which a form numbers, as lists; rows in which nothing was typed are left out."""
    inner = {
        name: _with_lists(value, (*above, name)) if isinstance(value, dict) else value
        for name, value in settings.items()
    }
    shape = shape_of(above) if above else Shape(Kind.group)
    match shape.kind:
        case Kind.rows:
            return list(inner.values())
        case Kind.lines:
            found = [value for value in inner.values() if value != ""]
            return found or (None if shape.optional else [])
    return inner


def _is_on_the_form(key: Key) -> bool:
    name = ".".join(key)
    return any(label == name or label.startswith(f"{name}.") for label in LABELS)


def _new_row(key: Key, count: int) -> Any:
    match key[-1]:
        case "ladder":
            return Rung(after="due", to="manager").model_dump(mode="json") | {"after": ""}
        case "rules":
            return Rule(name=f"Rule {count + 1}").model_dump(mode="json") | {"name": ""}
    return ""


def _wrong_name(name: str, taken: Iterable[str]) -> str:
    pattern = re.compile(SETTINGS_ID)
    if not pattern.match(name):
        return f"{name!r} does not fit; allowed are lower-case letters, digits, - and _, such as call_back"
    return f"{name!r} is taken; allowed is a name of its own" if name in taken else ""
