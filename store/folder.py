"""A bot as a folder of files: `bot.yaml`, the documents that its `knowledge` names, and `staff.yaml` where there is a team."""

from pathlib import Path

from handover.bot import Bot
from handover.documents import line_of, read_bot, read_team
from handover.errors import Problem, SettingsError
from handover.knowledge import BotFolder, checked, document
from handover.ports import Document
from handover.staff import Staff

BOT, TEAM = "bot.yaml", "staff.yaml"


def read_folder(folder: Path) -> BotFolder:
    """A whole folder, checked. Raises SettingsError naming file, line and key; also where a pattern finds no file."""
    text = _text(folder / BOT)
    bot = read_bot(text, str(folder / BOT))
    _refuse_idle_patterns(bot, text, folder)
    return BotFolder(bot, checked(read_knowledge(bot, folder), str(folder)), _team(folder / TEAM))


def read_knowledge(bot: Bot, folder: Path) -> list[Document]:
    """The files that the bot may answer from, by name. Raises SettingsError for what can't be read."""
    files = sorted({file for pattern in bot.knowledge for file in _matching(folder, pattern)})
    return [document(file.relative_to(folder).as_posix(), _text(file)) for file in files]


def _team(file: Path) -> list[Staff]:
    return read_team(_text(file), str(file)) if file.exists() else []


def _matching(folder: Path, pattern: str) -> list[Path]:
    """The files in the folder that a pattern finds; a pattern that leads out of it finds none."""
    if not pattern or pattern.startswith("/") or ".." in pattern.split("/"):
        return []
    return [file for file in folder.glob(pattern) if file.is_file()]


def _refuse_idle_patterns(bot: Bot, text: str, folder: Path) -> None:
    """A pattern that finds nothing is a slip, and each question about what it means would be a lack of information."""
    idle = [(f"knowledge.{place}", one) for place, one in enumerate(bot.knowledge) if not _matching(folder, one)]
    if idle:
        words = f"finds no file; allowed are files in {folder}, as in knowledge/*.md"
        problems = [Problem(key, f"{pattern!r} {words}", line_of(text, key)) for key, pattern in idle]
        raise SettingsError(str(folder / BOT), problems)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        problem = Problem("", f"{error.strerror}; allowed is a folder with {BOT}, as in examples/hvac")
    except UnicodeDecodeError:
        problem = Problem("", "this is no text; allowed is text in UTF-8")
    raise SettingsError(str(file), [problem])
