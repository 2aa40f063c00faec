"""The files of the repository, as the tests of its structure read them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def repository_files(*patterns: str) -> list[str]:
    """Paths from the root of all files that are tracked or, not being ignored, soon will be."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(name for name in set(names) if name and (ROOT / name).is_file())


def text_of(path: str) -> str:
    return (ROOT / path).read_text("utf-8")
