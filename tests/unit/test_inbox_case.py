"""The page of a conversation: its story, what a person may do, races lost, reviews, and who is writing."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.sse import ServerSentEvent

from handover.casefile import ActionState, AssignRequest, LogEntry
from handover.errors import Refused
from handover.messages import Author, Evidence, HandoverStatus, Trigger
from handover.staff import Staff
from store import Store
from tests.unit.inbox_world import Browser, Desk, OtherSite, case
from tests.unit.store_world import begin, said, staff, take, told
from web.pages.live import together
from web.pages.story import Moment, story
from web.services import Services
from web.writers import Writers

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.inbox_fixtures"]

START = datetime(2026, 11, 16, 9, tzinfo=UTC)
NAMES = {"ann": "Ann Berg", "ben": "Ben Okafor"}


def entry(kind: str, text: str, actor: str = "handover", minutes: int = 1) -> LogEntry:
    return LogEntry(key=kind, kind=kind, text=text, actor=actor, at=START + timedelta(minutes=minutes))


async def told_story(store: Store, reader: str = "ann", **values: Any) -> list[Moment]:
    entries = (
        entry("opened", "Handed over: valuable", minutes=0),
        entry("assigned", "Given to Ann Berg"),
        entry("rung", "Reminded Ann Berg", minutes=2),
        entry("claimed", "Ann Berg claimed the case", "ann", 3),
        entry("task_completed", "Task completed by ann: needs_escalation", "ann", 4),
        entry("action_failed", "ticket failed for good: down", minutes=5),
    )
    why = Trigger(
        key="turn/1",
        reason="high_value",
        bot_version=3,
        evidence=[
            Evidence(scenario="high_value", score=0.91, threshold=0.7, matched="bulk order", kind="phrase"),
            Evidence(scenario="high_value", score=1, threshold=1, matched="vip", kind="tag"),
        ],
    )
    actions = {"tags": ActionState(status="done"), "ticket": ActionState(status="failed", text="the server was down")}
    await case(store, "c1", "ann", *entries, at=START, trigger=why, actions=actions, **values)
    return story(await store.reads.handover("c1~1"), NAMES, reader)


async def test_the_story_tells_why_what_when_and_what_comes(now_store: Store) -> None:
    comes: dict[str, Any] = {
        "next_step": "The bot comes back unless a person acts",
        "next_at": START + timedelta(hours=8),
    }
    # Due long after today: what is overdue is no longer something to come.
    due = (datetime.now(UTC) - START) / timedelta(hours=1) + 24
    moments = await told_story(now_store, due=due, **comes)
    assert [(one.kind, one.text) for one in moments] == [
        ("trigger", "High value"),
        ("log", "Given to Ann Berg"),
        ("failed", "What the handover does at once"),
        ("time", "Reminded Ann Berg"),
        ("person", "Ann Berg claimed the case"),
        ("person", "Task completed by Ann Berg: needs escalation"),
        ("failed", "ticket failed for good: down"),
        ("next", "The bot comes back"),
        ("next", "The task is due"),
    ]
    assert moments[0].lines == [
        ("Sounds like “bulk order”: 91%, and 70% is enough", ""),
        ("The contact has the tag “vip”", ""),
        ("By version 3 of the bot's rules", ""),
    ]
    assert moments[2].lines == [
        ("Tag the contact: done", "done"),
        ("Open a ticket: failed, the server was down", "failed"),
    ]
    assert (moments[-2].at, moments[-2].after) == (START + timedelta(hours=8), "unless you act")


async def test_another_reader_is_told_that_a_person_may_act(now_store: Store) -> None:
    comes: dict[str, Any] = {
        "next_step": "The assignee is reminded unless a person acts",
        "next_at": START + timedelta(hours=8),
    }
    [coming] = [one for one in await told_story(now_store, "ben", **comes) if one.kind == "next"]
    assert (coming.text, coming.after) == ("The assignee is reminded", "unless a person acts")


async def test_nothing_comes_after_the_end(now_store: Store) -> None:
    moments = await told_story(now_store, status=HandoverStatus.completed, completed_at=START, next_step="")
    assert "next" not in {one.kind for one in moments}


async def test_the_page_shows_the_story_as_text(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1", "ann", entry("noted", "<script>alert(1)</script>"))
    html = (await (await browser("ann")).get("/inbox/c1")).text
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


# ---- long conversations ----------------------------------------------------------------------------------------------


async def test_a_long_conversation_shows_its_newest_messages_and_links_to_earlier_ones(
    browser: Browser, now_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.casework.MOST_MESSAGES", 3)
    await case(now_store, "c1")
    await now_store.transcripts.record(said(*(f"words {number}" for number in range(5))))
    ann = await browser("ann")
    pages, path = [], "/inbox/c1"
    while path:
        html = (await ann.get(path)).text
        pages.append([number for number in range(5) if f">words {number}<" in html])
        assert f'data-source="{path}"' in html
        path = "".join(re.findall(r'href="([^"]+)">Earlier messages</a>', html))
    assert pages == [[2, 3, 4], [0, 1]]
    assert '<a href="/inbox/c1">See the newest</a>' in html


async def test_who_looks_at_earlier_messages_has_not_seen_the_newest(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1")
    ann = await browser("ann")
    assert 'data-event=""' in (await ann.get("/inbox/c1?before=1")).text
    assert (await now_store.desk.news("ann", ["c1"]))["c1"].seen is None
    assert 'data-event=""' not in (await ann.get("/inbox/c1")).text
    assert (await now_store.desk.news("ann", ["c1"]))["c1"].seen is not None
    assert (await ann.get("/inbox/c1?before=0")).status_code == 422


# ---- races -----------------------------------------------------------------------------------------------------------


async def test_who_loses_a_claim_is_told_who_won_and_when(browser: Browser, now_store: Store, client: Desk) -> None:
    await case(now_store, "c1")
    client.holder = "ben"
    answer = await (await browser("ann")).post("/inbox/c1/claim", data={"handover": "c1~1"})
    assert answer.status_code == 409
    assert "Ben Okafor was faster and claimed this handover 3 min ago." in answer.text


async def test_who_loses_a_reply_keeps_the_text(browser: Browser, now_store: Store, client: Desk) -> None:
    await case(now_store, "c1", "ben")
    client.holder = "ben"
    form = {"handover": "c1~1", "message_id": "1", "text": "I was about to say <this>"}
    answer = await (await browser("ann")).post("/inbox/c1/reply", data=form)
    assert answer.status_code == 409
    assert "Ben Okafor holds this handover, taken 3 min ago" in answer.text
    assert "I was about to say &lt;this&gt;</textarea>" in answer.text
    assert client.acts == []


@pytest.mark.parametrize(
    ("deed", "field", "label", "more"),
    [
        ("snooze", "until", "Until", {"for": "picked"}),
        ("complete", "follow_up_at", "Follow up at", {"outcome": "scheduled"}),
    ],
)
async def test_a_time_that_cannot_be_is_refused_in_the_words_of_the_page(
    browser: Browser, now_store: Store, client: Desk, deed: str, field: str, label: str, more: dict[str, str]
) -> None:
    await case(now_store, "c1", "ann")
    client.fails["c1~1"] = Refused("time_out_of_range", f"{field}: allowed is a time from now to a year ahead.")
    form = {"handover": "c1~1", field: "2020-01-01T09:00", "zone": "UTC", **more}
    answer = await (await browser("ann")).post(f"/inbox/c1/{deed}", data=form)
    assert answer.status_code == 422
    assert f"{label}: allowed is a time from now to a year ahead. Nothing was changed." in answer.text
    assert f"{field}:" not in answer.text


async def test_times_in_the_story_are_points_in_time_for_each_reader(browser: Browser, now_store: Store) -> None:
    told = "Ann <b> snoozed the case until 2026-11-21 20:37 UTC; not 2026-99-99 20:37 UTC"
    await case(now_store, "c1", "ann", entry("snoozed", told, "ann"))
    html = (await (await browser("ann")).get("/inbox/c1")).text
    in_full = "Saturday, 21 November 2026, 20:37:00 UTC"
    shown = f'<time datetime="2026-11-21T20:37:00+00:00" data-clock>{in_full}</time>'
    assert f"Ann &lt;b&gt; snoozed the case until {shown}; not 2026-99-99 20:37 UTC" in html


@pytest.mark.parametrize("deed", ["reply", "note"])
async def test_the_page_that_follows_says_which_text_was_taken(browser: Browser, now_store: Store, deed: str) -> None:
    await case(now_store, "c1", "ann")
    ann, form = await browser("ann"), {"handover": "c1~1", "message_id": "a&b", "text": "I am on it"}
    assert (await ann.post(f"/inbox/c1/{deed}", data=form)).headers["location"] == "/inbox/c1?taken=a%26b"
    assert "location" not in (await ann.post(f"/inbox/c1/{deed}", data=form | {"text": " "})).headers


# ---- giving it away --------------------------------------------------------------------------------------------------


async def test_only_who_would_be_found_can_be_given_a_case(browser: Browser, now_store: Store) -> None:
    """As the store chooses: nobody who is away, no role without a free place, a person who is full by name alone."""
    people = [
        Staff(id="zoe", name="Zoe <z>", roles=["night", "day"], available=False),
        Staff(id="max", name="Max", roles=["day", "late"], capacity=1),
        Staff(id="gone", name="Gone", roles=["former"], enabled=False),
    ]
    await staff(now_store, *people)
    await case(now_store, "c1", "ann")
    await case(now_store, "c2", "max")
    html = (await (await browser("omar")).get("/inbox/c1")).text
    options = dict(re.findall(r'<option value="((?:user|role):\w+|manager)" (disabled|)>', html))
    assert options == {
        "user:ben": "",
        "user:max": "",
        "user:omar": "",
        "user:zoe": "disabled",
        "role:day": "disabled",
        "role:late": "disabled",
        "role:night": "disabled",
        "manager": "",
    }
    for shown in ("Zoe &lt;z&gt; (away)", "Max, has 1 of 1", "Somebody in day (all are away or full)"):
        assert f">{shown}</option>" in html
    for to, disabled in options.items():
        request = AssignRequest(key=to, conversation_id="c1", number=1, targets=[to], asked=["ann"], holder="ann")
        found = await now_store.team.assign(request)
        assert (found.holder is None) is bool(disabled), to


async def test_a_case_is_not_given_to_a_role_that_nobody_has(browser: Browser, now_store: Store, client: Desk) -> None:
    await case(now_store, "c1", "ann")
    form = {"handover": "c1~1", "to": "role:<former>"}
    answer = await (await browser("omar")).post("/inbox/c1/reassign", data=form)
    assert answer.status_code == 422
    assert "Who gets it: nobody is role:&lt;former&gt;; allowed are manager." in answer.text
    assert client.acts == []


async def test_nobody_is_chosen_before_a_person_has(browser: Browser, now_store: Store, client: Desk) -> None:
    await case(now_store, "c1", "ann")
    ann = await browser("ann")
    html = (await ann.get("/inbox/c1")).text
    assert re.search(r'<select name="to" required>\s*<option value="">Choose …</option>', html)
    answer = await ann.post("/inbox/c1/reassign", data={"handover": "c1~1", "to": ""})
    assert answer.status_code == 422
    assert "Choose a person, a role or the manager." in answer.text
    assert client.acts == []


# ---- reopening -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "offered"), [("ann", False), ("omar", True)])
async def test_managers_reopen_what_has_ended(browser: Browser, now_store: Store, who: str, offered: bool) -> None:
    await case(now_store, "c1", "ann", status=HandoverStatus.completed, completed_at=datetime.now(UTC), ended_by="ann")
    html = (await (await browser(who)).get("/inbox/c1")).text
    assert ("Reopen the case" in html) is offered


async def test_what_is_open_is_not_reopened(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1", "ann")
    assert "Reopen the case" not in (await (await browser("omar")).get("/inbox/c1")).text


async def test_reopening_says_who_and_why(browser: Browser, now_store: Store, client: Desk) -> None:
    await case(now_store, "c1", "ann", status=HandoverStatus.completed, completed_at=datetime.now(UTC))
    form = {"handover": "c1~1", "reason": "Not paid back yet"}
    assert (await (await browser("omar")).post("/inbox/c1/reopen", data=form)).status_code == 303
    assert client.acts == [("reopen", "c1~1", ("omar", "Not paid back yet"))]


async def test_a_form_acts_on_its_own_conversation_only(browser: Browser, now_store: Store, client: Desk) -> None:
    await case(now_store, "c1")
    await case(now_store, "c2")
    for deed in ("reopen", "claim"):
        answer = await (await browser("omar")).post(f"/inbox/c1/{deed}", data={"handover": "c2~1"})
        assert answer.status_code == 404
    assert client.acts == []


# ---- closing ---------------------------------------------------------------------------------------------------------


async def test_anybody_closes_what_nobody_has_open(browser: Browser, now_store: Store, client: Desk) -> None:
    await begin(now_store, "c1", name="Jamie <b>")
    ann = await browser("ann")
    html = (await ann.get("/inbox/c1")).text
    assert 'action="/inbox/c1/close"' in html
    assert "This conversation is closed" not in html
    assert (await ann.post("/inbox/c1/close")).status_code == 303
    assert client.closed == {"c1": "ann"}
    await now_store.transcripts.take(take("close", "closed", handover=None, assignee=None))
    html = (await ann.get("/inbox/c1")).text
    assert 'action="/inbox/c1/close"' not in html
    assert "This conversation is closed. If Jamie &lt;b&gt; writes again, it opens anew." in html


async def test_who_closes_what_a_colleague_has_closed_is_told(browser: Browser, now_store: Store, client: Desk) -> None:
    await begin(now_store, "c1")
    client.closed["c1"] = "ben"
    answer = await (await browser("ann")).post("/inbox/c1/close")
    assert answer.status_code == 409
    assert "The conversation was already closed." in answer.text


@pytest.mark.parametrize(("status", "offered"), [("open", False), ("acknowledged", False), ("completed", True)])
async def test_closing_is_offered_once_the_handover_has_ended(
    browser: Browser, now_store: Store, status: str, offered: bool
) -> None:
    await case(now_store, "c1", "ann", status=status)
    for who in ("ann", "omar"):
        assert ('action="/inbox/c1/close"' in (await (await browser(who)).get("/inbox/c1")).text) is offered


# ---- missed handovers ------------------------------------------------------------------------------------------------


async def answered(store: Store, turn: int = 1, name: str = "c1") -> None:
    """The contact wrote, and the bot answered."""
    await store.transcripts.record(said(f"q{turn}", conversation_id=name, turn=turn))
    row = (await store.transcripts.put(told(f"a{turn}", conversation_id=name, author=Author.bot, turn=turn))).row
    assert row is not None
    await store.transcripts.mark_left(row)


async def test_staff_mark_an_answer_as_a_missed_handover_and_take_it_back(browser: Browser, now_store: Store) -> None:
    await begin(now_store, "c1")
    await answered(now_store)
    ann = await browser("ann")
    assert "Mark as missed handover" in (await ann.get("/inbox/c1")).text
    form = {"turn": "1", "reason": "They were <upset>"}
    assert (await ann.post("/inbox/c1/missed", data=form)).status_code == 303
    html = (await ann.get("/inbox/c1")).text
    assert "Missed handover, says Ann Berg: They were &lt;upset&gt;" in html
    assert "Mark as missed handover" not in html
    [mark] = await now_store.missed.missed("c1")
    assert (mark.turn, mark.staff_id) == (1, "ann")
    assert (await ann.post("/inbox/c1/not-missed", data={"turn": "1"})).status_code == 303
    assert await now_store.missed.missed("c1") == []
    assert [one.kind for one in (await now_store.access.audits()).items] == ["missed_taken_back"]


async def test_an_answer_after_which_somebody_was_asked_is_not_offered(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1", at=datetime.now(UTC) - timedelta(hours=1))
    await answered(now_store)
    ann = await browser("ann")
    assert "Mark as missed handover" not in (await ann.get("/inbox/c1")).text
    answer = await ann.post("/inbox/c1/missed", data={"turn": "1"})
    assert answer.status_code == 409
    assert "was not missed" in answer.text


@pytest.mark.parametrize("turn", ["", "0", "x", "-1", "9" * 30, "²"])
async def test_a_turn_that_is_none_is_refused(browser: Browser, now_store: Store, turn: str) -> None:
    await begin(now_store, "c1")
    await answered(now_store)
    assert (await (await browser("ann")).post("/inbox/c1/missed", data={"turn": turn})).status_code == 422
    assert await now_store.missed.missed("c1") == []


# ---- from elsewhere --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/inbox/c1/claim", "/inbox/c1/missed", "/inbox/c1/seen", "/inbox/c1/writing", "/replies", "/notifications/read"],
)
async def test_another_sites_page_does_nothing(browser: Browser, now_store: Store, client: Desk, path: str) -> None:
    await case(now_store, "c1")
    form = {"handover": "c1~1", "turn": "1", "event": "1", "title": "a", "text": "b"}
    answer = await (await browser("omar")).post(path, data=form, headers=OtherSite)
    assert answer.status_code == 403
    assert client.acts == []


@pytest.mark.parametrize("path", ["/inbox/nowhere", "/replies/7/remove"])
async def test_what_is_not_there(browser: Browser, path: str) -> None:
    omar = await browser("omar")
    answer = await (omar.post(path) if path.endswith("remove") else omar.get(path))
    assert answer.status_code == 404
    assert (await omar.post("/inbox/nowhere/seen", data={"event": "1"})).status_code == 404


# ---- who is writing --------------------------------------------------------------------------------------------------


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_who_falls_silent_no_longer_writes() -> None:
    clock = Seconds()
    writers = Writers(lasts=6, clock=clock)
    writers.writes("c1", "ben")
    clock.now += 4
    writers.writes("c1", "ann")
    assert (writers.at("c1"), writers.at("c2")) == (["ann", "ben"], [])
    clock.now += 3
    assert writers.at("c1") == ["ann"]
    writers.stops("c1", "ann")
    assert writers.at("c1") == []


async def test_colleagues_hear_who_begins_and_who_ends() -> None:
    writers = Writers(lasts=0.05)
    heard = writers.changes("c1")
    first = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0)
    writers.writes("c2", "ben")
    writers.writes("c1", "ann")
    assert await first == ["ann"]
    assert await anext(heard) == [], "nobody said that she goes on"
    await heard.aclose()  # type: ignore[attr-defined]
    assert writers._watching == {}


async def test_a_page_says_that_somebody_writes(browser: Browser, now_store: Store, services: Services) -> None:
    await case(now_store, "c1")
    ann = await browser("ann")
    assert (await ann.post("/inbox/c1/writing")).status_code == 204
    assert services.writers.at("c1") == ["ann"]
    assert (await ann.post("/inbox/c1/writing", data={"goes_on": "false"})).status_code == 204
    assert services.writers.at("c1") == []


async def test_streams_together_say_what_each_says_and_end_with_the_first_that_fails() -> None:
    async def counts() -> AsyncIterator[ServerSentEvent]:
        for number in range(2):
            yield ServerSentEvent(data=str(number))
        await asyncio.Event().wait()

    async def fails() -> AsyncIterator[ServerSentEvent]:
        await asyncio.sleep(0.01)
        raise OSError("gone")
        yield

    heard = together(counts(), fails())
    assert [(await anext(heard)).data, (await anext(heard)).data] == ["0", "1"]
    with pytest.raises(OSError, match="gone"):
        await anext(heard)
