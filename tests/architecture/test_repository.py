"""What no file of the repository may hold: where it was made, where its packages came from, other than text."""

import re

import pytest

from tests.architecture.tree import ROOT, repository_files, text_of

# In pieces, so that this file holds none of them.
REGISTRIES = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("maven", "apache", "org"),
        ("maven", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
    ]
]
REGISTRY = re.compile(r"\b(?:" + "|".join(map(re.escape, REGISTRIES)) + r")\b", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.$}*-])/(?:" + "|".join(["ro" + "ot", "wo" + "rk"]) + r")/")
ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|^-[if]\b", re.MULTILINE)
REQUIREMENT = re.compile(r"^[A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", re.MULTILINE)


def is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def is_picture_of_the_docs(path: str) -> bool:
    return path.startswith("docs/") and path.endswith(".png")


def texts() -> dict[str, str]:
    return {path: text_of(path) for path in repository_files() if is_text((ROOT / path).read_bytes())}


def without_hash(lock: str) -> list[str]:
    """The requirements of a lock file that no hash holds: each entry runs to the next line not indented."""
    entries = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    return [entry.split()[0] for entry in entries if REQUIREMENT.match(entry) and "--hash=sha256:" not in entry]


def test_no_file_names_a_registry() -> None:
    assert [path for path, text in texts().items() if REGISTRY.search(text)] == []


@pytest.mark.parametrize("host", REGISTRIES)
def test_a_registry_is_recognised(host: str) -> None:
    assert REGISTRY.search(f"see https://files.{host}/simple")
    assert not REGISTRY.search("see https://example.org/simple")


def test_no_file_holds_a_path_of_the_machine_it_was_made_on() -> None:
    assert [path for path, text in texts().items() if MACHINE_PATH.search(text)] == []


def test_a_path_of_a_machine_is_recognised() -> None:
    home, shared = "/ro" + "ot/notes", "'/wo" + "rk/main'"
    assert MACHINE_PATH.search(home)
    assert MACHINE_PATH.search(shared)
    assert not MACHINE_PATH.search("tests/wo" + "rk/a.py and $HOME/ro" + "ot/b")


def test_the_locks_hold_every_package_by_hash() -> None:
    locks = repository_files("requirements*.lock")
    assert locks == ["requirements-dev.lock", "requirements.lock"]
    for lock in locks:
        text = text_of(lock)
        assert REQUIREMENT.search(text)
        assert without_hash(text) == []


def test_a_requirement_without_hash_is_recognised() -> None:
    held = "one==1.0 \\\n    --hash=sha256:00\n    # via two\n"
    assert without_hash(held + "two[extra]==2.0 ; sys_platform == 'linux'\n    # via three\n" + held) == [
        "two[extra]==2.0"
    ]


def test_the_locks_name_no_address() -> None:
    assert [lock for lock in repository_files("requirements*.lock") if ADDRESS.search(text_of(lock))] == []


@pytest.mark.parametrize("line", ["--index-url here", "-i here", "one @ git+https://example.org/one", "--find-links x"])
def test_an_address_is_recognised(line: str) -> None:
    assert ADDRESS.search("one==1.0 \\\n    --hash=sha256:00\n" + line + "\n")


def test_every_file_is_text_but_the_pictures_of_the_docs() -> None:
    binary = [path for path in repository_files() if not is_text((ROOT / path).read_bytes())]
    assert [path for path in binary if not is_picture_of_the_docs(path)] == []


def test_what_is_no_text_is_recognised() -> None:
    assert not is_text(b"\x89PNG\r\n")
    assert not is_text(b"a\0b")
    assert is_text("für alle".encode())
    assert is_picture_of_the_docs("docs/inbox.png")
    assert not is_picture_of_the_docs("web/static/logo.png")
    assert not is_picture_of_the_docs("docs/inbox.pdf")
