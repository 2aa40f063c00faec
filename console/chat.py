"""Talk to a bot in the terminal."""

import asyncio
import uuid

from rich.console import Console
from rich.text import Text

from console.api import Api, ApiRefused

_STYLES = {"contact": "bold", "bot": "cyan", "person": "green", "system": "dim"}


async def chat(api: Api, console: Console, bot_id: str | None, conversation_id: str | None) -> None:
    """Read lines and show who answers, until an empty line or Ctrl-D. `/human` is the button."""
    conversation_id = conversation_id or f"terminal-{uuid.uuid4().hex[:12]}"
    console.print(f"Conversation {conversation_id}. /human asks for a person; an empty line ends.", style="dim")
    shown = asyncio.create_task(_show(api, console, conversation_id))
    try:
        while line := (await asyncio.to_thread(_read_line)).strip():
            await _send(api, console, conversation_id, bot_id, line)
    finally:
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


async def _show(api: Api, console: Console, conversation_id: str) -> None:
    """Print what others say, as it comes."""
    after = 0
    while True:
        await asyncio.sleep(0.3)
        try:
            page = await api.get(f"/conversations/{conversation_id}/messages", after=after)
        except ApiRefused:
            continue
        for message in page["items"]:
            after = message["row"]
            if message["author"] != "contact":
                console.print(spoken(message))


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
