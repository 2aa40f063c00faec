"""The example's bot as the tests use it."""

from typing import Any

from console.api import Api
from console.server import api_key
from engine.stack import Stack
from handover.bot import Bot
from handover.documents import read_bot
from store.first_start import EXAMPLES

BOT_FILE = EXAMPLES / "hvac" / "bot.yaml"


def example_bot(**handover: Any) -> Bot:
    """The example's bot with these handover settings. Its team is there around the clock unless they say otherwise, or a
    test would end differently at night."""
    settings = read_bot(BOT_FILE.read_text(), str(BOT_FILE)).model_dump(mode="json", exclude_none=True)
    settings["handover"] |= {"hours": {"open": "24/7"}} | handover
    return Bot.model_validate(settings)


async def put_example_bot(stack: Stack, **handover: Any) -> None:
    """Have a stack use it."""
    async with Api.at(stack.url, api_key(stack.plan)) as api:
        await api.put("/bots/hvac", example_bot(**handover).model_dump(mode="json", exclude_none=True))
