"""Requests made up from the OpenAPI document: right ones, wrong ones, and such that meet what is really there."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode

from handover.ids import CONVERSATION_ID

Known = Mapping[str, Sequence[Any]]
"""What is there, by the name of the parameter or field that names it."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)

KNOWLEDGE = "/v1/bots/{bot_id}/knowledge"
"""What is put there are documents, no settings."""
SHORT_WAIT = 0.3
"""Seconds: what a made-up request waits for an answer at most."""


@st.composite
def made_up(draw: st.DrawFn, operation: APIOperation[Any, Any, Any, Any], known: Known) -> Case[Any]:
    """A request of this operation, valid or not. Most of them name what is there: one for nobody is refused too early."""
    case: Case[Any] = draw(st.sampled_from(_modes(operation)).flatmap(operation.as_strategy))
    case.headers.pop("Authorization", None)  # whose request it is, the test says
    if isinstance(case.body, dict) and any("staff_id" in str(one.raw_schema) for one in operation.body):
        case.body.setdefault("staff_id", "")
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            _name_what_is_there(draw, part, known)
    if operation.method == "put" and not operation.path.startswith(KNOWLEDGE):
        case.body = draw(_changed(case, _settings(case, known)))
    _shorten(case)
    return case


def _modes(operation: APIOperation[Any, Any, Any, Any]) -> list[GenerationMode]:
    takes_something = any([operation.path_parameters, operation.query, operation.headers, operation.body])
    return list(GenerationMode) if takes_something else [GenerationMode.POSITIVE]


def _name_what_is_there(draw: st.DrawFn, part: dict[str, Any], known: Known) -> None:
    for name in sorted(part.keys() & known.keys()):
        if draw(st.integers(0, 3)):
            part[name] = draw(st.sampled_from(known[name]))


def _changed(case: Case[Any], settings: dict[str, Any]) -> st.SearchStrategy[Any]:
    return st.just(case.body) | st.just(settings) | _with_one_value_changed(settings)


def _settings(case: Case[Any], known: Known) -> dict[str, Any]:
    """The settings that an address stands for, as they are now."""
    [(name, value)] = case.path_parameters.items()
    settings: dict[str, Any] = known[f"settings of {name}"][0]
    return {key: one for key, one in settings.items() if key != "id" or value == one}


@st.composite
def _with_one_value_changed(draw: st.DrawFn, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings in which one value, at any depth, is something else."""
    changed: dict[str, Any] = json.loads(json.dumps(settings))
    place: Any = changed
    key = draw(st.sampled_from(sorted(changed)))
    while isinstance(place[key], dict | list) and place[key] and draw(st.booleans()):
        place = place[key]
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    place[key] = draw(JSON)
    return changed


def _shorten(case: Case[Any]) -> None:
    """A request that would wait for a minute waits for a moment, and a stream is asked for from its beginning."""
    if _number(case.query.get("wait")) > SHORT_WAIT:
        case.query["wait"] = SHORT_WAIT


def begin_where_something_is(case: Case[Any], known: Known) -> Case[Any]:
    """A stream that would be silent, of a conversation that has something to tell: it answers at once, or is refused."""
    if re.fullmatch(CONVERSATION_ID, str(case.path_parameters["conversation_id"])):
        case.path_parameters["conversation_id"] = known["conversation_id"][0]
    if _number(case.query.get("after")) > 0:
        case.query["after"] = 0
    case.headers.pop("last-event-id", None)
    return case


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return -1
