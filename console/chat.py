"""Talk to a bot in the terminal."""

import asyncio
import uuid
from contextlib import suppress

from rich.console import Console
from rich.text import Text

from console.api import Api, ApiRefused

_STYLES = {"contact": "bold", "bot": "cyan", "person": "green", "system": "dim"}


async def chat(api: Api, console: Console, bot_id: str | None, conversation_id: str | None) -> None:
    """Read lines and show who answers, until an empty line or Ctrl-D. `/human` is the button."""
    conversation_id = conversation_id or f"terminal-{uuid.uuid4().hex[:12]}"
    console.print(f"Conversation {conversation_id}. /human asks for a person; an empty line ends.", style="dim")
    others = Others(api, console, conversation_id)
    shown = asyncio.create_task(others.follow())
    while line := (await asyncio.to_thread(_read_line)).strip():
        await _send(api, console, conversation_id, bot_id, line)
        await others.look()
    shown.cancel()


async def _send(api: Api, console: Console, conversation_id: str, bot_id: str | None, line: str) -> None:
    bot = {"bot_id": bot_id} if bot_id else {}
    try:
        if line == "/human":
            await api.post(f"/conversations/{conversation_id}/handover", bot)
        else:
            message = {"message_id": uuid.uuid4().hex, "text": line, **bot}
            await api.post(f"/conversations/{conversation_id}/messages", message, wait=20)
    except ApiRefused as error:
        console.print(str(error), style="red", markup=False)


class Others:
    """What others say in a conversation, printed as it comes, each message once."""

    def __init__(self, api: Api, console: Console, conversation_id: str) -> None:
        self._api, self._console, self._conversation_id = api, console, conversation_id
        self._after = 0
        self._looking = asyncio.Lock()

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(0.3)
            await self.look()

    async def look(self) -> None:
        async with self._looking:
            with suppress(ApiRefused):  # before the first message there is nothing to see
                page = await self._api.get(f"/conversations/{self._conversation_id}/messages", after=self._after)
                for message in page["items"]:
                    self._after = message["row"]
                    if message["author"] != "contact":
                        self._console.print(spoken(message))


def spoken(message: dict[str, str]) -> Text:
    """One message as a line: who, and what. Nothing in it is read as markup or sent to the terminal as a command."""
    author = message["author"]
    who = message.get("label") or {"contact": "Contact", "bot": "Bot", "system": "Handover"}.get(author, author)
    text = "".join(one if one.isprintable() or one == "\n" else "�" for one in message["text"])
    return Text.assemble((f"{who}: ", f"{_STYLES.get(author, '')} bold".strip()), (text, _STYLES.get(author, "")))


def _read_line() -> str:
    try:
        return input()
    except EOFError:
        return ""
