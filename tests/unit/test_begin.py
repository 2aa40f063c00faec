"""How a run of a conversation begins: with its own bot, whoever is asked for."""

from datetime import timedelta
from typing import Any, cast

from activities.assistant import AssistantActivities
from handover.bot import Bot
from handover.messages import Contact
from handover.turns import BeginRequest
from store import Store
from tests.unit.store_world import BOT

pytest_plugins = ["tests.unit.store_fixtures"]


async def test_a_conversation_that_comes_back_keeps_its_own_bots_times(store: Store) -> None:
    other = Bot.model_validate({"id": "other", "name": "Other", "debounce": "3s", "close_after": "1d"})
    for one in (BOT, other):
        await store.settings.put_bot(one)
    nothing = cast("Any", None)  # beginning asks neither the assistant nor a workflow
    activities = AssistantActivities(nothing, nothing, store.settings, store.transcripts, nothing)
    request = BeginRequest(conversation_id="c1", bot_id="other", channel="web", contact=Contact())
    first = await activities.begin(request)
    again = await activities.begin(request.model_copy(update={"bot_id": None}))
    for begun in (first, again):
        assert (begun.bot_id, begun.debounce, begun.close_after) == ("other", timedelta(seconds=3), timedelta(days=1))
