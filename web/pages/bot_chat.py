"""Trying a bot in a chat: a test conversation, whose address its manager may come back to.

The page is the visitors' chat. It takes its conversation from the address, and leaves the cookie alone by which /chat finds
the conversation that somebody has as a visitor.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from handover.errors import NotFound
from handover.ids import SETTINGS_ID
from handover.trying import is_test
from web.pages.chat import entered
from web.pages.guard import Managing
from web.pages.rendering import PageRoute, page, see
from web.pages.visitors import TEST_ID, Visitor, new_tester
from web.services import Parts, Services

router = APIRouter(prefix="/{bot_id}/chat", route_class=PageRoute, include_in_schema=False)

BotId = Annotated[str, Path(pattern=SETTINGS_ID)]
TestId = Annotated[str, Path(pattern=TEST_ID)]


@router.get("")
async def begin(bot_id: BotId, parts: Parts, me: Managing) -> Response:
    """A new test, which is there once something is said in it."""
    await parts.admin.bot(bot_id)
    return see(f"/bots/{bot_id}/chat/{new_tester(bot_id).conversation_id}")


@router.get("/{conversation_id}")
async def one_test(request: Request, bot_id: BotId, conversation_id: TestId, parts: Parts, me: Managing) -> Response:
    """The chat with the settings as they are saved."""
    settings = (await parts.admin.bot(bot_id)).bot
    tester = Visitor(conversation_id, bot_id)
    await _check(parts, tester)
    return page(request, "chat.html", bot=settings, entered=entered(parts, tester), is_test=True)


async def _check(parts: Services, tester: Visitor) -> None:
    """Raise NotFound where a conversation of this name is no test with this bot: whoever named it, it is not to be tried."""
    try:
        there = await parts.reads.conversation(tester.conversation_id)
    except NotFound:
        return
    if not is_test(there.channel) or there.bot_id != tester.bot_id:
        raise NotFound("test", tester.conversation_id)
