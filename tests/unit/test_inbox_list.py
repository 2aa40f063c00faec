"""The inbox's lists: what stands where and in which order, what is found, and what is new."""

from datetime import UTC, datetime, timedelta

import pytest

from handover.messages import Author, HandoverStatus
from store import Store
from tests.unit.inbox_world import Browser, case, parsed
from tests.unit.store_world import begin, entry, said, take, told

pytest_plugins = ["tests.unit.store_fixtures", "tests.unit.web_fixtures", "tests.unit.inbox_fixtures"]


async def acted(store: Store, name: str, staff_id: str) -> None:
    """Somebody has taken the conversation."""
    await store.transcripts.take(take(f"{name}/take", assignee=staff_id, of=name))


async def test_mine_the_pool_and_everybodys_are_apart(browser: Browser, now_store: Store) -> None:
    await case(now_store, "mine", "ann")
    await case(now_store, "pool")
    await case(now_store, "bens", "ben")
    await case(now_store, "taken", "ben")
    await acted(now_store, "taken", "ben")
    await case(now_store, "over", "ann", status=HandoverStatus.completed, completed_at=datetime.now(UTC))
    ann = await parsed(await browser("ann"), "/inbox")
    assert (ann.listed("mine"), ann.listed("waiting")) == (["mine"], ["pool", "bens"])
    assert "others" not in ann.ids
    omar = await parsed(await browser("omar"), "/inbox")
    assert (omar.listed("mine"), omar.listed("others")) == ([], ["taken"])
    assert omar.listed("waiting") == ["mine", "pool", "bens"]


async def test_escalated_and_overdue_come_first_and_then_what_is_due_first(browser: Browser, now_store: Store) -> None:
    for name, due in {"calm-late": -2, "calm": 1, "silent": 30, "silent-soon": 5, "calm-later": 9}.items():
        await case(now_store, name, "ann", due=due)
    for name in ("calm-late", "calm", "calm-later"):
        await acted(now_store, name, "ann")
    page = await parsed(await browser("ann"), "/inbox")
    assert page.listed("mine") == ["calm-late", "silent-soon", "silent", "calm", "calm-later"]


async def test_a_long_section_says_how_many_more_there_are(browser: Browser, now_store: Store) -> None:
    for number in range(53):
        await case(now_store, f"c{number:02}", due=number + 1)
    html = (await (await browser("ann")).get("/inbox")).text
    assert "And 3 more" in html
    assert 'id="waiting-c49"' in html
    assert 'id="waiting-c50"' not in html


async def test_what_comes_next_is_said_to_whoever_has_it(browser: Browser, now_store: Store) -> None:
    at = datetime.now(UTC) + timedelta(hours=3, minutes=12, seconds=20)
    await case(now_store, "c1", "ann", next_step="The bot comes back unless a person acts", next_at=at)
    html = (await (await browser("ann")).get("/inbox")).text
    assert "The bot comes back <time" in html
    assert "in 3 h 12 min</time> unless you act" in html
    assert "unless a person acts" in (await (await browser("ben")).get("/inbox")).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["c1", "c2", "c3"]),
        ("q=RIVERA", ["c1"]),
        ("q=leaking", ["c2"]),
        ("q=100%25", []),
        ("q=_", []),
        ("status=bot", ["c3"]),
        ("status=escalated", ["c1", "c2"]),
        ("status=escalated&q=jamie", ["c1"]),
        ("status=overdue", ["c2"]),
        ("status=further_up", ["c1"]),
        ("status=further_up&person=-", []),
        ("person=ann", ["c1"]),
        ("person=-", ["c2", "c3"]),
        ("bot=support", ["c1", "c2", "c3"]),
        ("bot=other", []),
        ("status=&person=&bot=&q=", ["c1", "c2", "c3"]),
    ],
)
async def test_conversations_are_found_by_state_person_bot_and_text(
    browser: Browser, now_store: Store, query: str, found: list[str]
) -> None:
    up = entry("up").model_copy(update={"kind": "rung", "text": "Rung 2: now with Ann Berg (manager)"})
    await case(now_store, "c1", None, up, contact={"name": "Jamie Rivera"})
    await now_store.transcripts.take(take("t", "escalated", assignee="ann", of="c1"))
    await case(now_store, "c2", due=-1)
    await begin(now_store, "c3")
    keep = said("a", conversation_id="c2")
    await now_store.transcripts.record(
        keep.model_copy(update={"messages": [keep.messages[0].model_copy(update={"text": "It is LEAKING water"})]})
    )
    page = await parsed(await browser("ben"), f"/conversations?{query}")
    assert sorted(page.listed("all")) == found


