"""The backend in Node: left out where Node is not here, or its package can't be had, which is no skip."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.stack import ROOT

HERE = Path(__file__).parent
EXAMPLE = ROOT / "examples" / "backends"
PACKAGE = "@temporalio/client"
INSTALL = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
SECONDS = 120
_left_out = pytest.StashKey[str]()
_folder = pytest.StashKey[Path]()


class NotHere(Exception):
    """What is missing, in words."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = [item for item in items if HERE in item.path.parents]
    if not ours:
        return
    try:
        config.stash[_folder] = folder_with_package(config)
    except NotHere as why:
        config.stash[_left_out] = f"{len(ours)} test of the backend in Node was left out: {why}"
        items[:] = [item for item in items if item not in ours]
        config.hook.pytest_deselected(items=ours)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if said := config.stash.get(_left_out, ""):
        terminalreporter.write_line(said)


@pytest.fixture
def node_folder(request: pytest.FixtureRequest) -> Path:
    """A folder with the example and the package that it needs."""
    folder = request.config.stash[_folder]
    shutil.copy(EXAMPLE / "over_temporal.mjs", folder)
    return folder


def folder_with_package(config: pytest.Config) -> Path:
    """Installed once, into pytest's cache, in the version that the example names. Raises NotHere."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise NotHere(f"{program} is not installed")
    if config.cache is None:
        raise NotHere("pytest runs without its cache, where the package is kept")
    folder = config.cache.mkdir("node-backend")
    if not is_installed(folder):
        install(folder)
    return folder


def is_installed(folder: Path) -> bool:
    installed = folder / "node_modules" / PACKAGE / "package.json"
    wanted = json.loads((EXAMPLE / "package.json").read_text())["dependencies"][PACKAGE]
    return installed.exists() and json.loads(installed.read_text())["version"] == wanted


def install(folder: Path) -> None:
    shutil.copy(EXAMPLE / "package.json", folder)
    try:
        subprocess.run(INSTALL, cwd=folder, capture_output=True, timeout=SECONDS, check=True)
    except (subprocess.SubprocessError, OSError):
        raise NotHere(f"npm could not install {PACKAGE}") from None
