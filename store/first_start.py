"""What a process does with the database before it works: the newest tables, and an example bot where there is none."""

from pathlib import Path

from handover.bot import Bot
from handover.documents import read_bot, read_team
from handover.ports import Document
from store import Store

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


async def first_start(store: Store, example: Path = EXAMPLES / "hvac") -> None:
    """Migrate, and on an empty database load the example, so that there is a bot to talk to. Safe to repeat."""
    await store.database.migrate()
    if not await store.settings.bots():
        await load_folder(store, example)


async def load_folder(store: Store, folder: Path) -> None:
    """Load `staff.yaml`, `bot.yaml` and the knowledge that it names. Raises SettingsError naming file, line and key."""
    team_file, bot_file = folder / "staff.yaml", folder / "bot.yaml"
    for person in read_team(team_file.read_text(encoding="utf-8"), str(team_file)):
        await store.settings.put_staff(person)
    bot = read_bot(bot_file.read_text(encoding="utf-8"), str(bot_file))
    await store.settings.put_bot(bot, read_knowledge(bot, folder))


def read_knowledge(bot: Bot, folder: Path) -> list[Document]:
    """The files that the bot may answer from, by name."""
    files = sorted({file for pattern in bot.knowledge for file in folder.glob(pattern)})
    return [Document(str(file.relative_to(folder)), file.read_text(encoding="utf-8")) for file in files]
