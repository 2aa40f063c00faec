"""Writes docs/backends.md: the words below, the examples as they are run, and the JSON from the models that read it.

.venv/bin/python -m docs.backends
"""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from handover.conversation import ConversationInput
from handover.ids import SEARCH_ATTRIBUTES
from handover.messages import Acted, Attachment, Contact, Opened
from handover.views import ConversationView, HandoverView
from workflows.conversation import ConversationWorkflow
from workflows.handover import HandoverWorkflow

PAGE = Path(__file__).with_name("backends.md")
EXAMPLES = PAGE.parents[1] / "examples" / "backends"
LANGUAGES = {".py": "python", ".sh": "bash", ".mjs": "javascript"}

_CONVERSATION = {
    "signal": ["post_message"],
    "update": ["request_human", "take_over", "close", "reopen"],
    "query": ["view"],
}
_HANDOVER = {
    "update": ["claim", "reply", "note", "reassign", "snooze", "hand_back", "complete_task", "cancel"],
    "signal": ["task_completed"],
    "query": ["view"],
}
_UNSAID = {"v", "carried"}

_NOTES = {
    "post_message": "Without an id or a text it is passed over. The same `message_id` again changes nothing.",
    "task_completed": "`outcome` is needed: `closed`, `scheduled` (then with `follow_up_at`) or `needs_escalation`. Without "
    "`task_id`: the open task; without `staff_id`: by whoever has the case. What cannot be is written into the handover's log.",
}

_HEAD = """# Chat backends

Made by `.venv/bin/python -m docs.backends` from the examples, which the tests run, and from the models that read the JSON; a
test holds them together. A backend sends what the contact writes, and shows the contact what is answered: over HTTP, or by
Temporal itself. Both may be mixed.

| | over HTTP | by Temporal |
|---|---|---|
| needs | an API key | a connection to the Temporal server, and an SDK in any language |
| a message | `POST /v1/conversations/{id}/messages` | signal-with-start `post_message` |
| while Handover is down | 503 or no answer: send it again | is kept by Temporal, and answered later |
| the answer | `?wait=SECONDS`, or the live events | the live events, `GET /v1/conversations/{id}/events` |
| the button | `POST /v1/conversations/{id}/handover` | update `request_human` |
| a task is done | `POST /v1/handovers/{id}/complete` | signal `task_completed`, or update `complete_task` |

The same `message_id` again changes nothing, so whatever was not acknowledged is sent again. Every call over HTTP is in the
API's own documentation at `/docs`. The examples take a conversation's id, the key in `HANDOVER_API_KEY` (`cat data/api-key`),
and `HANDOVER_URL` and `TEMPORAL_ADDRESS` where they are not this machine's. Each prints the answer, the handover and how it
ended.
"""

_JSON = f"""
# The JSON

Names are stable. Each workflow, signal and update takes one JSON object (encoding `json/plain`, as every SDK does by itself); a
query takes nothing. A field that is not known is passed over; each object may have `"v": 1`. Times are RFC 3339 with an offset,
texts UTF-8. The task queue is `handover`. A conversation's id is 1 to 128 letters, digits and `._:-`. Runs are found by the
search attributes {", ".join(f"`{one}`" for one in SEARCH_ATTRIBUTES)}.

A signal that makes no sense is passed over and logged: nobody waits for its answer. An update is refused; where the case is
why, with an ApplicationError, whose type is stable (`not_yours`, `already_completed`, …) and whose details are who holds the
case and since when. Either way the run goes on.

What starts a conversation is read leniently: without a `conversation_id` it is the one in the workflow id, and an optional
field that can't be read counts as left out. What is no JSON object at all ends the run with an ApplicationError of the type
`invalid_request`, which says what was wrong. The signal that came with it is not taken in: send both again, and the
conversation begins anew.
"""


def page() -> str:
    return "\n".join([_HEAD, *_examples(), _JSON, _conversation(), _handover(), *map(_model, _shared())])


