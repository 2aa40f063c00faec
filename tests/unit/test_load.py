"""Loading a folder over the API: what is said of each part, and of one that was refused."""

from io import StringIO

import pytest
from rich.console import Console

from console.api import Api, ApiRefused
from console.load import load
from handover.bot import Bot
from handover.knowledge import BotFolder
from handover.ports import Document
from handover.staff import Staff
from store import Store
from tests.unit.web_world import SignIn

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures"]

ANN = Staff(id="ann", name="Ann", manager="bob")
BOB = Staff(id="bob", name="Bob")
FOLDER = BotFolder(Bot(id="garden", name="Garden"), [Document("a.md", "A"), Document("b/c.md", "C")], [ANN, BOB])
LONG = [Document(f"{number} (long).md", "x" * 40_000) for number in range(3)]


class Terminal:
    """Loads folders, and gives the lines that were printed."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._printed = StringIO()

    async def load(self, folder: BotFolder) -> list[str]:
        await load(self._api, Console(file=self._printed), folder)
        return self.lines()

    def lines(self) -> list[str]:
        text = self._printed.getvalue()
        self._printed.seek(0)
        self._printed.truncate()
        return text.splitlines()


@pytest.fixture
async def terminal(sign_in: SignIn) -> Terminal:
    return Terminal(Api(await sign_in()))


async def test_everything_is_loaded_and_a_second_time_nothing_changes(terminal: Terminal, now_store: Store) -> None:
    assert await terminal.load(FOLDER) == [
        "Staff bob: added",
        "Staff ann: added",
        "Bot garden: added, version 1",
        "Knowledge of garden: changed, 2 documents, version 2",
    ]
    stored = await now_store.settings.bot("garden")
    assert (stored.bot, list(stored.knowledge)) == (FOLDER.bot, FOLDER.documents)
    assert await now_store.settings.team() == [ANN, BOB]
    assert await terminal.load(FOLDER) == [
        "Staff bob: as it was",
        "Staff ann: as it was",
        "Bot garden: as it was, version 2",
        "Knowledge of garden: as it was, 2 documents, version 2",
    ]


async def test_what_is_too_long_for_one_request_goes_document_by_document(terminal: Terminal, now_store: Store) -> None:
    await terminal.load(FOLDER)
    lines = await terminal.load(FOLDER._replace(documents=LONG, team=[]))
    assert lines == ["Bot garden: as it was, version 2", "Knowledge of garden: changed, 3 documents, version 7"]
    assert list((await now_store.settings.bot("garden")).knowledge) == LONG


async def test_a_part_that_is_refused_is_named_and_nothing_behind_it_is_loaded(
    terminal: Terminal, now_store: Store
) -> None:
    unheard = ANN.model_copy(update={"manager": None, "addresses": {"push": "ntfys://elsewhere.example/topic"}})
    with pytest.raises(ApiRefused, match=r"Staff ann was not loaded, nor what comes after it\.") as refused:
        await terminal.load(FOLDER._replace(team=[BOB, unheard]))
    assert (refused.value.wrong, "addresses.push" in str(refused.value)) == (True, True)
    assert terminal.lines() == ["Staff bob: added"]
    assert await now_store.settings.bots() == []
