"""Loads a bot's folder into a running Handover, and says what came of each part of it."""

import json
from collections.abc import Sequence
from urllib.parse import quote

from rich.console import Console

from console.api import Api, ApiRefused, Json
from handover.bot import Bot
from handover.documents import managers_first
from handover.knowledge import BotFolder
from handover.ports import Document
from handover.staff import Staff

MOST_AT_ONCE = 60_000
"""Bytes of a request; what is longer than one may be goes document by document."""


async def load(api: Api, console: Console, folder: BotFolder) -> None:
    """The team, the bot, its knowledge. Raises ApiRefused where one was refused; what was loaded until then has been said."""
    work = _Loading(api, console)
    try:
        await work.team(folder.team)
        await work.bot(folder.bot)
        await work.knowledge(folder.bot.id, folder.documents)
    except ApiRefused as error:
        text = f"{error}\n{work.doing} was not loaded, nor what comes after it. Loading the folder again is safe."
        raise ApiRefused(text, error.passing, error.wrong) from error


class _Loading:
    """One folder on its way. `doing`: the part that is being loaded."""

    def __init__(self, api: Api, console: Console) -> None:
        self._api = api
        self._console = console
        self.doing = ""

    async def team(self, team: Sequence[Staff]) -> None:
        """Everybody, after those who manage them."""
        self.doing = "The team"
        known = {one["id"]: one for one in (await self._api.get("/staff"))["items"]} if team else {}
        for person in managers_first(team):
            self.doing = f"Staff {person.id}"
            after = await self._api.put(f"/staff/{person.id}", person.model_dump(mode="json"))
            self._say(_came_of(known.get(person.id), after))

    async def bot(self, bot: Bot) -> None:
        """The settings; the documents stay as they are."""
        self.doing = f"Bot {bot.id}"
        known = {one["settings"]["id"]: one["version"] for one in (await self._api.get("/bots"))["items"]}
        after = await self._api.put(f"/bots/{bot.id}", bot.model_dump(mode="json"))
        self._say(f"{_came_of(known.get(bot.id), after['version'])}, version {after['version']}")

    async def knowledge(self, bot_id: str, documents: Sequence[Document]) -> None:
        """All documents; those that are not in the folder go."""
        self.doing = f"Knowledge of {bot_id}"
        before = await self._api.get(f"/bots/{bot_id}/knowledge")
        whole: Json = {"documents": [one._asdict() for one in documents]}
        if len(json.dumps(whole, ensure_ascii=False).encode()) <= MOST_AT_ONCE:
            after = await self._api.put(f"/bots/{bot_id}/knowledge", whole)
        else:
            after = await self._one_by_one(bot_id, before, documents)
        count = f"{len(documents)} {'document' if len(documents) == 1 else 'documents'}"
        self._say(f"{_came_of(before['version'], after['version'])}, {count}, version {after['version']}")

    async def _one_by_one(self, bot_id: str, before: Json, documents: Sequence[Document]) -> Json:
        kept, after = {one.name for one in documents}, before
        for gone in [one["name"] for one in before["documents"] if one["name"] not in kept]:
            after = await self._api.delete(_place(bot_id, gone))
        for one in documents:
            self.doing = f"Document {one.name}"
            after = await self._api.put(_place(bot_id, one.name), {"text": one.text})
        self.doing = f"Knowledge of {bot_id}"
        return after

    def _say(self, text: str) -> None:
        self._console.print(f"{self.doing}: {text}", markup=False, highlight=False, soft_wrap=True)


def _place(bot_id: str, name: str) -> str:
    return f"/bots/{bot_id}/knowledge/{quote(name)}"


def _came_of(before: object, after: object) -> str:
    if before is None:
        return "added"
    return "as it was" if before == after else "changed"
