"""Bans what would make a decision or a replay differ: clocks, chance, files, the network, threads."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.tree import repository_files, text_of

CLOCKS = {
    "time",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
}
CHANCE = {"random", "secrets", "uuid", "os.urandom"}
FILES = {"open", "input", "print", "io", "os", "pathlib", "tempfile", "shutil", "glob", "fileinput", "sqlite3"}
NETWORK = {"socket", "socketserver", "ssl", "select", "http", "urllib.request", "ftplib", "smtplib", "imaplib"}
THREADS = {"threading", "_thread", "multiprocessing", "concurrent", "subprocess", "signal", "sched"}
BACK_DOORS = {"importlib", "eval", "exec", "__import__"}

BANNED: dict[str, set[str]] = {
    "handover": CLOCKS | CHANCE | FILES | NETWORK | THREADS | BACK_DOORS | {"asyncio"},
    "workflows": CLOCKS | CHANCE | FILES | NETWORK | THREADS | BACK_DOORS | {"asyncio.sleep"},
}

BUILTINS = {"open", "input", "print", "eval", "exec", "__import__"}


def imported_names(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: `from datetime import datetime as D` gives D: datetime.datetime."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
            names |= {top: top for top in (alias.name.split(".")[0] for alias in node.names if not alias.asname)}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def used_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each module imported and each imported or built-in name used, in full, with its line."""
    names = imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in BUILTINS - names.keys():
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            root, *rest = ast.unparse(node).split(".")
            if root in names:
                yield node.lineno, ".".join([names[root], *rest])


def impurities(source: str, banned: set[str]) -> list[str]:
    found = sorted(set(used_names(ast.parse(source))))
    return [
        f"line {line}: {name}"
        for line, name in found
        if any(name == other or name.startswith(other + ".") for other in banned)
    ]


@pytest.mark.parametrize("package", BANNED)
def test_a_package_is_pure(package: str) -> None:
    files = repository_files(f"{package}/*.py")
    assert files
    faults = [f"{path}, {fault}" for path in files for fault in impurities(text_of(path), BANNED[package])]
    assert not faults, "\n".join(faults)


IMPURE_ANYWHERE = [
    "from datetime import datetime\nx = datetime.now()",
    "from datetime import datetime as d, UTC\nx = d.now(UTC)",
    "import datetime\nx = datetime.datetime.utcnow()",
    "import datetime as dt\nx = dt.date.today()",
    "from datetime import date\nx = {'default_factory': date.today}",
    "import time\nx = time.monotonic()",
    "from time import time\nx = time()",
    "import random\nx = random.random()",
    "from secrets import token_hex",
    "from uuid import uuid4",
    "import uuid\nx = uuid.uuid1()",
    "import os\nx = os.urandom(4)",
    "x = open('notes.txt')",
    "from pathlib import Path",
    "import os.path",
    "import socket",
    "import urllib.request",
    "from http import client",
    "import threading",
    "from concurrent.futures import ThreadPoolExecutor",
    "def late():\n    import subprocess",
    "x = __import__('time')",
    "import importlib",
    "x = eval('1')",
]


@pytest.mark.parametrize("package", BANNED)
@pytest.mark.parametrize("source", IMPURE_ANYWHERE)
def test_what_is_impure_is_refused(package: str, source: str) -> None:
    assert impurities(source, BANNED[package])


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("handover", "import asyncio"),
        ("handover", "from asyncio import gather"),
        ("workflows", "import asyncio\nasync def f():\n    await asyncio.sleep(1)"),
        ("workflows", "from asyncio import sleep"),
    ],
)
def test_waiting_by_other_means_is_refused(package: str, source: str) -> None:
    assert impurities(source, BANNED[package])


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("handover", "from datetime import datetime, time, timedelta\nx = datetime(2026, 1, 1) + timedelta(1)"),
        ("handover", "from urllib.parse import quote\nfrom handover.bot import Bot"),
        ("handover", "class Hours:\n    open: str = '24/7'\ndef f(case):\n    return case.open or case.time.now"),
        ("workflows", "from temporalio import workflow\nx = workflow.now(), workflow.random(), workflow.uuid4()"),
        ("workflows", "import asyncio\nasync def f():\n    await asyncio.gather()"),
    ],
)
def test_what_is_pure_is_allowed(package: str, source: str) -> None:
    assert impurities(source, BANNED[package]) == []
