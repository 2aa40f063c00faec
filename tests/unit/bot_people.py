"""The settings page as a browser without script uses it: what its form holds, and what is sent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx2
import pytest

from store import Store
from store.first_start import EXAMPLES, load_folder
from tests.unit.web_world import Http, app_on
from web.access import SESSION_COOKIE
from web.services import Services

Pairs = list[tuple[str, str]]


class FormReader(HTMLParser):
    """The fields that a browser would send for the form `settings`, in their order, and all text of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: Pairs = []
        self.text = ""
        self._inside = False
        self._disabled = False
        self._area: str | None = None
        self._select: str | None = None
        self._chosen: list[str] = []

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        attributes = dict(found)
        name, value = attributes.get("name"), attributes.get("value") or ""
        if tag == "form":
            self._inside = attributes.get("id") == "settings"
        if tag == "fieldset" and "disabled" in attributes:
            self._disabled = True
        if not self._inside or self._disabled:
            return
        match tag:
            case "input" if name and (attributes.get("type") != "checkbox" or "checked" in attributes):
                self.pairs.append((name, value))
            case "textarea":
                self._area = name
                self.pairs.append((name or "", ""))
            case "select":
                self._select, self._chosen = name, []
            case "option" if self._select and (not self._chosen or "selected" in attributes):
                self._chosen = [value]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = None
        elif tag == "select" and self._select:
            self.pairs.append((self._select, self._chosen[0]))
            self._select = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._area is not None:
            name, before = self.pairs[-1]
            self.pairs[-1] = (name, before + data)


def form_of(page: str) -> Pairs:
    """What the form holds. The line break behind <textarea> is none of its text."""
    reader = FormReader()
    reader.feed(page)
    areas = {name for name, _ in reader.pairs if f'<textarea id="f-{name}"' in page}
    return [(name, text.removeprefix("\n") if name in areas else text) for name, text in reader.pairs]


def text_of_page(page: str) -> str:
    reader = FormReader()
    reader.feed(page)
    return " ".join(reader.text.split())


def with_values(pairs: Pairs, **changed: str) -> Pairs:
    """The form with other texts in its fields. What it does not hold is added."""
    kept = [(name, changed.get(name, value)) for name, value in pairs]
    return kept + [(name, value) for name, value in changed.items() if name not in dict(pairs)]


class Person:
    """Somebody with a session, who sends forms as a browser does."""

    def __init__(self, http: Http) -> None:
        self.http = http

    async def form(self, bot: str = "hvac") -> Pairs:
        answer = await self.http.get(f"/bots/{bot}")
        assert answer.status_code == 200, answer.text
        return form_of(answer.text)

    async def send(self, pairs: Pairs, do: str = "save", path: str = "/bots/hvac") -> httpx2.Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.http.post(path, content=urlencode([*pairs, ("_do", do)]), headers=headers)


@pytest.fixture
async def example(now_store: Store) -> Store:
    """The store with the example's bot and team."""
    await load_folder(now_store, EXAMPLES / "hvac")
    return now_store


@pytest.fixture
async def people(example: Store, services: Services) -> AsyncIterator[dict[str, Person]]:
    """Omar, who manages, and Sarah, who does not."""
    app = app_on(services)
    found: dict[str, Person] = {}
    for staff_id in ("omar", "sarah"):
        cookies = {SESSION_COOKIE: await example.access.open_session(staff_id, timedelta(hours=1))}
        headers = {"Accept": "text/html", "Origin": "http://handover"}
        transport = httpx2.ASGITransport(app=app)
        found[staff_id] = Person(
            Http(transport=transport, base_url="http://handover", cookies=cookies, headers=headers)
        )
    yield found
    for one in found.values():
        await one.http.aclose()


@pytest.fixture
def omar(people: dict[str, Person]) -> Person:
    return people["omar"]
