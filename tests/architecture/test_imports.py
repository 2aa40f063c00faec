"""Holds the table of docs/architecture.md: which package may import what."""

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.architecture.tree import repository_files, text_of

ANYTHING = {"*"}
PURE = {"pydantic", "pydantic_core", "yaml", "rapidfuzz", "opening_hours", "itsdangerous"}

# The standard library and a package's own modules are allowed to each. A name allows everything below it.
MAY_IMPORT: dict[str, set[str]] = {
    "handover": PURE,
    "workflows": {
        "handover",
        "activities",
        "temporalio.workflow",
        "temporalio.common",
        "temporalio.exceptions",
        "temporalio.worker",
        "temporalio.api.common",
        "temporalio.contrib.pydantic",
        "pydantic",
    },
    "activities": {"handover", "temporalio.activity", "temporalio.exceptions", "temporalio.worker"},
    "assistant": {
        "handover",
        "settings",
        "openai",
        "pydantic",
        "rapidfuzz",
        "vaderSentiment",
        "phonenumbers",
        "email_validator",
    },
    "store": {"handover", "settings", "pydantic", "sqlalchemy", "alembic", "pwdlib"},
    "channels": {"handover", "settings", "outbound", "pydantic", "httpx2"},
    "integrations": {"handover", "settings", "outbound", "pydantic", "httpx2", "apprise"},
    "plots": {"handover", "pygal"},
    "settings": {
        "handover.notify_settings",
        "handover.hook_settings",
        "handover.slack",
        "setting_types",
        "pydantic",
        "pydantic_settings",
    },
    "setting_types": {"handover.notify_settings", "handover.hook_settings", "outbound", "pydantic"},
    "keys": {"settings"},
    "outbound": {"httpx2"},
    "logs": {"structlog"},
    "client": {
        "handover",
        "workflows",
        "settings",
        "pydantic",
        "temporalio.api",
        "temporalio.client",
        "temporalio.common",
        "temporalio.contrib.pydantic",
        "temporalio.envconfig",
        "temporalio.exceptions",
        "temporalio.runtime",
        "temporalio.service",
    },
    "schedules": {"handover", "workflows", "temporalio.client", "temporalio.service"},
    "engine": {"handover.ids", "settings", "httpx2", "temporalio.api", "temporalio.client"},
    "console": {"handover", "keys", "settings", "client", "engine", "assistant", "rich", "typer", "httpx2", "pydantic"},
    "web": {
        "client",
        "handover",
        "settings",
        "fastapi",
        "starlette",
        "pydantic",
        "jinja2",
        "itsdangerous",
        "python_multipart",
        "prometheus_client",
        "structlog",
    },
    "adapters": {"handover", "settings", "keys", "assistant", "channels", "integrations", "store"},
    "worker": ANYTHING,
    "starter": ANYTHING,
    "web.app": ANYTHING,
    "tests": ANYTHING,
    "benchmarks": ANYTHING,
    "docs": ANYTHING,
    "examples": {"client", "handover", "httpx2"},
}


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def row_of(module: str) -> str | None:
    """The name in the table that says what this module may import: its own, otherwise its package's."""
    return next((name for name in (module, module.split(".")[0]) if name in MAY_IMPORT), None)


def imported(source: str, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = [package] if node.level else []
            yield from (".".join([*above, *filter(None, [node.module]), alias.name]) for alias in node.names)
        elif isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).endswith(("import_module", "__import__")):
            yield "a module by its name at run time"


def allowed(name: str, module: str, names: set[str]) -> bool:
    top = name.split(".")[0]
    own = module.split(".")[0]
    below = any(name == other or name.startswith(other + ".") for other in names)
    return names == ANYTHING or top == own or top in sys.stdlib_module_names or below


def forbidden_imports(path: str, source: str) -> list[str]:
    module = module_of(path)
    row = row_of(module)
    if row is None:
        return [f"{path}: no row of the table is about this file"]
    package = module.split(".")[0]
    names = sorted(set(imported(source, package)))
    return [f"{path}: imports {name}" for name in names if not allowed(name, module, MAY_IMPORT[row])]


def test_every_import_is_in_the_table() -> None:
    files = repository_files("*.py")
    assert files
    faults = [fault for path in files for fault in forbidden_imports(path, text_of(path))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("handover/triggers.py", "import sqlalchemy"),
        ("handover/triggers.py", "from store.tables import Base"),
        ("handover/triggers.py", "def late():\n    import workflows"),
        ("handover/triggers.py", "import importlib\nimportlib.import_module('store')"),
        ("workflows/handover.py", "from temporalio.client import Client"),
        ("workflows/handover.py", "import temporalio"),
        ("workflows/handover.py", "from store import tables"),
        ("activities/tag.py", "from temporalio import workflow"),
        ("activities/tag.py", "import workflows.handover"),
        ("assistant/builtin.py", "import sqlalchemy"),
        ("store/tables.py", "import fastapi"),
        ("channels/web.py", "from web import access"),
        ("integrations/zendesk.py", "import temporalio.activity"),
        ("plots/drawing.py", "from store import Store"),
        ("web/drawn.py", "import pygal"),
        ("web/drawn.py", "from plots.drawing import PygalPlotter"),
        ("client.py", "from store import Store"),
        ("client.py", "from temporalio.worker import Worker"),
        ("schedules.py", "from store import Store"),
        ("engine/process.py", "from handover import case"),
        ("console/demo.py", "from store import Store"),
        ("console/demo.py", "from workflows.handover import HandoverWorkflow"),
        ("web/api.py", "from store import Store"),
        ("web/pages/inbox.py", "import temporalio.client"),
        ("settings.py", "import handover"),
        ("newcomer/thing.py", "import re"),
    ],
)
def test_an_import_beyond_the_table_is_refused(path: str, source: str) -> None:
    assert forbidden_imports(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("handover/triggers.py", "import re\nfrom pydantic import BaseModel\nfrom . import bot\nfrom .bot import Bot"),
        (
            "workflows/handover.py",
            "from temporalio import workflow\nfrom temporalio.exceptions import ApplicationError",
        ),
        ("workflows/handover.py", "from activities.tag import TagActivities\nfrom workflows import desk"),
        ("web/app.py", "from store import Store\nimport temporalio.client"),
        ("worker.py", "import store, workflows, temporalio.worker"),
    ],
)
def test_an_import_of_the_table_is_allowed(path: str, source: str) -> None:
    assert forbidden_imports(path, source) == []


def test_openings_are_looked_up_by_activities_alone() -> None:
    """Holidays change with the library's releases: a workflow that looked them up would replay differently. The settings page
    shows a week of them."""
    users = {path for path in repository_files("*.py") if "handover.openings" in text_of(path)}
    users = {path for path in users if not path.startswith("tests/")}
    assert users == {"activities/case.py", "starter.py", "web/app.py"}
