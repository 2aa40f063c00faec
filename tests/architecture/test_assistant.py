"""Holds the order of the assistant's packages in docs/architecture.md, and that each is used by what it exports."""

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

import pytest

from tests.architecture.tree import repository_files, text_of

# Each may import those before it. The entry points, which stand beside them, may import all.
PACKAGES = ("text", "recognition", "knowledge", "fields", "dialogue", "task_text", "model", "guardrails")
ENTRY_POINTS = {"__init__", "account", "builtin", "openai_compatible"}


class Taken(NamedTuple):
    """What a file imports of one of the packages. `module`: from which of its modules, "" where the package exports it."""

    package: str
    module: str
    name: str


def package_of(path: str) -> str | None:
    parts = PurePath(path).parts
    return parts[1] if parts[0] == "assistant" and len(parts) > 2 else None


def taken(source: str) -> Iterator[Taken]:
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for top, *inner in (name.split(".") for name in names):
            if top == "assistant" and inner[0] in PACKAGES:
                yield Taken(inner[0], ".".join(inner[1:-1]), inner[-1])


def faults(path: str, source: str) -> list[str]:
    own = package_of(path)
    before = PACKAGES[: PACKAGES.index(own)] if own else PACKAGES
    others = [one for one in taken(source) if one.package != own]
    late = [f"{path}: {own} comes before {one.package}" for one in others if one.package not in before]
    return late + [f"{path}: {one.name} is no export of {one.package}" for one in others if one.module]


def users_outside(*folders: str) -> dict[str, str]:
    """The files that name the assistant, by their paths, with what stands in them."""
    sources = {path: text_of(path) for path in repository_files("*.py") if not path.startswith(folders)}
    return {path: source for path, source in sources.items() if "assistant" in source}


def test_the_packages_are_these() -> None:
    paths = repository_files("assistant/*.py")
    assert {package for path in paths if (package := package_of(path))} == set(PACKAGES)
    assert {PurePath(path).stem for path in paths if package_of(path) is None} == ENTRY_POINTS


def test_each_package_imports_those_before_it_by_what_they_export() -> None:
    """The tests of a module, and what learns the weights, look inside the packages."""
    users = users_outside("tests/", "benchmarks/")
    found = [fault for path, source in users.items() for fault in faults(path, source)]
    assert not found, "\n".join(found)


def exported(package: str) -> set[str]:
    body = ast.parse(text_of(f"assistant/{package}/__init__.py")).body
    return {name for node in body if isinstance(node, ast.Assign) for name in ast.literal_eval(node.value)}


def used(package: str, source: str) -> Iterator[str]:
    """The names that a file imports of a package, or takes from it where it imports the package itself: `fields.asked`."""
    yield from (one.name for one in taken(source) if one.package == package)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == package:
            yield node.attr


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_exports_is_used(package: str) -> None:
    others = [source for path, source in users_outside("tests/").items() if package_of(path) != package]
    unused = exported(package) - {name for source in others for name in used(package, source)}
    assert not unused


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("assistant/text/tokens.py", "from assistant.fields import known"),
        ("assistant/text/tokens.py", "from assistant import fields"),
        ("assistant/recognition/intents.py", "def late():\n    import assistant.dialogue"),
        ("assistant/builtin.py", "from assistant.dialogue.replies import reply"),
        ("worker.py", "from assistant.fields.values import contact_details"),
    ],
)
def test_an_import_against_the_order_or_past_the_exports_is_refused(path: str, source: str) -> None:
    assert faults(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "assistant/dialogue/lookup.py",
            "from assistant.dialogue.reading import Reading\nfrom assistant import fields",
        ),
        ("assistant/dialogue/lookup.py", "from assistant.fields import wants"),
        ("worker.py", "from assistant.model import Limits\nfrom assistant.builtin import BuiltinAssistant"),
    ],
)
def test_other_imports_are_allowed(path: str, source: str) -> None:
    assert faults(path, source) == []