async def test_the_next_part_of_a_search_keeps_to_it(browser: Browser, now_store: Store) -> None:
    for number in range(52):
        await begin(now_store, f"c{number:02}")
    await case(now_store, "open")
    ann = await browser("ann")
    html = (await ann.get("/conversations?status=bot&q=c")).text
    [older] = [one.split('"')[0] for one in html.split('href="')[1:] if "after=" in one.split('"')[0]]
    rest = await parsed(ann, older.replace("&amp;", "&"))
    assert len(rest.listed("all")) == 2
    assert "open" not in rest.listed("all")


async def test_what_has_ended_is_neither_overdue_nor_further_up(browser: Browser, now_store: Store) -> None:
    up = entry("up").model_copy(update={"kind": "rung", "text": "Rung 2: now with Ann Berg (manager)"})
    over = {"status": HandoverStatus.completed, "completed_at": datetime.now(UTC)}
    await case(now_store, "c1", "ann", up, due=-1, **over)
    omar = await browser("omar")
    for state in ("overdue", "further_up"):
        assert f'href="/conversations?status={state}"' in (await omar.get("/inbox")).text
        assert (await parsed(omar, f"/conversations?status={state}")).listed("all") == []


@pytest.mark.parametrize("query", ["status=lost", "person=%3Cb%3E", "q=" + "x" * 201, "after=nonsense"])
async def test_what_cannot_be_asked_is_refused_with_a_page(browser: Browser, query: str) -> None:
    answer = await (await browser("ann")).get(f"/conversations?{query}")
    assert answer.status_code in (409, 422)
    assert "<h1>" in answer.text


async def test_what_is_new_is_marked_until_it_is_looked_at(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1", "ann")
    await now_store.transcripts.record(said("m0", conversation_id="c1"))
    ann, ben = await browser("ann"), await browser("ben")
    assert (await parsed(ann, "/inbox")).title.startswith("(1) Inbox")
    await ann.get("/inbox/c1")
    assert (await parsed(ann, "/inbox")).title.startswith("Inbox")
    assert (await parsed(ben, "/inbox")).title.startswith("(1) Inbox"), "what ann has seen, ben has not"
    await now_store.transcripts.record(said("m1", "m2", conversation_id="c1"))
    html = (await ann.get("/inbox")).text
    assert "(1) Inbox" in html
    assert '<span class="count">2<' in html


async def test_a_page_that_is_read_by_a_script_is_not_seen(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1", "ann")
    ann = await browser("ann")
    await ann.get("/inbox/c1", headers={"Accept": "application/json"})
    assert (await parsed(ann, "/inbox")).title.startswith("(1)")
    [news] = (await now_store.desk.news("ann", ["c1"])).values()
    assert (await ann.post("/inbox/c1/seen", data={"event": str(news.newest)})).status_code == 204
    assert (await parsed(ann, "/inbox")).title.startswith("Inbox")
    await ann.post("/inbox/c1/seen", data={"event": "1"})
    assert (await parsed(ann, "/inbox")).title.startswith("Inbox"), "an older look takes nothing back"


async def test_the_title_of_a_conversation_counts_what_came_since(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1", "ann", contact={"name": "Jamie"})
    ann = await browser("ann")
    assert (await parsed(ann, "/inbox/c1")).title.startswith("Jamie")
    await now_store.transcripts.record(said("m1", conversation_id="c1"))
    assert (await parsed(ann, "/inbox/c1")).title.startswith("(1) Jamie")
    assert (await parsed(ann, "/inbox/c1")).title.startswith("Jamie")


async def test_what_only_the_bot_ever_had_is_no_news(browser: Browser, now_store: Store) -> None:
    await begin(now_store, "c1")
    await now_store.transcripts.record(said("m1", conversation_id="c1"))
    row = await now_store.transcripts.put(told("a", conversation_id="c1", author=Author.bot))
    assert row is not None
    assert 'class="entry unread"' not in (await (await browser("ann")).get("/conversations")).text


async def test_nobody_reads_it_without_signing_in(browser: Browser, now_store: Store) -> None:
    await case(now_store, "c1")
    ann = await browser("ann")
    ann.cookies.clear()
    for path in ("/inbox", "/conversations", "/inbox/c1", "/replies", "/notifications"):
        answer = await ann.get(path)
        assert (answer.status_code, answer.headers["location"][:7]) == (303, "/login?")
    for path in ("/inbox/live", "/inbox/c1/live", "/notifications/unread"):
        assert (await ann.get(path, headers={"Accept": "application/json"})).status_code == 401
