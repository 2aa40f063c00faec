"""A bot as a folder: what is read, and what is said of a folder that can't be used."""

from pathlib import Path

import pytest

from handover.documents import managers_first
from handover.errors import SettingsError
from handover.staff import Staff
from store.first_start import EXAMPLES
from store.folder import read_folder

BOT = "id: garden\nname: Garden\nknowledge:\n  - knowledge/*.md\n  - extra/**/*.txt\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bot with two documents, and no team. Beside the folder stands what is none of its business."""
    texts = {
        "bot.yaml": BOT,
        "knowledge/a.md": "# A\r\n",
        "extra/deep/b.txt": "B",
        "extra/c.md": "C",
        "../else/s.txt": "S",
    }
    for name, text in texts.items():
        file = tmp_path / "garden" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return tmp_path / "garden"


def test_a_folder_is_the_bot_its_documents_and_the_team(folder: Path) -> None:
    bot, documents, team = read_folder(folder)
    assert (bot.id, documents, team) == ("garden", [("extra/deep/b.txt", "B"), ("knowledge/a.md", "# A\n")], [])
    (folder / "staff.yaml").write_text("staff:\n  - {id: ann, name: Ann}\n")
    assert [person.id for person in read_folder(folder).team] == ["ann"]


def test_the_example_is_one() -> None:
    bot, documents, team = read_folder(EXAMPLES / "hvac")
    assert (bot.id, len(documents), len(team)) == ("hvac", 10, 4)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        (
            "bot.yaml",
            "id: garden\nname: Garden\nhandover: {enabled: maybe}\n",
            "bot.yaml, line 3: handover.enabled: 'maybe'",
        ),
        (
            "bot.yaml",
            BOT.replace("*.md", "*.rst"),
            "bot.yaml, line 4: knowledge.0: 'knowledge/*.rst' finds no file; allowed",
        ),
        ("bot.yaml", BOT.replace("extra/**", "../*"), "bot.yaml, line 5: knowledge.1: '../*/*.txt' finds no file"),
        (
            "bot.yaml",
            BOT.replace("extra/**/*.txt", "/etc/hosts"),
            "bot.yaml, line 5: knowledge.1: '/etc/hosts' finds no file",
        ),
        ("bot.yaml", BOT.replace("extra/**/*.txt", "extra/*"), ""),
        ("knowledge/a.md", " ", ": knowledge/a.md: this document is empty"),
        ("knowledge/a.md", "\xff", "knowledge/a.md: this is no text; allowed is text in UTF-8"),
        (
            "staff.yaml",
            "staff:\n  - {id: ann, name: Ann, manager: bob}\n",
            "staff.yaml, line 2: staff.0.manager: there is no 'bob'",
        ),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_key(folder: Path, file: str, text: str, says: str) -> None:
    (folder / file).write_bytes(text.encode("latin-1"))
    if not says:
        assert [one.name for one in read_folder(folder).documents] == ["extra/c.md", "knowledge/a.md"]
        return
    with pytest.raises(SettingsError) as refused:
        read_folder(folder)
    assert str(folder) in str(refused.value)
    assert says in str(refused.value)


def test_a_folder_without_a_bot_is_told_what_one_needs(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"No such file or directory; allowed is a folder with bot\.yaml"):
        read_folder(tmp_path)


def test_managers_come_before_those_they_manage() -> None:
    team = [Staff(id="a", name="A", manager="b"), Staff(id="b", name="B", manager="c"), Staff(id="c", name="C")]
    assert [person.id for person in managers_first(team)] == ["c", "b", "a"]
