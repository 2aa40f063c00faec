"""Test conversations as the team sees them: in every list, marked, and never as news."""

from io import StringIO
from typing import Any

from rich.console import Console

from console.tasks import show_tasks
from handover.trying import TEST_CHANNEL
from store import Store
from tests.unit.inbox_world import Browser, case, parsed
from tests.unit.store_world import begin, told
from tests.unit.test_trying import writes

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.inbox_fixtures"]

BOTH = {"real": "web", "tried": TEST_CHANNEL}


async def test_the_lists_of_the_inbox_mark_it_and_do_not_call_it_news(browser: Browser, now_store: Store) -> None:
    for name, channel in BOTH.items():
        await case(now_store, name, "ann", channel=channel)
    ann = await browser("ann")
    for path in ("/inbox", "/conversations"):
        real, tried = sorted((await ann.get(path)).text.split('<li class="entry')[1:], key=lambda one: "tried" in one)
        assert (">Test</span>" in tried, "unread" in tried) == (True, False)
        assert ">Test</span>" not in real


async def test_news_of_a_test_are_not_counted(browser: Browser, now_store: Store) -> None:
    """The title, the sound and the notices of the inbox go by what is unread."""
    ann = await browser("ann")
    for name, channel in BOTH.items():
        await case(now_store, name, "ann", channel=channel)
        await ann.get(f"/inbox/{name}")
        await writes(now_store, name, channel)
    assert (await parsed(ann, "/inbox")).title.startswith("(1) ")


async def test_its_page_is_marked_and_asks_for_no_review(browser: Browser, now_store: Store) -> None:
    ann = await browser("ann")
    for name, channel in BOTH.items():
        await begin(now_store, name, channel)
        await writes(now_store, name, channel)
        answer = await now_store.transcripts.put(told(conversation_id=name))
        await now_store.transcripts.mark_left(answer.row or 0)
        page = (await ann.get(f"/inbox/{name}")).text
        is_test = channel == TEST_CHANNEL
        assert (">Test</span>" in page, "Should a person have answered?" in page) == (is_test, not is_test)


async def test_lists_of_the_api_say_the_channel(browser: Browser, now_store: Store) -> None:
    for name, channel in BOTH.items():
        await case(now_store, name, "ann", channel=channel)
    ann = await browser("ann")
    for path in ("conversations", "handovers", "tasks"):
        items = (await ann.get(f"/v1/{path}")).json()["items"]
        assert {one["conversation_id"]: one["channel"] for one in items} == {"real": "web", "tried": "test"}
    assert (await ann.get("/v1/handovers/tried~1")).json()["channel"] == "test"
    assert (await ann.get("/v1/tasks/tried~1~1")).json()["channel"] == "test"


class Answers:
    """An API that answers what it was given."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def get(self, path: str, **asked: Any) -> Any:
        return self._answer


async def test_the_list_of_tasks_in_a_terminal_marks_it(browser: Browser, now_store: Store) -> None:
    for name, channel in BOTH.items():
        await case(now_store, name, "ann", channel=channel)
    api: Any = Answers((await (await browser("ann")).get("/v1/tasks")).json())
    shown = StringIO()
    await show_tasks(api, Console(file=shown, width=200), None, None)
    [real, tried] = sorted(line for line in shown.getvalue().splitlines() if "~1~1" in line)
    assert ("Test: Follow up" in tried, "Test: " in real) == (True, False)
