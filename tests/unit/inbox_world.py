"""What the tests of the inbox's pages are made of: cases in a real store, and what a page shows."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from handover.casefile import Case, LogEntry
from handover.errors import NotFound, Refused
from handover.ids import HandoverId
from store import Store
from tests.unit.store_world import begin, case_of, open_one, save, task
from tests.unit.web_world import ClientDouble, Http

SameSite = {"Origin": "http://handover"}
OtherSite = {"Origin": "http://elsewhere", "Sec-Fetch-Site": "cross-site"}
Browser = Callable[[str], Awaitable[Http]]


class Desk(ClientDouble):
    """The client, with what the inbox asks of it besides; claims are refused once somebody has the case."""

    def __init__(self) -> None:
        super().__init__()
        self.holder: str | None = None
        self.closed: dict[str, str] = {}

    async def claim(self, handover: HandoverId, act: Any, *, key: str | None = None) -> Any:
        if self.holder is not None:
            text = f"{self.holder} has it."
            raise Refused("already_claimed", text, self.holder, datetime.now(UTC) - timedelta(minutes=3))
        self.holder = act.staff_id
        return await self._do("claim", handover, act, key)

    async def reply(self, handover: HandoverId, act: Any, *, key: str | None = None) -> Any:
        if self.holder not in (None, act.staff_id):
            raise Refused("not_yours", "It is not yours.", self.holder, datetime.now(UTC) - timedelta(minutes=3))
        return await self._do("reply", handover, act, key)

    async def note(self, handover: HandoverId, act: Any, *, key: str | None = None) -> Any:
        return await self._do("note", handover, act, key)

    async def complete(self, done: Any, act: Any, *, key: str | None = None) -> Any:
        return await self._do("complete", done, act, key)

    async def close(self, conversation_id: str, act: Any, *, key: str | None = None) -> None:
        """Once; then no run is left that could be closed, until `closed` is emptied: the contact has written again."""
        if conversation_id in self.closed:
            raise NotFound("open conversation", conversation_id)
        self.closed[conversation_id] = act.staff_id

    async def reopen(self, handover: HandoverId, act: Any, reason: str = "", *, key: str | None = None) -> Any:
        return await self._do("reopen", handover, (act.staff_id, reason), key)


async def case(
    store: Store, name: str, holder: str | None = None, *entries: LogEntry, due: float = 24, **values: Any
) -> Case:
    """An open handover in a conversation of its own, due in so many hours."""
    now = values.pop("at", datetime.now(UTC))
    contact = values.pop("contact", {})
    channel = values.get("channel", "web")
    await begin(store, name, channel, **contact)
    opened = await open_one(store, name, at=now, channel=channel)
    made = case_of(
        opened,
        name,
        holder=holder,
        opened_at=now,
        task=task(due=timedelta(hours=due), created=now),
        **({"seq": 1} | values),
    )
    await save(store, made, *entries)
    return made


class Parsed(HTMLParser):
    """The visible text of a page, by the id of what it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.title = ""
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs).get("id")
        if found:
            self.ids.append(found)
        self._in_title = tag == "title" or (self._in_title and tag != "title")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        self.title += data if self._in_title else ""

    def listed(self, section: str) -> list[str]:
        """The conversations of a section, in order."""
        own = {f"{section}-empty", f"{section}-more", f"{section}-rest", f"{section}-title"}
        return [one.removeprefix(f"{section}-") for one in self.ids if one.startswith(f"{section}-") and one not in own]


async def parsed(http: Http, path: str) -> Parsed:
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return Parsed(answer.text)