def _examples() -> list[str]:
    return [
        "## curl\n",
        _shown("with_curl.sh"),
        "## Python, over HTTP\n",
        _shown("over_http.py"),
        "## Python, by Temporal\n\n`client.py` has the names and the models, and gives typed errors.\n",
        _shown("over_temporal.py"),
        "## Node, by Temporal\n\nNothing of Handover's is needed in another language: names, and the JSON below.\n",
        _shown("over_temporal.mjs"),
    ]


def _shown(name: str) -> str:
    file = EXAMPLES / name
    text = file.read_text(encoding="utf-8").rstrip()
    return f"[`examples/backends/{name}`](../examples/backends/{name})\n\n```{LANGUAGES[file.suffix]}\n{text}\n```\n"


def _conversation() -> str:
    head = "## A conversation\n\n`ConversationWorkflow`, workflow id `conversation/{conversation_id}`. Its input:\n"
    return "\n".join([head, _fields(ConversationInput), *_handlers(ConversationWorkflow, _CONVERSATION)])


def _handover() -> str:
    head = "## A handover\n\n`HandoverWorkflow`, workflow id `handover/{conversation_id}/{number}`. Conversations start it.\n"
    return "\n".join([head, *_handlers(HandoverWorkflow, _HANDOVER)])


def _shared() -> list[type[BaseModel]]:
    """What is part of other objects, or the answer to several."""
    return [Contact, Attachment, Opened, Acted, ConversationView, HandoverView]


def _handlers(workflow: type, names: dict[str, list[str]]) -> list[str]:
    return [_handler(kind, getattr(workflow, name)) for kind, several in names.items() for name in several]


def _handler(kind: str, handler: Callable[..., Any]) -> str:
    hints = get_type_hints(handler)
    answer = hints.pop("return", type(None))
    words = " ".join(filter(None, [inspect.getdoc(handler), _NOTES.get(handler.__name__)]))
    words += "" if answer is type(None) else f" Its answer: {_linked(answer.__name__)}."
    return "\n".join(
        [
            f"### {kind.capitalize()} `{handler.__name__}`\n\n{words}\n",
            *(_fields(_the_model(one)) for one in hints.values()),
        ]
    )


def _linked(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _the_model(hint: Any) -> type[BaseModel]:
    """A signal's handler may be given nothing at all, which makes no sense."""
    model: type[BaseModel] = next(one for one in get_args(hint) or [hint] if one is not type(None))
    return model


def _model(model: type[BaseModel]) -> str:
    return f"## {model.__name__}\n\n{inspect.getdoc(model)}\n\n{_fields(model)}"


def _fields(model: type[BaseModel]) -> str:
    """A model's fields, as a Markdown table."""
    schema = model.model_json_schema()
    needed, kinds = schema.get("required", []), schema.get("$defs", {})
    rows = [
        f"| `{name}` | {_in_words(one, kinds)} | {'needed' if name in needed else _default(one)} |"
        for name, one in schema["properties"].items()
        if name not in _UNSAID
    ]
    return "\n".join(["| field | what it is | left out |", "|---|---|---|", *rows, ""])


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    return f"`{json.dumps(value)}`" if value or value is False else "–"


def _in_words(schema: dict[str, Any], kinds: dict[str, Any]) -> str:
    """What may stand in a field."""
    if "anyOf" in schema:
        return " or ".join(_in_words(one, kinds) for one in schema["anyOf"] if one.get("type") != "null")
    if "$ref" in schema:
        return _named(schema["$ref"].rsplit("/", 1)[1], kinds)
    match schema.get("type"):
        case "string":
            return _text(schema)
        case "array":
            return f"list, each: {_in_words(schema['items'], kinds)}"
        case "object":
            return "object of texts"
        case "boolean":
            return "`true` or `false`"
    return "whole number" + (f" from {schema['minimum']}" if "minimum" in schema else "")


def _named(name: str, kinds: dict[str, Any]) -> str:
    values = kinds[name].get("enum")
    return ", ".join(f"`{one}`" for one in values) if values else _linked(name)


def _text(schema: dict[str, Any]) -> str:
    if schema.get("format") == "date-time":
        return "time"
    limit = f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    pattern = f", like `{schema['pattern']}`" if "pattern" in schema else ""
    return f"text{limit}{pattern}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
